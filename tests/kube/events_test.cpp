#include "kube/events/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/client/http_client.hpp"
#include "kube/events/event.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

struct EventsTest : testing::Test {
  test::FakeHttp http;
  test::FakeClock clock;
  std::unique_ptr<Client> client =
      make_client_on(std::make_unique<test::BorrowedHttp>(http), clock, {.server = "https://api"}, "rotor");
  test::Loop loop;
  std::unique_ptr<EventRecorder> recorder = make_event_recorder(loop.executor(), *client, clock, "rotor");
  EventsTest() { loop.start(recorder->run()); }
  ~EventsTest() override { loop.stop(); }
  ObjectReference about{.api_version = "v1", .kind = "Secret", .ns = "n", .name = "a", .uid = "u1"};

  void accept(int calls) {
    for (int i = 0; i < calls; ++i) http.will_answer(201, "{}");
  }
  void record(std::string message, EventRecorder::Type type = EventRecorder::Type::kWarning) {
    recorder->record(about, type, "Failed", std::move(message));
    loop.settle();
  }
  Event sent(std::size_t request) {
    auto event = json::read<Event>(http.requests().at(request).body.reveal());
    EXPECT_TRUE(event);
    return *event;
  }
};

TEST_F(EventsTest, WritesAnEventBesideItsObject) {
  accept(1);
  record("broken");
  ASSERT_EQ(http.requests().size(), 1U);
  EXPECT_THAT(http.lines().back(), StartsWith("POST https://api/api/v1/namespaces/n/events"));
  const Event event = sent(0);
  EXPECT_THAT(event.metadata.name, StartsWith("a."));
  EXPECT_EQ(event.involved_object.uid, "u1");
  EXPECT_EQ(event.type, "Warning");
  EXPECT_EQ(event.reason, "Failed");
  EXPECT_EQ(event.message, "broken");
  EXPECT_EQ(event.source.component, "rotor");
  EXPECT_EQ(event.count, 1);
  EXPECT_EQ(event.first_timestamp, "2026-01-02T03:04:05Z");
}

TEST_F(EventsTest, PutsEventsOfClusterScopedObjectsIntoDefault) {
  accept(1);
  about.ns.clear();
  record("m");
  EXPECT_EQ(sent(0).metadata.ns, "default");
}

TEST_F(EventsTest, RaisesTheCountOfTheSameEvent) {
  accept(2);
  record("broken");
  clock.advance(5min);
  record("broken");
  ASSERT_EQ(http.requests().size(), 2U);
  EXPECT_EQ(http.last().method, "PATCH");
  EXPECT_THAT(http.last().url, HasSubstr("/events/" + sent(0).metadata.name));
  EXPECT_EQ(http.last().body.reveal(), R"({"count":2,"lastTimestamp":"2026-01-02T03:09:05Z","message":"broken"})");
}

TEST_F(EventsTest, StartsANewOneAfterTenMinutes) {
  accept(2);
  record("broken");
  clock.advance(11min);
  record("broken");
  EXPECT_EQ(http.last().method, "POST");
  EXPECT_NE(sent(0).metadata.name, sent(1).metadata.name);
}

TEST_F(EventsTest, MakesAnEventAgainThatHasExpired) {
  accept(1);
  record("broken");
  http.will_answer(404,
                   R"({"kind":"Status","status":"Failure","reason":"NotFound","details":{"name":"a.1"},"code":404})");
  accept(1);
  record("broken");
  ASSERT_EQ(http.requests().size(), 3U);
  EXPECT_EQ(http.last().method, "POST");
  EXPECT_EQ(sent(2).count, 2);
}

TEST_F(EventsTest, FoldsTooManyDifferentMessagesIntoOne) {
  accept(30);
  for (int i = 0; i < 14; ++i) record("message " + std::to_string(i));
  ASSERT_EQ(http.requests().size(), 14U);
  EXPECT_EQ(sent(9).message, "message 9");
  EXPECT_EQ(sent(10).message, "(combined from similar events): message 10");
  EXPECT_EQ(http.last().method, "PATCH");
  EXPECT_THAT(std::string(http.last().body.reveal()), HasSubstr(R"("count":4)"));
}

TEST_F(EventsTest, LetsOneObjectNotFloodTheServer) {
  accept(100);
  for (int i = 0; i < 60; ++i) record("same");
  EXPECT_EQ(http.requests().size(), 25U);
  about.name = "b";
  record("same");
  EXPECT_EQ(http.requests().size(), 26U);
  about.name = "a";
  clock.advance(5min);
  record("same");
  EXPECT_EQ(http.requests().size(), 27U);
}

TEST_F(EventsTest, DropsWhatTheServerRefuses) {
  http.will_answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403})");
  record("one");
  accept(1);
  about.name = "b";
  record("two");
  ASSERT_EQ(http.requests().size(), 2U);
  EXPECT_EQ(sent(1).message, "two");
}

