#include "json/merge_patch.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

TEST(MergePatch, SaysWhatDiffersAndNothingElse) {
  struct Row {
    std::string_view before, after, patch;
  };
  const Row rows[] = {
      {"{}", "{}", "{}"},
      {R"({"a":1})", R"({"a":1})", "{}"},
      {R"({"a":1})", R"({"a":2,"b":"x"})", R"({"a":2,"b":"x"})"},
      {R"({"a":1,"b":2})", R"({"b":2})", R"({"a":null})"},
      {R"({"m":{"x":1,"y":{"z":1}}})", R"({"m":{"x":1,"y":{"z":2}}})", R"({"m":{"y":{"z":2}}})"},
      {R"({"m":{"x":1}})", R"({"m":{"y":1}})", R"({"m":{"y":1,"x":null}})"},
      {R"({"l":[1,2]})", R"({"l":[1]})", R"({"l":[1]})"},
      {R"({"m":{"x":1}})", R"({"m":[1]})", R"({"m":[1]})"},
      {R"({"s":""})", R"({"s":"{"})", R"({"s":"{"})"},
  };
  for (const Row& row : rows) EXPECT_EQ(merge_patch(row.before, row.after), row.patch) << row.before << row.after;
}

}  // namespace
}  // namespace rotor::json
