// What the owner of an instance says about its restarts, by annotations on the instance:
//   openclaw.rocks/secret-rollout: immediate | paused | window
//   openclaw.rocks/secret-rollout-window: "0 2 * * 1-5 for 2h; TZ=Europe/Berlin 0 4 * * 6 for 90m"
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "openclaw/rotation_permit.hpp"
#include "template/cron.hpp"

namespace rotor::openclaw {

struct RestartWindow {
  tmpl::CronSchedule opens;
  Duration lasts;
};

struct RolloutChoice {
  enum class When : std::uint8_t {
    kWhenDue,    // nothing is said
    kImmediate,  // ahead of the others: no canaries, and no stop for somebody else's failure
    kPaused,
    kWindow,
  } when = When::kWhenDue;
  std::vector<RestartWindow> windows{};
  std::string problem{};  // what is said cannot be understood, and the way out: held until it can be
};

RolloutChoice read_choice(const kube::StringMap& annotations);

// `secrets`: what calls for the restart, for the message.
Permit decide_choice(const RolloutChoice& choice, const RotationWish& wish, WallTime now);

class ChosenTimes final : public RotationPermits {
 public:
  explicit ChosenTimes(Clock& clock) : clock_(clock) {}
  Task<Result<Permit>> ask(WishPtr wish) override {
    co_return decide_choice(read_choice(wish->instance->metadata.annotations), *wish, clock_.now());
  }

 private:
  Clock& clock_;
};

}  // namespace rotor::openclaw
