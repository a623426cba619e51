// Asks a process what its container's probes ask, as long as it runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "local/node/probes.hpp"
#include "net/http.hpp"

namespace rotor::local {

// An answer, and what all of them have come to.
struct ProbeNews {
  const ProbeSeries& series;
  ProbeRole role;
  std::string failure{};  // why the answer is no; empty: it is yes
};

// Returns when there is no more to ask, or `told` says so by answering false. Everything but the series outlives it.
Task<> ask_probes(std::shared_ptr<net::HttpClient> http, Clock& clock, ProbeSeries series,
                  std::function<bool(const ProbeNews&)> told);

}  // namespace rotor::local
