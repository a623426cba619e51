// A replica that works on the instances which a test gives to it and takes from it, beside the operator of the world.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "base/metrics.hpp"
#include "kube/shards/ownership.hpp"
#include "openclaw/controller.hpp"
#include "tests/scenarios/openclaw_world.hpp"

namespace rotor::test {

inline constexpr int kShardsOfReplicas = 6;

class OpenClawReplica {
 public:
  // `clock`: of its machine; null: it is right. It outlives the replica.
  OpenClawReplica(OpenClawWorld& world, openclaw::ControllerOptions options, Clock* clock = nullptr)
      : world_(world),
        ownership(kShardsOfReplicas, &world.clock()),
        client_(connect(world, counts_)),
        controller_(world.loop().executor(), *client_, clock == nullptr ? world.clock() : *clock, metrics_,
                    std::move(options), openclaw::managed_kinds(), &ownership) {
    boost::asio::co_spawn(
        world_.loop().io(), controller_.run(),
        boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr) { ended_ = true; }));
    world_.until("the replica's watches", [this] { return controller_.ready(); });
  }
  ~OpenClawReplica() {
    stop_.emit(boost::asio::cancellation_type::terminal);
    int turns = 0;  // requests that were under way end a little later
    world_.until("the replica to end", [this, &turns] { return ended_ && ++turns > 5; });
  }
  OpenClawReplica(const OpenClawReplica&) = delete;

  // All instances, as one of so many replicas.
  void take_over(int replicas = 1, int rank = 0) { ownership.assign({0, 1, 2, 3, 4, 5}, {}, replicas, rank); }
  // Another has them.
  void gives_up_all() { ownership.assign({}, {}, 2, 1); }
  std::uint64_t passes(const std::string& instance) {  // that went through
    auto& family = metrics_.counter("openclaw_reconcile_total", "", {"instance", "namespace", "result"});
    return static_cast<std::uint64_t>(family.with({instance, "ns", "success"}).value());
  }
  bool shows(std::string_view series) const { return metrics_.render().contains(series); }
  std::uint64_t requests(std::string_view verb, std::string_view resource) const {
    const auto found = counts_->find({std::string(verb), std::string(resource)});
    return found == counts_->end() ? 0 : found->second;
  }

 private:
  static constexpr std::string_view kReplicaAgent = "replica-under-test";

  static std::unique_ptr<kube::Client> connect(OpenClawWorld& world, std::shared_ptr<RequestCounts> counts) {
    auto client =
        kube::make_client(world.loop().executor(), world.clock(), world.connection(), std::string(kReplicaAgent));
    if (!client) throw std::runtime_error(client.error().message);
    return std::make_unique<CountingClient>(*std::move(client), Counting{std::move(counts)});
  }

  OpenClawWorld& world_;

 public:
  kube::Ownership ownership;

 private:
  MetricsRegistry metrics_;
  std::shared_ptr<RequestCounts> counts_ = std::make_shared<RequestCounts>();
  std::unique_ptr<kube::Client> client_;
  openclaw::Controller controller_;
  boost::asio::cancellation_signal stop_;
  bool ended_ = false;
};

}  // namespace rotor::test
