#include "local/node/workload.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using namespace std::chrono_literals;
using Pod = SetInput::Pod;

struct SetCase {
  const char* name;
  SetInput in;
  SetAction expected;
};

class ASet : public testing::TestWithParam<SetCase> {};

TEST_P(ASet, Decides) { EXPECT_EQ(decide(GetParam().in), GetParam().expected); }

const SetInput kGone{};
const SetInput kEmpty{.exists = true, .wants_pod = true};
SetInput with(Pod pod, bool current, bool wants = true) {
  return {.exists = true, .wants_pod = wants, .pod = pod, .pod_current = current};
}
SetInput terminating(SetInput in) {
  in.pod_terminating = true;
  return in;
}
SetInput deleting(SetInput in) {
  in.deleting = true;
  return in;
}
SetInput on_delete(SetInput in) {
  in.replaces = false;
  return in;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ASet,
    testing::Values(
        SetCase{"MakesThePodThatIsWanted", kEmpty, SetAction::kCreate},
        SetCase{"LeavesAPodOfItsTemplate", with(Pod::kOurs, true), SetAction::kNothing},
        SetCase{"ReplacesAPodOfAnotherTemplate", with(Pod::kOurs, false), SetAction::kReplace},
        SetCase{"LeavesReplacingToTheUserOnDelete", on_delete(with(Pod::kOurs, false)), SetAction::kNothing},
        SetCase{"WaitsForAPodThatIsBeingDeleted", terminating(with(Pod::kOurs, false)), SetAction::kNothing},
        SetCase{"RemovesThePodWhenScaledToZero", with(Pod::kOurs, true, false), SetAction::kRemove},
        SetCase{"MakesNoPodWhenScaledToZero", SetInput{.exists = true}, SetAction::kNothing},
        SetCase{"LeavesItsPodToTheCollectorWhenDeleted", deleting(with(Pod::kOurs, true)), SetAction::kNothing},
        SetCase{"MakesNoPodWhenDeleted", deleting(kEmpty), SetAction::kNothing},
        SetCase{"IsNothingWhenGone", kGone, SetAction::kNothing},
        SetCase{"AdoptsAPodWithoutOwner", with(Pod::kOrphan, false), SetAction::kAdopt},
        SetCase{"AdoptsNoPodThatIsBeingDeleted", terminating(with(Pod::kOrphan, true)), SetAction::kNothing},
        SetCase{"LeavesAPodOfSomebodyElse", with(Pod::kForeign, false), SetAction::kNothing}),
    [](const auto& test) { return std::string(test.param.name); });

const SteadyTime kNow{1h};

struct PodCase {
  const char* name;
  PodInput in;
  PodAction expected;
};

class APod : public testing::TestWithParam<PodCase> {};

TEST_P(APod, Decides) { EXPECT_EQ(decide(GetParam().in), GetParam().expected); }

PodInput pod(ProcessState state, bool terminating = false, bool finished = false) {
  return {.exists = true, .terminating = terminating, .finished = finished, .state = state, .now = kNow};
}
PodInput once(ProcessState state) {
  PodInput in = pod(state);
  in.once = true;
  return in;
}
PodInput absent(ProcessState state) { return {.state = state, .now = kNow}; }
PodInput rests_until(SteadyTime when) {
  PodInput in = pod(ProcessState::kExited);
  in.not_before = when;
  return in;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, APod,
    testing::Values(PodCase{"StartsAtFirst", pod(ProcessState::kNone), PodAction::kStart},
                    PodCase{"OnceLetsBeWhatEnded", once(ProcessState::kExited), PodAction::kNothing},
                    PodCase{"OnceStartsWhatWaited", once(ProcessState::kWaiting), PodAction::kStart},
                    PodCase{"LeavesWhatRuns", pod(ProcessState::kRunning), PodAction::kNothing},
                    PodCase{"TriesAgainWhatWaits", pod(ProcessState::kWaiting), PodAction::kStart},
                    PodCase{"RestsAfterACrash", rests_until(kNow + 1s), PodAction::kWait},
                    PodCase{"StartsAfterTheRest", rests_until(kNow), PodAction::kStart},
                    PodCase{"StartsNothingWhileTheOldOneEnds", pod(ProcessState::kEnding), PodAction::kNothing},
                    PodCase{"StopsWhenDeleted", pod(ProcessState::kRunning, true), PodAction::kStop},
                    PodCase{"MayGoWhenNothingRuns", pod(ProcessState::kExited, true), PodAction::kFinish},
                    PodCase{"MayGoWhenNothingEverRan", pod(ProcessState::kNone, true), PodAction::kFinish},
                    PodCase{"IsFinishedOnceOnly", pod(ProcessState::kExited, true, true), PodAction::kNothing},
                    PodCase{"StopsWhenItsObjectWasTakenAway", absent(ProcessState::kRunning), PodAction::kStop},
                    PodCase{"IsForgottenWhenNothingIsLeft", absent(ProcessState::kExited), PodAction::kForget}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CrashBackOff, DoublesFromTenSecondsToFiveMinutes) {
  const std::vector<Duration> expected = {0s, 10s, 20s, 40s, 80s, 160s, 300s, 300s};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(crash_back_off(static_cast<int>(i) + 1), expected[i]) << i;
}

}  // namespace
}  // namespace rotor::local
