#include "secrets/target_writer.hpp"

#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using Kind = kube::Outcome::Kind;

struct FailureCase {
  Code code;
  std::string_view condition;
  Kind then;
};
class WriteFailure : public testing::TestWithParam<FailureCase> {};

TEST_P(WriteFailure, SaysWhatAPersonCanMendAndIsTriedAgainInItsOwnTime) {
  const auto failure = write_failure({GetParam().code, "words"}, "could not create secret a");
  EXPECT_EQ(failure.condition, GetParam().condition);
  EXPECT_EQ(failure.then.kind, GetParam().then);
  EXPECT_EQ(failure.error.message, "could not create secret a: words");
}

INSTANTIATE_TEST_SUITE_P(Cases, WriteFailure,
                         testing::Values(FailureCase{Code::kInvalid, kCouldNotUpdate, Kind::kAfter},
                                         FailureCase{Code::kDenied, kCouldNotUpdate, Kind::kAfter},
                                         FailureCase{Code::kUnavailable, kCouldNotUpdate, Kind::kFailed},
                                         FailureCase{Code::kConflict, kAgain, Kind::kFailed},
                                         FailureCase{Code::kNotFound, kAgain, Kind::kFailed},
                                         FailureCase{Code::kGone, kAgain, Kind::kDone}));

}  // namespace
}  // namespace rotor::secrets
