#include "local/node/proofs.hpp"

#include <cerrno>
#include <cstring>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/openclaw/instance.hpp"
#include "base/descriptor.hpp"
#include "base/duration.hpp"
#include "local/node/free_port.hpp"
#include "local/node/pod_objects.hpp"
#include "openclaw/proof/settings.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kLastWord{5};  // from the deadline to SIGKILL
constexpr std::chrono::milliseconds kLook{5};

// nullopt: it did not end in time. Nothing of it is left in either case.
Task<std::optional<Exit>> wait_for(Clock& clock, std::shared_ptr<Process> process, Duration limit) {
  using namespace asio::experimental::awaitable_operators;
  auto first = co_await (process->wait() || clock.sleep_for(limit));
  const bool in_time = first.index() == 0;
  if (!in_time) process->stop(kLastWord);
  co_await process->gone();
  co_return in_time ? std::optional<Exit>(std::get<0>(first)) : std::nullopt;
}

// The set that a pod is of, by which the timeline calls it.
kube::Key set_of(const api::Pod& pod) {
  for (const kube::OwnerReference& owner : pod.metadata.owner_references) {
    if (owner.controller.value_or(false)) return {pod.metadata.ns, owner.name};
  }
  return pod.metadata.key();
}

std::string files_of(const SecretValues& shown, const SecretValues& now) {
  std::vector<std::string_view> names;
  for (const auto& [name, data] : now) {
    const auto before = shown.find(name);
    if (before == shown.end() || before->second != data) names.push_back(name);
  }
  return fmt::format("the files of secret {}", fmt::join(names, ", "));
}

}  // namespace

Proofs::Proofs(Executor executor, kube::Client& client, Clock& clock, Guardian& guardian, Timeline& timeline,
               NodeOptions options)
    : executor_(std::move(executor)),
      client_(client),
      clock_(clock),
      guardian_(guardian),
      timeline_(timeline),
      options_(std::move(options)) {
  options_.command = {"/bin/sh", "-c", options_.proof.command};
  options_.output = nullptr;
  if (options_.storage == nullptr || options_.proof.command.empty()) return;
  options_.storage->ask_before([this](const auto& pod, const SecretValues& shown, const SecretValues& now) {
    return may_show(pod, shown, now);
  });
}

Proofs::~Proofs() {
  if (options_.storage != nullptr) options_.storage->ask_before({});
}

void Proofs::runs_with(const kube::Key& pod, Environment environment) {
  if (!options_.proof.command.empty()) running_.insert_or_assign(pod, std::move(environment));
}

std::optional<Environment> Proofs::kept(const kube::Key& pod) const {
  const auto running = running_.find(pod);
  if (standing(pod) == TrialState::kFree || running == running_.end()) return std::nullopt;
  return running->second;
}

TrialState Proofs::Trial::state() const {
  if (!verdict) return TrialState::kTried;
  const bool held = *verdict == Verdict::kUnknown && unknown_holds;
  return *verdict == Verdict::kBad || held ? TrialState::kRefused : TrialState::kFree;
}

TrialState Proofs::standing(const kube::Key& pod) const {
  const auto trials = trials_.find(pod);
  if (trials == trials_.end()) return TrialState::kFree;
  const auto is = [&trials](TrialState state) {
    const auto& [of_template, of_files] = trials->second;
    return (of_template && of_template->state() == state) || (of_files && of_files->state() == state);
  };
  return is(TrialState::kTried)     ? TrialState::kTried
         : is(TrialState::kRefused) ? TrialState::kRefused
                                    : TrialState::kFree;
}

std::function<TrialState()> Proofs::look_at_files(const kube::Key& pod) {
  const PodStorage* const storage = options_.storage;
  const std::uint64_t look = storage == nullptr ? 0 : options_.storage->look_again(pod);
  return [this, storage, pod, look] {
    const TrialState state = standing(pod);
    if (state != TrialState::kRefused || storage == nullptr) return state;
    if (!storage->has_looked(pod, look)) return TrialState::kTried;
    return storage->holds_back(pod) ? TrialState::kRefused : TrialState::kFree;
  };
}

