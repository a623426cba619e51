#include <random>

#include <gtest/gtest.h>

#include "template/go/json.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::tmpl {
namespace {

// toYaml by definition: JSON, read as YAML, written.
std::optional<std::string> through_json(const Value& value) {
  const auto json = write_json(value);
  if (!json) return std::nullopt;
  const auto read = read_yaml(*json);
  if (!read) return std::nullopt;
  const auto yaml = write_yaml(*read);
  return yaml ? std::optional(*yaml) : std::nullopt;
}

void expect_same(const Value& value) {
  const auto at_once = write_yaml_at_once(value);
  if (at_once) EXPECT_EQ(*at_once, through_json(value)) << write_json(value).value_or("(no JSON)");
}

// Values made of pieces that YAML writers trip over.
class Maker {
 public:
  Value value(int depth) {
    switch (below(depth > 0 ? 9 : 7)) {
      case 0:
        return Value::integer(static_cast<std::int64_t>(random_()));
      case 1:
        return Value::real(number());
      case 2:
        return below(2) == 0 ? Value::boolean(below(2) == 0) : Value::nil_entry();
      case 3:
        return below(2) == 0 ? Value::nil_list() : Value::map({});
      case 7:
        return list(depth - 1);
      case 8:
        return map(depth - 1);
      default:
        return Value::text(text());
    }
  }

  std::string text() {
    static constexpr std::string_view kPieces[] = {"a",           "word",
                                                   " ",           "  ",
                                                   "\n",          ": ",
                                                   ":",           "#",
                                                   " #",          "-",
                                                   "- ",          "?",
                                                   "'",           "\"",
                                                   "\\",          "yes",
                                                   "No",          "~",
                                                   "null",        "1",
                                                   "0x",          "1e",
                                                   ".5",          "_",
                                                   "[",           "{",
                                                   "&",           "*",
                                                   "!",           "%",
                                                   "@",           "`",
                                                   "|",           ">",
                                                   "<<",          "=",
                                                   "\t",          "\r",
                                                   "\x01",        "\x7f",
                                                   "ä",           "日本",
                                                   "😀",          "\xe2\x80\xa8",
                                                   "\xc2\x85",    "\xff",
                                                   "---",         "...",
                                                   "12:3",        "2001-1-2",
                                                   ".inf",        "long words that go on and on ",
                                                   "<",           "\xef\xbb\xbf",
                                                   "\xef\xbf\xbd"};
    std::string out;
    for (std::size_t i = below(5); i-- > 0;) out += kPieces[below(std::size(kPieces))];
    if (below(20) == 0) out += std::string(below(200), 'x') + " y";
    return out;
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }

  double number() {
    static constexpr double kNumbers[] = {0,    -0.0, 1,    1.5,   1e15,   1e16, 123456789012345680.0,
                                          1e20, 1e21, 1e-7, 1e300, -2.5e-9};
    return kNumbers[below(std::size(kNumbers))];
  }

  Value list(int depth) {
    std::vector<Value> items;
    for (std::size_t i = below(5); i-- > 0;) items.push_back(value(depth));
    return Value::list(std::move(items));
  }

  Value map(int depth) {
    Map members;
    for (std::size_t i = below(6); i-- > 0;) members.insert_or_assign(text() + std::to_string(below(30)), value(depth));
    return Value::map(std::move(members));
  }

  std::mt19937_64 random_{4};
};

TEST(YamlWrite, AtOnceIsWhatTheWayThroughJsonGives) {
  Maker maker;
  int at_once = 0;
  for (int i = 0; i < 5000; ++i) {
    const Value value = maker.value(3);
    at_once += write_yaml_at_once(value) ? 1 : 0;
    expect_same(value);
  }
  EXPECT_GT(at_once, 1000);
}

TEST(YamlWrite, AKeyTooLongToBeASimpleOneGoesThroughJson) {
  EXPECT_TRUE(write_yaml_at_once(Value::map({{std::string(128, 'k'), Value::integer(1)}})));
  EXPECT_FALSE(write_yaml_at_once(Value::map({{std::string(129, 'k'), Value::integer(1)}})));
}

TEST(YamlWrite, WhatYamlCannotHoldGoesThroughJson) {
  for (const char* text : {"\x7f", "\xc2\x85", "\xff", "\xef\xbb\xbf"})
    EXPECT_FALSE(write_yaml_at_once(Value::text(text)));
}

}  // namespace
}  // namespace rotor::tmpl
