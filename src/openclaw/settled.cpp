#include "openclaw/settled.hpp"

#include <utility>

namespace rotor::openclaw {

Written written(const api::OpenClawInstance& instance) {
  const kube::ObjectMeta& metadata = instance.metadata;
  return {metadata.uid, metadata.generation, metadata.labels, metadata.annotations};
}

void Settled::look_at(const api::OpenClawInstance& instance) {
  Written now = written(instance);
  if (written_ == now) return;
  SurroundingsPtr around = std::move(around_);  // an edit of the instance changes nothing there
  *this = Settled();
  around_ = std::move(around);
  written_ = std::move(now);
}

SurroundingsPtr Settled::look_around(SurroundingsPtr around) {
  if (around_ != nullptr && *around_ == *around) return around_;
  findings.reset();
  fits_.clear();
  around_ = std::move(around);
  return around_;
}

void Settled::fits(const ManagedKind& kind, const std::string& resource_version) {
  fits_.insert_or_assign(&kind, resource_version);
}

bool Settled::fitted(const ManagedKind& kind, const std::string& resource_version) const {
  const auto known = fits_.find(&kind);
  return known != fits_.end() && known->second == resource_version;
}

}  // namespace rotor::openclaw
