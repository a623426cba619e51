// The Secret (or other object) an ExternalSecret writes, as far as the controller needs to remember it: everything but
// the values, of which only a digest is kept.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/core/secret.hpp"
#include "base/error.hpp"

namespace rotor::secrets {

// Which labels and annotations a field manager wrote, from managedFields.
struct OwnedFields {
  std::set<std::string, std::less<>> labels;
  std::set<std::string, std::less<>> annotations;
  std::set<std::string, std::less<>> data;
};
// Leaves out of managedFields what other managers wrote: nobody asks for it.
void keep_our_fields(kube::ObjectMeta& metadata);
OwnedFields fields_of(const kube::ObjectMeta& metadata, std::string_view manager);

struct Target {
  kube::ObjectMeta metadata;  // managedFields only of ExternalSecret field managers
  std::string type;
  std::optional<bool> immutable;
  std::string actual_hash;  // of the data it holds; of another object, its content

  const std::string* label(std::string_view name) const;
  const std::string* annotation(std::string_view name) const;
  bool managed() const;
  // Does the data-hash annotation tell the truth about the data?
  bool hash_matches() const;
};

Target to_target(api::Secret secret);
// For the cache: the values are dropped as soon as the digest is known.
Result<Target> decode_target(std::string_view secret_json);

}  // namespace rotor::secrets
