#include "local/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"

namespace rotor::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Form = TimelineOptions::Form;

struct Said {
  std::vector<std::string> lines;
  Timeline::Write write() {
    return [this](std::string line) { lines.push_back(std::move(line)); };
  }
};

TEST(Timeline, SaysWhatHappenedToWhomAndWhen) {
  SystemClock clock;
  Said said;
  Timeline timeline(clock, said.write());
  timeline.say("ns/app", "started, pid 7", {{"pid", 7}});
  ASSERT_EQ(said.lines.size(), 1U);
  EXPECT_THAT(said.lines.front(), HasSubstr(" s  ns/app                        started, pid 7\n"));
}

TEST(Timeline, IsQuietButForFailures) {
  SystemClock clock;
  Said said;
  Timeline timeline(clock, said.write(), {.quiet = true});
  timeline.say("ns/app", "started");
  timeline.fail("ns/app", "exited with code 3");
  ASSERT_EQ(said.lines.size(), 1U);
  EXPECT_THAT(said.lines.front(), HasSubstr("exited"));
}

TEST(Timeline, AsJsonIsALineWithTimeSubjectEventAndFields) {
  SystemClock clock;
  Said said;
  Timeline timeline(clock, said.write(), {.form = Form::kJson});
  timeline.say("ns/app", "a \"quoted\"\nthing", {{"pid", 7}, {"subject", "not this"}});
  timeline.fail("ns/app", "exited");
  ASSERT_EQ(said.lines.size(), 2U);
  EXPECT_EQ(std::ranges::count(said.lines.front(), '\n'), 1);
  const auto first = json::parse(said.lines.front()).value();
  EXPECT_EQ(json::find_string(first, "subject"), "ns/app");
  EXPECT_EQ(json::find_string(first, "event"), "a \"quoted\"\nthing");
  EXPECT_EQ(json::find_string(first, "level"), "info");
  EXPECT_EQ(json::find(first, "pid")->as_int64(), 7);
  EXPECT_THAT(std::string(json::find_string(first, "time")), testing::EndsWith("Z"));
  EXPECT_EQ(json::find_string(json::parse(said.lines.back()).value(), "level"), "error");
}

}  // namespace
}  // namespace rotor::local
