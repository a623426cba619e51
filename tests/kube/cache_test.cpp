#include "kube/runtime/cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/client/http_client.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_http.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/kube/shown.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;
using test::shown;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Resource kThings{"example.com", "v1", "things", "Thing", true};

std::string thing(std::string_view name, int version) {
  return R"({"kind":"Thing","metadata":{"name":")" + std::string(name) + R"(","namespace":"n","resourceVersion":")" +
         std::to_string(version) + R"("}})";
}
// Metadata can be read, the whole cannot.
std::string broken_thing(std::string_view name, int version) {
  return R"({"metadata":{"name":")" + std::string(name) + R"(","namespace":"n","resourceVersion":")" +
         std::to_string(version) + R"("},"kind":7})";
}
std::string list(std::string_view items, int version, std::string_view continue_token = "") {
  return R"({"metadata":{"resourceVersion":")" + std::to_string(version) + R"(","continue":")" +
         std::string(continue_token) + R"("},"items":[)" + std::string(items) + "]}";
}
std::string event(std::string_view type, std::string_view object) {
  return R"({"type":")" + std::string(type) + R"(","object":)" + std::string(object) + "}\n";
}
const std::string kGoneStatus =
    R"({"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410})";

struct CacheTest : testing::Test {
  test::FakeHttp http;
  test::FakeClock clock;
  std::unique_ptr<Client> client =
      make_client_on(std::make_unique<test::BorrowedHttp>(http), clock, {.server = "https://api"}, "rotor");
  Cache<PartialObject> cache{*client, clock, "", {}, [](std::string_view t) { return json::read<PartialObject>(t); },
                             kThings};
  std::vector<std::string> changes;
  std::vector<std::string> broken;
  int ready = 0;
  test::Loop loop;

  CacheTest() {
    cache.on_change([this](const Key& key, const auto& before, const auto& after) {
      changes.push_back((before == nullptr ? "+" : after == nullptr ? "-" : "~") + key.text());
    });
    cache.on_ready([this] { ++ready; });
    cache.on_broken([this](const Key& key, const Error&) { broken.push_back(key.text()); });
  }
  void start() { loop.start(cache.run()); }
  std::string url_part(std::size_t request) {
    const std::string& url = http.requests().at(request).url;
    return url.substr(url.find('?'));
  }
};

struct OwnWrites : CacheTest {
  const Key a{"n", "a"};
  std::string version() const {
    const auto object = cache.get(a);
    return object == nullptr ? "" : object->metadata.resource_version;
  }
  void wrote(int version) { ASSERT_TRUE(cache.wrote(SecretBytes(thing("a", version)))); }
  void shows(int version) { ASSERT_TRUE(shown(cache, thing("a", version))); }
};

TEST_F(OwnWrites, AreReadOnceAndHeldOnceWhenTheWatchShowsThem) {
  int read = 0;
  Cache<PartialObject> counting(
      *client, clock, "", {},
      [&read](std::string_view text) {
        ++read;
        return json::read<PartialObject>(text);
      },
      kThings);
  int told = 0;
  counting.on_change([&told](const Key&, const auto&, const auto& after) { told += after != nullptr ? 1 : 0; });
  const auto answer = counting.wrote(SecretBytes(thing("a", 5)));
  ASSERT_TRUE(answer && shown(counting, thing("a", 5)));
  EXPECT_EQ(read, 1);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(counting.get(a), *answer);
  EXPECT_EQ(counting.remembered(), 0U) << "the watch has caught up";
  ASSERT_TRUE(shown(counting, thing("a", 6)));
  EXPECT_EQ(read, 2);
  ASSERT_TRUE(counting.wrote(SecretBytes(thing("b", 7))) && shown(counting, thing("c", 7)));
  EXPECT_EQ(read, 4) << "of another name";
}

TEST_F(OwnWrites, BridgeTheGapUntilTheWatchHasCaughtUp) {
  wrote(100);
  EXPECT_EQ(version(), "100");
  shows(99);
  EXPECT_EQ(version(), "100") << "numbers, not text";
  EXPECT_EQ(cache.all().at(a)->metadata.resource_version, "99");
  shows(101);
  EXPECT_EQ(version(), "101");
}

TEST_F(OwnWrites, AreRecognisedWhenTheyComeBack) {
  std::vector<bool> own;
  cache.on_change(
      [&](const Key& key, const auto&, const auto& after) { own.push_back(cache.is_own_write(key, *after)); });
  wrote(5);
  shows(4);
  shows(5);
  shows(6);
  EXPECT_EQ(own, (std::vector{false, true, false}));
}

