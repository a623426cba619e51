// `rotor run`: the embedded API server, the controllers of a cluster and the local node, in one process.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "local/environment_text.hpp"
#include "local/node/launch.hpp"
#include "local/node/pod_observer.hpp"
#include "local/timeline.hpp"
#include "providers/registry.hpp"

namespace rotor::local {

struct RunOptions {
  std::vector<std::string> manifests;   // files and folders
  std::optional<std::string> values{};  // answers for every store
  std::uint16_t port = 0;               // of the API server; 0: the system picks one
  std::string state_directory{};        // "": one for these manifests under the user's state folder
  std::optional<std::string> home{};    // where the instances' folders are; none: in the state folder
  // Stores may be asked over plain HTTP outside of loopback and the cluster.
  providers::PlainHttp plain_http = providers::PlainHttp::kNearby;
  bool use_my_credentials = false;  // the person's logins come before what a store's manifest says
  bool fresh = false;               // without the claims that earlier runs kept
  TimelineOptions timeline{};
  std::vector<std::string> command{};  // for every instance; empty: what its container says
  std::vector<std::string> inherit{};  // of the caller's environment, beside what is always passed
  ProofOptions proof{};                // tries new values before a process gets them
  PodMode mode = PodMode::kKeepRunning;
  Duration wait = std::chrono::minutes(1);  // unless kKeepRunning: what has not started by then never will
};

// Makes the providers that manifests may name (the table stands in cli/).
using MakeProviders = std::function<providers::ProviderRegistry(const providers::Services&)>;

struct RunResult {
  int code = 0;                                  // kOnce: of the commands, 128 + signal when one ended it
  std::vector<ShownEnvironment> environments{};  // kResolveOnly
};

// Until SIGINT, SIGTERM or SIGHUP, then stops every process in order; or, unless kKeepRunning, until nothing is left to
// wait for. An error is what kept it from starting.
Result<RunResult> run(RunOptions options, MakeProviders make_providers);

}  // namespace rotor::local
