#include "providers/aws/credential_cache.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::providers::aws {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes kRefreshEarly{5};
constexpr std::chrono::minutes kShortLife{10};
constexpr std::size_t kSweepAbove = 256;

}  // namespace

// However the fetch ends, the others go on.
class CredentialCache::Fetching {
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

// A place in the line, left with the coroutine that waits, also when that is destroyed without being resumed: the fetch
// must not wake a timer that is gone.
class CredentialCache::Waiting {
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

bool CredentialCache::valid(const Entry& entry) const {
  return entry.credentials && (!entry.credentials->expires || clock_.now() < *entry.credentials->expires);
}

bool CredentialCache::fresh(const Entry& entry) const {
  if (!entry.credentials) return false;
  if (!entry.credentials->expires) return true;
  const auto life = *entry.credentials->expires - entry.obtained;
  const auto margin = life < kShortLife ? life / 2 : std::chrono::nanoseconds(kRefreshEarly);
  return clock_.now() + margin < *entry.credentials->expires;
}

void CredentialCache::drop(const std::string& key, const CredentialsPtr& credentials) {
  const auto it = entries_.find(key);
  if (it != entries_.end() && it->second->credentials == credentials) it->second->credentials.reset();
}

void CredentialCache::forget_expired() {
  if (entries_.size() <= kSweepAbove) return;
  std::erase_if(entries_, [&](const auto& item) {
    return !item.second->fetching && item.second->waiting.empty() && !valid(*item.second);
  });
}

Task<Result<CredentialsPtr>> CredentialCache::get(std::string key, Fetch fetch) {
  forget_expired();
  std::shared_ptr<Entry>& slot = entries_[key];
  if (!slot) slot = std::make_shared<Entry>();
  const std::shared_ptr<Entry> entry = slot;
  while (!fresh(*entry) && entry->fetching) {
    asio::steady_timer wake(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    const Waiting waiting(entry, wake);
    co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::kCancelled, "cancelled");
  }
  if (fresh(*entry)) co_return entry->credentials;
  const Fetching fetching(entry);
  Result<Credentials> got = co_await fetch();
  if (got) {
    entry->obtained = clock_.now();
    entry->credentials = std::make_shared<const Credentials>(*std::move(got));
    co_return entry->credentials;
  }
  if (valid(*entry)) co_return entry->credentials;
  co_return std::unexpected(std::move(got).error());
}

}  // namespace rotor::providers::aws
