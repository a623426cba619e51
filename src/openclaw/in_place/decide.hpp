// Whether the pods of an instance have been given new values while they run. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "openclaw/last_good/pod_glimpse.hpp"

namespace rotor::openclaw {

// The kubelet delivers in seconds, the pod tries for two minutes and a half; a container that ended a moment ago may
// have to wait before it is started again.
inline constexpr Duration kReloadDeadline = std::chrono::minutes(5);

struct InPlaceCase {
  std::string digest;  // of what is to be delivered
  std::vector<std::shared_ptr<const PodGlimpse>> pods{};
  std::function<Duration(const PodGlimpse& pod)> told_ago{};  // for how long its mark has been there
};

struct InPlaceAnswer {
  enum class Step : std::uint8_t {
    kTell,     // `pods` do not know of it yet
    kWait,     // `pods` have not answered yet
    kDone,     // each has answered well, or there is none
    kRestart,  // it cannot be done like this, `why` says so
  } step = Step::kDone;
  std::vector<std::string> pods{};
  std::string why{};
  Duration left{};  // kWait
};

InPlaceAnswer decide_in_place(const InPlaceCase& in);

// Does what changed about a pod matter to a delivery? Null: there is, or was, none.
bool is_reload_news(const PodGlimpse* before, const PodGlimpse* after);

}  // namespace rotor::openclaw
