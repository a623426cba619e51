// What has an ExternalSecret read before its time: an edit of it, for which any annotation will do (people set
// `force-sync`), or its store saying that values changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "secrets/views.hpp"

namespace rotor::secrets {

// status.syncedResourceVersion: moves with the spec, the labels and the annotations.
std::string resource_token(const kube::ObjectMeta& metadata);

// Since the last sync; one that never synced counts as edited.
bool was_edited(const ExternalSecret& es);

// Did somebody ask for this refresh by an edit? Not by creating the object, and not for a retry: `tried` is the token
// that failed last, empty when none did since this process began.
bool is_forced(const ExternalSecret& es, std::string_view tried);

// Whom a store asked to be read again. An ask stands until a pass that began after it is good, or can do nothing.
class Asks {
 public:
  using Number = std::uint64_t;  // 0: none

  void ask(const kube::Key& external_secret) { open_.insert_or_assign(external_secret, ++last_); }
  Number of(const kube::Key& external_secret) const;
  // Unless it was asked again meanwhile: what was read may be older than that.
  void answered(const kube::Key& external_secret, Number ask);
  void forget(const kube::Key& external_secret) { open_.erase(external_secret); }

 private:
  std::map<kube::Key, Number> open_;
  Number last_ = 0;
};

}  // namespace rotor::secrets
