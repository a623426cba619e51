#include "json/object_hash.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

SecretMap data(std::initializer_list<std::pair<std::string, std::string_view>> items) {
  SecretMap out;
  for (const auto& [key, value] : items) out.emplace(key, SecretBytes(value));
  return out;
}

TEST(ObjectHash, OfSecretData) {
  EXPECT_EQ(object_hash(data({{"foo", "value1"}, {"bar", "value2"}})),
            "1bed8bcbcb4547ffe19a19cd47d9078e84aa6598266d86b99f992d64");
  EXPECT_EQ(object_hash(data({})), "74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b");
  EXPECT_EQ(object_hash(data({{"a", ""}})), "b4267d3031c382774d3148a47147cc308a0e534ac8381b5d58565df8");
  EXPECT_EQ(object_hash(data({{"targetProperty", "someValue"}})),
            "03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042");
}

TEST(ObjectHash, OfText) {
  EXPECT_EQ(object_hash(std::string_view("default/test-es")),
            "a8e09351ea392b727f69f63683b28619fbed1174f572e728706a9ea8");
}

TEST(ObjectHash, OfMetadata) {
  EXPECT_EQ(metadata_hash({}, {}), "f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2");
  EXPECT_EQ(metadata_hash({{"foo", "bar"}}, {}), "69a7d6c99695c5308a8074c7eff995659652f98af7b21de0719c1446");
  EXPECT_EQ(metadata_hash({{"foo", "bar"}}, {{"tier", "db"}, {"app", "web"}}),
            "0298190d38421e4bc182d5a032537529e0c1c3409cb11d734e2f03e1");
}

TEST(ObjectHash, OfAGenericTarget) {
  EXPECT_EQ(object_hash(*parse(R"({"key":"val"})")), "2e738a375f9934e48bf078b82d2214e9c058d2b6b45478dcf01785ed");
}

TEST(ObjectHash, RendersValuesAsGo) {
  const auto same = [](std::string_view json, std::string_view rendering) {
    EXPECT_EQ(object_hash(*parse(json)), object_hash(rendering)) << json;
  };
  same(R"({"b":[1,2.5,"x",true,null],"a":{}})", "map[a:map[] b:[1 2.5 x true <nil>]]");
  same("[]", "[]");
  same("1e20", "100000000000000000000");
  same("1e21", "1e+21");
  same("0.0001", "0.0001");
  same("0.00001", "1e-05");
  same("18446744073709551615", "18446744073709551615");
}

}  // namespace
}  // namespace rotor::json
