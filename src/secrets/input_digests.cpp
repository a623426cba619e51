#include "secrets/input_digests.hpp"

#include "base/hash.hpp"
#include "base/log.hpp"

namespace rotor::secrets {

// Without the key of the installation digests are good for this process alone: at the worst a Secret with something
// random in it is made once more.
Task<std::shared_ptr<const kube::DigestKey>> InputDigests::key() {
  auto key = co_await rotation_key_.get();
  if (key) co_return *std::move(key);
  if (own_key_ == nullptr) {
    log::warn("Secrets with random parts are made once more after a restart: there is no key to remember them by",
              {{"error", key.error().message}});
    std::string bytes = random_bytes(32);
    own_key_ = std::make_shared<const kube::DigestKey>(SecretBytes(bytes));
    wipe(bytes.data(), bytes.size());
  }
  co_return own_key_;
}

std::string InputDigests::remembered(const kube::Key& external_secret) const {
  const auto it = remembered_.find(external_secret);
  return it == remembered_.end() ? std::string() : it->second;
}

void InputDigests::remember(const kube::Key& external_secret, const std::string& digest) {
  if (digest.empty()) {
    remembered_.erase(external_secret);
  } else {
    remembered_.insert_or_assign(external_secret, digest);
  }
}

}  // namespace rotor::secrets
