#include "local/node/kubelet.hpp"

#include <algorithm>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "base/time.hpp"
#include "local/node/agent.hpp"
#include "local/node/free_port.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;
using kube::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr kube::Resource kPods = kube::kResource<api::Pod>;
constexpr int kWorkers = 16;                  // nothing in a reconcile waits for a process
constexpr milliseconds kForced = seconds(2);  // the grace of a pod whose object is gone already
constexpr seconds kLookAgain{10};             // at a missing reference: its appearance wakes us sooner

// What a deletion leaves of the grace. Timestamps have no fractions of a second: never less than was asked for.
milliseconds grace_left(const api::Pod& pod, milliseconds of_template, WallTime now) {
  const auto end = parse_time(pod.metadata.deletion_timestamp);
  if (!end) return of_template;
  const auto left = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*end - now));
  return std::min(left + seconds(1), std::max(left, of_template));
}

// A connection for each question, as a kubelet asks: a program that ends waits for none that is idle.
std::shared_ptr<net::HttpClient> make_asker(Executor executor, Clock& clock) {
  net::ClientConfig config;
  config.user_agent = "kube-probe/rotor";
  config.idle_timeout = milliseconds(1);
  return net::make_http_client(std::move(executor), clock, std::move(config)).value();
}

// Whose output it is: the instance, as the timeline has it.
kube::Key instance_of(const PodRun& run) {
  return {run.key.ns, run.subject.substr(std::min(run.subject.size(), run.key.ns.size() + 1))};
}

bool is_passing(Code code) { return code == Code::kNotFound || code == Code::kConflict || code == Code::kInvalid; }

}  // namespace

Kubelet::Kubelet(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
                 NodeOptions options, kube::Cache<api::Pod>& pods, Proofs& proofs)
    : executor_(std::move(executor)),
      client_(client),
      clock_(clock),
      guardian_(guardian),
      timeline_(timeline),
      options_(std::move(options)),
      pods_(pods),
      proofs_(proofs),
      reloads_(executor_, clock, guardian, timeline),
      secrets_(client, clock, "", {.metadata_only = true}, json::read<kube::PartialObject>,
               kube::kResource<api::Secret>),
      config_maps_(client, clock, "", {.metadata_only = true}, json::read<kube::PartialObject>,
                   kube::kResource<api::ConfigMap>),
      queue_(clock, "local-kubelet", kWorkers, [this](kube::Key key) { return reconcile(std::move(key)); },
             {.first = seconds(1), .most = seconds(30)}),
      http_(make_asker(executor_, clock)),
      self_(std::make_shared<Kubelet*>(this)) {
  pods_.on_change([this](const kube::Key& key, const PodPtr&, const PodPtr&) { queue_.add(key); });
  secrets_.on_change([this](const kube::Key& key, const auto&, const auto&) { wake_waiting(key, true); });
  config_maps_.on_change([this](const kube::Key& key, const auto&, const auto&) { wake_waiting(key, false); });
  reloads_.on_answer([this](const kube::Key& pod) { queue_.add(pod); });
  reloads_.on_mark([this](const kube::Key& pod) { return proofs_.look_at_files(pod); });
  PodStorage* storage = options_.storage;
  if (storage == nullptr) return;
  secrets_.on_change([storage](const kube::Key& key, const auto&, const auto&) { storage->secret_changed(key); });
  config_maps_.on_change(
      [storage](const kube::Key& key, const auto&, const auto&) { storage->config_map_changed(key); });
}

Kubelet::~Kubelet() = default;

Task<> Kubelet::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (secrets_.run() && config_maps_.run() && queue_.run());
}

Task<> Kubelet::stop() {
  stopping_ = true;
  co_await reloads_.stop();
  std::vector<std::shared_ptr<Process>> processes;
  for (const auto& [key, run] : runs_) {
    if (!run->lives()) continue;
    tell_to_stop(*run, pods_.get(key));
    processes.push_back(run->process);
  }
  for (const auto& process : processes) co_await process->gone();
  if (options_.storage != nullptr) options_.storage->remove_all();
  if (options_.output != nullptr) co_await options_.output->finish();
}

