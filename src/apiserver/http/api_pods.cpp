// What is asked of a running pod: its log, and the streams into a container, which a process of this machine has none
// of.
#include <array>

#include <fmt/format.h>

#include "apiserver/http/call.hpp"

namespace rotor::apiserver {

namespace {

// What to do instead, by subresource.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kInstead = {{
    {"exec", "run the command in a terminal of this machine, with the folder and environment of the process"},
    {"attach", "read its output with `kubectl logs -f`, or in the terminal of `rotor run`"},
    {"portforward", "its ports are ports of 127.0.0.1 already: connect to them as they are"},
}};

// The names of the pod's containers, first the one that runs.
std::vector<std::string_view> containers_of(const json::Object& pod) {
  std::vector<std::string_view> out;
  const json::Object* spec = child(pod, "spec");
  const json::Array* all = spec == nullptr ? nullptr : list(*spec, "containers");
  if (all == nullptr) return out;
  for (const json::Value& one : *all) {
    if (one.is_object()) out.push_back(text(one.get_object(), "name"));
  }
  return out;
}

// Why the container does not run, as its status says.
std::string_view waiting_reason(const json::Object& pod) {
  const json::Object* status = child(pod, "status");
  const json::Array* all = status == nullptr ? nullptr : list(*status, "containerStatuses");
  if (all == nullptr || all->empty() || !all->front().is_object()) return "ContainerCreating";
  const json::Object* state = child(all->front().get_object(), "state");
  const json::Object* waiting = state == nullptr ? nullptr : child(*state, "waiting");
  const std::string_view reason = waiting == nullptr ? std::string_view() : text(*waiting, "reason");
  return reason.empty() ? "ContainerCreating" : reason;
}

Failure cannot_stream(const Target& target, bool runs_pods) {
  if (!runs_pods)
    return bad_request(fmt::format("pod {} does not run: this API server keeps objects only", target.name));
  for (const auto& [name, instead] : kInstead) {
    if (target.subresource != name) continue;
    return bad_request(fmt::format("pod {} is a process on this machine, not a container: {}", target.name, instead));
  }
  return no_such_resource();
}

}  // namespace

bool is_pod_stream(const Target& target) {
  return target.kind->storage_key == "pods" && !target.subresource.empty() && target.subresource != "status";
}

Answer<Api::Outcome> Api::serve_pod(const Call& call) const {
  const Target& target = call.target;
  Target whole = target;
  whole.subresource.clear();
  TRY(const ObjectPtr pod, registry_.get(whole));
  if (target.subresource != "log" || options_.logs == nullptr) {
    return refuse(cannot_stream(target, options_.logs != nullptr));
  }
  if (call.http.method != "GET") return refuse(method_not_allowed());
  TRY(LogRequest request, log_request(call.query, target.name, clock_.now()));
  const auto containers = containers_of(*pod);
  const std::string_view main = containers.empty() ? std::string_view() : containers.front();
  if (!request.container.empty() && std::ranges::find(containers, request.container) == containers.end()) {
    return refuse(bad_request(fmt::format("container {} is not valid for pod {}", request.container, target.name)));
  }
  if (!request.container.empty() && request.container != main) {
    return refuse(bad_request(fmt::format("container {} of pod {} is not run on this machine: only {} is",
                                          request.container, target.name, main)));
  }
  const kube::Key key{target.ns, target.name};
  const LogRuns runs = options_.logs->runs(key);
  if (request.previous && runs.previous == 0) {
    return refuse(
        bad_request(fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", main, target.name)));
  }
  if (runs.current == 0) {
    return refuse(bad_request(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", main, target.name,
                                          waiting_reason(*pod))));
  }
  const std::uint64_t run = request.previous ? runs.previous : runs.current;
  return Outcome{.log = std::make_unique<OpenLog>(options_.logs, key, run, std::move(request))};
}

}  // namespace rotor::apiserver
