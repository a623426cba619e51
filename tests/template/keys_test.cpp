#include "template/keys.hpp"

#include <gtest/gtest.h>

namespace rotor::tmpl {
namespace {

SecretMap keys(std::initializer_list<std::string_view> names) {
  SecretMap map;
  for (const auto name : names) map.emplace(name, SecretBytes("v"));
  return map;
}

TEST(ConvertKeys, ReplacesWhatAKeyMayNotHave) {
  const auto plain = convert_keys(keys({"a/b", "ок-1._", "😀"}), "");
  ASSERT_TRUE(plain);
  EXPECT_TRUE(plain->contains("a_b"));
  EXPECT_TRUE(plain->contains("ок-1._")) << "letters of any script stay";
  EXPECT_TRUE(plain->contains("_"));
  const auto unicode = convert_keys(keys({"a/b", "😀"}), "Unicode");
  EXPECT_TRUE(unicode->contains("a_U002f_b"));
  EXPECT_TRUE(unicode->contains("_U1f600_"));
}

TEST(ConvertKeys, RefusesTwoKeysThatBecomeEqual) {
  const auto converted = convert_keys(keys({"a/b", "a:b"}), "Default");
  ASSERT_FALSE(converted);
  EXPECT_EQ(converted.error().message, "secret name collision during conversion: a_b");
}

TEST(ReverseUnicode, UndoesTheConversionAndRefusesTwoKeysThatBecomeEqual) {
  const auto back = reverse_unicode(keys({"a_U002f_b", "_U1f600_", "_Uxyz_"}));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->contains("a/b"));
  EXPECT_TRUE(back->contains("😀"));
  EXPECT_TRUE(back->contains("_Uxyz_"));
  EXPECT_FALSE(reverse_unicode(keys({"a/b", "a_U002f_b"})));
}

TEST(CheckKeys, DropsTheEmptyKeyAndRefusesBadOnes) {
  EXPECT_EQ(check_keys(keys({"", "a"}))->size(), 1U);
  const auto bad = check_keys(keys({"a b"}));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "key has invalid character  , only alphanumeric, '-', '.' and '_' are allowed: a b");
  EXPECT_FALSE(check_keys(keys({std::string(254, 'a')})));
  EXPECT_TRUE(check_keys(keys({std::string(253, 'a')})));
}

struct DecodeCase {
  std::string_view strategy;
  std::string_view in;
  std::optional<std::string_view> expected;
};
class Decode : public testing::TestWithParam<DecodeCase> {};

TEST_P(Decode, FollowsTheStrategy) {
  const auto decoded = decode_value(SecretBytes(GetParam().in), GetParam().strategy);
  ASSERT_EQ(decoded.has_value(), GetParam().expected.has_value());
  if (decoded) EXPECT_EQ(decoded->reveal(), *GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Decode,
    testing::Values(DecodeCase{"", "YmFy", "YmFy"}, DecodeCase{"None", "YmFy", "YmFy"},
                    DecodeCase{"Base64", "YmFy", "bar"}, DecodeCase{"Base64", "YmFy\n", "bar"},
                    DecodeCase{"Base64", "Ym Fy", std::nullopt}, DecodeCase{"Base64", "YmE", std::nullopt},
                    DecodeCase{"Base64URL", "_-8=", "\xff\xef"}, DecodeCase{"Base64", "_-8=", std::nullopt},
                    DecodeCase{"Auto", "YmFy", "bar"}, DecodeCase{"Auto", "_-8=", "\xff\xef"},
                    DecodeCase{"Auto", "not base64!", "not base64!"}, DecodeCase{"Rot13", "a", std::nullopt}));

TEST(DecodeValues, NamesTheKeyAndNeverTheValue) {
  SecretMap values;
  values.emplace("k", SecretBytes("hunter2!"));
  const auto decoded = decode_values(std::move(values), "Base64");
  ASSERT_FALSE(decoded);
  EXPECT_TRUE(decoded.error().message.starts_with("failure decoding key k: illegal base64 data"))
      << decoded.error().message;
  EXPECT_FALSE(decoded.error().message.contains("hunter2"));
}

TEST(NullBytes, FailOnlyWhenAskedTo) {
  SecretMap values;
  values.emplace("b", SecretBytes(std::string_view("x\0y", 3)));
  values.emplace("c", SecretBytes(std::string_view("\0", 1)));
  EXPECT_TRUE(check_null_bytes(values, ""));
  EXPECT_TRUE(check_null_bytes(values, "Ignore"));
  const auto failed = check_null_bytes(values, "Fail");
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.starts_with("fetched secret value for key \"b\" contains null bytes"));
}

}  // namespace
}  // namespace rotor::tmpl
