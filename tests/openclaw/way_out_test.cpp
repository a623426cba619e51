// What is said of a 403: which right Rotor lacks, or that a role would give too much, and what to do about it.
#include "openclaw/way_out.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/managed.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;

constexpr std::string_view kLess = "take rules out";
constexpr std::string_view kGrant =
    "; give Rotor this right (`rotor doctor --service-account NAMESPACE/NAME` names all that are missing)";

constexpr std::string_view kNoCreate =
    R"(applying Role "a": roles.rbac.authorization.k8s.io "a" is forbidden: User "rotor" cannot create resource )"
    R"("roles" in API group "rbac.authorization.k8s.io" in the namespace "n")";
constexpr std::string_view kTooMuch =
    R"(applying Role "a": roles.rbac.authorization.k8s.io "a" is forbidden: user "rotor" (groups=["g"]) is attempting )"
    R"(to grant RBAC permissions not currently held: {APIGroups:["batch"], Resources:["jobs"], Verbs:["create"]})";
constexpr std::string_view kPolicy =
    R"(roles "a" is forbidden: ValidatingAdmissionPolicy 'p' denied request: no roles)";
constexpr std::string_view kSecrets =
    "403 Forbidden: the identity that Rotor uses has no right to get secrets; grant it that verb (`rotor doctor "
    "--service-account NAMESPACE/NAME` names all that are missing)";

struct WayOutCase {
  const char* name;
  Code code;
  std::string_view said;
  std::string_view before, after;  // what is added to it
};

class WayOut : public testing::TestWithParam<WayOutCase> {};

TEST_P(WayOut, GoesByWhatTheApiServerSaid) {
  const WayOutCase& c = GetParam();
  std::string expected(c.said);
  if (!c.before.empty()) expected = std::string(c.before) + ": " + expected;
  expected += c.after;
  const Error error = with_way_out({c.code, std::string(c.said)}, kLess);
  EXPECT_EQ(error.message, expected);
  EXPECT_EQ(error.code, c.code);
  EXPECT_EQ(with_way_out(error).message, expected) << "once";
}

INSTANTIATE_TEST_SUITE_P(Refusals, WayOut,
                         testing::Values(WayOutCase{"AMissingRight", Code::kDenied, kNoCreate, "", kGrant},
                                         WayOutCase{"ARoleThatGivesTooMuch", Code::kDenied, kTooMuch, kLess, ""},
                                         WayOutCase{"AnAdmissionPolicy", Code::kDenied, kPolicy, "", ""},
                                         WayOutCase{"AboutSecretsItIsSaidAlready", Code::kDenied, kSecrets, "", ""},
                                         WayOutCase{"WhatIsNoRefusal", Code::kInvalid, kNoCreate, "", ""}),
                         [](const auto& info) { return info.param.name; });

TEST(WayOut, OfRowsThatGiveRightsDoesNotSupposeThatTheSpecAsksForAny) {
  int rows = 0;
  for (const ManagedKind& row : managed_kinds()) {
    if (!row.resource.group.starts_with("rbac.")) continue;
    ++rows;
    EXPECT_EQ(row.denied.type, "RBACReady") << row.status_key;
    EXPECT_THAT(std::string(row.denied.way_out), HasSubstr("a role may give no more than the operator may do itself"));
  }
  EXPECT_EQ(rows, 2);
}

}  // namespace
}  // namespace rotor::openclaw
