#include "local/node/probes.hpp"

#include <algorithm>

#include "json/document.hpp"

namespace rotor::local {
namespace {

using json::Value;

constexpr std::array kRoles = {ProbeRole::kStartup, ProbeRole::kLiveness, ProbeRole::kReadiness};

std::size_t index_of(ProbeRole role) { return static_cast<std::size_t>(role); }

std::int64_t number_or(const Value& probe, std::string_view name, std::int64_t otherwise) {
  const Value* found = json::find(probe, name);
  return found != nullptr && found->is_int64() && found->get_int64() > 0 ? found->get_int64() : otherwise;
}

// A port is a number or the name of one.
int port_of(const Value& action, const api::Container& container) {
  const Value* port = json::find(action, "port");
  if (port == nullptr) return 0;
  if (port->is_int64()) return static_cast<int>(port->get_int64());
  const std::string_view name = json::find_string(action, "port");
  const auto found = std::ranges::find(container.ports, name, &api::ContainerPort::name);
  return found == container.ports.end() ? 0 : found->container_port;
}

Probe http_probe(const Value& probe, const Value& get, const api::Container& container) {
  Probe out{.port = port_of(get, container),
            .initial_delay = std::chrono::seconds(number_or(probe, "initialDelaySeconds", 0)),
            .period = std::chrono::seconds(number_or(probe, "periodSeconds", 10)),
            .timeout = std::chrono::seconds(number_or(probe, "timeoutSeconds", 1)),
            .successes = static_cast<int>(number_or(probe, "successThreshold", 1)),
            .failures = static_cast<int>(number_or(probe, "failureThreshold", 3))};
  if (const std::string_view path = json::find_string(get, "path"); !path.empty()) out.path = path;
  if (!out.path.starts_with('/')) out.path.insert(0, "/");
  const Value* headers = json::find(get, "httpHeaders");
  if (headers == nullptr || !headers->is_array()) return out;
  for (const Value& header : headers->get_array()) {
    out.headers.emplace_back(json::find_string(header, "name"), json::find_string(header, "value"));
  }
  return out;
}

// What it does, when that is nothing we can: `exec`, `grpc`, a GET of another host or over TLS.
std::string other_action(const Value& probe) {
  const Value* get = json::find(probe, "httpGet");
  if (get == nullptr) {
    for (const char* action : {"exec", "tcpSocket", "grpc"}) {
      if (json::find(probe, action) != nullptr) return action;
    }
    return "no action";
  }
  if (json::find_string(*get, "scheme") == "HTTPS") return "httpGet over HTTPS";
  return json::find_string(*get, "host").empty() ? "" : "httpGet of another host";
}

}  // namespace

std::string_view field_of(ProbeRole role) {
  constexpr std::array<std::string_view, kProbeRoles> kFields = {"startupProbe", "livenessProbe", "readinessProbe"};
  return kFields[index_of(role)];
}

Probes probes_of(const api::Container& container) {
  Probes out;
  const auto written = json::parse(json::write(container));
  if (!written) return out;
  for (const ProbeRole role : kRoles) {
    const Value* probe = json::find(*written, field_of(role));
    if (probe == nullptr || !probe->is_object()) continue;
    if (const std::string action = other_action(*probe); !action.empty()) {
      out.left_out.push_back(std::string(field_of(role)) + " (" + action + ")");
      continue;
    }
    out.by_role[index_of(role)] = http_probe(*probe, *json::find(*probe, "httpGet"), container);
  }
  return out;
}

ProbeSeries::ProbeSeries(Probes probes, SteadyTime started)
    : probes_(std::move(probes)), started_(!probes_.of(ProbeRole::kStartup)) {
  for (const ProbeRole role : kRoles) {
    if (const auto& probe = probes_.of(role)) due_[index_of(role)] = started + probe->initial_delay;
  }
}

std::optional<ProbeSeries::Due> ProbeSeries::next() const {
  std::optional<Due> first;
  if (failed_) return first;
  for (const ProbeRole role : kRoles) {
    if (!probes_.of(role) || (role == ProbeRole::kStartup) == started_) continue;
    if (!first || due_[index_of(role)] < first->at) first = Due{role, due_[index_of(role)]};
  }
  return first;
}

void ProbeSeries::take(ProbeRole role, bool good, SteadyTime now) {
  const Probe& asked = probe(role);
  due_[index_of(role)] = now + asked.period;
  Count& count = counts_[index_of(role)];
  count = {good, good == count.good ? count.in_a_row + 1 : 1};
  if (count.in_a_row < (good ? asked.successes : asked.failures)) return;
  passes_[index_of(role)] = good;
  if (role == ProbeRole::kStartup && good) started_ = true;
  if (role != ProbeRole::kReadiness && !good) failed_ = role;
}

}  // namespace rotor::local