// Nothing of a pod outlives it but its claims.
void Kubelet::let_go(const kube::Key& pod) {
  if (options_.storage != nullptr) options_.storage->remove(pod);
  if (options_.output != nullptr) options_.output->forget(pod);
  proofs_.forget(pod);
  reloads_.forget(pod);
}

std::vector<Pending> Kubelet::running() const {
  std::vector<Pending> out;
  for (const auto& [key, run] : runs_) {
    if (run->lives()) out.push_back({run->subject, run->process->pid(), std::chrono::ceil<seconds>(run->grace)});
  }
  return out;
}

void Kubelet::hurry() {
  for (const auto& [key, run] : runs_) {
    if (run->lives()) run->process->stop(milliseconds(0));
  }
}

Kubelet::RunPtr Kubelet::find(const kube::Key& key) const {
  const auto it = runs_.find(key);
  return it == runs_.end() ? nullptr : it->second;
}

// A reference that was missing, or could not be used, may be there now.
void Kubelet::wake_waiting(const kube::Key& changed, bool secret) {
  for (const auto& [key, run] : runs_) {
    const auto& names = secret ? run->references.secrets : run->references.config_maps;
    if (run->state == ProcessState::kWaiting && key.ns == changed.ns && names.contains(changed.name)) queue_.add(key);
  }
}

Task<Outcome> Kubelet::reconcile(kube::Key key) {
  if (stopping_) co_return Outcome::done();
  const PodPtr pod = pods_.get(key);
  RunPtr run = find(key);
  if (!run) {
    if (!pod || pod->spec.node_name != kNodeName) co_return Outcome::done();
    run = std::make_shared<PodRun>(*pod, clock_.now());
    runs_.emplace(key, run);
  }
  const bool exists = pod && pod->metadata.uid == run->uid;
  switch (decide(PodInput{exists, exists && pod->metadata.deleting(), run->finished, run->state, run->not_before,
                          clock_.steady(), options_.mode == PodMode::kOnce})) {
    case PodAction::kNothing:
      co_return co_await keep(run, pod);
    case PodAction::kStart:
      co_return co_await start(run, pod);
    case PodAction::kWait: {
      const Outcome kept = co_await keep(run, pod);
      if (kept.kind == Outcome::Kind::kFailed) co_return kept;
      co_return Outcome::again_after(run->not_before - clock_.steady(), kube::Lane::kRetry);
    }
    case PodAction::kStop:
      tell_to_stop(*run, exists ? pod : nullptr);  // follow() brings us back when it is gone
      co_return Outcome::done();
    case PodAction::kFinish:
      co_return co_await finish(run, pod);
    case PodAction::kForget:
      runs_.erase(key);
      let_go(key);
      if (pod) queue_.add(key);  // another one of that name stands in line
      co_return Outcome::done();
  }
  co_return Outcome::done();
}

Task<Outcome> Kubelet::keep(RunPtr run, PodPtr pod) {
  if (pod && pod->metadata.uid == run->uid && run->lives()) reloads_.look(*pod);
  run->facts.reload_answer = reloads_.answer(run->key);
  auto said = co_await report(std::move(run), std::move(pod));
  co_return said ? Outcome::done() : Outcome::failed();
}

