// For how long a mark has stood where it stands, as far as this process knows. What one replica or server leaves for
// the next bears the time of its own clock, and the reader's may say another: whatever must not be over too early is
// counted from when this process first saw the mark. After a take-over that is a little longer, never shorter.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

class FirstSeen {
 public:
  // A mark is known for as long as what bears it is there, however rarely somebody asks: what waits for days is asked
  // about at their end. So there are never more than twice as many as there are objects, or kLeast.
  using Exists = std::function<bool(const Key& key)>;
  explicit FirstSeen(Exists exists) : exists_(std::move(exists)) {}

  // Zero for a mark that was not there, or was another, when this was asked last.
  Duration age(const Key& key, std::string_view mark, SteadyTime now) {
    if (seen_.size() >= sweep_at_) sweep();
    const std::size_t digest = std::hash<std::string_view>()(mark);
    Sight& sight = seen_.try_emplace(key, Sight{digest, now}).first->second;
    if (sight.digest != digest) sight = {digest, now};
    return now - sight.since;
  }
  std::size_t size() const { return seen_.size(); }

  static constexpr std::size_t kLeast = 1024;

 private:
  struct Sight {
    std::size_t digest;
    SteadyTime since;
  };
  void sweep() {
    std::erase_if(seen_, [this](const auto& entry) { return !exists_(entry.first); });
    sweep_at_ = std::max(kLeast, 2 * seen_.size());
  }

  Exists exists_;
  std::map<Key, Sight> seen_;
  std::size_t sweep_at_ = kLeast;
};

}  // namespace rotor::kube
