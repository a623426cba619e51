#include "providers/aws/signing_keys.hpp"

namespace rotor::providers::aws {

const SecretBytes& SigningKeys::get(const std::shared_ptr<const Credentials>& credentials, const SigningScope& scope,
                                    WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  Place place{credentials.get(), scope.region, scope.service};
  if (const auto known = keys_.find(place); known != keys_.end()) {
    const Made& made = known->second;
    if (made.day == day && !made.credentials.expired()) return made.key;
  }
  std::erase_if(keys_, [](const auto& item) { return item.second.credentials.expired(); });
  if (keys_.size() >= kMost) keys_.clear();
  Made made{credentials, day, signing_key(*credentials, scope, time)};
  return keys_.insert_or_assign(std::move(place), std::move(made)).first->second.key;
}

}  // namespace rotor::providers::aws
