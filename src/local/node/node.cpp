#include "local/node/node.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace rotor::local {

Node::Node(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
           NodeOptions options)
    : pods_(client, clock, "", {}),
      proofs_(executor, client, clock, guardian, timeline, options),
      rehearsal_(client, timeline, options),
      sets_(client, clock, timeline, pods_, proofs_, rehearsal_, options.mode == PodMode::kKeepRunning),
      kubelet_(std::move(executor), client, clock, guardian, timeline, std::move(options), pods_, proofs_) {}

Task<> Node::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  co_await (pods_.run() && sets_.run() && kubelet_.run());
}

Task<> Node::stop() {
  sets_.stop();
  co_await proofs_.stop();
  co_await kubelet_.stop();
}

}  // namespace rotor::local
