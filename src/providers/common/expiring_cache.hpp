// What a login gives, kept for as long as it is good: credentials, tokens. One fetch at a time for each, refreshed
// before it expires, bounded. By everything that made it: the key must hold the identity and its inputs, as a digest
// where those are secret.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor::providers {

// The mechanism without the type; use ExpiringCache<T>.
class ExpiringCacheCore {
 public:
  using Ptr = std::shared_ptr<const void>;
  struct Kept {
    Ptr value;
    std::optional<WallTime> expires;    // nullopt: never
    std::optional<WallTime> refresh{};  // nullopt: shortly before it expires
  };
  using Fetch = std::function<Task<Result<Kept>>()>;

  // Once a minute what has expired is forgotten; when there are more than these, half of them, longest unused first.
  static constexpr std::size_t kMost = 4096;

  ExpiringCacheCore(Clock& clock, std::chrono::seconds remember_refusals);

  Task<Result<Ptr>> get(std::string key, Fetch fetch);
  void drop(const std::string& key, const Ptr& value);
  Ptr peek(const std::string& key) const;
  std::vector<Ptr> take_all();
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry;
  class Fetching;
  class Waiting;

  bool fresh(const Entry& entry) const;
  bool valid(const Entry& entry) const;
  void sweep();

  Clock& clock_;
  std::chrono::seconds remember_refusals_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;
  SteadyTime next_sweep_{};
};

// T has a member `std::optional<WallTime> expires`, and may have `std::optional<WallTime> refresh`: when a new one is
// to be fetched although this one is still good.
template <class T>
class ExpiringCache {
 public:
  using Ptr = std::shared_ptr<const T>;
  using Fetch = std::function<Task<Result<T>>()>;

  // `remember_refusals`: for how long a fetch that was refused (kUnauthenticated, kDenied, kInvalid) is not tried
  // again; the same error is answered. A server may lock who keeps asking.
  explicit ExpiringCache(Clock& clock, std::chrono::seconds remember_refusals = std::chrono::seconds(0))
      : core_(clock, remember_refusals) {}

  // Refreshed five minutes before its end, or at half of a short life. When a refresh fails, what is still valid
  // serves, and half a minute passes before the next try. `fetch` runs while the caller waits here, so it may refer to
  // what the caller owns.
  Task<Result<Ptr>> get(std::string key, Fetch fetch) {
    auto got = co_await core_.get(std::move(key), [fetch = std::move(fetch)] { return kept(fetch); });
    if (!got) co_return std::unexpected(std::move(got).error());
    co_return std::static_pointer_cast<const T>(*std::move(got));
  }

  // Forgets this one (it was refused); a newer one stays.
  void drop(const std::string& key, const Ptr& value) { core_.drop(key, value); }

  // What is kept, however old: for a fetch that can make something new of it. Null when there is nothing.
  Ptr peek(const std::string& key) const { return std::static_pointer_cast<const T>(core_.peek(key)); }

  // Everything that is still good, and is kept no longer.
  std::vector<Ptr> take_all() {
    std::vector<Ptr> all;
    for (const auto& value : core_.take_all()) all.push_back(std::static_pointer_cast<const T>(value));
    return all;
  }

  std::size_t size() const { return core_.size(); }
  static constexpr std::size_t kMost = ExpiringCacheCore::kMost;

 private:
  static Task<Result<ExpiringCacheCore::Kept>> kept(Fetch fetch) {
    auto got = co_await fetch();
    if (!got) co_return std::unexpected(std::move(got).error());
    auto value = std::make_shared<const T>(*std::move(got));
    ExpiringCacheCore::Kept kept{value, value->expires};
    if constexpr (requires { value->refresh; }) kept.refresh = value->refresh;
    co_return kept;
  }

  ExpiringCacheCore core_;
};

}  // namespace rotor::providers