TEST_F(OwnWrites, AreForgottenWhenTheWatchNeverShowsThem) {
  wrote(5);
  clock.advance(std::chrono::seconds(11));
  EXPECT_EQ(version(), "");
}

TEST_F(OwnWrites, EndWithTheObject) {
  shows(4);
  wrote(5);
  cache.erase(a, "6");
  EXPECT_EQ(version(), "");
}

std::string thing_of(std::string_view uid, int version) {
  return R"({"kind":"Thing","metadata":{"name":"a","namespace":"n","uid":")" + std::string(uid) +
         R"(","resourceVersion":")" + std::to_string(version) + R"("}})";
}

TEST_F(OwnWrites, WhoseAnswerComesAfterTheObjectsEndDoNotRaiseIt) {
  shows(4);
  cache.erase(a, "6");
  wrote(5);
  EXPECT_EQ(version(), "");
  wrote(7);
  EXPECT_EQ(version(), "7") << "made anew after that";
}

TEST_F(OwnWrites, OfAnObjectThatEndedAreKnownByItsUid) {
  ASSERT_TRUE(shown(cache, thing_of("first", 4)));
  cache.erase(a, "");
  ASSERT_TRUE(cache.wrote(SecretBytes(thing_of("first", 9))));
  EXPECT_EQ(version(), "");
  ASSERT_TRUE(cache.wrote(SecretBytes(thing_of("second", 10))));
  EXPECT_EQ(version(), "10");
}

TEST_F(OwnWrites, OfAnObjectThatTheWatchNeverShowedEndWithItToo) {
  wrote(5);
  cache.erase(a, "6");
  wrote(5);
  EXPECT_EQ(version(), "");
}

TEST_F(OwnWrites, AndTombstonesAreSweptWhenNobodyAsks) {
  wrote(5);
  cache.erase({"n", "b"}, "6");
  EXPECT_EQ(cache.remembered(), 2U);
  clock.advance(std::chrono::seconds(11));
  cache.sweep();
  EXPECT_EQ(cache.remembered(), 1U);
  clock.advance(std::chrono::seconds(50));
  cache.sweep();
  EXPECT_EQ(cache.remembered(), 0U);
}

