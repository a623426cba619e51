// What is JSON5 and what is not. The good ones are from https://spec.json5.org and its own suite of cases.
#include "json/json5.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

std::string said(std::string_view text) {
  const auto fault = json5_fault(text);
  return fault ? fault->text() : "";
}

TEST(Json5, WhatProgramsReadIsTaken) {
  for (const std::string_view text : {
           R"({})",
           R"([])",
           R"(null)",
           R"({"a":[1,2.5e-3,true,null,"x\né"]})",
           "{\n  // comments\n  unquoted: 'and you can quote me on that',\n  /* also\n  these */\n}",
           "{a: 'I can use \"double quotes\" here', b: \"it's\",}",
           "{lineBreaks: 'Look, Mom! \\\nNo \\\\n\\'s!', crlf: 'a\\\r\nb'}",
           "[0xdecaf, 0XF, .8675309, 8675309., +1, -1, -.5, 1e5, 1.E+2, 0, -0, 0.5]",
           "[Infinity, -Infinity, +Infinity, NaN, -NaN]",
           "[1, 2,]",
           "{$dollar: 1, _under: 2, \\u0061bc: 3, größe: 4, true: 5, a1: 6}",
           "{'a\\x41\\u0041\\0\\v\\q': 1}",
           "\ufeff\u00a0{\u2028a\u3000:\v1\f}\t// at the end",
           "/* first */ 'a text'",
           "{a: 'line\u2028end'}",
       }) {
    EXPECT_EQ(said(text), "") << text;
  }
}

TEST(Json5, AWideSpaceEndsAWordAsAnotherDoes) {
  for (const char* text : {"{a: true\u00a0}", "[1\u00a0, Infinity\u2003]", "{a\u00a0: null\u3000}"}) {
    EXPECT_FALSE(json5_fault(text)) << text;
  }
}

TEST(Json5, AFaultHasItsPlace) {
  EXPECT_EQ(said(R"({"logging": {"level": )"), "line 1, column 23: a value is missing, or a text without quotes");
  EXPECT_EQ(said("{\n  a: 1\n  b: 2\n}"), "line 3, column 3: a comma is missing");
  EXPECT_EQ(said("{a: 1"), "line 1, column 6: a { is not closed");
  EXPECT_EQ(said("{a: {b: 1}"), "line 1, column 11: a { is not closed");
  EXPECT_EQ(said("[1"), "line 1, column 3: a [ is not closed");
  EXPECT_EQ(said("{a 1}"), "line 1, column 4: a colon is missing behind a name");
  EXPECT_EQ(said("{a: b}"), "line 1, column 5: a value is missing, or a text without quotes");
  EXPECT_EQ(said("{1a: 1}"), "line 1, column 2: a name begins with a digit: put it in quotes");
  EXPECT_EQ(said("{a: 'x\n'}"), "line 1, column 7: a text is not closed on its line");
  EXPECT_EQ(said("/* x"), "line 1, column 1: a comment is not closed");
  EXPECT_EQ(said("{} {}"), "line 1, column 4: there is more behind the value");
}

TEST(Json5, AWordDoesNotEndInAnother) {
  for (const char* text : {"true1", "null5", "NaN7", "-Infinity5", "[falsey]"}) EXPECT_TRUE(json5_fault(text)) << text;
}

TEST(Json5, WhatNoProgramReadsIsNone) {
  for (const std::string_view text : {"",           " ",          "// only a comment",
                                      "{,}",        "[,]",        "[1,,2]",
                                      "{a:1,,}",    "{:1}",       "{a:}",
                                      "{a}",        "]",          "{]",
                                      "[}",         "01",         "0x",
                                      "0xg",        "1e",         "1e+",
                                      ".",          "+",          "- 1",
                                      "5a",         "truex",      "nul",
                                      "undefined",  "'\\1'",      "'\\01'",
                                      "'\\x4'",     "'\\u12'",    "'a",
                                      "'a\\",       "{\\x41: 1}", "{a-b: 1}",
                                      "key: value", "a: 1\nb: 2", "/",
                                      "1 2"}) {
    EXPECT_NE(said(text), "") << text;
  }
}

TEST(Json5, DepthIsBounded) {
  EXPECT_EQ(said(std::string(900, '[') + std::string(900, ']')), "");
  EXPECT_EQ(said(std::string(100'000, '[')), "line 1, column 1002: it is nested too deep");
}

}  // namespace
}  // namespace rotor::json
