#include "openclaw/variable_expansion.hpp"

#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

struct ExpansionCase {
  const char* text;
  std::set<std::string> names;
};
class ExpandedNames : public testing::TestWithParam<ExpansionCase> {};

TEST_P(ExpandedNames, AreThoseInParentheses) { EXPECT_EQ(expanded_names(GetParam().text), GetParam().names); }

INSTANTIATE_TEST_SUITE_P(Cases, ExpandedNames,
                         testing::Values(ExpansionCase{"", {}}, ExpansionCase{"plain $A", {}},
                                         ExpansionCase{"$(A)", {"A"}}, ExpansionCase{"x$(A)y$(B)$(A)", {"A", "B"}},
                                         ExpansionCase{"$$(A)", {"A"}},  // escaped: rather a restart too many
                                         ExpansionCase{"$(A", {}}, ExpansionCase{"$(A)$(B", {"A"}},
                                         ExpansionCase{"$()", {""}}, ExpansionCase{"$(A$(B)", {"A$(B", "B"}}));

}  // namespace
}  // namespace rotor::openclaw
