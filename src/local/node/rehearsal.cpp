#include "local/node/rehearsal.hpp"

#include <fmt/format.h>

#include "local/node/free_port.hpp"
#include "local/node/pod_storage.hpp"
#include "local/node/proof.hpp"

namespace rotor::local {
namespace {

// What the pod would wait for, or be refused for, whatever this machine is like.
bool is_of_the_pod(Code code) { return code == Code::kNotFound || code == Code::kInvalid || code == Code::kCancelled; }

}  // namespace

Rehearsal::Rehearsal(kube::Client& client, Timeline& timeline, NodeOptions options)
    : client_(client), timeline_(timeline), options_(std::move(options)) {}

Task<bool> Rehearsal::succeeds(std::shared_ptr<const api::StatefulSet> set) {
  if (options_.storage == nullptr) co_return true;
  const kube::Key key = set->metadata.key();
  const auto pod = std::make_shared<const api::Pod>(stand_in(*set, ".next"));
  const auto port = free_port(0);
  const auto launch = co_await launch_of(client_, pod, options_, port.value_or(0));
  options_.storage->remove(pod->metadata.key());
  if (launch || is_of_the_pod(launch.error().code)) {
    said_.erase(key);
    co_return true;
  }
  std::string& said = said_[key];
  if (said != launch.error().message) {
    said = launch.error().message;
    timeline_.fail(key.text(), fmt::format("its pod is not replaced: {}; the process goes on as it is", said));
  }
  co_return false;
}

}  // namespace rotor::local
