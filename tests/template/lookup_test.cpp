#include "template/lookup.hpp"

#include <gtest/gtest.h>

namespace rotor::tmpl {
namespace {

struct PropertyCase {
  std::string_view property;
  std::optional<std::string_view> expected;  // nullopt: not there
};

constexpr std::string_view kDocument =
    R"({"user":"u","db.host":"dotted","db":{"host":"nested","port":5432},"list":["a",{"n":"b"}],"n":1.0,"e":1e3,)"
    R"("nul":null,"t":true,"obj":{"b":1, "a":"<x>"},"big":12345678901234567890123,"w*":"star","user":"second"})";

class Property : public testing::TestWithParam<PropertyCase> {};

TEST_P(Property, IsFoundAsTextOfItsType) {
  const auto found = find_property(LookupRule::kKeyThenPath, SecretBytes(kDocument), GetParam().property);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->has_value(), GetParam().expected.has_value());
  if (*found) EXPECT_EQ((*found)->reveal(), *GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, Property,
                         testing::Values(PropertyCase{"user", "u"}, PropertyCase{"db.host", "dotted"},
                                         PropertyCase{"db.port", "5432"}, PropertyCase{"list.0", "a"},
                                         PropertyCase{"list.1.n", "b"}, PropertyCase{"list.2", std::nullopt},
                                         PropertyCase{"list.x", std::nullopt}, PropertyCase{"n", "1"},
                                         PropertyCase{"e", "1000"}, PropertyCase{"nul", ""}, PropertyCase{"t", "true"},
                                         PropertyCase{"obj", R"({"b":1, "a":"<x>"})"},
                                         PropertyCase{"big", "12345678901234567890123"}, PropertyCase{"w\\*", "star"},
                                         PropertyCase{"absent", std::nullopt}, PropertyCase{"user.name", std::nullopt},
                                         PropertyCase{".user", std::nullopt}, PropertyCase{"db..host", std::nullopt}));

TEST(PropertyOrder, DecidesBetweenADottedKeyAndAPath) {
  const SecretBytes both(R"({"a.b":"key","a":{"b":"path"}})");
  EXPECT_EQ((*find_property(LookupRule::kKeyThenPath, both, "a.b"))->reveal(), "key");
  EXPECT_EQ((*find_property(LookupRule::kPathThenKey, both, "a.b"))->reveal(), "path");
  EXPECT_EQ((*find_property(LookupRule::kPath, both, "a.b"))->reveal(), "path");
  EXPECT_EQ((*find_property(LookupRule::kPathThenKey, SecretBytes(R"({"a.b":"key"})"), "a.b"))->reveal(), "key");
}

TEST(Members, KeepEveryValueAsWrittenAndUnquoteStrings) {
  const auto members =
      extract_members(SecretBytes(R"({"s":"a\u0041","n":1.10,"o":{"x": 1},"z":null,"b":false,"d":1,"d":2})"));
  ASSERT_TRUE(members) << members.error().message;
  EXPECT_EQ(members->at("s").reveal(), "aA");
  EXPECT_EQ(members->at("n").reveal(), "1.10");
  EXPECT_EQ(members->at("o").reveal(), R"({"x": 1})");
  EXPECT_EQ(members->at("z").reveal(), "");
  EXPECT_EQ(members->at("b").reveal(), "false");
  EXPECT_EQ(members->at("d").reveal(), "2");
}

TEST(Members, OfNullAreNoneAndOfOtherValuesAreAnError) {
  EXPECT_TRUE(extract_members(SecretBytes("null"))->empty());
  for (const std::string_view text : {"[1]", "\"a\"", "1", "true", "{} x", "", "{"}) {
    EXPECT_FALSE(extract_members(SecretBytes(text))) << text;
  }
}

}  // namespace
}  // namespace rotor::tmpl
