#include "apiserver/patch/ownership.hpp"

namespace rotor::apiserver::patch {

namespace {

constexpr std::size_t kMaxManagerBytes = 128;

// The list a write starts from. A client may replace it, may ask to have it thrown away, and cannot lose it by
// accident.
Managers starting_from(const json::Object* live, const json::Object& updated, const Write& write) {
  Managers stored = live != nullptr ? Managers::of(*live) : Managers();
  if (!write.subresource.empty()) return stored;
  if (Managers::asks_for_reset(updated)) return {};
  Managers sent = Managers::of(updated);
  return sent.empty() ? stored : sent;
}

}  // namespace

std::string default_manager(std::string_view user_agent) {
  return std::string(user_agent.substr(0, user_agent.find('/')).substr(0, kMaxManagerBytes));
}

void track_update(const schema::KindSchema& schema, const json::Object* live, json::Object& updated,
                  const Write& write) {
  Managers managers = starting_from(live, updated, write);
  remove_managed_fields(updated);
  // An object whose list was thrown away stays without one until somebody applies.
  if (!managers.empty() || live == nullptr) {
    json::Object before = live != nullptr ? *live : blank(schema);
    remove_managed_fields(before);
    book_update(schema, before, updated, managers, write);
  }
  set_managed_fields(updated, managers.to_json());
  keep_times(live, updated);
}

}  // namespace rotor::apiserver::patch
