#include "local/node.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "base/log.hpp"
#include "local/revisions.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;
using kube::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;
using SetPtr = std::shared_ptr<const api::StatefulSet>;

constexpr kube::Resource kPods = {"", "v1", "pods", "Pod"};
constexpr kube::Resource kSecrets = kube::kResource<api::Secret>;
constexpr kube::Resource kConfigMaps = kube::kResource<api::ConfigMap>;
constexpr kube::Resource kSets = kube::kResource<api::StatefulSet>;
constexpr int kWorkers = 64;  // a reconcile sleeps through a stop's grace: workloads do not wait for one another

bool is_wanted(const SetPtr& set) { return set && !set->metadata.deleting() && set->spec.replicas.value_or(1) > 0; }

milliseconds grace_of(const SetPtr& set) {
  return seconds(set ? set->spec.pod_template.spec.termination_grace_period_seconds.value_or(30) : 30);
}

kube::Key pod_key(const kube::Key& set) { return {set.ns, set.name + "-0"}; }

// The command of the container, with $(VAR) of its environment filled in.
std::vector<std::string> container_command(const api::Container& container, const Environment& environment) {
  SecretMap known;
  for (const auto& [name, value] : environment) known.insert_or_assign(name, value);
  std::vector<std::string> argv;
  for (const auto* part : {&container.command, &container.args}) {
    for (const std::string& word : *part) argv.emplace_back(expand(word, known).reveal());
  }
  return argv;
}

std::string describe(const Exit& exit) {
  if (exit.signal != 0) return fmt::format("was ended by signal {}", exit.signal);
  return fmt::format("exited with code {}", exit.code);
}

}  // namespace

Node::Node(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
           NodeOptions options)
    : executor_(executor),
      client_(client),
      clock_(clock),
      guardian_(guardian),
      timeline_(timeline),
      options_(std::move(options)),
      sets_(client, clock, "", {}),
      secrets_(client, clock, "", {.metadata_only = true}, json::read<kube::PartialObject>, kSecrets),
      config_maps_(client, clock, "", {.metadata_only = true}, json::read<kube::PartialObject>, kConfigMaps),
      queue_(clock, "local-node", kWorkers, [this](kube::Key key) { return reconcile(std::move(key)); },
             {.first = seconds(1), .most = seconds(30)}) {
  sets_.on_change([this](const kube::Key& key, const SetPtr&, const SetPtr&) { queue_.add(key); });
  secrets_.on_change([this](const kube::Key& key, const auto&, const auto&) { wake_waiting(key, true); });
  config_maps_.on_change([this](const kube::Key& key, const auto&, const auto&) { wake_waiting(key, false); });
}

Node::~Node() = default;

Task<> Node::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (sets_.run() && secrets_.run() && config_maps_.run() && queue_.run());
}

Task<> Node::stop() {
  stopping_ = true;
  std::vector<kube::Key> keys;
  for (const auto& [key, slot] : slots_) {
    if (slot.process) keys.push_back(key);
  }
  for (const kube::Key& key : keys) co_await stop_process(key);
}

// A reference that was missing may be there now.
void Node::wake_waiting(const kube::Key& changed, bool secret) {
  for (const auto& [key, slot] : slots_) {
    const auto& names = secret ? slot.references.secrets : slot.references.config_maps;
    if (slot.state == ProcessState::kWaiting && key.ns == changed.ns && names.contains(changed.name)) queue_.add(key);
  }
}

