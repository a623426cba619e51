#include "local/node/launch.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "local/node/agent.hpp"
#include "local/node/pod_objects.hpp"

namespace rotor::local {
namespace {

// The command of the container, with $(VAR) of its environment filled in.
std::vector<std::string> container_words(const api::Container& container, const Environment& environment) {
  Known known;
  for (const Variable& variable : environment) known.insert_or_assign(variable.name, variable);
  std::vector<std::string> argv;
  for (const auto* part : {&container.command, &container.args}) {
    for (const std::string& word : *part) argv.emplace_back(expand(word, known).value.reveal());
  }
  return argv;
}

// An object that is not there is absent from the map.
template <class T, class Map>
Task<Result<Map>> read_all(kube::Client& client, std::string ns, std::set<std::string> names, std::string kind) {
  Map out;
  for (const std::string& name : names) {
    auto object = co_await kube::get<T>(client, {ns, name});
    if (object) {
      out.emplace(name, std::move(object->data));
    } else if (object.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(object).error().prefixed(fmt::format("reading {} {}", kind, name)));
    }
  }
  co_return out;
}

Task<Result<EnvironmentSources>> gather(kube::Client& client, std::shared_ptr<const api::Pod> pod) {
  const References references = references_of(pod->spec.containers.front());
  const std::string& ns = pod->metadata.ns;
  EnvironmentSources out;
  CO_TRY(out.secrets, co_await read_all<api::Secret, decltype(out.secrets)>(client, ns, references.secrets, "secret"));
  CO_TRY(out.config_maps,
         co_await read_all<api::ConfigMap, decltype(out.config_maps)>(client, ns, references.config_maps, "configmap"));
  out.pod = pod->metadata;
  out.service_account = pod->spec.service_account_name;
  out.node_name = kNodeName;
  co_return out;
}

}  // namespace

namespace {

// An image's own PATH leads nowhere here: what is on the caller's is found after it.
void add_callers_path(const Environment& base, Environment& own) {
  const auto mine = std::ranges::find(own, "PATH", &Variable::name);
  const auto callers = std::ranges::find(base, "PATH", &Variable::name);
  if (mine == own.end() || callers == base.end()) return;
  mine->value.append(":");
  mine->value.append(callers->value.reveal());
}

// What is said of the pod, and asked of its process. A command of the caller's answers no probes, unless it is the
// program that they are meant for.
void add_probes(const api::Container& container, const std::vector<std::string>& given, Launch& launch) {
  if (!given.empty() && launch.gateway == 0) return;
  launch.probes = probes_of(container);
  for (auto& probe : launch.probes.by_role) {
    if (probe) probe->port = port_here(probe->port, launch.gateway);
  }
  if (!launch.probes.left_out.empty()) {
    launch.notes.push_back(
        fmt::format("not asked here: {}: it counts as passed", fmt::join(launch.probes.left_out, ", ")));
  }
}

}  // namespace

Task<Result<Launch>> launch_of(kube::Client& client, std::shared_ptr<const api::Pod> pod, NodeOptions options,
                               std::uint16_t port) {
  if (pod->spec.containers.empty()) co_return fail(Code::kInvalid, "the pod has no container");
  const bool resolves = options.mode == PodMode::kResolveOnly;
  const bool agent = is_agent(*pod);
  Launch out;
  CO_TRY(EnvironmentSources sources, co_await gather(client, pod));
  LocalContainer local{pod->spec.containers.front(), std::move(sources)};
  if (options.storage != nullptr) {
    CO_TRY(local, co_await options.storage->prepare(pod, local.container, local.sources));
  }
  if (agent) {
    CO_TRY(LaidOut laid_out, co_await lay_out_agent(client, pod, std::move(local), port));
    local = std::move(laid_out.local);
    out.notes = std::move(laid_out.notes);
    out.reload_values = std::move(laid_out.reload_values);
    out.reload_tools = std::move(laid_out.reload_tools);
  }
  const api::Container& container = local.container;
  CO_TRY(Environment own, build_environment(container, local.sources));
  if (agent) add_callers_path(options.base, own);
  if (resolves) own = foreseen(std::move(own), pod->spec.containers.front(), options.folders);
  const std::vector<std::string> given = options.command;
  if (resolves && options.command.empty()) options.command = {"env"};  // any that is small
  Command& command = out.command;
  command.argv = options.command.empty() ? container_words(container, own) : std::move(options.command);
  if (command.argv.empty()) {
    co_return fail(Code::kInvalid,
                   "nothing to run: the container has no command or args, and its image cannot be run here; "
                   "give a command after `--`");
  }
  command.environment = overlay(std::move(options.base), std::move(own));
  CO_TRY_VOID(check(command, kernel_limits()));
  if (agent && runs_gateway(command.argv)) out.gateway = gateway_port(command.argv, command.environment);
  add_probes(container, given, out);
  for (std::string& line : left_out(*pod)) out.notes.push_back(std::move(line));
  co_return out;
}

}  // namespace rotor::local
