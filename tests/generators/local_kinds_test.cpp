// The kinds that ask nobody: Fake, Password, UUID.
#include <algorithm>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/base32.hpp"
#include "base/encoding.hpp"
#include "generators/local.hpp"

namespace rotor::generators {
namespace {

// Counts up: every byte differs from the one before, and a test knows what comes out.
Random counting() {
  return [next = static_cast<unsigned char>(0)](std::span<unsigned char> out) mutable {
    for (unsigned char& byte : out) byte = next++;
  };
}

std::string text_of(const SecretMap& values, std::string_view key) {
  const auto it = values.find(key);
  return it == values.end() ? "(none)" : std::string(it->second.reveal());
}

std::string password(std::string_view spec) {
  const auto made = make_password({std::string(spec)}, private_random);
  return made ? text_of(*made, "password") : "error: " + made.error().message;
}

std::int64_t count(std::string_view text, std::string_view of) {
  return std::ranges::count_if(text, [of](char c) { return of.contains(c); });
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSymbols = "~!@#$%^&*()_+`-={}|[]\\:\"<>?,./";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";

TEST(FakeGenerator, GivesItsDataAsItStands) {
  const auto made = make_fake({R"({"controller":"x","data":{"a":"1\n","b":""}})"}, private_random);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 2U);
  EXPECT_EQ(text_of(*made, "a"), "1\n");
  EXPECT_EQ(text_of(*made, "b"), "");
}

TEST(FakeGenerator, NamesTheFieldThatCannotBeRead) {
  const auto made = make_fake({R"({"data":{"a":5}})"}, private_random);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_TRUE(made.error().message.starts_with("unable to parse spec: data[\"a\"]: ")) << made.error().message;
  EXPECT_EQ(make_fake({"null"}, private_random).error().message, "no config spec provided");
}

TEST(PasswordGenerator, MakesTwentyFourCharactersAQuarterEachDigitsAndSymbolsWithoutRepeats_Row197) {
  for (int i = 0; i < 50; ++i) {
    const std::string made = password("{}");
    ASSERT_EQ(made.size(), 24U) << made;
    EXPECT_EQ(count(made, kDigits), 6);
    EXPECT_EQ(count(made, kSymbols), 6);
    EXPECT_EQ(std::set<char>(made.begin(), made.end()).size(), 24U);
  }
  EXPECT_EQ(password(R"({"length":-3})").size(), 24U);
}

TEST(PasswordGenerator, MakesAnIndependentOneForEachSecretKey_Row198) {
  const auto made = make_password({R"({"length":24,"secretKeys":["u","p"]})"}, private_random);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 2U);
  EXPECT_NE(text_of(*made, "u"), text_of(*made, "p"));
}

struct PasswordCase {
  std::string_view spec;
  std::int64_t digits, symbols, upper, lower;
};
class PasswordClasses : public testing::TestWithParam<PasswordCase> {};

TEST_P(PasswordClasses, HoldAsManyCharactersAsAskedFor) {
  const std::string made = password(GetParam().spec);
  EXPECT_EQ(count(made, kDigits), GetParam().digits) << made;
  EXPECT_EQ(count(made, kSymbols), GetParam().symbols) << made;
  if (GetParam().upper >= 0) EXPECT_EQ(count(made, kUpper), GetParam().upper) << made;
  EXPECT_EQ(count(made, kUpper) + count(made, kLower), GetParam().lower) << made;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PasswordClasses,
    testing::Values(PasswordCase{R"({"length":12})", 3, 3, -1, 6}, PasswordCase{R"({"length":7})", 1, 1, -1, 5},
                    PasswordCase{R"({"length":10,"digits":0,"symbols":0})", 0, 0, -1, 10},
                    PasswordCase{R"({"length":20,"digits":2,"symbols":0,"noUpper":true})", 2, 0, 0, 18},
                    PasswordCase{R"({"length":8,"digits":8,"symbols":0})", 8, 0, 0, 0},
                    PasswordCase{R"({"length":100,"allowRepeat":true})", 25, 25, -1, 50},
                    PasswordCase{R"({"length":20,"digits":0,"symbols":10,"symbolCharacters":""})", 0, 10, -1, 10}));

TEST(PasswordGenerator, TakesSymbolsFromTheCharactersItIsGiven) {
  const std::string made = password(R"({"length":8,"digits":0,"symbols":4,"symbolCharacters":"-_+!"})");
  EXPECT_EQ(count(made, "-_+!"), 4) << made;
}

TEST(PasswordGenerator, NeverBreaksACharacterOfSeveralBytes) {
  const std::string made = password(R"({"length":6,"digits":0,"symbols":3,"symbolCharacters":"äöü"})");
  EXPECT_TRUE(is_utf8(made)) << made;
  EXPECT_EQ(made.size(), 9U);
}

TEST(PasswordGenerator, PutsEveryClassAtEveryPlace) {
  std::set<std::size_t> places;
  for (int i = 0; i < 400; ++i) {
    places.insert(password(R"({"length":5,"digits":1,"symbols":0})").find_first_of(kDigits));
  }
  EXPECT_EQ(places.size(), 5U);
}

TEST(PasswordGenerator, DrawsFromTheRandomnessItIsHandedAlone) {
  const auto one = make_password({"{}"}, counting());
  const auto two = make_password({"{}"}, counting());
  ASSERT_TRUE(one && two);
  EXPECT_EQ(*one, *two);
}

struct Encoding {
  std::string_view name;
  std::string (*back)(const std::string& text);
};
class PasswordEncoding : public testing::TestWithParam<Encoding> {};

TEST_P(PasswordEncoding, IsAppliedToTheFinishedPassword) {
  const auto plain = make_password({R"({"length":13})"}, counting());
  const auto made = make_password({R"({"length":13,"encoding":")" + std::string(GetParam().name) + "\"}"}, counting());
  ASSERT_TRUE(plain && made);
  EXPECT_EQ(text_of(*made, "password"), GetParam().back(text_of(*plain, "password")));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PasswordEncoding,
    testing::Values(Encoding{"raw", [](const std::string& text) { return text; }},
                    Encoding{"base64", [](const std::string& text) { return base64_encode(text); }},
                    Encoding{"base64url", [](const std::string& text) { return base64_encode(text, Base64::kUrl); }},
                    Encoding{"base32", [](const std::string& text) { return base32_encode(text); }},
                    Encoding{"hex", [](const std::string& text) { return hex_encode(text); }}));

