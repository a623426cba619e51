#include "inspect/history.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::inspect {
namespace {

constexpr std::string_view kNoRestarts =
    "no restart that Rotor began is on record; one that you begin with an edit is not kept here";

const std::vector<openclaw::PastRestart>& recorded(const Graph& graph, const Id& instance) {
  static const std::vector<openclaw::PastRestart> kNothing;
  const Object* object = graph.find(instance);
  return object == nullptr ? kNothing : object->finding.restarts;
}

std::string keys_text(const openclaw::PastSecret& secret) {
  if (secret.every_key) return "all";
  return secret.keys.empty() ? "all files" : fmt::format("{}", fmt::join(secret.keys, ", "));
}

// What stores call the versions: `3` when all keys are of one, else key by key.
std::string versions_text(const openclaw::PastSecret& secret) {
  const auto& versions = secret.store_versions;
  if (versions.empty()) return "-";
  const auto differs = [&](const auto& entry) { return entry.second != versions.begin()->second; };
  if (std::ranges::none_of(versions, differs)) return versions.begin()->second;
  std::string out;
  for (const auto& [key, version] : versions) out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key, version);
  return out;
}

std::string version_text(const openclaw::PastSecret& secret) {
  if (!secret.copy.empty()) return "copy";
  return secret.version.empty() ? "gone" : secret.version;
}

std::string result_text(const openclaw::PastRestart& restart) {
  std::string out = restart.why.empty() ? restart.result : fmt::format("{}: {}", restart.result, restart.why);
  if (!restart.stopped.empty())
    out += fmt::format("; the rollout of {} stopped at it", fmt::join(restart.stopped, ", "));
  return out;
}

json::Object secret_document(const std::string& name, const openclaw::PastSecret& secret) {
  json::Array keys(secret.keys.begin(), secret.keys.end());
  json::Object versions;
  for (const auto& [key, version] : secret.store_versions) versions[key] = version;
  return {{"name", name},
          {"keys", std::move(keys)},
          {"everyKey", secret.every_key},
          {"digest", secret.digest},
          {"storeVersions", std::move(versions)},
          {"resourceVersion", secret.version},
          {"copy", secret.copy}};
}

}  // namespace

std::vector<openclaw::PastRestart> restarts_of(const Sight& sight, const Id& instance) {
  const Workload* set = sight.workload({instance.ns, instance.name});
  if (set == nullptr) return {};
  std::vector<openclaw::PastRestart> out = set->history.restarts;
  if (!out.empty()) {
    out.back().result = openclaw::result_so_far(out.back(), openclaw::rolled_out(set->state));
  }
  return out;
}

TerminalText history_text(const Graph& graph, const Id& instance) {
  TerminalText out;
  const auto& restarts = recorded(graph, instance);
  if (restarts.empty()) {
    out.line(kNoRestarts);
    return out;
  }
  std::vector<Row> rows = {{"WHEN", "SECRET", "KEYS", "STORE VERSION", "DIGEST", "VERSION", "RESULT"}};
  for (const openclaw::PastRestart& restart : std::views::reverse(restarts)) {
    const std::string result = result_text(restart);
    if (restart.secrets.empty()) rows.push_back({restart.at, "-", "another pod template", "", "", "", result});
    for (const auto& [name, secret] : restart.secrets) {
      rows.push_back(
          {restart.at, name, keys_text(secret), versions_text(secret), secret.digest, version_text(secret), result});
    }
  }
  out.table(rows);
  return out;
}

std::string no_instance(const Graph& graph, const std::string& ns, const std::string& name) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> there;
  for (const auto& [id, object] : graph.objects) {
    if (id.kind == Kind::kInstance) there.push_back(id.ns + "/" + id.name);
  }
  const std::size_t all = there.size();
  std::string out = fmt::format("there is no OpenClawInstance {}{}", ns.empty() ? "" : ns + "/", name);
  if (all == 0) return out + "; there is none at all";
  there.resize(std::min(all, kShown));
  out += fmt::format("; there {} {}", all == 1 ? "is" : "are", fmt::join(there, ", "));
  return all > kShown ? out + fmt::format(" and {} more", all - kShown) : out;
}

json::Object history_document(const Graph& graph, const Id& instance) {
  json::Array restarts;
  for (const openclaw::PastRestart& restart : std::views::reverse(recorded(graph, instance))) {
    json::Array secrets;
    for (const auto& [name, secret] : restart.secrets) secrets.push_back(secret_document(name, secret));
    json::Array stopped(restart.stopped.begin(), restart.stopped.end());
    restarts.push_back(json::Object{{"at", restart.at},
                                    {"result", restart.result},
                                    {"why", restart.why},
                                    {"stopped", std::move(stopped)},
                                    {"secrets", std::move(secrets)}});
  }
  return {{"instance", fmt::format("{}/{}", instance.ns, instance.name)}, {"restarts", std::move(restarts)}};
}

}  // namespace rotor::inspect
