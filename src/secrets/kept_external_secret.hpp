// An ExternalSecret as the cache keeps it: its text, packed. The trees of ten thousand specs would be most of this
// process, and a pass needs one of them for some milliseconds. Apart stands what indexes and events ask of every
// object.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/error.hpp"
#include "base/packed_text.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

struct KeptExternalSecret {
  struct Identity {
    std::string ns{}, name{}, uid{}, resource_version{};
    kube::Key key() const { return {ns, name}; }
  } metadata;
  std::string target_name{};
  std::string cluster_owner{};  // the ClusterExternalSecret that controls it; empty: none does
  bool generic = false;         // it has a spec.target.manifest
  bool deleting = false;
  bool refreshed = false;               // status has a refreshTime
  std::optional<bool> ready{};          // the Ready condition; nullopt: it has none
  std::uint64_t only_store = 0;         // a digest of the one store that it names; 0: its spec has to be looked at
  std::uint64_t decided_by_others = 0;  // a digest of what kube::is_news() looks at
  PackedText text{};                    // without managedFields; empty when another replica works on it

  // The tree; the same one as long as somebody holds it. Null without the text.
  ExternalSecretPtr whole() const;
  bool reduced() const { return text.empty(); }
  // Does it read from this store? Without the text: is it the only one it names?
  bool names_store(const std::string& kind, const std::string& name) const;
  KeptExternalSecret without_text() const;

 private:
  mutable std::weak_ptr<const ExternalSecret> in_use_{};
};

using KeptExternalSecretPtr = std::shared_ptr<const KeptExternalSecret>;

// The ClusterExternalSecret that controls the object with these owners; empty: none does.
std::string cluster_owner_of(const std::vector<kube::OwnerReference>& owners);

// Makes them of objects as they come. Refuses what cannot be read as an ExternalSecret; a spec that was read once is
// known and not read again when only status or metadata change.
class ExternalSecretKeeper {
 public:
  Result<KeptExternalSecret> keep(std::string_view object_json);

 private:
  std::unordered_set<std::uint64_t> readable_;  // digests of specs
  TextPacker packer_;
};

}  // namespace rotor::secrets
