#include "secrets/schedule/caps.hpp"

#include <algorithm>
#include <utility>

namespace rotor::secrets {

using kube::Key;
using kube::Lane;

Cap store_cap(bool slow) { return slow ? Cap{8, 6} : Cap{32, 28}; }
Cap namespace_cap(bool alone) { return alone ? Cap{48, 40} : Cap{40, 14}; }

std::size_t items_at_once(std::size_t passes, bool lags) { return passes <= 8 && !lags ? 4 : 1; }

bool Caps::enter(const Key& key, const std::vector<CapGroup>& groups, Lane lane) {
  resize(groups);
  if (const auto known = guests_.find(key); known != guests_.end()) {
    Guest& guest = known->second;
    if (guest.blocked_by.empty() && guest.groups == groups) return true;
    if (!guest.blocked_by.empty() && guest.groups == groups && guest.lane <= lane) return false;
    leave(key);
    resize(groups);
  }
  Guest& guest = guests_.emplace(key, Guest{groups, lane, ++last_, {}}).first->second;
  settle(key, guest);
  return guest.blocked_by.empty();
}

// Where there is more room now, those in line come before who asks for it.
void Caps::resize(const std::vector<CapGroup>& groups) {
  for (const CapGroup& wanted : groups) {
    Group& group = groups_[wanted.name];
    group.cap = wanted.cap;
    if (!group.line.empty()) call_in(wanted.name);
  }
}

const CapGroup* Caps::full_for(const Guest& guest) {
  const auto full = [&](const CapGroup& wanted) {
    const auto known = groups_.find(wanted.name);
    if (known == groups_.end()) return false;
    const Group& group = known->second;
    return group.all >= group.cap.all || (guest.lane != Lane::kUser && group.background >= group.cap.background);
  };
  const auto found = std::ranges::find_if(guest.groups, full);
  return found == guest.groups.end() ? nullptr : &*found;
}

// All places or none: one who holds some while it waits for others would hold up who needs only those.
void Caps::settle(const Key& key, Guest& guest) {
  if (const CapGroup* full = full_for(guest)) {
    guest.blocked_by = full->name;
    groups_[full->name].line.insert({guest.lane, guest.number, key});
    ++waiting_;
    return;
  }
  for (const CapGroup& wanted : guest.groups) {
    Group& group = groups_[wanted.name];
    ++group.all;
    if (guest.lane != Lane::kUser) ++group.background;
  }
}

void Caps::leave(const Key& key) {
  const auto found = guests_.find(key);
  if (found == guests_.end()) return;
  const Guest guest = std::move(found->second);
  guests_.erase(found);
  if (!guest.blocked_by.empty()) {
    groups_[guest.blocked_by].line.erase({guest.lane, guest.number, key});
    --waiting_;
    return;
  }
  give_up(guest.groups, guest.lane);
}

void Caps::stay_in(const Key& key, const std::string& group) {
  const auto found = guests_.find(key);
  if (found == guests_.end() || !found->second.blocked_by.empty()) return;
  std::vector<CapGroup>& groups = found->second.groups;
  const auto left = std::ranges::stable_partition(groups, [&](const CapGroup& one) { return one.name == group; });
  const std::vector<CapGroup> given_up(left.begin(), left.end());
  groups.erase(left.begin(), left.end());
  give_up(given_up, found->second.lane);
}

void Caps::give_up(const std::vector<CapGroup>& groups, Lane lane) {
  for (const CapGroup& left : groups) {
    Group& group = groups_[left.name];
    --group.all;
    if (lane != Lane::kUser) --group.background;
  }
  for (const CapGroup& left : groups) call_in(left.name);
}

void Caps::call_in(const std::string& name) {
  for (;;) {
    const auto found = groups_.find(name);
    if (found == groups_.end()) return;
    Group& group = found->second;
    if (group.line.empty()) {
      if (group.all == 0) groups_.erase(found);
      return;
    }
    const Turn turn = *group.line.begin();
    const Key& key = std::get<Key>(turn);
    Guest& guest = guests_.at(key);
    const CapGroup* full = full_for(guest);
    if (full != nullptr && full->name == name) return;  // and so it is for all behind it
    group.line.erase(turn);
    --waiting_;
    guest.blocked_by.clear();
    settle(key, guest);  // or to the line of another group
    if (guest.blocked_by.empty()) wake_(key, guest.lane);
  }
}

bool Caps::any_other(std::string_view beginning, const std::string& group) const {
  for (auto it = groups_.lower_bound(std::string(beginning)); it != groups_.end(); ++it) {
    if (!it->first.starts_with(beginning)) return false;
    if (it->first != group && (it->second.all > 0 || !it->second.line.empty())) return true;
  }
  return false;
}

std::size_t Caps::inside(const std::string& group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? 0 : static_cast<std::size_t>(found->second.all);
}

}  // namespace rotor::secrets
