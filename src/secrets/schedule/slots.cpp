#include "secrets/schedule/slots.hpp"

#include <algorithm>
#include <cstdint>

#include "secrets/schedule/identity.hpp"

namespace rotor::secrets {
namespace {

using std::chrono::seconds;

constexpr Duration kLongestColdStart = std::chrono::minutes(2);

// Consumers of a store that batches come in so many groups: one a minute at most, and never a large part of thousands
// at once where the interval is long.
constexpr std::int64_t kBetweenGroups = 60;
constexpr std::int64_t kMostGroups = 60;
constexpr std::int64_t kColdGroups = 12;

// FNV-1a with a last mixing: ids that differ in one digit lie far apart. http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t number_of(std::string_view id) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const unsigned char c : id) hash = (hash ^ c) * 1099511628211ULL;
  hash ^= hash >> 32U;
  hash *= 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29U);
}

std::int64_t part_of(std::string_view id, std::int64_t whole) {
  return static_cast<std::int64_t>(number_of(id) % static_cast<std::uint64_t>(whole));
}

std::string first_read(const ExternalSecret& es) {
  if (!es.spec.data.empty()) return es.spec.data.front().remote_ref.key;
  if (es.spec.data_from.empty()) return {};
  const api::es::DataFrom& from = es.spec.data_from.front();
  if (from.extract) return from.extract->key;
  if (from.find) return from.find->path.value_or("") + "\n" + (from.find->name ? from.find->name->regexp : "");
  return {};
}

// The second of a period that is the slot's.
std::int64_t moment_of(const Slot& slot, std::int64_t period) {
  if (slot.batches.empty()) return part_of(slot.id, period);
  const std::int64_t groups = std::clamp<std::int64_t>(period / kBetweenGroups, 1, kMostGroups);
  return part_of(slot.batches, period) + (part_of(slot.id, groups) * (period / groups));
}

}  // namespace

Slot slot_of(const ExternalSecret& es, const StoreView* store, bool batches) {
  const std::string read = first_read(es);
  if (store == nullptr || read.empty()) return {.id = es.metadata.uid};
  const std::string place = place_of(*store, es.metadata.ns);
  return {.id = place + "\n" + read, .batches = batches ? place : ""};
}

WallTime next_slot(const Slot& slot, Duration interval, WallTime after) {
  const std::int64_t period = std::chrono::floor<seconds>(interval).count();
  const std::int64_t from = std::chrono::floor<seconds>(after).time_since_epoch().count();
  const std::int64_t into = (((from - moment_of(slot, period)) % period) + period) % period;
  return WallTime(seconds(from - into + period));
}

Duration within_second(const Slot& slot, std::string_view uid) {
  return kBetweenBeginnings * part_of(slot.batches.empty() ? uid : slot.batches, seconds(1) / kBetweenBeginnings);
}

Duration cold_delay(const Slot& slot, Duration interval, std::size_t objects) {
  return moment_within(slot, std::min({interval, kLongestColdStart, wake_delay(objects)}));
}

Duration moment_within(const Slot& slot, Duration period) {
  const std::int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(period).count();
  if (milliseconds < 1) return Duration::zero();
  const std::int64_t own = part_of(slot.id, milliseconds);
  const std::int64_t step = slot.batches.empty() ? 1 : std::max<std::int64_t>(milliseconds / kColdGroups, 1);
  return std::chrono::milliseconds(own / step * step);
}

Duration wake_delay(std::size_t n) {
  constexpr std::size_t kAtOnce = 20;
  return n < kAtOnce ? Duration::zero() : std::chrono::milliseconds(10) * static_cast<std::int64_t>(n - kAtOnce + 1);
}

}  // namespace rotor::secrets
