// When the gateway counts as started, alive and ready. It answers on one port, or the proxy for it.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
#include "json/document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

struct ProbeTimes {
  std::int32_t initial_delay, period, timeout, failures;
};

constexpr ProbeTimes kLiveness{.initial_delay = 30, .period = 10, .timeout = 5, .failures = 3};
constexpr ProbeTimes kReadiness{.initial_delay = 5, .period = 5, .timeout = 3, .failures = 3};
// Five minutes: the first start writes files and compiles for longer than any later one.
constexpr ProbeTimes kStartup{.initial_delay = 5, .period = 5, .timeout = 3, .failures = 60};
// What the API server makes of a zero.
constexpr ProbeTimes kOfTheServer{.initial_delay = 0, .period = 10, .timeout = 1, .failures = 3};

std::int32_t number(const std::optional<std::int32_t>& wanted, std::int32_t otherwise, std::int32_t for_zero) {
  const std::int32_t value = wanted.value_or(otherwise);
  return value == 0 ? for_zero : value;
}

api::OptionalRaw http_probe(std::string_view path, int port, const ProbeTimes& times,
                            const std::optional<api::InstanceProbe>& of_user) {
  const api::InstanceProbe wanted = of_user.value_or(api::InstanceProbe{});
  if (!wanted.enabled.value_or(true)) return std::nullopt;
  json::Object probe{{"httpGet", json::Object{{"path", path}, {"port", port}, {"scheme", "HTTP"}}}};
  if (const auto delay = number(wanted.initial_delay_seconds, times.initial_delay, kOfTheServer.initial_delay)) {
    probe["initialDelaySeconds"] = delay;
  }
  probe["periodSeconds"] = number(wanted.period_seconds, times.period, kOfTheServer.period);
  probe["timeoutSeconds"] = number(wanted.timeout_seconds, times.timeout, kOfTheServer.timeout);
  probe["failureThreshold"] = number(wanted.failure_threshold, times.failures, kOfTheServer.failures);
  probe["successThreshold"] = 1;
  return json::Raw{json::serialize(probe)};
}

}  // namespace

void add_probes(const api::InstanceSpec& spec, api::Container& main) {
  const api::InstanceProbes wanted = spec.probes.value_or(api::InstanceProbes{});
  const int port = proxy_runs(spec) ? kProxyPort : kGatewayPort;
  main.liveness_probe = http_probe("/healthz", port, kLiveness, wanted.liveness);
  main.readiness_probe = http_probe("/readyz", port, kReadiness, wanted.readiness);
  main.startup_probe = http_probe("/healthz", port, kStartup, wanted.startup);
}

}  // namespace rotor::openclaw