bool Proofs::allow(const std::shared_ptr<const api::StatefulSet>& set, const api::Pod& pod) {
  const kube::Key key = pod.metadata.key();
  if (stopping_ || !running_.contains(key) || !is_rotation(*set, pod)) return true;
  const std::string revision = template_revision(*set);
  Trials& trials = trials_[key];
  if (trials.of_template && trials.of_template->revision == revision) {
    return trials.of_template->state() == TrialState::kFree;
  }
  if (trials.of_files && !trials.of_files->verdict) drop(trials.of_files);  // asked for again once this one is over
  const std::uint64_t number = ++numbers_;
  begin(set->metadata.key(), key, proof_pod(*set, number),
        {.number = number, .revision = revision, .subject = "the new pod template"}, trials.of_template);
  return false;
}

bool Proofs::may_show(const std::shared_ptr<const api::Pod>& pod, const SecretValues& shown, const SecretValues& now) {
  const kube::Key key = pod->metadata.key();
  if (!running_.contains(key)) return true;
  Trials& trials = trials_[key];
  if (!brings_others(shown, now)) {
    drop(trials.of_files);
    return true;
  }
  if (stopping_) return false;
  if (const auto& next = trials.of_template) {
    if (next->files ? *next->files == now : next->verdict.has_value()) return next->state() == TrialState::kFree;
    if (!next->verdict) return false;  // which asks again
  }
  if (trials.of_files && trials.of_files->files == now) return trials.of_files->state() == TrialState::kFree;
  const std::uint64_t number = ++numbers_;
  begin(set_of(*pod), key, proof_pod(*pod, number), {.number = number, .subject = files_of(shown, now), .files = now},
        trials.of_files);
  return false;
}

void Proofs::begin(const kube::Key& set, const kube::Key& pod, api::Pod stand_in, Trial trial,
                   std::optional<Trial>& place) {
  drop(place);
  const std::uint64_t number = trial.number;
  place = std::move(trial);
  ++under_way_;
  asio::co_spawn(executor_, try_out(set, pod, std::make_shared<const api::Pod>(std::move(stand_in)), number),
                 asio::detached);
}

// Files are no matter of the set's.
void Proofs::not_needed(const kube::Key& pod) {
  const auto trials = trials_.find(pod);
  if (trials == trials_.end() || !trials->second.of_template) return;
  drop(trials->second.of_template);
  if (options_.storage != nullptr) options_.storage->look_again(pod);
}

void Proofs::forget(const kube::Key& pod) {
  if (const auto trials = trials_.find(pod); trials != trials_.end()) {
    drop(trials->second.of_template);
    drop(trials->second.of_files);
    trials_.erase(trials);
  }
  running_.erase(pod);
}

// Its command is killed, and what it would say is not heard.
void Proofs::drop(std::optional<Trial>& trial) {
  if (trial && trial->process) trial->process->stop(std::chrono::milliseconds(0));
  trial.reset();
}

Task<> Proofs::stop() {
  stopping_ = true;
  std::vector<std::shared_ptr<Process>> processes;
  for (const auto& [pod, trials] : trials_) {
    for (const auto* trial : {&trials.of_template, &trials.of_files}) {
      if (*trial && (*trial)->process) processes.push_back((*trial)->process);
    }
  }
  trials_.clear();
  for (const auto& process : processes) process->stop(std::chrono::milliseconds(0));
  for (const auto& process : processes) co_await process->gone();
  while (under_way_ > 0) co_await clock_.sleep_for(kLook);  // one may wait for the API server
}

Proofs::Trial* Proofs::find(const kube::Key& pod, std::uint64_t number) {
  const auto found = trials_.find(pod);
  if (found == trials_.end()) return nullptr;
  for (auto* trial : {&found->second.of_template, &found->second.of_files}) {
    if (*trial && (*trial)->number == number) return &**trial;
  }
  return nullptr;
}