Task<Outcome> Kubelet::start(RunPtr run, PodPtr pod) {
  std::string reason = "CreateContainerConfigError";
  Result<std::shared_ptr<Process>> process = nullptr;
  auto planned = co_await plan(run, pod);
  if (planned && options_.mode == PodMode::kResolveOnly) {
    options_.observer->resolved(run->subject, planned->command.environment);
    co_return Outcome::done();
  }
  bool for_good = !planned && planned.error().code == Code::kInvalid;
  if (!planned) {
    process = std::unexpected(std::move(planned).error());
  } else if (!stopping_) {
    say_notes(*run, planned->notes);
    run->gateway = planned->gateway;
    proofs_.runs_with(run->key, planned->command.environment);
    reloads_.runs(run->key,
                  {run->subject, planned->command.environment, planned->reload_values, planned->reload_tools});
    process = co_await launch(run, std::move(planned->command));
    reason = "RunContainerError";
    for_good = !process;  // the environment is whole: no object that appears could help
  }
  if (stopping_) co_return Outcome::done();  // what was started ends with its handle
  if (process) {
    run->process = *process;
    note_started(*run, clock_.now(), clock_.steady());
    const int starts = ++starts_[run->subject];
    timeline_.say(run->subject, fmt::format("started, pid {} (start {})", run->process->pid(), starts),
                  {{"pid", run->process->pid()}, {"start", starts}});
    if (options_.observer != nullptr) options_.observer->started(run->subject);
    ask(run, std::move(planned->probes));
    asio::co_spawn(executor_, follow(run, *std::move(process), self_), asio::detached);
    co_return co_await keep(run, pod);
  }
  if (process.error().code == Code::kCancelled) co_return Outcome::failed();  // the end of the run is no news
  const std::string message = process.error().message;
  if (run->facts.message != message) timeline_.fail(run->subject, "waiting: " + message);
  note_waiting(*run, std::move(reason), message, clock_.now());
  if (options_.observer != nullptr) options_.observer->waits(run->subject, process.error(), for_good);
  auto said = co_await report(run, pod);
  const bool wakes = !run->references.secrets.empty() || !run->references.config_maps.empty();
  if (!said || !wakes) co_return Outcome::failed();
  co_return Outcome::again_after(kLookAgain, kube::Lane::kRetry);
}

// A gateway keeps its port over restarts and rotations, if nobody took it in between.
Task<Result<Launch>> Kubelet::plan(RunPtr run, PodPtr pod) {
  std::uint16_t port = 0;
  if (is_agent(*pod)) {
    CO_TRY(port, free_port(ports_[run->subject]));
    ports_[run->subject] = port;
  }
  CO_TRY(Launch planned, co_await launch_of(client_, std::move(pod), options_, port));
  if (auto kept = proofs_.kept(run->key)) planned.command.environment = *std::move(kept);
  co_return planned;
}

// Once a pod's subject: what holds for one pod of it holds for the next.
void Kubelet::say_notes(PodRun& run, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (said_.insert(run.subject + " " + note).second) say(run, note);
  }
}

void Kubelet::ask(const RunPtr& run, Probes probes) {
  if (probes.empty()) return;
  ProbeSeries series(std::move(probes), clock_.steady());
  note_probed(*run, series.started(), series.ready(), clock_.now());
  auto told = [run, process = run->process, self = std::weak_ptr<Kubelet*>(self_)](const ProbeNews& news) {
    const auto kubelet = self.lock();
    return kubelet && run->process == process && (*kubelet)->take(run, news);
  };
  auto end = run->probing = std::make_shared<asio::cancellation_signal>();
  asio::co_spawn(executor_, ask_probes(http_, clock_, std::move(series), std::move(told)),
                 asio::bind_cancellation_slot(end->slot(), [end](std::exception_ptr) {}));
}

// False: no more is to be asked.
bool Kubelet::take(const RunPtr& run, const ProbeNews& news) {
  if (stopping_ || run->told_to_stop || run->state != ProcessState::kRunning) return false;
  const bool had_started = run->facts.startup_passed;
  const bool changed = note_probed(*run, news.series.started(), news.series.ready(), clock_.now());
  if (changed || had_started != run->facts.startup_passed) queue_.add(run->key);
  if (changed && run->facts.ready()) {
    const int port = news.series.probe(news.role).port;
    timeline_.say(run->subject, fmt::format("ready, on http://127.0.0.1:{}", port), {{"port", port}});
  } else if (changed) {
    timeline_.fail(run->subject, "not ready: " + news.failure);
  }
  const auto failed = news.series.failed();
  if (!failed) return true;
  timeline_.fail(run->subject,
                 fmt::format("{} failed {} times: {}; pid {} is stopped and started again", field_of(*failed),
                             news.series.probe(*failed).failures, news.failure, run->process->pid()));
  run->process->stop(run->grace);
  return false;
}

