#include "providers/vault/replication.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace rotor::providers::vault {
namespace {

std::string state(std::string_view text) { return base64_encode(text); }

const std::string k11 = state("v1:c:1:1:ff");
const std::string k22 = state("v1:c:2:2:ff");
const std::string k13 = state("v1:c:1:3:ff");
const std::string k31 = state("v1:c:3:1:ff");
const std::string kOther = state("v1:d:1:1:ff");

using States = std::vector<std::string>;

struct MergeCase {
  States known;
  std::string state;
  States expected;
};
class VaultStates : public testing::TestWithParam<MergeCase> {};

TEST_P(VaultStates, KeepTheNewestOfWhatCanBeCompared) {
  EXPECT_EQ(merge_state(GetParam().known, GetParam().state), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, VaultStates,
                         testing::Values(MergeCase{{}, k11, {k11}}, MergeCase{{k11}, k22, {k22}},
                                         MergeCase{{k22}, k11, {k22}}, MergeCase{{k11}, k11, {k11}},
                                         MergeCase{{k13}, k31, {k13, k31}}, MergeCase{{k13, k31}, k22, {k22}},
                                         MergeCase{{k22}, kOther, {kOther}}, MergeCase{{k22}, "junk", {"junk"}},
                                         MergeCase{{"junk"}, k22, {k22}}));

}  // namespace
}  // namespace rotor::providers::vault