Task<> Proofs::try_out(kube::Key set, kube::Key pod, std::shared_ptr<const api::Pod> stand_in, std::uint64_t number) {
  Ending ending;
  auto process = co_await start(set, pod, stand_in, number);
  if (process) {
    ending.exit = co_await wait_for(clock_, *std::move(process), options_.proof.deadline);
  } else {
    ending.trouble = process.error().message;
  }
  if (options_.storage != nullptr) options_.storage->remove(stand_in->metadata.key());
  const bool holds = verdict_of(ending.exit) == Verdict::kUnknown && co_await unknown_holds(set);
  if (Trial* const trial = find(pod, number)) trial->unknown_holds = holds;
  settle(set, pod, number, ending);
  --under_way_;
}

// What its instance says, whose name is the set's; as careful as can be when that cannot be read.
Task<bool> Proofs::unknown_holds(kube::Key set) {
  const auto instance = co_await kube::get<api::OpenClawInstance>(client_, set);
  if (!instance) co_return instance.error().code != Code::kNotFound;
  co_return openclaw::read_proof_settings(instance->metadata.annotations).unknown_holds;
}

// What it prints is thrown away: whoever tries a key is likely to print it.
Task<Result<std::shared_ptr<Process>>> Proofs::start(kube::Key set, kube::Key pod,
                                                     std::shared_ptr<const api::Pod> stand_in, std::uint64_t number) {
  CO_TRY(const std::uint16_t port, free_port(0));
  CO_TRY(Launch launch, co_await launch_of(client_, stand_in, options_, port));
  Trial* const wanted = find(pod, number);
  if (wanted == nullptr) co_return fail(Code::kCancelled, "other values have come");
  if (options_.storage != nullptr) wanted->files = options_.storage->shown(stand_in->metadata.key());
  const std::vector<std::string> values = new_values(running_[pod], launch.command.environment);
  if (!values.empty()) wanted->subject = fmt::format("{}", fmt::join(values, ", "));
  timeline_.say(set.text(), fmt::format("proof: trying {} before the process {}", wanted->subject,
                                        wanted->revision.empty() ? "gets that" : "is replaced"));
  const Descriptor nowhere(open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (!nowhere) co_return fail(Code::kUnavailable, fmt::format("/dev/null: {}", std::strerror(errno)));
  launch.command.out = launch.command.err = nowhere.get();
  CO_TRY(auto process, co_await start_process(executor_, guardian_, std::move(launch.command)));
  Trial* const trial = find(pod, number);
  if (trial == nullptr) co_return fail(Code::kCancelled, "other values have come");  // its handle's end is its own
  trial->process = process;
  co_return process;
}

void Proofs::settle(const kube::Key& set, const kube::Key& pod, std::uint64_t number, const Ending& ending) {
  Trial* const trial = find(pod, number);
  if (trial == nullptr || stopping_) return;
  trial->process = nullptr;
  const Verdict verdict = verdict_of(ending.exit);
  trial->verdict = verdict;
  if (verdict == Verdict::kGood) {
    timeline_.say(set.text(), fmt::format("proof: {} is good", trial->subject), {{"proof", "good"}});
  } else if (verdict == Verdict::kBad) {
    constexpr std::string_view kBad =
        "proof: {} is bad (exit code 1): the process keeps running with the old value until another one comes";
    timeline_.fail(set.text(), fmt::format(kBad, trial->subject), {{"proof", "bad"}});
  } else {
    const std::string then = trial->unknown_holds
                                 ? fmt::format(
                                       "{} is hold: the process keeps running with the old value until another one "
                                       "comes",
                                       openclaw::kSecretProofUnknown)
                                 : std::string("going on with it");
    constexpr std::string_view kUnknown = "proof: nothing is known about {} ({}; 0 is good, 1 is bad): {}";
    timeline_.fail(set.text(), fmt::format(kUnknown, trial->subject, describe(ending), then), {{"proof", "unknown"}});
  }
  if (options_.storage != nullptr) options_.storage->look_again(pod);
  if (told_) told_(set);
}

std::string Proofs::describe(const Ending& ending) const {
  if (!ending.trouble.empty()) return ending.trouble;
  if (!ending.exit) return "no end within " + format_duration(options_.proof.deadline);
  if (ending.exit->signal != 0) return fmt::format("ended by signal {}", ending.exit->signal);
  return fmt::format("exit code {}", ending.exit->code);
}

}  // namespace rotor::local
