// A target Secret as the cache keeps it. Ten thousand trees of metadata would be a third of this process, and a pass
// needs one of them for some milliseconds: kept is the packed text of what a pass asks for, and apart from it what
// indexes ask. Of a Secret that another replica works on that alone is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/packed_text.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct KeptTarget {
  struct Identity {
    std::string ns{}, name{}, uid{}, resource_version{};
    kube::Key key() const { return {ns, name}; }
  } metadata;
  std::string owner{};       // the ExternalSecret among its owners; empty: none is
  std::string owner_hash{};  // the label; empty: it has none
  std::string type{};
  std::optional<bool> immutable{};
  std::string other_hash{};  // of its data, where its annotation does not say it
  PackedText text{};         // its metadata; empty when another replica works on it

  TargetPtr whole() const;  // null without the text
  bool reduced() const { return text.empty(); }
  KeptTarget without_text() const;
};

KeptTarget keep_target(Target target, TextPacker& packer);
// Without its text, and without a look at its values.
Result<KeptTarget> read_reduced_target(std::string_view secret_json);

// For the cache: the values are dropped as soon as their digest is known.
class TargetKeeper {
 public:
  Result<KeptTarget> keep(std::string_view secret_json);

 private:
  TextPacker packer_;
};

// Of the fields that a manager has (FieldsV1) those that a pass asks for: its labels, annotations and data.
std::string fields_in_question(std::string_view fields_v1);

}  // namespace rotor::secrets