TEST(Base32, IsPaddedAndHasTheStandardAlphabet) {
  EXPECT_EQ(base32_encode(""), "");
  EXPECT_EQ(base32_encode("f"), "MY======");
  EXPECT_EQ(base32_encode("foobar"), "MZXW6YTBOI======");
}

struct Refused {
  std::string_view spec;
  std::string_view message;
};
class RefusedPassword : public testing::TestWithParam<Refused> {};

TEST_P(RefusedPassword, SaysWhyAndWhatToWrite) {
  const auto made = make_password({std::string(GetParam().spec)}, private_random);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kInvalid);
  EXPECT_EQ(made.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RefusedPassword,
    testing::Values(
        Refused{"", "no config spec provided"},
        Refused{R"({"length":5,"digits":3,"symbols":3})",
                "number of digits and symbols must be less than total length: 3 and 3 of 5; correct spec.digits, "
                "spec.symbols or spec.length"},
        // A quarter of 44 are eleven digits, and there are ten.
        Refused{R"({"length":44})",
                "number of digits exceeds available digits and repeats are not allowed: 11 of 10; set "
                "spec.allowRepeat: true, or spec.digits and spec.symbols"},
        Refused{R"({"length":60,"digits":0,"symbols":0})",
                "number of letters exceeds available letters and repeats are not allowed: 60 of 52; set "
                "spec.allowRepeat: true, or spec.digits and spec.symbols"},
        Refused{R"({"length":30,"digits":0,"symbols":0,"noUpper":true})",
                "number of letters exceeds available letters and repeats are not allowed: 30 of 26; set "
                "spec.allowRepeat: true, or spec.digits and spec.symbols"},
        Refused{R"({"length":10,"digits":0,"symbols":4,"symbolCharacters":"!!!!"})",
                "number of symbols exceeds available symbols and repeats are not allowed: 4 of 1; set "
                "spec.allowRepeat: true, or spec.digits and spec.symbols"},
        // Symbols that the digits have used up: to draw until a new one comes would never end.
        Refused{R"({"length":12,"digits":10,"symbols":2,"symbolCharacters":"0123456789"})",
                "number of symbols exceeds available symbols and repeats are not allowed: 2 of 0; set "
                "spec.allowRepeat: true, or spec.digits and spec.symbols"},
        Refused{R"({"digits":-1})", "spec.digits -1: must not be negative"},
        Refused{R"({"secretKeys":["u","u"]})", "secretKeys must be non-empty and unique: correct spec.secretKeys"},
        Refused{R"({"secretKeys":[""]})", "secretKeys must be non-empty and unique: correct spec.secretKeys"},
        Refused{R"({"encoding":"rot13"})", "spec.encoding \"rot13\": must be raw, base64, base64url, base32 or hex"},
        Refused{R"({"length":9000000000,"allowRepeat":true})",
                "spec.length 9000000000: a Secret holds 1048576 bytes in all"}));

TEST(UuidGenerator, MakesALowerCaseVersionFour) {
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const auto one = make_uuid({"{}"}, private_random);
  const auto two = make_uuid({"null"}, private_random);
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(std::regex_match(text_of(*one, "uuid"), form)) << text_of(*one, "uuid");
  EXPECT_NE(text_of(*one, "uuid"), text_of(*two, "uuid"));
  EXPECT_EQ(text_of(*make_uuid({"{}"}, counting()), "uuid"), "00010203-0405-4607-8809-0a0b0c0d0e0f");
}

TEST(RandomBelow, GivesEveryNumberAboutAsOften) {
  std::array<int, 7> times{};
  for (int i = 0; i < 7000; ++i) ++times.at(random_below(private_random, 7));
  for (const int n : times) EXPECT_NEAR(n, 1000, 250);
}

TEST(RandomBelow, DrawsAgainWhereSomeNumbersWouldComeMoreOften) {
  int draws = 0;
  const Random random = [&draws](std::span<unsigned char> out) {
    std::ranges::fill(out, draws++ == 0 ? 0xFF : 0x00);  // the greatest number there is lies above the last multiple
  };
  EXPECT_EQ(random_below(random, 10), 0U);
  EXPECT_EQ(draws, 2);
}

TEST(PasswordGenerator, SaysWhichLengthItTakesForNone) {
  EXPECT_EQ(remark_on_password({R"({"length":-3})"}),
            "spec.length -3 is taken for 24: write how many characters you want");
  EXPECT_EQ(remark_on_password({R"({"length":5})"}), "");
}

}  // namespace
}  // namespace rotor::generators
