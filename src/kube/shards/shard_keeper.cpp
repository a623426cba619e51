#include "kube/shards/shard_keeper.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "kube/client/retry.hpp"
#include "kube/leader/lease_fields.hpp"
#include "kube/object/resource_version.hpp"

namespace rotor::kube {
namespace {

using boost::asio::experimental::awaitable_operators::operator||;

constexpr int kLeaveTries = 8;  // the others' beats come in between

// Who was not the fastest tries again soon, but not all at the same moment.
Duration a_moment() { return std::chrono::duration_cast<Duration>(random_fraction() * std::chrono::milliseconds(20)); }

// An empty table takes the annotation away.
SecretBytes shard_patch(const LeaseSpec& spec, const ShardTable& table, const std::string& version,
                        const std::optional<Work>& work) {
  const json::Value text = table.members.empty() ? json::Value(nullptr) : json::Value(write_table(table));
  json::Object metadata{{"resourceVersion", version}, {"annotations", json::Object{{kShardTable, text}}}};
  mark_lease(metadata, work);
  return SecretBytes(json::serialize(json::Object{{"metadata", metadata}, {"spec", lease_fields(spec)}}));
}

bool lost_the_race(const Error& error) { return error.code == Code::kConflict || error.code == Code::kAlreadyExists; }

int in_one_only(const std::set<int>& one, const std::set<int>& other) {
  return static_cast<int>(std::ranges::count_if(one, [&other](int shard) { return !other.contains(shard); }));
}

}  // namespace

std::string group_of(int count, const Work& work) {
  return fmt::format("{}{}/{}", kGroupPrefix, count, group_text(work));
}

ShardKeeper::ShardKeeper(const Executor& executor, Client& client, Clock& clock, Fence& fence, Ownership& ownership,
                         ShardOptions options)
    : client_(client),
      clock_(clock),
      fence_(fence),
      ownership_(ownership),
      options_(std::move(options)),
      watched_(client, clock, options_.lease, [this](std::optional<Lease> lease) { saw(std::move(lease)); }),
      woken_(executor),
      self_{.identity = options_.identity,
            .group = group_of(ownership.count(), options_.work),
            .count = ownership.count(),
            .lease_seconds = std::chrono::floor<std::chrono::seconds>(options_.timings.lease).count()} {
  ownership_.on_idle([this] {
    news_ = true;
    woken_.notify_one();
  });
}

ShardKeeper::~ShardKeeper() { ownership_.on_idle(nullptr); }

Task<> ShardKeeper::listen() { return watched_.run(); }

std::string ShardKeeper::refused() const { return refused_.empty() ? watched_.refusal() : refused_; }

int ShardKeeper::members() const {
  return self_.member && seen_.table ? static_cast<int>(seen_.table->members.size()) : 0;
}

ShardPlan ShardKeeper::plan() {
  self_.held_back = ownership_.held_back();
  self_.busy = ownership_.busy();
  return plan_shards(seen_, self_, clock_.steady());
}

// A beat counts from the moment at which it is heard of. What an answer of our own has overtaken says nothing.
void ShardKeeper::saw(std::optional<Lease> lease) {
  const bool stale = lease && seen_.lease.lease &&
                     later_version(seen_.lease.lease->metadata.resource_version, lease->metadata.resource_version);
  if (stale) return;
  seen_ = sighted(seen_, std::move(lease), self_.count, clock_.steady());
  if (!moves_shards(plan(), seen_, self_.identity)) return;
  news_ = true;
  woken_.notify_one();
}

Task<Result<SecretBytes>> ShardKeeper::write(Claim claim, LeaseSpec spec, ShardTable table) {
  if (claim != Claim::kCreate) {
    SecretBytes patch = shard_patch(spec, table, seen_.lease.lease->metadata.resource_version, options_.work);
    return client_.patch(kResource<Lease>, options_.lease, PatchType::kMerge, std::move(patch));
  }
  Lease fresh;
  fresh.metadata.name = options_.lease.name;
  fresh.metadata.ns = options_.lease.ns;
  fresh.metadata.annotations.emplace(kShardTable, write_table(table));
  mark_lease(fresh.metadata, options_.work);
  fresh.spec = std::move(spec);
  return client_.create(kResource<Lease>, options_.lease.ns, json::write_secret(fresh));
}

ShardKeeper::Attempt ShardKeeper::failed(std::string_view verb, const Error& error) const {
  if (lost_the_race(error)) return {.again = true};
  std::string refusal = refusal_of(verb, options_.lease, error);
  if (refusal.empty()) return {.problem = error.message};
  return {.problem = std::move(refusal), .refused = true};
}

Task<ShardKeeper::Attempt> ShardKeeper::try_once() {
  auto found = co_await get<Lease>(client_, options_.lease);
  if (!found && found.error().code != Code::kNotFound) co_return failed("get", found.error());
  seen_ = sighted(seen_, found ? std::optional(*std::move(found)) : std::nullopt, self_.count, clock_.steady());
  ShardPlan next = plan();
  if (next.step != ShardStep::kWrite) co_return Attempt{.lost = next.step == ShardStep::kLost};
  // From here to the write nothing else runs: what has no pass under way now has none when it is given up.
  ownership_.hold_back(next.surplus);
  LeaseSpec spec = claimed(seen_.lease, next.claim, self_.group, options_.timings.lease, clock_.now());
  spec.lease_duration_seconds = group_lease_seconds(next.table);
  const SteadyTime asked = clock_.steady();
  const auto answer = co_await write(next.claim, std::move(spec), std::move(next.table));
  if (!answer) co_return failed(next.claim == Claim::kCreate ? "create" : "patch", answer.error());
  auto lease = json::read<Lease>(answer->reveal());
  if (!lease) co_return Attempt{.problem = lease.error().message};
  granted(*std::move(lease), asked, std::move(next.surplus));
  co_return Attempt{.granted = fence_.is_open()};
}

void ShardKeeper::granted(std::optional<Lease> lease, SteadyTime asked, std::set<int> surplus) {
  seen_ = sighted(seen_, std::move(lease), self_.count, asked);
  const ShardMember* me = seen_.table ? seen_.table->find(self_.identity) : nullptr;
  if (me == nullptr) return;  // not what was written: the next attempt sees why
  const bool before = std::exchange(self_.member, true);
  waiting_ = {};
  refused_.clear();
  fence_.open_until(asked + options_.timings.renew);
  const int away = in_one_only(ownership_.owned(), me->shards);
  const int here = in_one_only(me->shards, ownership_.owned());
  handed_over_ += away;
  taken_ += here;
  std::erase_if(surplus, [me](int shard) { return !me->shards.contains(shard); });
  const auto& members = seen_.table->members;
  ownership_.assign(me->shards, std::move(surplus), static_cast<int>(members.size()),
                    static_cast<int>(me - members.data()));
  if (!before || away + here == 0) return;  // who joins says so itself
  log::info("shards moved", {{"lease", options_.lease.text()},
                             {"taken", here},
                             {"handed_over", away},
                             {"members", members.size()},
                             {"shards", ownership_.owned().size()},
                             {"of", ownership_.count()}});
}

Task<ShardKeeper::Attempt> ShardKeeper::try_until(SteadyTime limit) {
  news_ = false;
  auto first = co_await (try_once() || clock_.sleep_until(limit));
  if (Attempt* attempt = std::get_if<Attempt>(&first)) co_return std::move(*attempt);
  co_return Attempt{.problem = "the API server does not answer"};
}

// Each state of affairs once. A refusal counts until the API server grants something.
void ShardKeeper::say(const Attempt& attempt) {
  if (attempt.granted) said_.clear();
  if (attempt.refused || attempt.problem.empty()) refused_ = attempt.problem;
  if (attempt.problem.empty()) return say_rival();
  if (attempt.problem == said_) return;
  said_ = attempt.problem;
  log::warn("the Lease of the shards cannot be read or written",
            {{"lease", options_.lease.text()}, {"error", attempt.problem}});
}

void ShardKeeper::say_rival() {
  waiting_ = waiting_for(seen_.lease.lease, self_.group, options_.work);
  if (waiting_.rival == Rival::kNone || waiting_.holder == said_) return;
  said_ = waiting_.holder;
  log_waiting(waiting_, options_.lease, options_.work);
}

// When the Lease would run out, or sooner; not in step with others that wait.
SteadyTime ShardKeeper::next_try() const {
  const auto pause = std::chrono::duration_cast<Duration>(options_.timings.retry * (1 + 1.2 * random_fraction()));
  const SteadyTime by_pace = clock_.steady() + pause;
  const LeaseSighting& seen = seen_.lease;
  if (seen.lease && seen.lease->spec.holder_identity.empty()) return by_pace;
  const SteadyTime runs_out = free_from(seen);
  return runs_out > clock_.steady() ? std::min(by_pace, runs_out) : by_pace;
}

Task<> ShardKeeper::pause_until(SteadyTime when) {
  if (!news_) co_await (clock_.sleep_until(when) || woken_.wait());
}

Task<> ShardKeeper::join() {
  for (;;) {
    const Attempt attempt = co_await try_until(clock_.steady() + options_.timings.renew);
    if (attempt.granted) break;
    if (attempt.lost) self_.member = false;  // its own first write came too late: from the beginning
    if (attempt.again || attempt.lost) {
      co_await clock_.sleep_for(a_moment());
      continue;
    }
    say(attempt);
    co_await pause_until(next_try());
  }
  said_.clear();
  log::info("this replica is a member", {{"lease", options_.lease.text()},
                                         {"identity", options_.identity},
                                         {"members", members()},
                                         {"shards", ownership_.owned().size()},
                                         {"of", ownership_.count()}});
}

// The next beat, or the moment at which a silent member counts as dead. After a failure deaths wait, too.
SteadyTime ShardKeeper::next_write(SteadyTime beat, bool failed) const {
  SteadyTime next = std::min<SteadyTime>(beat, fence_.until());
  const auto death = next_death(seen_, self_.identity);
  return death && !failed ? std::min(next, *death) : next;
}

Task<std::string> ShardKeeper::keep() {
  std::string why = "the replica stood still";
  SteadyTime beat = clock_.steady() + options_.timings.retry;
  bool failed = false;
  while (fence_.is_open()) {
    co_await pause_until(next_write(beat, failed));
    if (!fence_.is_open()) break;
    const Attempt attempt = co_await try_until(fence_.until());
    if (attempt.lost) {
      why = "others took it for dead, or somebody took the Lease";
      break;
    }
    failed = !attempt.granted;
    beat = clock_.steady() + (attempt.again ? a_moment() : options_.timings.retry);
    if (!attempt.problem.empty()) why = attempt.problem;
    say(attempt);
  }
  fence_.close();
  co_return fmt::format("Lease {}, to be renewed within {}: {}", options_.lease.text(),
                        format_duration(options_.timings.renew), why);
}

Task<Result<bool>> ShardKeeper::leave_once() {
  CO_TRY(Lease there, co_await get<Lease>(client_, options_.lease));
  if (there.spec.holder_identity != self_.group) co_return false;
  const auto text = there.metadata.annotations.find(kShardTable);
  if (text == there.metadata.annotations.end()) co_return false;
  CO_TRY(ShardTable table, read_table(text->second, self_.count));
  if (std::erase_if(table.members, [this](const auto& m) { return m.identity == self_.identity; }) == 0)
    co_return false;
  LeaseSpec spec = there.spec;
  spec.renew_time = given_back(there.spec, clock_.now()).renew_time;
  if (table.members.empty()) spec = given_back(there.spec, clock_.now());
  CO_TRY_VOID(co_await client_.patch(kResource<Lease>, options_.lease, PatchType::kMerge,
                                     shard_patch(spec, table, there.metadata.resource_version, {})));
  co_return true;
}

Task<> ShardKeeper::leave() {
  fence_.close();
  if (!std::exchange(self_.member, false)) co_return;
  Result<bool> left = false;
  for (int i = 0; i < kLeaveTries; ++i) {
    left = co_await leave_once();
    if (left || left.error().code != Code::kConflict) break;
    co_await clock_.sleep_for(a_moment());
  }
  if (!left) {
    log::warn("the shards are not handed over: the others take them when the Lease has run out",
              {{"lease", options_.lease.text()}, {"error", left.error().message}});
  } else if (*left) {
    log::info("the shards are handed over", {{"lease", options_.lease.text()}});
  }
}

}  // namespace rotor::kube
