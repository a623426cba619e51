#include "kube/client/watch_stream.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

std::vector<std::string> lines_of(LineSplitter& splitter) {
  std::vector<std::string> out;
  for (;;) {
    const auto line = splitter.next();
    if (!line || !*line) return out;
    out.emplace_back(**line);
  }
}

using Lines = std::vector<std::string>;

TEST(LineSplitter, CutsLinesWhereverThePiecesEnd) {
  const std::string text = "first\nsecond\r\n\nlast";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineSplitter splitter(100);
    Lines all;
    for (std::size_t at = 0; at < text.size(); at += size) {
      splitter.feed(SecretBytes(text.substr(at, size)));
      for (std::string& line : lines_of(splitter)) all.push_back(std::move(line));
    }
    EXPECT_EQ(all, (Lines{"first", "second", ""})) << "in pieces of " << size;
    EXPECT_TRUE(splitter.has_partial_line());
  }
}

TEST(LineSplitter, RefusesALineThatIsTooLong) {
  LineSplitter splitter(5);
  splitter.feed(SecretBytes("12345\n123"));
  EXPECT_EQ(lines_of(splitter), Lines{"12345"});
  splitter.feed(SecretBytes("456"));
  const auto line = splitter.next();
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Code::kInvalid);
}

struct LineCase {
  const char* line;
  WatchEvent::Type type;
  const char* object;
};
class WatchLine : public testing::TestWithParam<LineCase> {};
TEST_P(WatchLine, IsRead) {
  const auto event = parse_watch_line(GetParam().line);
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type, GetParam().type);
  EXPECT_EQ(event->object.reveal(), GetParam().object);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, WatchLine,
    testing::Values(LineCase{R"({"type":"ADDED","object":{"a":{"b":1}}})", WatchEvent::Type::kAdded,
                             R"({"a":{"b":1}})"},
                    LineCase{R"({"type":"MODIFIED","object":{}})", WatchEvent::Type::kModified, "{}"},
                    LineCase{R"({"type":"DELETED","object":{"x":"}"}})", WatchEvent::Type::kDeleted, R"({"x":"}"})"},
                    LineCase{R"({"object":{"a":1},"type":"BOOKMARK"})", WatchEvent::Type::kBookmark, R"({"a":1})"},
                    LineCase{R"( { "type" : "ADDED" , "object" : {"a":1} } )", WatchEvent::Type::kAdded, R"({"a":1})"},
                    LineCase{R"({"type":"ADDED","more":1,"object":{"a":1}})", WatchEvent::Type::kAdded, R"({"a":1})"}));

class BadWatchLine : public testing::TestWithParam<const char*> {};
TEST_P(BadWatchLine, IsRefused) {
  const auto event = parse_watch_line(GetParam());
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, Code::kInvalid);
}
INSTANTIATE_TEST_SUITE_P(Cases, BadWatchLine,
                         testing::Values("nonsense", "{}", R"({"type":"ADDED"})", R"({"type":"WHAT","object":{}})",
                                         R"({"type":"ADDED","object":{})"));

TEST(WatchLine, OfAnErrorIsItsStatus) {
  const auto event = parse_watch_line(
      R"x({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",)x"
      R"x("message":"too old resource version: 1 (5)","reason":"Expired","code":410}})x");
  ASSERT_FALSE(event);
  EXPECT_EQ(event.error().code, Code::kGone);
  EXPECT_EQ(event.error().message, "the API server answered 410 Expired") << "its text could quote an object";
}

}  // namespace
}  // namespace rotor::kube
