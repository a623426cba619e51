#include "openclaw/rollout/limiter.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "openclaw/names.hpp"
#include "openclaw/rollout/choice.hpp"
#include "openclaw/rollout/history.hpp"

namespace rotor::openclaw {
namespace {

using Consumer = RolloutBooks::Consumer;

constexpr kube::Resource kLimited = kube::kResource<api::StatefulSet>;
constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kFleetKnownSoon = std::chrono::milliseconds(200);
constexpr auto kOthersAreDoneSoon = std::chrono::seconds(2);
// What was begun longer ago by its own date is over, whichever clock is wrong: a leader that begins does not wait for
// pods that failed last week.
constexpr auto kNoClockIsOffBy = std::chrono::hours(1);

std::string_view annotation_of(const LiveObject& object, std::string_view name) {
  const auto found = object.metadata.annotations.find(name);
  return found == object.metadata.annotations.end() ? std::string_view() : std::string_view(found->second);
}

RestartRequest request_of(const RotationWish& wish) {
  RestartRequest out;
  out.instance = wish.key();
  for (const auto& [name, digest] : wish.changed) {
    const auto content = wish.contents.find(name);
    out.secrets.emplace(name, content == wish.contents.end() ? SecretContent{} : content->second);
  }
  out.immediate = read_choice(wish.instance->metadata.annotations).when == RolloutChoice::When::kImmediate;
  out.starts_pods = wish.wanted.spec.replicas != 0;
  return out;
}

}  // namespace

RolloutLimiter::RolloutLimiter(View& view, const ReferenceIndex& index, Clock& clock, RolloutLimits limits, Hooks hooks)
    : view_(view),
      clock_(clock),
      limits_(limits),
      hooks_(std::move(hooks)),
      books_(
          limits,
          {.sharing = [&index](const kube::Key& s) { return static_cast<int>(index.instances_of(s).size()); },
           .consumers =
               [&index](const kube::Key& secret) {
                 const auto& all = index.instances_of(secret);
                 return std::vector<kube::Key>(all.begin(), all.end());
               },
           .stand = [this](const kube::Key& instance, const kube::Key& secret,
                           const std::string& content) { return stand(instance, secret, content); },
           .lately = [this](const kube::Key& instance, const kube::Key& secret) { return lately(instance, secret); }}),
      histories_([this](const kube::Key& instance) { return view_.live(kLimited).get(instance) != nullptr; }) {
  view_.live(kLimited).on_change([this](const kube::Key& key, const LivePtr&, const LivePtr& now) {
    if (now) seen_for(*now);  // a replica that stands by sees a restart begin, too
    if (books_.follows(key)) look_at(key);
  });
}

Duration RolloutLimiter::seen_for(const LiveObject& object) {
  const History history = parse_history(annotation_of(object, kSecretHistory));
  if (history.restarts.empty()) return {};
  return histories_.age(object.metadata.key(), identity_of(history.restarts.back()), clock_.steady());
}

// Its age counts from when this process saw it: whoever began it may have another clock.
std::optional<RolloutLimiter::Newest> RolloutLimiter::newest_restart(const LiveObject& object) {
  History history = parse_history(annotation_of(object, kSecretHistory));
  if (history.restarts.empty()) return std::nullopt;
  const auto at = parse_time(history.restarts.back().at);
  if (!at) return std::nullopt;
  PastRestart& newest = history.restarts.back();
  const Duration dated = clock_.now() - *at;
  Duration age = dated < kNoClockIsOffBy ? seen_for(object) : dated;
  if (newest.result == kFailedResult) age = std::max(age, limits_.deadline);  // another process saw it through
  return Newest{std::move(newest), age};
}

// A restart of ours whose deadline is not over.
bool RolloutLimiter::is_under_way(const LiveObject& object) {
  const auto newest = newest_restart(object);
  return newest && newest->age < limits_.deadline && !rolled_out(workload_state(object));
}

Task<Result<Permit>> RolloutLimiter::ask(WishPtr wish) {
  const bool limited = limits_.at_once > 0 || limits_.at_once_in_namespace > 0;
  if (limited && !found_again_ && !hooks_.fleet_known()) {
    co_return Permit{.verdict = Permit::Verdict::kWait, .look_again = kFleetKnownSoon};
  }
  if (!std::exchange(found_again_, true)) find_again();
  expire();
  const bool starts = wish->wanted.spec.replicas != 0 && !is_restarting(wish->key());
  if (const auto wait = starts ? wait_for_a_turn() : std::nullopt) {
    const auto words = fmt::format(
        "The restart waits for the turn of the replica that works on it: {} instances restart at once "
        "(--max-concurrent-rollouts), and more replicas than that divide the work",
        limits_.at_once);
    co_return Permit{
        .verdict = Permit::Verdict::kWait, .reason = "RolloutLimit", .message = words, .look_again = *wait};
  }
  Permit permit = books_.ask(request_of(*wish), clock_.steady());
  wake_next();
  co_return permit;
}

void RolloutLimiter::written(const RotationWish& wish) {
  failures_.erase(wish.key());
  books_.written(wish.key(), clock_.steady());
  look_at(wish.key());
}

void RolloutLimiter::withdrawn(const kube::Key& instance) {
  if (view_.instances.get(instance) == nullptr) {
    books_.gone(instance);
    failures_.erase(instance);
  } else {
    books_.withdrawn(instance);
  }
  wake_next();
}

void RolloutLimiter::held(const kube::Key& instance) {
  books_.held(instance);
  wake_next();
}

// A value that one provider does not take it takes from nobody: others need not find that out for themselves.
void RolloutLimiter::refused(const RotationWish& wish, const Permit& permit) {
  if (!permit.bad_value) return withdrawn(wish.key());
  const RolloutBooks::Failure failure = books_.refused(request_of(wish), "failed its proof");
  if (!failure.secrets.empty()) hooks_.stopped(failure);
  wake_next();
}

void RolloutLimiter::failed(const kube::Key& instance, const std::string& why) {
  note(books_.failed(instance, why, true));
  wake_next();
}

std::optional<RestartFailure> RolloutLimiter::failure_of(const kube::Key& instance) const {
  const auto found = failures_.find(instance);
  return found == failures_.end() ? std::nullopt : std::optional(found->second);
}

// Its next pass puts it down in the history.
void RolloutLimiter::note(const RolloutBooks::Failure& failure) {
  if (!failure.secrets.empty()) hooks_.stopped(failure);
  const LivePtr live = view_.live(kLimited).get(failure.instance);
  const auto newest = live == nullptr || !failure.ends_restart ? std::nullopt : newest_restart(*live);
  if (!newest) return;
  failures_.insert_or_assign(
      failure.instance,
      RestartFailure{identity_of(newest->restart), failure.why, {failure.secrets.begin(), failure.secrets.end()}});
  hooks_.wake(failure.instance);
}

// Where the limit is less than one for each replica: nullopt when this one may begin.
std::optional<Duration> RolloutLimiter::wait_for_a_turn() {
  if (limits_.at_once <= 0 || limits_.at_once >= place_.replicas) return std::nullopt;
  const kube::Turn turn = kube::turn_of(limits_.at_once, place_, clock_.now());
  if (!turn.now) return turn.next;
  if (under_way_elsewhere() >= limits_.at_once) return kOthersAreDoneSoon;
  return std::nullopt;
}

bool RolloutLimiter::is_restarting(const kube::Key& instance) {
  const LivePtr live = view_.live(kLimited).get(instance);
  return live != nullptr && is_under_way(*live);
}

// Restarts that other replicas began.
int RolloutLimiter::under_way_elsewhere() {
  const auto& all = view_.live(kLimited).all();
  return static_cast<int>(std::ranges::count_if(
      all, [&](const auto& entry) { return !hooks_.is_ours(entry.first) && is_under_way(*entry.second); }));
}

void RolloutLimiter::divide(kube::ReplicaPlace place, bool more) {
  place_ = place;
  if (limits_.at_once > 0) books_.limit_to(std::max(1, kube::share_of_limit(limits_.at_once, place)));
  if (more) found_again_ = false;
  wake_next();
}

void RolloutLimiter::handed_over(const kube::Key& instance) {
  books_.handed_over(instance);
  failures_.erase(instance);
}

Task<> RolloutLimiter::run() {
  for (;;) {
    co_await clock_.sleep_for(kTick);
    expire();
    wake_next();
  }
}

// What was under way before this process began: restarts of ours whose deadline is not over.
void RolloutLimiter::find_again() {
  for (const auto& [key, object] : view_.live(kLimited).all()) {
    if (!hooks_.is_ours(key) || !is_under_way(*object)) continue;
    const Duration age = newest_restart(*object)->age;
    books_.found(key, clock_.steady() - std::chrono::duration_cast<SteadyTime::duration>(age));
  }
}

// What the watch shows may be older than what we wrote: the newer of the two counts.
void RolloutLimiter::look_at(const kube::Key& instance) {
  const LivePtr live = view_.live(kLimited).get(instance);
  if (live == nullptr || !rolled_out(workload_state(*live))) return books_.not_ready(instance);
  books_.rolled_out(instance);
  wake_next();
}

void RolloutLimiter::expire() {
  for (const RolloutBooks::Failure& failure : books_.expire(clock_.steady())) note(failure);
}

void RolloutLimiter::wake_next() {
  for (const kube::Key& instance : books_.take_woken()) hooks_.wake(instance);
}

bool RolloutLimiter::lately(const kube::Key& instance, const kube::Key& secret) {
  const LivePtr live = view_.live(kLimited).get(instance);
  const auto newest = live == nullptr ? std::nullopt : newest_restart(*live);
  return newest && newest->restart.secrets.contains(secret.name) && newest->age < limits_.deadline;
}

Consumer RolloutLimiter::stand(const kube::Key& instance, const kube::Key& secret, const std::string& content) {
  const LivePtr live = view_.live(kLimited).get(instance);
  if (live == nullptr) return Consumer::kOther;
  const auto state = parse_state(annotation_of(*live, kSecretState));
  if (!state) return Consumer::kOther;
  const auto entry = state->secrets.find(secret.name);
  if (entry == state->secrets.end()) return Consumer::kOther;
  const bool has_it = content.empty() ? entry->second.absent : entry->second.content == content;
  if (!has_it) return Consumer::kOther;
  const WorkloadState pods = workload_state(*live);
  if (rolled_out(pods)) return pods.replicas > 0 ? Consumer::kGood : Consumer::kOther;  // none prove nothing
  const auto newest = newest_restart(*live);
  if (!newest || !newest->restart.secrets.contains(secret.name)) return Consumer::kOther;
  return newest->age < limits_.deadline ? Consumer::kUnderWay : Consumer::kFailed;
}

}  // namespace rotor::openclaw
