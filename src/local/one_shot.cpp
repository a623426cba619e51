#include "local/one_shot.hpp"

#include <fmt/format.h>

namespace rotor::local {

void OneShot::resolved(const std::string& workload, const Environment& environment) {
  shown_.insert_or_assign(workload, ShownEnvironment{workload, environment});
  once_.ended(workload, 0);
  look();
}

void OneShot::ended(const std::string& workload, Exit exit) {
  once_.ended(workload, exit.code);
  look();
}

void OneShot::waits(const std::string& workload, const Error& error, bool for_good) {
  if (for_good) {
    once_.cannot_start(workload, error.message);
  } else {
    once_.waits(workload, error.message);
  }
  look();
}

void OneShot::no_use_waiting() {
  once_.no_use_waiting();
  look();
}

void OneShot::out_of_time() {
  once_.out_of_time();
  look();
}

void OneShot::look() {
  if (exit_code() && over_) std::exchange(over_, nullptr)();
}

std::vector<ShownEnvironment> OneShot::environments() const {
  std::vector<ShownEnvironment> out;
  for (const std::string& workload : workloads_) {
    if (const auto it = shown_.find(workload); it != shown_.end()) out.push_back(it->second);
  }
  return out;
}

std::vector<std::string> workloads_of(const Manifests& manifests) {
  std::vector<std::string> out;
  for (const Manifest& manifest : manifests.good) {
    const json::Value document(manifest.object);
    const std::string_view kind = json::find_string(document, "kind");
    if (kind != "OpenClawInstance" && kind != "StatefulSet") continue;
    const std::string_view ns = json::find_string(document, "metadata.namespace");
    out.push_back(fmt::format("{}/{}", ns.empty() ? "default" : ns, json::find_string(document, "metadata.name")));
  }
  return out;
}

}  // namespace rotor::local