std::size_t lines_with(const std::string& log, std::string_view text) {
  std::size_t out = 0;
  for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++out;
  return out;
}

TEST_F(EventsTest, TellsInOneLineHowManyFoundNoRoom) {
  accept(1000);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 5000; ++i) {
    about.name = "a" + std::to_string(i);
    about.uid = about.name;
    recorder->record(about, EventRecorder::Type::kWarning, "R", "m");
  }
  loop.settle();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines_with(log, "\n"), 1U) << log;
  EXPECT_THAT(log, HasSubstr("the oldest were dropped\" events=4000"));
  EXPECT_EQ(sent(999).involved_object.name, "a4999");
}

TEST_F(EventsTest, LeavesOutGoodNewsWhereHundredsOfObjectsBeginAtOnceButNoWarning) {
  accept(1000);
  testing::internal::CaptureStderr();
  const auto record_many = [&](EventRecorder::Type type, std::string_view prefix) {
    for (int i = 0; i < 200; ++i) {
      about.name = about.uid = std::string(prefix) + std::to_string(i);
      record("m", type);
    }
  };
  record_many(EventRecorder::Type::kNormal, "good");
  EXPECT_EQ(http.requests().size(), 128U);
  EXPECT_EQ(sent(127).involved_object.name, "good127") << "the first have theirs";
  recorder->record(about, EventRecorder::Type::kNormal, "Deleted", "rare");
  loop.settle();
  EXPECT_EQ(sent(128).message, "rare") << "what all have hides no rare one";
  record_many(EventRecorder::Type::kWarning, "bad");
  EXPECT_EQ(http.requests().size(), 329U);
  clock.advance(1s);
  record_many(EventRecorder::Type::kNormal, "later");
  EXPECT_EQ(http.requests().size(), 331U);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines_with(log, "not everything that went well gets an event"), 1U) << log;
}

TEST_F(EventsTest, TellsInOneLineThatTheServerRefusesThem) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    http.will_answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403})");
    about.name = about.uid = "a" + std::to_string(i);
    record("refused");
  }
  clock.advance(loop.io(), 61s);
  http.will_answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"no","code":403})");
  about.name = about.uid = "last";
  record("refused");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines_with(log, "\n"), 2U) << log;
  EXPECT_THAT(log, HasSubstr("times=100"));
}

TEST_F(EventsTest, TriesAgainWhenTheServerIsAway) {
  http.will_fail({Code::kUnavailable, "refused"});
  record("one");
  accept(1);
  clock.advance(loop.io(), 5s);
  EXPECT_EQ(http.requests().size(), 2U);
}

// The clock stands still here: as one may between two events.
TEST_F(EventsTest, NamesEventsOfOneMomentApart) {
  accept(3);
  record("one");
  record("two");
  about.name = "b";
  record("one");
  ASSERT_EQ(http.requests().size(), 3U);
  EXPECT_NE(sent(0).metadata.name, sent(1).metadata.name);
  EXPECT_THAT(sent(1).metadata.name, StartsWith("a."));
  EXPECT_THAT(sent(2).metadata.name, StartsWith("b."));
}

TEST_F(EventsTest, NamesEventsApartWhenTheClockGoesBack) {
  accept(2);
  record("one");
  clock.set_wall(clock.now() - 1h);
  record("two");
  ASSERT_EQ(http.requests().size(), 2U);
  EXPECT_GT(sent(1).metadata.name, sent(0).metadata.name) << "the later one has the later name";
}

TEST_F(EventsTest, NamesThemSoundlyWhereTheNameOfTheObjectLeavesNoRoom) {
  accept(1);
  about.name = std::string(234, 'a') + ".-." + std::string(16, 'b');
  record("one");
  const std::string name = sent(0).metadata.name;
  EXPECT_LE(name.size(), 253U);
  EXPECT_THAT(name, StartsWith(std::string(234, 'a') + "."));
  EXPECT_THAT(name, testing::Not(HasSubstr("..")));
  EXPECT_THAT(name, testing::Not(HasSubstr("-.")));
}

TEST_F(EventsTest, WritesManyChangesOfOneEventOnce) {
  accept(5);
  for (int i = 0; i < 3; ++i) recorder->record(about, EventRecorder::Type::kNormal, "R", "m");
  loop.settle();
  ASSERT_EQ(http.requests().size(), 1U);
  EXPECT_EQ(sent(0).count, 3);
}

TEST_F(EventsTest, ShortensLongMessagesAtACharacter) {
  accept(1);
  std::string text;
  for (int i = 0; i < 600; ++i) text += "é";
  record(text);
  EXPECT_LE(sent(0).message.size(), 1024U);
  EXPECT_THAT(sent(0).message, testing::EndsWith("é..."));
}

}  // namespace
}  // namespace rotor::kube
