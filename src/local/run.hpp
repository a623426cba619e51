// `rotor run`: the embedded API server, the controllers of a cluster and the local node, in one process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "local/timeline.hpp"
#include "providers/provider.hpp"

namespace rotor::local {

struct RunOptions {
  std::vector<std::string> manifests;   // files and folders
  std::optional<std::string> values{};  // answers for every store
  std::uint16_t port = 0;               // of the API server; 0: the system picks one
  std::optional<std::string> home{};    // where the instances' folders are; none: in the state folder
  bool fresh = false;                   // without the claims that earlier runs kept
  TimelineOptions timeline{};
  std::vector<std::string> command{};  // for every instance; empty: what its container says
};

// Makes the providers that manifests may name (the table stands in cli/).
using MakeProviders = std::function<providers::ProviderRegistry(const providers::Services&)>;

// Until SIGINT, SIGTERM or SIGHUP; then stops every process in order. An error is what kept it from starting.
Result<void> run(RunOptions options, MakeProviders make_providers);

}  // namespace rotor::local
