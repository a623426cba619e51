#include "kube/leader/lease_watch.hpp"

#include <algorithm>
#include <utility>

#include "kube/leader/rival.hpp"

namespace rotor::kube {

LeaseWatch::LeaseWatch(Client& client, Clock& clock, Key lease, Listener saw)
    : lease_(std::move(lease)),
      saw_(std::move(saw)),
      loop_(client, clock, kResource<Lease>, lease_.ns, {.field_selector = "metadata.name=" + lease_.name}, *this) {}

std::string LeaseWatch::refusal() const {
  const std::string refused = loop_.refusal();
  return refused.empty() ? "" : refusal_of("list and watch", lease_, {Code::kDenied, refused});
}

Result<void> LeaseWatch::put(const ObjectIdentity& id, std::string_view object_json) {
  if (id.key != lease_) return {};
  TRY(Lease lease, json::read<Lease>(object_json));
  there_ = true;
  saw_(std::move(lease));
  return {};
}

void LeaseWatch::erase(const Key& key, std::string_view) {
  if (key == lease_ && std::exchange(there_, false)) saw_(std::nullopt);
}

void LeaseWatch::retain(const std::string&, const std::vector<Key>& listed) {
  if (std::ranges::find(listed, lease_) == listed.end()) erase(lease_, "");
}

}  // namespace rotor::kube
