#include "secrets/schedule/slots.hpp"

#include <algorithm>
#include <cstdint>

#include "secrets/schedule/identity.hpp"

namespace rotor::secrets {
namespace {

using std::chrono::seconds;

constexpr Duration kLongestColdStart = std::chrono::minutes(2);

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

}  // namespace

WallTime next_slot(std::string_view id, Duration interval, WallTime after) {
  const std::int64_t period = std::chrono::floor<seconds>(interval).count();
  const std::int64_t from = std::chrono::floor<seconds>(after).time_since_epoch().count();
  const std::int64_t into = (((from - part_of(id, period)) % period) + period) % period;
  return WallTime(seconds(from - into + period));
}

Duration within_second(std::string_view uid) { return std::chrono::milliseconds(part_of(uid, 900)); }

Duration cold_delay(std::string_view id, Duration interval) {
  const Duration most = std::min(interval, kLongestColdStart);
  const std::int64_t milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(most).count();
  return milliseconds < 1 ? Duration::zero() : std::chrono::milliseconds(part_of(id, milliseconds));
}

Duration wake_delay(std::size_t n) {
  constexpr std::size_t kAtOnce = 20;
  return n < kAtOnce ? Duration::zero() : std::chrono::milliseconds(10) * static_cast<std::int64_t>(n - kAtOnce + 1);
}

std::string slot_id(const ExternalSecret& es, const StoreView* store) {
  const std::string read = first_read(es);
  if (store == nullptr || read.empty()) return es.metadata.uid;
  return place_of(*store, es.metadata.ns) + "\n" + read;
}

}  // namespace rotor::secrets
