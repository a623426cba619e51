#include "providers/common/property.hpp"

#include <gtest/gtest.h>

namespace rotor::providers {
namespace {

using tmpl::LookupRule;

TEST(Property, IsNeverCalledAbsentInAPayloadThatCannotBeRead) {
  const auto absent = property_of(LookupRule::kPath, SecretBytes("{}"), "a", "no property a");
  ASSERT_TRUE(absent.absent());
  EXPECT_EQ(absent.absence().what, "no property a");
  const auto broken = property_of(LookupRule::kPath, SecretBytes("hunter2"), "a", "no property a");
  ASSERT_TRUE(broken.failed());
  EXPECT_EQ(broken.error().code, Code::kInvalid);
  EXPECT_TRUE(broken.error().message.starts_with("no property a: the payload is not valid JSON: "))
      << broken.error().message;
  EXPECT_FALSE(broken.error().message.contains("hunter"));
}

TEST(Property, OfKubernetesDataIsAKeyOrAPathIntoOne) {
  SecretMap data;
  data.emplace("a.b", SecretBytes("dotted"));
  data.emplace("doc", SecretBytes(R"({"x":{"y":"deep"}})"));
  data.emplace("plain", SecretBytes("text"));
  EXPECT_EQ(property_of(data, "a.b", "missing")->reveal(), "dotted");
  EXPECT_EQ(property_of(data, "doc.x.y", "missing")->reveal(), "deep");
  for (const std::string_view property : {"doc.z", ".doc", "doc.", "nope", "nope.x"}) {
    EXPECT_TRUE(property_of(data, property, "missing").absent()) << property;
  }
  EXPECT_EQ(property_of(data, "plain.x", "missing").error().code, Code::kInvalid);
}

}  // namespace
}  // namespace rotor::providers
