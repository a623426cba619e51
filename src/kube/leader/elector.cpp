#include "kube/leader/elector.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "json/document.hpp"
#include "kube/client/retry.hpp"
#include "kube/leader/lease_fields.hpp"

namespace rotor::kube {
namespace {

using boost::asio::experimental::awaitable_operators::operator||;

std::string spec_patch(const LeaseSpec& spec, const std::string& version, const std::optional<Work>& work) {
  // The version is a condition: nobody was faster.
  json::Object metadata{{"resourceVersion", version}};
  mark_lease(metadata, work);
  return json::serialize(json::Object{{"metadata", std::move(metadata)}, {"spec", lease_fields(spec)}});
}

bool was_faster(const Error& error) { return error.code == Code::kConflict || error.code == Code::kAlreadyExists; }

}  // namespace

Elector::Elector(const Executor& executor, Client& client, Clock& clock, Fence& fence, ElectorOptions options)
    : client_(client),
      clock_(clock),
      fence_(fence),
      options_(std::move(options)),
      watched_(client, clock, options_.lease, [this](std::optional<Lease> lease) { saw(std::move(lease)); }),
      freed_(executor) {}

Task<> Elector::listen() { return watched_.run(); }

std::string Elector::refused() const { return refused_.empty() ? watched_.refusal() : refused_; }

// A renewal counts from the moment it is heard of, not from when this replica happens to ask. Whoever leads asks only
// when it may lead no more: what the watch shows can be older than its own last write.
void Elector::saw(std::optional<Lease> lease) {
  if (leads_) {
    if (lease && lease->spec.holder_identity == options_.identity) return;
  } else {
    seen_ = sighted(seen_, std::move(lease), clock_.steady());
    if (seen_.lease && !seen_.lease->spec.holder_identity.empty()) return;
  }
  news_ = true;
  freed_.notify_one();
}

Task<Result<SecretBytes>> Elector::write(Claim claim, LeaseSpec spec) {
  if (claim != Claim::kCreate) {
    SecretBytes patch(spec_patch(spec, seen_.lease->metadata.resource_version, options_.work));
    return client_.patch(kResource<Lease>, options_.lease, PatchType::kMerge, std::move(patch));
  }
  Lease fresh;
  fresh.metadata.name = options_.lease.name;
  fresh.metadata.ns = options_.lease.ns;
  mark_lease(fresh.metadata, options_.work);
  fresh.spec = std::move(spec);
  return client_.create(kResource<Lease>, options_.lease.ns, json::write_secret(fresh));
}

Elector::Attempt Elector::failed(std::string_view verb, const Error& error) const {
  if (was_faster(error)) return {};
  std::string refusal = refusal_of(verb, options_.lease, error);
  if (refusal.empty()) return {.problem = error.message};
  return {.problem = std::move(refusal), .refused = true};
}

Task<Elector::Attempt> Elector::try_once() {
  auto found = co_await get<Lease>(client_, options_.lease);
  if (!found && found.error().code != Code::kNotFound) co_return failed("get", found.error());
  seen_ = sighted(seen_, found ? std::optional(*std::move(found)) : std::nullopt, clock_.steady());
  const Claim claim = decide_claim(seen_, options_.identity, clock_.steady());
  if (claim == Claim::kWait) co_return Attempt{.somebody_elses = true};
  LeaseSpec spec = claimed(seen_, claim, options_.identity, options_.timings.lease, clock_.now());
  const SteadyTime asked = clock_.steady();
  const auto answer = co_await write(claim, std::move(spec));
  if (!answer) co_return failed(claim == Claim::kCreate ? "create" : "patch", answer.error());
  auto granted = json::read<Lease>(answer->reveal());
  if (!granted) co_return Attempt{.problem = granted.error().message};
  seen_ = {.lease = *std::move(granted), .since = asked};
  fence_.open_until(asked + options_.timings.renew);
  co_return Attempt{.held = fence_.is_open()};
}

Task<Elector::Attempt> Elector::try_until(SteadyTime limit) {
  auto first = co_await (try_once() || clock_.sleep_until(limit));
  if (Attempt* attempt = std::get_if<Attempt>(&first)) co_return std::move(*attempt);
  co_return Attempt{.problem = "the API server does not answer"};
}

std::string Elector::holder() const { return seen_.lease ? seen_.lease->spec.holder_identity : seen_.vanished_holder; }

// A refusal counts until the API server grants something, not while it does not answer.
void Elector::note(const Attempt& attempt) {
  if (attempt.refused || attempt.problem.empty()) refused_ = attempt.problem;
  if (attempt.held) waiting_ = {};
  if (attempt.somebody_elses && options_.work) waiting_ = waiting_for(seen_.lease, "", *options_.work);
  say(attempt);
}

// Each state of affairs once.
void Elector::say(const Attempt& attempt) {
  std::string words = attempt.problem;
  if (attempt.somebody_elses) words = holder();
  const std::string state = attempt.somebody_elses && !seen_.lease ? "removed: " + words : words;
  if (state == said_ || words.empty()) return;
  said_ = state;
  const std::string lease = options_.lease.text();
  if (attempt.somebody_elses && waiting_.rival != Rival::kNone) {
    log_waiting(waiting_, options_.lease, *options_.work);
  } else if (attempt.somebody_elses) {
    log::info(seen_.lease ? "another replica leads; this one stands by"
                          : "somebody removed the lease; this one waits until its holder has ended for sure",
              {{"lease", lease}, {"holder", words}});
  } else {
    log::warn("the lease cannot be read or written", {{"lease", lease}, {"error", words}});
  }
}

// When the lease would run out, or sooner; not in step with other standbys.
SteadyTime Elector::next_try() const {
  const auto pause = std::chrono::duration_cast<Duration>(options_.timings.retry * (1 + 1.2 * random_fraction()));
  const SteadyTime by_pace = clock_.steady() + pause;
  if (holder().empty()) return by_pace;
  const SteadyTime runs_out = free_from(seen_);
  return runs_out > clock_.steady() ? std::min(by_pace, runs_out) : by_pace;
}

Task<> Elector::acquire() {
  for (;;) {
    news_ = false;
    const Attempt attempt = co_await try_until(clock_.steady() + options_.timings.renew);
    note(attempt);
    if (attempt.held) break;
    if (news_) continue;
    co_await (clock_.sleep_until(next_try()) || freed_.wait());
  }
  leads_ = true;
  news_ = false;
  log::info("this replica leads", {{"lease", options_.lease.text()},
                                   {"identity", options_.identity},
                                   {"transitions", seen_.lease->spec.lease_transitions}});
}

Task<std::string> Elector::keep() {
  std::string why = "the replica stood still";
  while (fence_.is_open()) {
    const SteadyTime next = clock_.steady() + options_.timings.retry;
    if (!std::exchange(news_, false)) {
      co_await (clock_.sleep_until(std::min<SteadyTime>(next, fence_.until())) || freed_.wait());
    }
    if (!fence_.is_open()) break;
    const Attempt attempt = co_await try_until(fence_.until());
    if (attempt.somebody_elses) {
      why = fmt::format("\"{}\" took it", holder());
      break;
    }
    if (!attempt.held) why = attempt.problem;
    note(attempt);
  }
  fence_.close();
  leads_ = false;
  co_return fmt::format("lease {}, to be renewed within {}: {}", options_.lease.text(),
                        format_duration(options_.timings.renew), why);
}

Task<> Elector::give_back() {
  fence_.close();
  if (!std::exchange(leads_, false)) co_return;
  // A renewal that was under way may have changed its version.
  const auto there = co_await get<Lease>(client_, options_.lease);
  if (there && there->spec.holder_identity != options_.identity) co_return;
  Error error;
  if (there) {
    SecretBytes patch(spec_patch(given_back(there->spec, clock_.now()), there->metadata.resource_version, {}));
    const auto done = co_await client_.patch(kResource<Lease>, options_.lease, PatchType::kMerge, std::move(patch));
    if (done) co_return log::info("the lease is given back", {{"lease", options_.lease.text()}});
    error = done.error();
  } else {
    error = there.error();
  }
  log::warn("the lease is not given back: it runs out by itself",
            {{"lease", options_.lease.text()}, {"error", error.message}});
}

}  // namespace rotor::kube
