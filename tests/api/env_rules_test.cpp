#include "api/core/env_rules.hpp"

#include <gtest/gtest.h>

namespace rotor::api {
namespace {

using namespace std::string_view_literals;

TEST(EnvName, IsPrintableAsciiWithoutAnEqualsSign) {
  for (const std::string_view good : {"A", "1A", "a b", " ", "~", "A:/x", "my.key-1", "-"}) {
    EXPECT_TRUE(is_env_name(good)) << good;
  }
  for (const std::string_view bad : {"", "A=B", "\xc3\xa9", "a\tb", "a\nb", "\x7f"})
    EXPECT_FALSE(is_env_name(bad)) << bad;
  EXPECT_FALSE(is_env_name("a\0"sv));
}

std::string problem(std::string_view value, std::string_view name = "A") {
  return env_value_problem(name, SecretBytes(value));
}

TEST(EnvValue, TextOfAnyScriptArrivesUnchanged) {
  for (const std::string_view fine : {"", "x", "two\nlines\ttab", "\xc3\xa9", "\xf0\x9f\x94\x91", "\xef\xbf\xbd"}) {
    EXPECT_EQ(problem(fine), "") << fine;
  }
}

TEST(EnvValue, ANulByteIsNamedByItsPosition) {
  EXPECT_EQ(problem("\0"sv), "holds a NUL byte at position 0");
  EXPECT_EQ(problem("ab\0c"sv), "holds a NUL byte at position 2");
}

TEST(EnvValue, BytesThatAreNoUtf8AreNamedByTheirPosition) {
  EXPECT_EQ(problem("ab\xff"), "is not UTF-8 text from position 2 on");
  EXPECT_EQ(problem("\xc3"), "is not UTF-8 text from position 0 on");
  EXPECT_EQ(problem("x\xed\xa0\x80"), "is not UTF-8 text from position 1 on");  // a surrogate
}

TEST(EnvValue, NameAndValueTogetherFitInOneEntry) {
  const std::string longest(kEnvEntryBytes - 2, 'x');  // with "A="
  EXPECT_EQ(problem(longest), "");
  EXPECT_EQ(problem(longest, "AB"), "is too long: with its name 131072 bytes, a process takes 131071");
  EXPECT_EQ(problem(longest + "x"), "is too long: with its name 131072 bytes, a process takes 131071");
}

TEST(EnvValue, AProblemNeverShowsTheValue) {
  EXPECT_EQ(problem("canary\0canary"sv).find("canary"), std::string::npos);
  EXPECT_EQ(problem("canary\xff").find("canary"), std::string::npos);
}

}  // namespace
}  // namespace rotor::api
