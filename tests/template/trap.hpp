// One row of a table of traps: a template over fixed data and what Go makes of it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/template/render.hpp"

namespace rotor::tmpl {

inline constexpr std::string_view kError = "error: ";  // whatever the words

struct Trap {
  std::string_view source, expected;
};

inline void PrintTo(const Trap& trap, std::ostream* out) { *out << trap.source; }

inline void check(const Trap& trap) {
  static const std::map<std::string, std::string> kData = {
      {"j", R"({"port":5432,"big":1000000,"id":12345678901,"f":1.5,"n":null,"s":"x","l":[1,"a",null],"o":{"k":1}})"},
      {"a", "é日"},
      {"b", "!!"},
      {"n", "07"},
      {"e", ""}};
  static const std::map<std::string, std::string> kBroken = {{"x",
                                                              "a\xff"
                                                              "b"}};
  const std::string got = shown(trap.source, trap.source.contains(".x") ? kBroken : kData);
  if (trap.expected == kError)
    EXPECT_THAT(got, testing::StartsWith(kError));
  else
    EXPECT_EQ(got, trap.expected);
}

}  // namespace rotor::tmpl