TEST_F(OwnWrites, AndTombstonesAreBoundedInNumber) {
  for (int i = 0; i < 30'000; ++i) {
    ASSERT_TRUE(cache.wrote(SecretBytes(thing("a" + std::to_string(i), 5))));
    cache.erase({"n", "b" + std::to_string(i)}, "6");
  }
  EXPECT_LE(cache.remembered(), 20'000U);
  EXPECT_NE(cache.get({"n", "a29999"}), nullptr) << "the newest stay";
  EXPECT_EQ(cache.get({"n", "a0"}), nullptr);
}

TEST_F(OwnWrites, ThatAreRepeatedTakeNoMoreRoom) {
  for (int version = 1; version < 30'000; ++version) wrote(version);
  EXPECT_EQ(cache.remembered(), 1U);
  EXPECT_EQ(version(), "29999");
}

TEST_F(OwnWrites, ThatTheWatchShowedBeforeTheAnswerCameAreNotKept) {
  shows(6);
  wrote(5);
  EXPECT_EQ(version(), "6");
  EXPECT_FALSE(cache.is_own_write(a, *cache.get(a)));
}

TEST_F(CacheTest, IsFilledByAllPagesAndThenReady) {
  http.will_answer(200, list(thing("a", 1), 9, "more"));
  http.will_answer(200, list(thing("b", 2), 9));
  http.will_stream();
  start();
  EXPECT_THAT(changes, ElementsAre("+n/a", "+n/b"));
  EXPECT_TRUE(cache.is_ready());
  EXPECT_EQ(ready, 1);
  EXPECT_EQ(cache.get({"n", "a"})->metadata.resource_version, "1");
  EXPECT_EQ(cache.get({"n", "x"}), nullptr);
  EXPECT_THAT(url_part(2), HasSubstr("watch=1&allowWatchBookmarks=true&resourceVersion=9"));
}

TEST_F(CacheTest, FollowsEvents) {
  http.will_answer(200, list(thing("a", 1), 1));
  auto body = http.will_stream();
  start();
  body->push(event("ADDED", thing("b", 2)) + event("MODIFIED", thing("a", 3)) + event("DELETED", thing("b", 4)));
  loop.settle();
  EXPECT_THAT(changes, ElementsAre("+n/a", "+n/b", "~n/a", "-n/b"));
  EXPECT_EQ(cache.all().size(), 1U);
}

TEST_F(CacheTest, SweepsAtABookmarkAndTakesTheVersionOfADeletionFromItsEvent) {
  http.will_answer(200, list(thing("a", 1), 1));
  auto body = http.will_stream();
  start();
  body->push(event("DELETED", thing("a", 9)));
  loop.settle();
  ASSERT_TRUE(cache.wrote(SecretBytes(thing("a", 8))));
  EXPECT_EQ(cache.get({"n", "a"}), nullptr);
  EXPECT_EQ(cache.remembered(), 1U);
  clock.advance(std::chrono::minutes(2));
  body->push(event("BOOKMARK", R"({"metadata":{"resourceVersion":"77"}})"));
  loop.settle();
  EXPECT_EQ(cache.remembered(), 0U);
}

TEST_F(CacheTest, ResumesWhereAWatchEnded) {
  http.will_answer(200, list("", 1));
  auto body = http.will_stream();
  start();
  body->push(event("ADDED", thing("b", 5)) + event("BOOKMARK", R"({"metadata":{"resourceVersion":"77"}})"));
  loop.settle();
  auto second = http.will_stream();
  body->end();
  loop.settle();
  EXPECT_TRUE(body->closed());
  ASSERT_EQ(http.requests().size(), 3U);
  EXPECT_THAT(url_part(2), HasSubstr("resourceVersion=77"));
  EXPECT_EQ(cache.all().size(), 1U);
}

TEST_F(CacheTest, TellsWhenWhatCouldNotBeReadIsMendedOrGone) {
  std::vector<std::string> mended;
  cache.on_mended([&mended](const Key& key) { mended.push_back(key.text()); });
  http.will_answer(200, list(broken_thing("a", 1) + "," + broken_thing("b", 2) + "," + broken_thing("c", 3), 3));
  auto body = http.will_stream();
  start();
  ASSERT_NE(cache.why_broken({"n", "a"}), nullptr);
  body->push(event("MODIFIED", thing("a", 4)));
  body->push(event("DELETED", broken_thing("b", 5)));
  loop.settle();
  EXPECT_THAT(mended, ElementsAre("n/a", "n/b"));
  EXPECT_EQ(cache.why_broken({"n", "a"}), nullptr);
  http.will_answer(200, list(thing("a", 4), 9));
  http.will_stream();
  body->push(event("ERROR", kGoneStatus));
  loop.settle();
  EXPECT_THAT(mended, ElementsAre("n/a", "n/b", "n/c"));
}

TEST_F(CacheTest, ResumesAfterABrokenConnectionWithBackOff) {
  http.will_answer(200, list("", 3));
  auto body = http.will_stream();
  start();
  http.will_fail({Code::kUnavailable, "refused"});
  http.will_stream();
  body->break_off({Code::kUnavailable, "reset by peer"});
  loop.settle();
  EXPECT_EQ(http.requests().size(), 2U);  // waits first
  clock.advance(loop.io(), 1s);
  EXPECT_EQ(http.requests().size(), 3U);
  clock.advance(loop.io(), 2s);
  ASSERT_EQ(http.requests().size(), 4U);
  EXPECT_THAT(url_part(3), HasSubstr("resourceVersion=3"));
}

TEST_F(CacheTest, ListsAgainWhenHistoryIsGoneAndErasesWhatVanished) {
  http.will_answer(200, list(thing("a", 1) + "," + thing("b", 2), 2));
  auto body = http.will_stream();
  start();
  http.will_answer(200, list(thing("b", 8), 9));
  http.will_stream();
  body->push(event("ERROR", kGoneStatus));
  loop.settle();
  EXPECT_THAT(changes, ElementsAre("+n/a", "+n/b", "~n/b", "-n/a"));
  EXPECT_EQ(http.requests().size(), 4U);
  EXPECT_EQ(ready, 1);
}

TEST_F(CacheTest, DoesNotAskInALoopWhenHistoryIsAlwaysGone) {
  http.will_answer(200, list("", 2));
  for (int i = 0; i < 5; ++i) {
    http.will_answer(410, kGoneStatus);
    http.will_answer(200, list("", 2));
  }
  start();
  EXPECT_LE(http.requests().size(), 5U);
}

TEST_F(CacheTest, StartsOverWhenAContinueTokenIsTooOld) {
  http.will_answer(200, list(thing("a", 1), 1, "more"));
  http.will_answer(410, kGoneStatus);
  http.will_answer(200, list(thing("b", 1), 5));
  http.will_stream();
  start();
  EXPECT_FALSE(cache.is_ready());
  clock.advance(loop.io(), 1s);
  EXPECT_TRUE(cache.is_ready());
  EXPECT_THAT(changes, ElementsAre("+n/a", "+n/b", "-n/a"));
}

TEST_F(CacheTest, LeavesOutOneUnreadableObjectAndSaysSoOnce) {
  http.will_answer(200, list(thing("a", 1) + "," + broken_thing("bad", 1) + "," + thing("c", 1), 1));
  auto body = http.will_stream();
  start();
  EXPECT_THAT(changes, ElementsAre("+n/a", "+n/c"));
  EXPECT_TRUE(cache.is_ready());
  body->push(event("MODIFIED", broken_thing("bad", 2)) + event("MODIFIED", thing("a", 3)));
  loop.settle();
  EXPECT_THAT(broken, ElementsAre("n/bad"));
  EXPECT_EQ(cache.get({"n", "a"})->metadata.resource_version, "3");
  body->push(event("MODIFIED", thing("bad", 4)) + event("MODIFIED", broken_thing("bad", 5)));
  loop.settle();
  EXPECT_THAT(broken, ElementsAre("n/bad", "n/bad"));
  EXPECT_EQ(cache.get({"n", "bad"})->metadata.resource_version, "4");  // the last good one stays
}

TEST_F(CacheTest, WaitsForAMissingKind) {
  http.will_answer(404, "404 page not found");
  testing::internal::CaptureStderr();
  start();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("rotor crds | kubectl apply --server-side -f -"));
  EXPECT_TRUE(cache.waiting_for_crd());
  http.will_answer(404, "404 page not found");
  http.will_answer(200, list("", 1));
  http.will_stream();
  clock.advance(loop.io(), 6s);
  EXPECT_EQ(http.requests().size(), 2U);
  clock.advance(loop.io(), 6s);
  EXPECT_TRUE(cache.is_ready());
  EXPECT_FALSE(cache.waiting_for_crd());
}

TEST_F(CacheTest, SaysWhatItWaitsFor) {
  http.will_answer(404, "404 page not found");
  start();
  EXPECT_THAT(cache.trouble(), HasSubstr("rotor crds | kubectl apply --server-side -f -"));
  http.will_answer(
      403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"u cannot list things","code":403})");
  clock.advance(loop.io(), 6s);
  EXPECT_THAT(cache.trouble(), HasSubstr("u cannot list things"));
  http.will_answer(200, list("", 1));
  http.will_stream();
  clock.advance(loop.io(), 12s);
  EXPECT_EQ(cache.trouble(), "");
}

