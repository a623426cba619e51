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

RemoteRef extract_ref(std::string key, std::string property = "") {
  RemoteRef ref;
  ref.key = std::move(key);
  ref.property = std::move(property);
  return ref;
}

TEST(Extracted, NamesTheKeyAndTheWayOutOfTextThatIsNoObjectAndNeverTheText) {
  for (const std::string_view text : {"hunter2", "[\"hunter2\"]", "\"hunter2\"", "{\"hunter2\"", ""}) {
    const auto got = extracted(SecretBytes(text), extract_ref("prod/db"), "unable to unmarshal secret");
    ASSERT_TRUE(got.failed()) << text;
    EXPECT_EQ(got.error().code, Code::kInvalid);
    EXPECT_TRUE(got.error().message.starts_with("unable to unmarshal secret: ")) << got.error().message;
    EXPECT_TRUE(
        got.error().message.ends_with("; key \"prod/db\" is no JSON object, and dataFrom.extract makes a key of "
                                      "every member: read it with spec.data"))
        << got.error().message;
    EXPECT_FALSE(got.error().message.contains("hunter2"));
  }
  const auto part = extracted(SecretBytes("x"), extract_ref("db", "user"), "w");
  EXPECT_TRUE(part.error().message.contains("property \"user\" of key \"db\"")) << part.error().message;
}

TEST(Extracted, IsOfTheVersionOfItsValueAndHandsOnWhatIsNone) {
  const auto ref = extract_ref("k");
  const auto got = extracted(Lookup<SecretBytes>(SecretBytes(R"({"a":"1"})")).of_version("7"), ref, "");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->at("a").reveal(), "1");
  EXPECT_EQ(got.version(), "7");
  EXPECT_TRUE(extracted(Absent{"none"}, ref, "").absent());
  EXPECT_EQ(extracted(fail(Code::kDenied, "no"), ref, "").error().message, "no");
}

}  // namespace
}  // namespace rotor::providers
