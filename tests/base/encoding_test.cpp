#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace rotor {
namespace {

using namespace std::string_view_literals;

struct Base64Case {
  std::string_view text;
  std::string_view bytes;
};

class Base64Decodes : public testing::TestWithParam<Base64Case> {};

TEST_P(Base64Decodes, AsGo) {
  const auto bytes = base64_decode(GetParam().text);
  ASSERT_TRUE(bytes) << bytes.error().message;
  EXPECT_EQ(*bytes, GetParam().bytes);
  EXPECT_EQ(*base64_decode_secret(GetParam().text), SecretBytes(GetParam().bytes));
}

INSTANTIATE_TEST_SUITE_P(Cases, Base64Decodes,
                         testing::Values(Base64Case{"", ""}, Base64Case{"Zg==", "f"}, Base64Case{"Zm8=", "fo"},
                                         Base64Case{"Zm9v", "foo"}, Base64Case{"Zm9vYg==", "foob"},
                                         Base64Case{"Zm\r\n9v\nYg=\n=\n", "foob"}, Base64Case{"\n", ""},
                                         Base64Case{"Zh==", "f"}, Base64Case{"+/+/", "\xfb\xff\xbf"}));

struct BadBase64 {
  std::string_view text;
  int offset;
};

class Base64Refuses : public testing::TestWithParam<BadBase64> {};

TEST_P(Base64Refuses, WithGosOffset) {
  const auto bytes = base64_decode(GetParam().text);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().message, "illegal base64 data at input byte " + std::to_string(GetParam().offset));
}

INSTANTIATE_TEST_SUITE_P(Cases, Base64Refuses,
                         testing::Values(BadBase64{"!!!!", 0}, BadBase64{"====", 0}, BadBase64{"x===", 1},
                                         BadBase64{"=AAA", 0}, BadBase64{"A=AA", 1}, BadBase64{"AA=A", 2},
                                         BadBase64{"AA==A", 4}, BadBase64{"AAA=AAAA", 4}, BadBase64{"AAAAA", 4},
                                         BadBase64{"AAAAAA", 4}, BadBase64{"A=", 1}, BadBase64{"AA=", 3},
                                         BadBase64{"AAAAAA=", 7}, BadBase64{"YWJjZA=====", 8}, BadBase64{"A!\n", 1},
                                         BadBase64{"A=\n", 1}, BadBase64{"Zm 9v", 2}, BadBase64{"-_-_", 0}));

TEST(Base64, EncodesInEveryAlphabet) {
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64_encode("\xfb\xff", Base64::kUrl), "-_8=");
  EXPECT_EQ(base64_encode("\xfb\xff", Base64::kRawStandard), "+/8");
  EXPECT_EQ(base64_encode("\xfb\xff", Base64::kRawUrl), "-_8");
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode_secret("foo"), SecretBytes("Zm9v"));
}

TEST(Base64, RawAlphabetsRefusePadding) {
  EXPECT_EQ(*base64_decode("-_8", Base64::kRawUrl), "\xfb\xff");
  EXPECT_FALSE(base64_decode("-_8=", Base64::kRawUrl));
  EXPECT_FALSE(base64_decode("A", Base64::kRawUrl));
}

TEST(Base64, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t cut = 250; cut <= 256; ++cut) {
    for (const Base64 a : {Base64::kStandard, Base64::kUrl, Base64::kRawStandard, Base64::kRawUrl}) {
      EXPECT_EQ(base64_decode(base64_encode(all.substr(0, cut), a), a), all.substr(0, cut));
    }
  }
}

TEST(Base64, TellsTheOffsetOfAWrongByteWhereverItStands) {
  const std::string good = base64_encode(std::string(300, 'x'));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = '!';
    const auto decoded = base64_decode(bad);
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "illegal base64 data at input byte " + std::to_string(at));
  }
}

TEST(Base64, PassesOverLineBreaksWhereverTheyStand) {
  const std::string value(300, 'x');
  const std::string text = base64_encode(value);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    EXPECT_EQ(base64_decode(text.substr(0, at) + "\r\n" + text.substr(at)).value_or("?"), value) << at;
  }
}

TEST(Hex, EncodesAndDecodes) {
  EXPECT_EQ(hex_encode("\x00\xff\x1a"sv), "00ff1a");
  EXPECT_EQ(hex_decode("00fF1A"), "\x00\xff\x1a"sv);
  EXPECT_FALSE(hex_decode("0"));
  EXPECT_FALSE(hex_decode("0g"));
}

TEST(Percent, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c+é%"), "a%2Fb%20c%2B%C3%A9%25");
  EXPECT_EQ(percent_decode("a%2fb+c%20"), "a/b+c ");
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Utf8, KnowsWhatIsValid) {
  for (const auto good : {""sv, "abc"sv, "é€😀"sv, "\xEF\xBF\xBF"sv, "\xF4\x8F\xBF\xBF"sv})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const auto bad : {"\x80"sv, "\xC3"sv, "\xC0\x80"sv, "\xE0\x80\x80"sv, "\xED\xA0\x80"sv, "\xF4\x90\x80\x80"sv,
                         "\xF8\x88\x80\x80\x80"sv, "a\xFF"sv, "\xF0\x9F\x98"sv}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, RoundTripsRunes) {
  for (const char32_t c : {U'a', U'\u00e9', U'\u20ac', U'\U0001F600', U'\U0010FFFF'}) {
    EXPECT_EQ(decode_rune(encode_rune(c).view()).value, c);
  }
  EXPECT_EQ(encode_rune(0xD800).view(), "\uFFFD");
  EXPECT_EQ(encode_rune(0x110000).view(), "\uFFFD");
  EXPECT_EQ(decode_rune("").size, 0);
}

}  // namespace
}  // namespace rotor