std::string refusal(int code, std::string_view reason, std::string_view message) {
  return R"({"kind":"Status","status":"Failure","reason":")" + std::string(reason) + R"(","message":")" +
         std::string(message) + R"(","code":)" + std::to_string(code) + "}";
}
const std::string kMayNotWatch = refusal(403, "Forbidden", R"(User \"u\" cannot watch resource \"things\")");

struct EndedWatchCase {
  const char* name;
  int status;  // 0: no connection
  std::string body;
  bool trouble, lists_again;
};

struct EndedWatch : CacheTest, testing::WithParamInterface<EndedWatchCase> {};

TEST_P(EndedWatch, IsTroubleOnlyWhenARightIsMissing) {
  const EndedWatchCase& c = GetParam();
  http.will_answer(200, list(thing("a", 1), 1));
  c.status == 0 ? http.will_fail({Code::kUnavailable, "no connection"}) : http.will_answer(c.status, c.body);
  if (c.lists_again) http.will_answer(200, list(thing("b", 2), 2));
  auto body = http.will_stream();
  start();
  EXPECT_EQ(cache.trouble().contains(R"(things.example.com: User "u" cannot watch resource "things")"), c.trouble);
  EXPECT_EQ(cache.trouble().empty(), !c.trouble);
  clock.advance(loop.io(), 2s);
  EXPECT_EQ(cache.get({"n", "b"}) != nullptr, c.lists_again);
  EXPECT_EQ(http.requests().size(), c.lists_again ? 4U : 3U);
  EXPECT_EQ(cache.trouble(), "") << "a watch is open";
}

