#include "secrets/name_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::secrets {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(NameIndex, FindsTheNamesOfAPropertyInOneNamespace) {
  NameIndex index;
  index.add("ns", "tgt", "a");
  index.add("ns", "tgt", "b");
  index.add("ns", "other", "c");
  index.add("elsewhere", "tgt", "d");
  EXPECT_THAT(index.names("ns", "tgt"), UnorderedElementsAre("a", "b"));
  EXPECT_THAT(index.names("elsewhere", "tgt"), UnorderedElementsAre("d"));
  EXPECT_THAT(index.names("tgt", "ns"), IsEmpty()) << "which is which counts";
  EXPECT_THAT(index.names("elsewhere", "other"), IsEmpty());
}

TEST(NameIndex, ForgetsOneNameAndNoOther) {
  NameIndex index;
  index.add("ns", "tgt", "a");
  index.add("ns", "tgt", "b");
  index.remove("ns", "tgt", "none");
  index.remove("ns", "tgt", "a");
  EXPECT_THAT(index.names("ns", "tgt"), UnorderedElementsAre("b"));
  index.remove("ns", "tgt", "b");
  EXPECT_EQ(index.size(), 0U);
}

}  // namespace
}  // namespace rotor::secrets
