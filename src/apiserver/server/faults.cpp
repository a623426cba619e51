#include "apiserver/server/faults.hpp"

namespace rotor::apiserver {

void Faults::add(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

std::uint64_t Faults::hits() const {
  const std::lock_guard lock(mutex_);
  return hits_;
}

void Faults::end_watches(std::string resource) {
  const std::lock_guard lock(mutex_);
  if (on_watches_) on_watches_(std::move(resource), false);
}

void Faults::expire_watches(std::string resource) {
  const std::lock_guard lock(mutex_);
  if (on_watches_) on_watches_(std::move(resource), true);
}

void Faults::set_on_watches(OnWatches on_watches) {
  const std::lock_guard lock(mutex_);
  on_watches_ = std::move(on_watches);
}

std::optional<Fault> Faults::take(std::string_view verb, std::string_view resource, std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    const bool wanted = (it->verb.empty() || it->verb == verb) && (it->resource.empty() || it->resource == resource) &&
                        (it->name.empty() || it->name == name);
    if (!wanted) continue;
    if (it->skip > 0) {
      --it->skip;
      continue;
    }
    Fault out = *it;
    ++hits_;
    if (it->times > 0 && --it->times == 0) faults_.erase(it);
    return out;
  }
  return std::nullopt;
}

}  // namespace rotor::apiserver