INSTANTIATE_TEST_SUITE_P(
    Answers, EndedWatch,
    testing::Values(EndedWatchCase{"Forbidden", 403, kMayNotWatch, true, true},
                    EndedWatchCase{"TooOld", 410, kGoneStatus, false, true},
                    EndedWatchCase{"Throttled", 429, refusal(429, "TooManyRequests", "later"), false, false},
                    EndedWatchCase{"Broken", 500, refusal(500, "InternalError", "etcd"), false, false},
                    EndedWatchCase{"Starting", 503, "", false, false}, EndedWatchCase{"Away", 0, "", false, false}),
    [](const auto& info) { return info.param.name; });

TEST_F(CacheTest, ThatMayNotWatchStaysInTroubleAndListsAtTheBackOff) {
  testing::internal::CaptureStderr();
  for (int i = 0; i < 40; ++i) {
    http.will_answer(200, list(thing("a", 1), 1));
    http.will_answer(403, kMayNotWatch);
  }
  start();
  for (int second = 0; second < 60; ++second) {
    clock.advance(loop.io(), 1s);
    EXPECT_THAT(cache.trouble(), HasSubstr("cannot watch")) << second;
  }
  EXPECT_TRUE(cache.is_ready()) << "what is listed is worked on";
  EXPECT_GE(http.requests().size(), 12U);
  EXPECT_LE(http.requests().size(), 40U) << "lists, and watches that are refused";
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("cannot watch"), std::string::npos);
  EXPECT_EQ(log.find("cannot watch"), log.rfind("cannot watch")) << "said once: " << log;
}

TEST_F(CacheTest, ThatMayNotListAnyMoreSaysSoUntilItWatchesAgain) {
  http.will_answer(200, list(thing("a", 1), 1));
  auto body = http.will_stream();
  start();
  http.will_answer(403, refusal(403, "Forbidden", "u cannot list things"));
  body->push(event("ERROR", kGoneStatus));
  loop.settle();
  EXPECT_THAT(cache.trouble(), HasSubstr("u cannot list things"));
  EXPECT_NE(cache.get({"n", "a"}), nullptr) << "what was seen stays";
  http.will_answer(200, list(thing("a", 1), 1));
  http.will_stream();
  clock.advance(loop.io(), 2s);
  EXPECT_EQ(cache.trouble(), "");
}

struct SeveralNamespaces : CacheTest {
  Cache<PartialObject> both{
      *client, clock, Namespaces::listed("n, m"), {}, [](std::string_view t) { return json::read<PartialObject>(t); },
      kThings};
};

TEST_F(SeveralNamespaces, AreListedOneByOneAndForgetOnlyWhatIsTheirs) {
  int listed = 0;
  both.on_ready([&listed] { ++listed; });
  http.will_answer(200, list(thing("a", 1) + "," + thing("b", 1), 1));
  auto first = http.will_stream();
  http.will_answer(403, R"({"kind":"Status","status":"Failure","reason":"Forbidden","message":"not in m","code":403})");
  loop.start(both.run());
  EXPECT_FALSE(both.is_ready());
  EXPECT_THAT(both.trouble(), HasSubstr("not in m"));
  EXPECT_NE(both.get({"n", "a"}), nullptr);
  const std::string theirs = R"({"metadata":{"name":"a","namespace":"m","resourceVersion":"2"}})";
  http.will_answer(200, list(theirs, 2));
  http.will_stream();
  clock.advance(loop.io(), 3s);
  EXPECT_TRUE(both.is_ready());
  EXPECT_EQ(listed, 1);
  EXPECT_NE(both.get({"m", "a"}), nullptr);
  EXPECT_NE(both.get({"n", "b"}), nullptr);  // a list of m says nothing of n
}

TEST_F(CacheTest, DoesNotSpinOnWatchesThatEndAtOnce) {
  http.will_answer(200, list("", 1));
  for (int i = 0; i < 50; ++i) http.will_answer(200, "");
  start();
  EXPECT_LE(http.requests().size(), 2U);
  clock.advance(loop.io(), 10s);
  EXPECT_LE(http.requests().size(), 12U);
}

TEST_F(CacheTest, EndsWhenCancelled) {
  http.will_answer(200, list("", 1));
  auto body = http.will_stream();
  start();
  EXPECT_FALSE(body->closed());
  loop.stop();
  EXPECT_TRUE(body->closed());
}

TEST(ReadIdentity, StopsAfterTheMetadata) {
  const auto id = read_identity(
      R"({"kind":"X","metadata":{"name":"a","labels":{"name":"no"},"namespace":"n","resourceVersion":"3"},"spec":{broken)");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->key, (Key{"n", "a"}));
  EXPECT_EQ(id->resource_version, "3");
  EXPECT_FALSE(read_identity("[1]"));
}

}  // namespace
}  // namespace rotor::kube
