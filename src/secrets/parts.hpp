// What the controllers and their steps work with, the same for all of them. Everything in it outlives them.
#pragma once

#include "base/clock.hpp"
#include "base/pool.hpp"
#include "generators/generators.hpp"
#include "kube/client/client.hpp"
#include "kube/events/events.hpp"
#include "kube/shards/ownership.hpp"
#include "providers/kept_clients.hpp"
#include "providers/registry.hpp"
#include "secrets/metrics.hpp"
#include "secrets/options.hpp"
#include "secrets/schedule/shared_reads.hpp"
#include "secrets/world.hpp"

namespace rotor::secrets {

struct Parts {
  kube::Client& client;
  Clock& clock;
  World& world;
  const providers::ProviderRegistry& registry;
  const generators::Generators& generators;
  providers::ReferenceGate& gate;
  providers::KeptClients& clients;
  Pool& pool;
  SharedReads& reads;
  Metrics& metrics;
  kube::EventRecorder& events;                // component external-secrets
  kube::EventRecorder& store_events;          // component secret-store
  kube::EventRecorder& cluster_store_events;  // component cluster-secret-store
  const Options& options;
  kube::Ownership& ownership;
};

}  // namespace rotor::secrets
