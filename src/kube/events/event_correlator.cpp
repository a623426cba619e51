#include "kube/events/event_correlator.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

// client-go's numbers.
constexpr auto kSimilarWithin = 10min;
constexpr std::size_t kMaxMessages = 10;
constexpr double kBurst = 25;
constexpr auto kOneMoreEvery = 5min;

// Some 700 bytes each.
constexpr std::size_t kMaxKnown = 2048;

constexpr char kSeparator = '\x1f';

std::string object_key(const ObjectReference& o) {
  return fmt::format("{}{}{}{}{}{}{}", o.kind, kSeparator, o.ns, kSeparator, o.name, kSeparator, o.uid);
}

// <name>.<nanoseconds in hex>, at most 253 characters. What is cut off must leave a name: "a-" is none.
std::string event_name(const std::string& object, std::int64_t stamp) {
  const std::string suffix = fmt::format(".{:x}", stamp);
  std::string name = object.substr(0, 253 - suffix.size());
  name.resize(name.find_last_not_of(".-") + 1);
  return name + suffix;
}

template <class Map, class Seen>
void erase_older(Map& map, SteadyTime limit, Seen seen) {
  std::erase_if(map, [&](const auto& entry) { return seen(entry.second) < limit; });
}

}  // namespace

bool EventCorrelator::has_room_for_news(const std::string& reason) {
  return take(news_.try_emplace(reason, Allowance{kNews.burst, {}}).first->second, kNews);
}

bool EventCorrelator::take(Allowance& allowance, const Rate& rate) {
  const SteadyTime now = clock_.steady();
  const std::chrono::duration<double> passed = now - allowance.refilled;
  const double more = passed / std::chrono::duration<double>(rate.one_more_every);
  allowance.tokens = std::min(rate.burst, allowance.tokens + more);
  allowance.refilled = now;
  if (allowance.tokens < 1) return false;
  allowance.tokens -= 1;
  return true;
}

bool EventCorrelator::allowed(const std::string& object) {
  constexpr Rate kOfOneObject{kBurst, kOneMoreEvery};
  auto [it, first] = allowances_.try_emplace(object, Allowance{kBurst, clock_.steady()});
  return take(it->second, kOfOneObject);
}

bool EventCorrelator::too_many_messages(const std::string& group, const std::string& message) {
  const SteadyTime now = clock_.steady();
  Similar& similar = similar_[group];
  if (now - similar.seen > kSimilarWithin) similar.messages.clear();
  similar.seen = now;
  if (similar.messages.size() < kMaxMessages || similar.messages.contains(message)) {
    similar.messages.insert(message);
    return false;
  }
  return true;
}

std::int64_t EventCorrelator::next_stamp() {
  last_stamp_ = std::max<std::int64_t>(clock_.now().time_since_epoch().count(), last_stamp_ + 1);
  return last_stamp_;
}

std::optional<std::string> EventCorrelator::add(Event event) {
  const std::string object = object_key(event.involved_object);
  const SteadyTime now = clock_.steady();
  const std::string group = fmt::format("{}{}{}{}{}", object, kSeparator, event.type, kSeparator, event.reason);
  std::string key = fmt::format("{}{}{}", group, kSeparator, event.message);
  if (too_many_messages(group, event.message)) {
    event.message = "(combined from similar events): " + event.message;
    key = group;
  }
  if (!allowed(object)) return std::nullopt;
  if (known_.size() >= kMaxKnown) forget_old();

  const std::string stamp = format_time(clock_.now());
  auto it = known_.find(key);
  if (it != known_.end() && now - it->second.seen <= kSimilarWithin) {
    it->second.event.message = std::move(event.message);
    it->second.event.last_timestamp = stamp;
    ++it->second.event.count;
    it->second.seen = now;
    it->second.change = ++changes_;
    return key;
  }
  event.metadata.name = event_name(event.involved_object.name, next_stamp());
  event.first_timestamp = event.last_timestamp = stamp;
  event.count = 1;
  known_.insert_or_assign(key, Known{std::move(event), now, ++changes_});
  return key;
}

Event* EventCorrelator::find(const std::string& key) {
  const auto it = known_.find(key);
  return it == known_.end() ? nullptr : &it->second.event;
}

void EventCorrelator::forget_old() {
  const SteadyTime limit = clock_.steady() - kSimilarWithin;
  erase_older(known_, limit, [](const Known& k) { return k.seen; });
  erase_older(similar_, limit, [](const Similar& s) { return s.seen; });
  // An allowance is full again after this long.
  const auto refill = kOneMoreEvery * static_cast<int>(kBurst);
  erase_older(allowances_, clock_.steady() - refill, [](const Allowance& a) { return a.refilled; });
  // Thousands of objects within these times: what is forgotten costs an event more, not the memory. The newest stay:
  // they may wait to be written.
  if (known_.size() >= kMaxKnown) {
    const std::uint64_t newest = changes_ - kMaxKnown / 2;
    std::erase_if(known_, [newest](const auto& entry) { return entry.second.change <= newest; });
  }
  if (similar_.size() >= 4 * kMaxKnown) similar_.clear();
  if (allowances_.size() >= 4 * kMaxKnown) allowances_.clear();
}

}  // namespace rotor::kube
