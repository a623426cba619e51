#include "secrets/value_changes.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace rotor::json {
using namespace secrets;

ROTOR_DESCRIBE(ValueChange, "Since when a key has its value.", field<&ValueChange::since>("since"),
               field<&ValueChange::first>("first"), field<&ValueChange::was>("was"),
               field<&ValueChange::was_since>("wasSince"));

ROTOR_DESCRIBE(ValueChanges, "Since when the keys of a Secret have their values.", field<&ValueChanges::keys>("keys"),
               field<&ValueChanges::partial>("partial"));

}  // namespace rotor::json

namespace rotor::secrets {
namespace {

// All annotations of an object share 256 KiB.
constexpr std::size_t kMostBytes = std::size_t{16} << 10;

void drop_oldest(ValueChanges& changes) {
  const auto oldest = std::ranges::min_element(
      changes.keys, {}, [](const auto& entry) -> const std::string& { return entry.second.since; });
  changes.keys.erase(oldest);
  changes.partial = true;
}

}  // namespace

ValueChanges read_value_changes(std::string_view annotation) {
  if (annotation.empty()) return {};
  return json::read<ValueChanges>(annotation).value_or(ValueChanges{});
}

std::string write_value_changes(ValueChanges changes) {
  std::string text = json::write(changes);
  if (text.size() > kMostBytes) {  // that a key changed is worth more than what its store called the value before
    for (auto& [key, change] : changes.keys) change.was = change.was_since = {};
    text = json::write(changes);
  }
  while (text.size() > kMostBytes) {
    // About as many as are too much at once: the text is not written anew for each.
    const std::size_t each = std::max<std::size_t>(text.size() / changes.keys.size(), 1);
    for (std::size_t over = (text.size() - kMostBytes) / each + 1; over > 0; --over) drop_oldest(changes);
    text = json::write(changes);
  }
  return text;
}

ValueChanges changes_after(const ValueChanges& known, const SecretMap& before, const SecretMap& after, WallTime now,
                           const api::es::StoreVersions& versions) {
  ValueChanges out{.partial = known.partial};
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    const auto entry = known.keys.find(key);
    if (old == before.end()) {
      out.keys.emplace(key, ValueChange{format_time(now), true});
    } else if (old->second != value) {
      std::string since = entry == known.keys.end() ? std::string() : entry->second.since;
      out.keys.emplace(key,
                       ValueChange{format_time(now), false, api::es::version_text(versions, key), std::move(since)});
    } else if (entry != known.keys.end()) {
      out.keys.insert(*entry);
    }
  }
  return out;
}

}  // namespace rotor::secrets
