#include "cli/readiness.hpp"

#include <gtest/gtest.h>

namespace rotor::cli {
namespace {

struct UnseenCase {
  const char* name;
  bool all_listed;
  std::vector<std::string> troubles;
  const char* reason;
};

class Unseen : public testing::TestWithParam<UnseenCase> {};

TEST_P(Unseen, IsAReasonNotToBeReady) {
  const UnseenCase& c = GetParam();
  EXPECT_EQ(unseen_reason(c.all_listed, c.troubles), c.reason);
}

INSTANTIATE_TEST_SUITE_P(Reasons, Unseen,
                         testing::Values(UnseenCase{"AllIsSeen", true, {}, ""},
                                         UnseenCase{"ItHasJustBegun", false, {}, "not everything is listed yet"},
                                         UnseenCase{"WhatTwoSayIsSaidOnce",
                                                    false,
                                                    {"secrets: no right", "pods: no right", "secrets: no right"},
                                                    "not everything is listed yet: secrets: no right; pods: no right"},
                                         UnseenCase{
                                             "AWatchIsRefused",
                                             true,
                                             {"secrets: no right to watch", "secrets: no right to watch"},
                                             "changes are seen late, by listing again: secrets: no right to watch"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rotor::cli