Task<Outcome> Node::reconcile(kube::Key key) {
  if (stopping_) co_return Outcome::done();
  const SetPtr set = sets_.get(key);
  Slot& slot = slots_[key];
  const bool wanted = is_wanted(set);
  const std::string revision = set ? template_revision(*set) : "";
  const WorkloadInput input{wanted, revision, slot.state, slot.revision, slot.not_before, clock_.steady()};
  switch (decide(input)) {
    case WorkloadAction::kNothing:
      break;
    case WorkloadAction::kWait: {
      auto said = co_await report(key, set, revision);
      if (!said) co_return Outcome::failed();
      co_return Outcome::again_after(slot.not_before - clock_.steady(), kube::Lane::kRetry);
    }
    case WorkloadAction::kRestart:
      timeline_.say(key.text(),
                    fmt::format("its pod template changed: stopping pid {} to start anew", slot.process->pid()));
      co_await stop_process(key);
      co_return co_await start(key, set, revision);
    case WorkloadAction::kStart:
      co_return co_await start(key, set, revision);
    case WorkloadAction::kStop:
      if (slot.process) {
        timeline_.say(key.text(), "stopping: the workload is gone or scaled to zero");
        co_await stop_process(key);
      }
      slot.state = ProcessState::kNone;
      break;
  }
  if (!set) {
    auto removed = co_await client_.remove(kPods, pod_key(key));
    if (!removed && removed.error().code != Code::kNotFound) co_return Outcome::failed();
    slots_.erase(key);
    queue_.forget(key);
    co_return Outcome::done();
  }
  auto said = co_await report(key, set, revision);
  if (!said) co_return Outcome::failed();
  co_return Outcome::done();
}

Task<Outcome> Node::start(kube::Key key, SetPtr set, std::string revision) {
  Slot& slot = slots_[key];
  if (slot.revision != revision) slot.facts = PodFacts{.created = clock_.now()};
  slot.revision = revision;
  auto process = co_await launch(key, set);
  if (stopping_) co_return Outcome::done();
  if (process) {
    slot.process = *std::move(process);
    slot.state = ProcessState::kRunning;
    slot.started = clock_.steady();
    slot.facts.running = true;
    slot.facts.started = clock_.now();
    slot.references = {};
    ++slot.starts;
    ++slot.epoch;
    timeline_.say(key.text(), fmt::format("started, pid {} (start {})", slot.process->pid(), slot.starts));
    asio::co_spawn(executor_, watch_exit(key, slot.epoch), asio::detached);
  } else {
    slot.state = ProcessState::kWaiting;
    slot.facts.running = false;
    const bool reference = process.error().code == Code::kNotFound || process.error().code == Code::kInvalid;
    if (slot.facts.message != process.error().message) timeline_.say(key.text(), "waiting: " + process.error().message);
    slot.facts.reason = reference ? "CreateContainerConfigError" : "RunContainerError";
    slot.facts.message = process.error().message;
  }
  auto said = co_await report(key, set, revision);
  if (!said || (!process && slot.references.secrets.empty() && slot.references.config_maps.empty()))
    co_return Outcome::failed();
  // A missing object wakes us when it appears; a look now and then costs little and misses nothing.
  if (!process) co_return Outcome::again_after(seconds(10), kube::Lane::kRetry);
  co_return Outcome::done();
}

Task<Result<std::unique_ptr<Process>>> Node::launch(kube::Key key, SetPtr set) {
  const auto& containers = set->spec.pod_template.spec.containers;
  if (containers.empty()) co_return fail(Code::kInvalid, "the pod template has no container");
  const api::Container& container = containers.front();
  const References references = references_of(container);
  slots_[key].references = references;
  CO_TRY(EnvironmentSources sources, co_await gather(key.ns, references));
  sources.pod.name = pod_name(*set);
  sources.pod.ns = key.ns;
  sources.pod.labels = set->spec.pod_template.metadata.labels;
  sources.pod.annotations = set->spec.pod_template.metadata.annotations;
  sources.service_account = set->spec.pod_template.spec.service_account_name;
  sources.node_name = kNodeName;
  CO_TRY(Environment own, build_environment(container, sources));
  Command command;
  command.argv = options_.command.empty() ? container_command(container, own) : options_.command;
  if (command.argv.empty()) {
    co_return fail(Code::kInvalid,
                   "nothing to run: the container has no command or args, and its image cannot be run here; "
                   "give a command after `--`");
  }
  command.environment = overlay(options_.base, std::move(own));
  co_return start_process(executor_, guardian_, std::move(command));
}

Task<Result<EnvironmentSources>> Node::gather(std::string ns, References references) {
  EnvironmentSources out;
  for (const std::string& name : references.secrets) {
    auto secret = co_await kube::get<api::Secret>(client_, {ns, name});
    if (secret) {
      out.secrets.emplace(name, std::move(secret->data));
    } else if (secret.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(secret).error().prefixed("reading secret " + name));
    }
  }
  for (const std::string& name : references.config_maps) {
    auto map = co_await kube::get<api::ConfigMap>(client_, {ns, name});
    if (map) {
      out.config_maps.emplace(name, std::move(map->data));
    } else if (map.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(map).error().prefixed("reading configmap " + name));
    }
  }
  co_return out;
}

