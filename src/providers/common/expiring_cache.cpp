#include "providers/common/expiring_cache.hpp"

#include <algorithm>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::providers {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes kRefreshEarly{5};
constexpr std::chrono::minutes kShortLife{10};
constexpr std::chrono::minutes kSweepEvery{1};
constexpr std::chrono::seconds kPauseAfterFailedRefresh{30};  // what is valid serves meanwhile

bool is_refusal(const Error& error) {
  return error.code == Code::kUnauthenticated || error.code == Code::kDenied || error.code == Code::kInvalid;
}

}  // namespace

struct ExpiringCacheCore::Entry {
  Ptr value;
  std::optional<WallTime> expires;
  std::optional<WallTime> refresh;
  WallTime obtained{};
  SteadyTime used{};
  std::optional<Error> refusal;  // or another failure of a refresh
  SteadyTime refused_until{};
  bool fetching = false;
  std::list<asio::steady_timer*> waiting;

  bool idle() const { return !fetching && waiting.empty(); }
  bool refused(SteadyTime now) const { return refusal && now < refused_until; }
};

// However the fetch ends, the others go on.
class ExpiringCacheCore::Fetching {
 public:
  explicit Fetching(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) { entry_->fetching = true; }
  ~Fetching() {
    entry_->fetching = false;
    for (asio::steady_timer* timer : entry_->waiting) timer->cancel();
  }
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;

 private:
  std::shared_ptr<Entry> entry_;
};

ExpiringCacheCore::ExpiringCacheCore(Clock& clock, std::chrono::seconds remember_refusals)
    : clock_(clock), remember_refusals_(remember_refusals) {}

bool ExpiringCacheCore::valid(const Entry& entry) const {
  return entry.value && (!entry.expires || clock_.now() < *entry.expires);
}

bool ExpiringCacheCore::fresh(const Entry& entry) const {
  if (!entry.value || (entry.refresh && clock_.now() >= *entry.refresh)) return false;
  if (!entry.expires) return true;
  const auto life = *entry.expires - entry.obtained;
  const auto margin = life < kShortLife ? life / 2 : std::chrono::nanoseconds(kRefreshEarly);
  return clock_.now() + margin < *entry.expires;
}

void ExpiringCacheCore::drop(const std::string& key, const Ptr& value) {
  const auto it = entries_.find(key);
  if (it != entries_.end() && it->second->value == value) it->second->value.reset();
}

ExpiringCacheCore::Ptr ExpiringCacheCore::peek(const std::string& key) const {
  const auto it = entries_.find(key);
  return it == entries_.end() ? nullptr : it->second->value;
}

std::vector<ExpiringCacheCore::Ptr> ExpiringCacheCore::take_all() {
  std::vector<Ptr> all;
  for (const auto& [key, entry] : entries_) {
    if (valid(*entry)) all.push_back(entry->value);
    entry->value.reset();
  }
  return all;
}

// A place in the line, left with the coroutine that waits, also when that is destroyed without being resumed: the fetch
// must not wake a timer that is gone.
class ExpiringCacheCore::Waiting {
 public:
  Waiting(std::shared_ptr<Entry> entry, asio::steady_timer& wake)
      : entry_(std::move(entry)), place_(entry_->waiting.insert(entry_->waiting.end(), &wake)) {}
  ~Waiting() { entry_->waiting.erase(place_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  std::shared_ptr<Entry> entry_;
  std::list<asio::steady_timer*>::iterator place_;
};

void ExpiringCacheCore::sweep() {
  const bool full = entries_.size() >= kMost;
  if (!full && clock_.steady() < next_sweep_) return;
  next_sweep_ = clock_.steady() + kSweepEvery;
  std::erase_if(entries_, [&](const auto& item) {
    const Entry& entry = *item.second;
    return entry.idle() && !valid(entry) && !entry.refused(clock_.steady());
  });
  if (entries_.size() < kMost) return;
  std::vector<SteadyTime> uses;
  for (const auto& [key, entry] : entries_) uses.push_back(entry->used);
  std::ranges::nth_element(uses, uses.begin() + kMost / 2);
  const SteadyTime middle = uses[kMost / 2];
  std::erase_if(entries_, [&](const auto& item) { return item.second->idle() && item.second->used <= middle; });
}

Task<Result<ExpiringCacheCore::Ptr>> ExpiringCacheCore::get(std::string key, Fetch fetch) {
  sweep();
  std::shared_ptr<Entry>& slot = entries_[key];
  if (!slot) slot = std::make_shared<Entry>();
  const std::shared_ptr<Entry> entry = slot;
  entry->used = clock_.steady();
  while (!fresh(*entry) && entry->fetching) {
    asio::steady_timer wake(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    const Waiting waiting(entry, wake);
    co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::kCancelled, "cancelled");
  }
  if (fresh(*entry)) co_return entry->value;
  if (entry->refused(clock_.steady())) {
    if (valid(*entry)) co_return entry->value;
    if (is_refusal(*entry->refusal)) co_return std::unexpected(*entry->refusal);
  }
  const Fetching fetching(entry);
  Result<Kept> got = co_await fetch();
  if (got) {
    entry->obtained = clock_.now();
    entry->value = std::move(got->value);
    entry->expires = got->expires;
    entry->refresh = got->refresh;
    entry->refusal.reset();
    co_return entry->value;
  }
  const auto pause = is_refusal(got.error()) ? remember_refusals_ : std::chrono::seconds(0);
  entry->refusal = got.error();
  entry->refused_until = clock_.steady() + (valid(*entry) ? std::max(pause, kPauseAfterFailedRefresh) : pause);
  if (valid(*entry)) co_return entry->value;
  co_return std::unexpected(std::move(got).error());
}

}  // namespace rotor::providers