Task<Result<std::shared_ptr<Process>>> Kubelet::launch(RunPtr run, Command command) {
  Descriptor end;
  if (options_.output != nullptr) {
    CO_TRY(end, options_.output->open(instance_of(*run), run->key));
    command.out = command.err = end.get();
  }
  co_return co_await start_process(executor_, guardian_, std::move(command));
}

void Kubelet::tell_to_stop(PodRun& run, const PodPtr& pod) {
  milliseconds grace = run.grace;
  if (!stopping_) grace = pod ? grace_left(*pod, run.grace, clock_.now()) : kForced;
  run.process->stop(grace);
  if (std::exchange(run.told_to_stop, true)) return;
  run.state = ProcessState::kEnding;
  say(run, fmt::format("stopping pid {}, which has {} for it", run.process->pid(),
                       format_duration(std::chrono::round<seconds>(grace))));
}

// Waits for the end of the process and of all it started; then the pod has its turn again.
Task<> Kubelet::follow(RunPtr run, std::shared_ptr<Process> process, std::weak_ptr<Kubelet*> kubelet) {
  const Exit exit = co_await process->wait();
  if (run->state == ProcessState::kRunning) run->state = ProcessState::kEnding;
  co_await process->gone();
  if (const auto self = kubelet.lock()) (*self)->note_end(*run, exit);
}

void Kubelet::note_end(PodRun& run, Exit exit) {
  const pid_t pid = run.process->pid();
  if (const auto probing = std::exchange(run.probing, nullptr)) probing->emit(asio::cancellation_type::terminal);
  if (run.told_to_stop) {
    note_stopped(run, exit, clock_.now());
    say(run, fmt::format("stopped pid {}", pid));
  } else {
    const Duration rest = note_crashed(run, exit, clock_.now(), clock_.steady());
    const std::string when = rest == Duration::zero() ? "now" : "in " + format_duration(rest);
    const bool once = options_.mode == PodMode::kOnce;
    std::string text = describe_end(exit, run.gateway != 0);
    if (!once) text += "; starting again " + when;
    json::Object fields{{"pid", pid}, {"exitCode", exit.code}};
    if (once && exit.code == 0) {
      timeline_.say(run.subject, text, std::move(fields));
    } else {
      timeline_.fail(run.subject, text, std::move(fields));
    }
    if (options_.observer != nullptr) options_.observer->ended(run.subject, exit);
  }
  queue_.add(run.key);
}

// The last word about the pod, and the word that it may go: grace 0 is the node's to say.
Task<Outcome> Kubelet::finish(RunPtr run, PodPtr pod) {
  if (auto said = co_await report(run, pod); !said) co_return Outcome::failed();
  let_go(run->key);
  auto removed = co_await client_.remove(kPods, run->key, {.uid = run->uid, .grace_period_seconds = 0});
  if (!removed && removed.error().code != Code::kNotFound && removed.error().code != Code::kConflict)
    co_return Outcome::failed();
  run->finished = true;  // a finalizer may keep the object; there is no more to do for us
  co_return Outcome::done();
}

Task<Result<void>> Kubelet::report(RunPtr run, PodPtr pod) {
  std::string status = json::serialize(pod_status(*pod, run->facts));
  if (status == run->reported) co_return Result<void>{};
  auto answer =
      co_await client_.patch(kPods, run->key, kube::PatchType::kMerge, SecretBytes(status), {.subresource = "status"});
  // Gone, or another pod of that name by now: the watch will say so.
  if (!answer && !is_passing(answer.error().code)) co_return std::unexpected(std::move(answer).error());
  if (answer) run->reported = std::move(status);
  co_return Result<void>{};
}

}  // namespace rotor::local