Task<> Node::watch_exit(kube::Key key, int epoch) {
  Process* process = slots_[key].process.get();
  Exit exit;
  try {
    exit = co_await process->wait();
  } catch (const boost::system::system_error&) {
    co_return;  // stopped by us
  }
  const auto it = slots_.find(key);
  if (it == slots_.end() || it->second.epoch != epoch || it->second.state != ProcessState::kRunning || stopping_)
    co_return;
  note_exit(key, exit);
}

void Node::note_exit(const kube::Key& key, Exit exit) {
  Slot& slot = slots_[key];
  if (clock_.steady() - slot.started > kStableAfter) slot.facts.restarts = 0;
  ++slot.facts.restarts;
  const Duration rest = crash_back_off(slot.facts.restarts);
  slot.process.reset();
  slot.state = ProcessState::kExited;
  slot.not_before = clock_.steady() + std::chrono::duration_cast<SteadyTime::duration>(rest);
  slot.facts.running = false;
  slot.facts.last_exit = exit;
  slot.facts.reason = "CrashLoopBackOff";
  slot.facts.message = fmt::format("back-off {} restarting failed container", format_duration(rest));
  timeline_.say(key.text(), fmt::format("{}; starting again {}", describe(exit),
                                        rest == Duration::zero() ? "now" : "in " + format_duration(rest)));
  queue_.add(key, kube::Lane::kRetry);
}

Task<> Node::stop_process(kube::Key key) {
  Slot& slot = slots_[key];
  if (!slot.process) co_return;
  ++slot.epoch;  // its end is our doing
  slot.state = ProcessState::kNone;
  co_await slot.process->stop(clock_, grace_of(sets_.get(key)));
  timeline_.say(key.text(), fmt::format("stopped pid {}", slot.process->pid()));
  slot.process.reset();
}

Task<Result<void>> Node::ensure_pod(kube::Key key, SetPtr set, std::string revision) {
  Slot& slot = slots_[key];
  if (slot.pod_revision == revision) co_return Result<void>{};
  auto removed = co_await client_.remove(kPods, pod_key(key));
  if (!removed && removed.error().code != Code::kNotFound) co_return removed;
  SecretBytes body(json::serialize(make_pod(*set, revision)));
  CO_TRY_VOID(co_await client_.create(kPods, key.ns, std::move(body)));
  slot.pod_revision = revision;
  CO_TRY_VOID(co_await keep_revisions(client_, key));
  co_return Result<void>{};
}

Task<Result<void>> Node::report(kube::Key key, SetPtr set, std::string revision) {
  Slot& slot = slots_[key];
  const bool exists = slot.state != ProcessState::kNone;
  const bool ready = slot.state == ProcessState::kRunning;
  if (exists) {
    CO_TRY_VOID(co_await ensure_pod(key, set, revision));
    SecretBytes status(json::serialize(pod_status(*set, slot.facts)));
    CO_TRY_VOID(co_await client_.patch(kPods, pod_key(key), kube::PatchType::kMerge, std::move(status),
                                       {.subresource = "status"}));
  } else if (!slot.pod_revision.empty()) {
    auto removed = co_await client_.remove(kPods, pod_key(key));
    if (!removed && removed.error().code != Code::kNotFound) co_return removed;
    slot.pod_revision.clear();
  }
  json::Object status = stateful_set_status(*set, revision, exists, ready);
  if (set->status && set->status->ready_replicas == (ready ? 1 : 0) && set->status->replicas == (exists ? 1 : 0) &&
      set->status->observed_generation == set->metadata.generation) {
    co_return Result<void>{};
  }
  SecretBytes body(json::serialize(status));
  auto answer = co_await client_.patch(kSets, key, kube::PatchType::kMerge, std::move(body), {.subresource = "status"});
  if (!answer && answer.error().code != Code::kNotFound) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>{};
}

}  // namespace rotor::local
