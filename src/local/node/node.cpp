#include "local/node/node.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace rotor::local {

Node::Node(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
           NodeOptions options)
    : pods_(client, clock, "", {}),
      sets_(client, clock, timeline, pods_, options.mode == PodMode::kKeepRunning),
      kubelet_(std::move(executor), client, clock, guardian, timeline, std::move(options), pods_) {}

Task<> Node::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (pods_.run() && sets_.run() && kubelet_.run());
}

Task<> Node::stop() {
  sets_.stop();
  return kubelet_.stop();
}

}  // namespace rotor::local
