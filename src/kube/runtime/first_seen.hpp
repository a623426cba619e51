// For how long a mark has stood where it stands, as far as this process knows. What one replica or server leaves for
// the next bears the time of its own clock, and the reader's may say another: whatever must not be over too early is
// counted from when this process first saw the mark. After a take-over that is a little longer, never shorter.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

class FirstSeen {
 public:
  // Zero for a mark that was not there, or was another, when this was asked last.
  Duration age(const Key& key, std::string_view mark, SteadyTime now) {
    if (seen_.size() >= sweep_at_) sweep(now);
    const std::size_t digest = std::hash<std::string_view>()(mark);
    Sight& sight = seen_.try_emplace(key, Sight{digest, now, now}).first->second;
    if (sight.digest != digest) sight = {digest, now, now};
    sight.asked = now;
    return now - sight.since;
  }
  std::size_t size() const { return seen_.size(); }

 private:
  // Nobody waits for something of which nobody has asked for a day.
  static constexpr auto kAskedWithin = std::chrono::hours(24);
  static constexpr std::size_t kLeast = 1024;
  struct Sight {
    std::size_t digest;
    SteadyTime since;
    SteadyTime asked;
  };
  void sweep(SteadyTime now) {
    std::erase_if(seen_, [now](const auto& entry) { return now - entry.second.asked > kAskedWithin; });
    sweep_at_ = std::max(kLeast, 2 * seen_.size());
  }

  std::map<Key, Sight> seen_;
  std::size_t sweep_at_ = kLeast;
};

}  // namespace rotor::kube
