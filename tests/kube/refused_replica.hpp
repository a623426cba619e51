// A replica that the API server refuses a verb on its Lease, but for what holds the Lease. Whoever adds that stops the
// loop first.
#pragma once

#include <string>
#include <utility>

#include "kube/client/fence.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/kube/lease_store.hpp"

namespace rotor::kube {

struct RefusedReplica {
  RefusedReplica(LeaseStore& store, std::string verb) : client(store, clock) { client.refused_verb = std::move(verb); }
  RefusedReplica(const RefusedReplica&) = delete;

  test::FakeClock clock;
  LeaseClient client;
  Fence fence{clock};
  test::Loop loop;
};

}  // namespace rotor::kube
