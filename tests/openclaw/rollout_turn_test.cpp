// Whose turn it is to restart, by what is under way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/rollout/turn.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

constexpr RolloutLimits kLimits{.at_once = 10, .at_once_in_namespace = 4, .canaries = 3};

struct TurnCase {
  const char* when;
  RolloutStanding standing;
  const char* reason;  // empty: go
  RolloutLimits limits = kLimits;
};

SharedRollout shared(int sharing, int good, int under_way, std::string stopped_by = "", bool member = false) {
  return {.secret = "keys",
          .sharing = sharing,
          .good = good,
          .under_way = under_way,
          .member = member,
          .stopped_by = std::move(stopped_by),
          .why = "did not become ready"};
}

class Turn : public testing::TestWithParam<TurnCase> {};

TEST_P(Turn, IsDecidedBy) {
  const Permit permit = decide_turn(GetParam().standing, GetParam().limits);
  EXPECT_EQ(permit.reason, GetParam().reason);
  EXPECT_EQ(permit.goes(), *GetParam().reason == '\0');
  EXPECT_EQ(permit.message.empty(), permit.goes());
}

INSTANTIATE_TEST_SUITE_P(
    Table, Turn,
    testing::Values(
        TurnCase{"nothing is under way", {}, ""}, TurnCase{"the last slot is free", {.in_cluster = 9}, ""},
        TurnCase{"the cluster is full", {.in_cluster = 10}, "RolloutLimit"},
        TurnCase{"the namespace is full", {.in_cluster = 4, .in_namespace = 4}, "RolloutLimit"},
        TurnCase{"it counts already", {.has_slot = true, .in_cluster = 10, .in_namespace = 4}, ""},
        TurnCase{"no pod restarts", {.starts_pods = false, .in_cluster = 10}, ""},
        TurnCase{"no limit", {.in_cluster = 5000}, "", {.at_once = 0}},
        TurnCase{"no limit, but one of the namespace",
                 {.in_cluster = 9, .in_namespace = 2},
                 "RolloutLimit",
                 {.at_once = 0, .at_once_in_namespace = 2}},
        TurnCase{"few share it", {.shared = {shared(3, 0, 3)}}, ""},
        TurnCase{"the first canary", {.shared = {shared(4, 0, 0)}}, ""},
        TurnCase{"the last canary", {.shared = {shared(4, 1, 1)}}, ""},
        TurnCase{"canaries are under way", {.shared = {shared(4, 0, 3)}}, "CanariesFirst"},
        TurnCase{"one canary is good", {.shared = {shared(4, 1, 2)}}, "CanariesFirst"},
        TurnCase{"all canaries are good", {.shared = {shared(4, 3, 0)}}, ""},
        TurnCase{"all are good, and others under way", {.shared = {shared(90, 3, 7)}}, ""},
        TurnCase{"it is a canary itself", {.has_slot = true, .shared = {shared(4, 0, 3, "", true)}}, ""},
        TurnCase{"one failed", {.shared = {shared(4, 3, 0, "a")}}, "SecretRolloutPaused"},
        TurnCase{"one failed before this canary restarts",
                 {.has_slot = true, .shared = {shared(4, 0, 2, "a", true)}},
                 "SecretRolloutPaused"},
        TurnCase{"its owner wants it now", {.immediate = true, .shared = {shared(4, 0, 3, "a")}}, ""},
        TurnCase{
            "its owner wants it now, and the cluster is full", {.immediate = true, .in_cluster = 10}, "RolloutLimit"},
        TurnCase{"one of two Secrets waits", {.shared = {shared(2, 0, 0), shared(9, 0, 3)}}, "CanariesFirst"},
        TurnCase{"no canaries wanted", {.shared = {shared(90, 0, 9)}}, "", {.at_once = 10, .canaries = 0}},
        TurnCase{"no limit, so no canaries", {.shared = {shared(90, 0, 9)}}, "", {.at_once = 0, .canaries = 3}}),
    [](const auto& param) {
      std::string name;
      for (const char c : std::string(param.param.when)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
      }
      return name;
    });

TEST(TurnWords, NameTheSecretTheFailureAndTheWayOut) {
  const Permit permit = decide_turn({.shared = {shared(4, 3, 0, "agent-7")}}, kLimits);
  EXPECT_TRUE(permit.warns);
  EXPECT_THAT(permit.message, HasSubstr("Secret \"keys\""));
  EXPECT_THAT(permit.message, HasSubstr("\"agent-7\" did not become ready"));
  EXPECT_THAT(permit.message, HasSubstr("openclaw.rocks/secret-rollout: immediate"));
}

TEST(TurnWords, DoNotChangeWhileOthersRestart) {
  EXPECT_EQ(decide_turn({.shared = {shared(9, 0, 3)}}, kLimits).message,
            decide_turn({.shared = {shared(9, 2, 1)}}, kLimits).message);
  EXPECT_EQ(decide_turn({.in_cluster = 10}, kLimits).message, decide_turn({.in_cluster = 12}, kLimits).message);
}

}  // namespace
}  // namespace rotor::openclaw
