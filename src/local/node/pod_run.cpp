#include "local/node/pod_run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "local/node/agent.hpp"
#include "local/node/pod_storage.hpp"

namespace rotor::local {
namespace {

constexpr std::int64_t kDefaultGrace = 30;

std::string subject_of(const api::Pod& pod) {
  for (const kube::OwnerReference& owner : pod.metadata.owner_references) {
    if (owner.controller.value_or(false)) return kube::Key{pod.metadata.ns, owner.name}.text();
  }
  return pod.metadata.key().text();
}

void set_running(PodRun& run, bool running, WallTime now) {
  const bool before = run.facts.ready();
  run.facts.running = running;
  if (run.facts.ready() != before) run.facts.readiness_since = now;
}

void note_end(PodRun& run, Exit exit, WallTime now) {
  run.state = ProcessState::kExited;
  run.process = nullptr;
  run.facts.last = Terminated{exit, run.facts.started, now};
  run.facts.waiting_reason.clear();
  run.facts.message.clear();
  set_running(run, false, now);
}

}  // namespace

PodRun::PodRun(const api::Pod& pod, WallTime now)
    : key(pod.metadata.key()),
      uid(pod.metadata.uid),
      subject(subject_of(pod)),
      grace(std::chrono::seconds(pod.spec.termination_grace_period_seconds.value_or(kDefaultGrace))) {
  facts.accepted = now;
  facts.readiness_since = now;
  if (pod.spec.containers.empty()) return;
  references = references_of(pod.spec.containers.front());
  references.add(volume_references(pod.spec, pod.spec.containers.front()));
  references.add(agent_references(pod.spec));
}

void note_started(PodRun& run, WallTime now, SteadyTime steady) {
  run.state = ProcessState::kRunning;
  run.started = steady;
  run.facts.started = now;
  run.facts.restarts = run.starts++;
  run.facts.waiting_reason.clear();
  run.facts.message.clear();
  run.facts.startup_passed = run.facts.readiness_passed = true;
  set_running(run, true, now);
}

bool note_probed(PodRun& run, bool started, bool ready, WallTime now) {
  const bool before = run.facts.ready();
  run.facts.startup_passed = started;
  run.facts.readiness_passed = ready;
  if (run.facts.ready() == before) return false;
  run.facts.readiness_since = now;
  return true;
}

void note_waiting(PodRun& run, std::string reason, std::string message, WallTime now) {
  run.state = ProcessState::kWaiting;
  run.facts.waiting_reason = std::move(reason);
  run.facts.message = std::move(message);
  set_running(run, false, now);
}

void note_stopped(PodRun& run, Exit exit, WallTime now) { note_end(run, exit, now); }

Duration note_crashed(PodRun& run, Exit exit, WallTime now, SteadyTime steady) {
  if (steady - run.started > kStableAfter) run.crashes = 0;
  const Duration rest = crash_back_off(++run.crashes);
  note_end(run, exit, now);
  run.not_before = steady + std::chrono::duration_cast<SteadyTime::duration>(rest);
  if (rest == Duration::zero()) return rest;
  run.facts.waiting_reason = "CrashLoopBackOff";
  run.facts.message = fmt::format("back-off {} restarting failed container", format_duration(rest));
  return rest;
}

}  // namespace rotor::local
