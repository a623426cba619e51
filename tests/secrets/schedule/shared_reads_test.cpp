#include "secrets/schedule/shared_reads.hpp"

#include <stdexcept>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "secrets/schedule/shared_client.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;
using providers::FindRequest;
using providers::Lookup;
using providers::RemoteRef;
using testing::HasSubstr;

// A store that counts its calls and keeps what a client has read of a document, as the clients of real stores do.
struct CountedStore {
  test::FakeClock& clock;
  int calls = 0;
  int clients = 0;
  int at_once = 0;
  int most_at_once = 0;
  Duration takes{};
  std::optional<Error> fails{};
  bool absent = false;
  bool throws = false;
  bool side_by_side = false;
  std::string value = "v1";
  std::string altered{};

  Task<Lookup<SecretBytes>> read() {
    ++calls;
    most_at_once = std::max(most_at_once, ++at_once);
    const std::string answer = value;
    if (takes > Duration::zero()) co_await clock.sleep_for(takes);
    --at_once;
    if (throws) throw std::runtime_error("bug");
    if (fails) co_return std::unexpected(*fails);
    if (absent) co_return providers::Absent{"no such secret"};
    co_return SecretBytes(answer);
  }
};

class CountedClient final : public providers::SecretsClient {
 public:
  explicit CountedClient(CountedStore& store) : store_(store) { ++store_.clients; }

  Task<providers::Validation> validate() override { co_return providers::Validation{}; }
  bool reads_side_by_side() const override { return store_.side_by_side; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override {
    if (!documents_.contains(ref.key)) {
      if (ref.key == "hangs") co_await store_.clock.sleep_for(1h);
      CO_LOOKUP(SecretBytes read, co_await store_.read());
      documents_.insert_or_assign(ref.key, std::move(read));
    }
    co_return Lookup<SecretBytes>(documents_.at(ref.key)).altered_by(store_.altered);
  }
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    CO_LOOKUP(SecretBytes read, co_await get_secret(std::move(ref)));
    SecretMap map;
    map.emplace("member", std::move(read));
    co_return std::move(map);
  }
  Task<Lookup<SecretMap>> get_all(FindRequest) override {
    CO_LOOKUP(SecretBytes read, co_await store_.read());
    SecretMap map;
    map.emplace("found", std::move(read));
    co_return std::move(map);
  }

 private:
  CountedStore& store_;
  SecretMap documents_;
};

struct SharedReadsTest : testing::Test {
  test::FakeClock clock;
  MetricsRegistry metrics;
  CountedStore store{clock};
  SharedReads reads{clock, metrics};
  std::size_t taken = 0;
  test::Loop loop;

  static Task<Result<HeldClientPtr>> open(CountedStore& store) {
    auto held = std::make_shared<HeldClient>();
    held->client = std::make_unique<CountedClient>(store);
    co_return held;
  }

  // Each consumer has a client of its own, as each pass has.
  std::unique_ptr<SharedClient> consumer(Duration interval = 1h, bool forced = false, std::string identity = "one") {
    SharedReads::Consumer who{
        {"SecretStore", "ns", "store"}, std::move(identity), freshness(interval, forced, clock.steady())};
    return std::make_unique<SharedClient>(reads, clock, std::move(who), [this] { return open(store); }, taken);
  }
  using Reading = std::shared_ptr<test::Loop::Pending<std::string>>;
  static Task<std::string> text(std::unique_ptr<SharedClient> client, RemoteRef ref) {
    auto answer = co_await client->get_secret(std::move(ref));
    if (answer.absent()) co_return "absent";
    if (answer.failed()) co_return answer.error().message;
    co_return std::string(answer->size(), 'x');
  }
  static RemoteRef ref(std::string key, std::string property = {}) {
    RemoteRef wanted;
    wanted.key = std::move(key);
    wanted.property = std::move(property);
    return wanted;
  }
  Reading begin(std::unique_ptr<SharedClient> client, RemoteRef wanted) {
    return loop.begin(text(std::move(client), std::move(wanted)));
  }
  std::string now(std::unique_ptr<SharedClient> client, RemoteRef wanted) {
    return loop.run(text(std::move(client), std::move(wanted)));
  }
  void pass(Duration time) { clock.advance(loop.io(), time); }
};

TEST_F(SharedReadsTest, AskOnceFor500ObjectsOn20Keys) {
  store.takes = 50ms;
  std::vector<Reading> all;
  for (int i = 0; i < 500; ++i) all.push_back(begin(consumer(), ref("key-" + std::to_string(i % 20))));
  pass(2s);
  EXPECT_EQ(store.calls, 20);
  for (const Reading& one : all) EXPECT_EQ(*one->value, "xx");
}

TEST_F(SharedReadsTest, OneClientIsAskedForDifferentSecretsAtOnceWhereItCanBe) {
  (void)now(consumer(), ref("known"));  // the credentials are good
  store.takes = 50ms;
  for (const bool may : {false, true}) {
    store.side_by_side = may;
    store.most_at_once = 0;
    pass(1min);
    const auto held = loop.run(open(store)).value();
    const auto one_pass = [&]() -> std::unique_ptr<SharedClient> {
      SharedReads::Consumer who{{"SecretStore", "ns", "store"}, "one", freshness(1h, false, clock.steady())};
      return std::make_unique<SharedClient>(
          reads, clock, std::move(who), [held]() -> Task<Result<HeldClientPtr>> { co_return held; }, taken);
    };
    const Reading a = begin(one_pass(), ref("a"));
    const Reading b = begin(one_pass(), ref("b"));
    pass(200ms);
    EXPECT_EQ(*a->value, "xx");
    EXPECT_EQ(*b->value, "xx");
    EXPECT_EQ(store.most_at_once, may ? 2 : 1);
  }
}

TEST_F(SharedReadsTest, ACallThatWasGivenUpAnswersNobodyElse) {
  store.takes = 50ms;
  store.fails = Error{Code::kCancelled, "cancelled"};
  const Reading first = begin(consumer(), ref("key"));
  const Reading second = begin(consumer(), ref("key"));
  const Reading other = begin(consumer(), ref("other"));
  pass(50ms);
  EXPECT_EQ(*first->value, "cancelled");
  EXPECT_EQ(store.calls, 2) << "whether the credentials are good is not known yet: one asks, one waits";
  store.fails.reset();
  pass(1s);
  EXPECT_EQ(store.calls, 3);
  EXPECT_EQ(*second->value, "xx");
  EXPECT_EQ(*other->value, "xx");
}

TEST_F(SharedReadsTest, GiveEachStoreTheBudgetOfItsBackEnd) {
  for (const auto& [identity, per_second] : {std::pair("small", 1), std::pair("large", 1000)}) {
    for (int i = 0; i < 10; ++i) {
      auto who = std::make_unique<SharedClient>(
          reads, clock,
          SharedReads::Consumer{{"SecretStore", "ns", "store"},
                                identity,
                                freshness(1h, false, clock.steady()),
                                [per_second] { return CallBudget::of(per_second); }},
          [this] { return open(store); }, taken);
      now(std::move(who), ref(std::to_string(i)));
    }
  }
  EXPECT_GT(reads.pause("small", true), Duration::zero());
  EXPECT_EQ(reads.pause("large", true), Duration::zero());
}

TEST_F(SharedReadsTest, AskOnceAnIntervalWhenTheObjectsComeOneAfterTheOther) {
  for (int interval = 1; interval <= 3; ++interval) {
    for (int i = 0; i < 500; ++i) {
      now(consumer(30s), ref("key-" + std::to_string(i % 20)));
      pass(5ms);
    }
    EXPECT_EQ(store.calls, 20 * interval);
    pass(27500ms);
  }
}

TEST_F(SharedReadsTest, WaitTwoSecondsForTheFirstCallOfAStoreWhoseKeyHangs) {
  begin(consumer(), ref("hangs"));
  std::vector<Reading> others;
  for (int i = 0; i < 20; ++i) others.push_back(begin(consumer(), ref("key-" + std::to_string(i))));
  pass(1s);
  EXPECT_EQ(store.calls, 0) << "nobody knows yet whether the credentials are good";
  pass(1s);
  EXPECT_EQ(store.calls, 20);
  for (const Reading& one : others) EXPECT_EQ(*one->value, "xx");
}

TEST_F(SharedReadsTest, TellWhichStoreRefusesItsCredentialsOrHasNoClient) {
  std::vector<std::string> told;
  reads.on_refusal([&](const StoreName& name) { told.push_back(name.ns + "/" + name.name); });
  now(consumer(), ref("a"));
  store.fails = Error{Code::kDenied, "not this key"};
  now(consumer(), ref("b"));
  EXPECT_TRUE(told.empty()) << "that is about the key";
  store.fails = Error{Code::kUnauthenticated, "wrong token"};
  now(consumer(), ref("c"));
  EXPECT_EQ(told, std::vector<std::string>{"ns/store"});
}

TEST_F(SharedReadsTest, TakeOtherPropertiesOutOfTheDocumentThatWasRead) {
  now(consumer(), ref("doc", "user"));
  now(consumer(), ref("doc", "password"));
  now(consumer(), ref("doc"));
  EXPECT_EQ(store.calls, 1);
  RemoteRef second = ref("doc", "user");
  second.version = "2";
  now(consumer(), second);
  EXPECT_EQ(store.calls, 1 + 1) << "another version is another document";
}

TEST_F(SharedReadsTest, ReachTheStoreForWhomAPersonAskedAndGiveItsAnswerToTheNext) {
  now(consumer(), ref("a"));
  store.value = "v2 is longer";
  EXPECT_EQ(now(consumer(), ref("a")), "xx");
  EXPECT_EQ(now(consumer(1h, true), ref("a")), std::string(12, 'x'));
  EXPECT_EQ(store.calls, 2);
  EXPECT_EQ(now(consumer(), ref("a")), std::string(12, 'x'));
  EXPECT_EQ(store.calls, 2);
}

TEST_F(SharedReadsTest, GiveAForcedRefreshNoAnswerThatWasUnderWayBeforeIt) {
  store.takes = 1s;
  begin(consumer(), ref("a"));
  pass(500ms);
  begin(consumer(1h, true), ref("a"));
  pass(3s);
  EXPECT_EQ(store.calls, 2);
}

TEST_F(SharedReadsTest, GiveNobodyWhatIsOlderThanHisIntervalPermits) {
  now(consumer(), ref("a"));
  pass(4s);
  now(consumer(9s), ref("a"));
  EXPECT_EQ(store.calls, 1);
  pass(1s);
  now(consumer(9s), ref("a"));
  EXPECT_EQ(store.calls, 2) << "five seconds are more than half of nine";
  pass(11s);
  now(consumer(1h), ref("a"));
  EXPECT_EQ(store.calls, 3) << "ten seconds are the most";
}

TEST_F(SharedReadsTest, ShareNothingBetweenIdentities) {
  now(consumer(1h, false, "store as ns-1"), ref("a"));
  now(consumer(1h, false, "store as ns-2"), ref("a"));
  EXPECT_EQ(store.calls, 2);
}

TEST_F(SharedReadsTest, OpenNoClientForWhatSomebodyElseRead) {
  for (int i = 0; i < 100; ++i) now(consumer(), ref("a"));
  EXPECT_EQ(store.clients, 1);
}

TEST_F(SharedReadsTest, ShowWrongCredentialsOnceAMinuteTo1000Objects) {
  store.takes = 50ms;
  store.fails = Error{Code::kUnauthenticated, "wrong token"};
  std::vector<Reading> all;
  for (int i = 0; i < 1000; ++i) all.push_back(begin(consumer(), ref("key-" + std::to_string(i))));
  pass(1min);
  EXPECT_EQ(store.calls, 1);
  for (const Reading& one : all) EXPECT_EQ(*one->value, "wrong token");
  for (int minute = 0; minute < 5; ++minute) {
    for (int i = 0; i < 1000; ++i) begin(consumer(), ref("key-" + std::to_string(i)));
    pass(1min);
  }
  EXPECT_LE(store.calls, 7);
  EXPECT_THAT(metrics.render(), HasSubstr(R"(answered_by="memory"} 59)"));
}

TEST_F(SharedReadsTest, ShowCredentialsAgainWhenTheStoreIsFoundUsable) {
  store.fails = Error{Code::kUnauthenticated, "wrong token"};
  now(consumer(), ref("a"));
  store.fails.reset();
  EXPECT_EQ(now(consumer(), ref("b")), "wrong token");
  reads.forget_refusals({"SecretStore", "ns", "store"});
  EXPECT_EQ(now(consumer(), ref("b")), "xx");
}

TEST_F(SharedReadsTest, RememberForAMomentThatThereIsNone) {
  store.absent = true;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(now(consumer(), ref("a")), "absent");
  EXPECT_EQ(store.calls, 1);
  store.absent = false;
  pass(5s);
  EXPECT_EQ(now(consumer(), ref("a")), "xx") << "it is waited for";
}

TEST_F(SharedReadsTest, ShareAFailureWithThoseWhoWaitedAndWithNobodyElse) {
  store.takes = 1s;
  store.fails = Error{Code::kUnavailable, "down"};
  const auto first = begin(consumer(), ref("a"));
  const auto second = begin(consumer(), ref("a"));
  pass(1s);
  EXPECT_EQ(store.calls, 1);
  EXPECT_EQ(*second->value, "down");
  begin(consumer(), ref("a"));
  EXPECT_EQ(store.calls, 2);
  pass(1s);
}

TEST_F(SharedReadsTest, PauseAStoreThatAsksForItAndSayHowLong) {
  EXPECT_EQ(reads.pause("one", false), 0s);
  store.fails = Error{Code::kThrottled, "slow down", 30s};
  now(consumer(), ref("a"));
  EXPECT_EQ(reads.pause("one", false), 30s);
  EXPECT_THAT(metrics.render(), HasSubstr("externalsecret_store_paused_seconds{kind=\"SecretStore\",namespace=\"ns\","
                                          "name=\"store\"} 30"));
}

TEST_F(SharedReadsTest, EndAPassThatTakesTooLongAndNameTheStore) {
  store.takes = 1h;
  const auto slow = begin(consumer(), ref("a"));
  const auto behind = begin(consumer(), ref("a"));
  pass(5min - 1s);
  EXPECT_FALSE(slow->value);
  pass(1s);
  EXPECT_THAT(*slow->value, HasSubstr("SecretStore \"store\" had not answered when the 5 minutes were over"));
  EXPECT_THAT(*behind->value, HasSubstr("had not answered"));
  store.takes = 0s;
  EXPECT_EQ(now(consumer(), ref("a")), "xx") << "it holds nobody up";
}

TEST_F(SharedReadsTest, HoldNobodyUpAfterAnException) {
  store.throws = true;
  EXPECT_EQ(now(consumer(), ref("a")), "reading ended with an exception: bug");
  store.throws = false;
  EXPECT_EQ(now(consumer(), ref("a")), "xx");
}

TEST_F(SharedReadsTest, HoldNothingLongerThanTheWindow) {
  loop.start(reads.run());
  for (int i = 0; i < 50; ++i) now(consumer(), ref("key-" + std::to_string(i)));
  EXPECT_EQ(reads.documents(), 50U);
  EXPECT_EQ(reads.bytes(), 50U * 2);
  pass(12s);
  EXPECT_EQ(reads.documents(), 0U);
  EXPECT_EQ(reads.bytes(), 0U);
  EXPECT_LE(clock.sleepers(), 1U);
  loop.stop();
}

TEST_F(SharedReadsTest, HoldNoMoreThanIsAllowed) {
  store.value = std::string(1U << 20, 'v');
  for (int i = 0; i < 30; ++i) {
    now(consumer(), ref("big-" + std::to_string(i)));
    EXPECT_LE(reads.bytes(), SharedReads::kMostBytes + (1U << 20));
    taken = 0;
    pass(10ms);
  }
  store.value = "v";
  for (std::size_t i = 0; i < SharedReads::kMostDocuments + 500; ++i) now(consumer(), ref(std::to_string(i)));
  EXPECT_LE(reads.documents(), SharedReads::kMostDocuments + 1);
}

TEST_F(SharedReadsTest, RefuseAnObjectThatReadsTooMuchInAll) {
  store.value = std::string(20U << 20, 'v');
  EXPECT_EQ(now(consumer(), ref("a")).size(), 20U << 20);
  EXPECT_THAT(now(consumer(), ref("b")), HasSubstr("more than the 32 MiB that one ExternalSecret may read; narrow"));
}

TEST_F(SharedReadsTest, HandOnThatASearchBeginsWhereThereIsNothing) {
  store.absent = true;
  const auto found = loop.run(consumer()->get_all({.path = "none"}));
  ASSERT_TRUE(found.absent());
  EXPECT_EQ(found.absence().what, "no such secret");
}

TEST_F(SharedReadsTest, HandOnToEverybodyWhatIsAnotherThanTheStoreHolds) {
  store.altered = "key \"bin\": no UTF-8 text";
  for (int reader = 0; reader < 2; ++reader) {
    EXPECT_EQ(loop.run(consumer()->get_secret(ref("a"))).altered(), store.altered);
  }
  EXPECT_EQ(store.calls, 1) << "the second has it from the first";
}

TEST_F(SharedReadsTest, ShareASearchOnlyWithTheSameSearch) {
  const auto all = [&](FindRequest find) { return loop.run(consumer()->get_all(std::move(find)))->size(); };
  const FindRequest by_name{.path = {}, .name_regexp = "^a", .tags = {}, .conversion_strategy = {}};
  EXPECT_EQ(all(by_name), 1U);
  EXPECT_EQ(all(by_name), 1U);
  EXPECT_EQ(store.calls, 1);
  FindRequest with_path = by_name;
  with_path.path = "";
  all(with_path);
  FindRequest with_tags = by_name;
  with_tags.tags = kube::StringMap{{"a", "b"}};
  all(with_tags);
  EXPECT_EQ(store.calls, 3);
}

struct UsableCase {
  Answered::How how;
  SteadyTime::duration age;     // since the call began; it took a second
  SteadyTime::duration waited;  // since the consumer asked
  bool usable;
};

TEST(Usable, FollowsWhatWasAnsweredAndHowLongAgo) {
  using How = Answered::How;
  const SteadyTime now{1h};
  const Freshness wanted = freshness(1h, false, now);
  for (const UsableCase& c :
       {UsableCase{How::kValue, 2s, 0s, true}, UsableCase{How::kValue, 10s, 0s, true},
        UsableCase{How::kValue, 11s, 0s, false}, UsableCase{How::kAbsent, 900ms, 0s, true},
        UsableCase{How::kAbsent, 1s, 0s, false}, UsableCase{How::kDenied, 4s, 0s, true},
        UsableCase{How::kDenied, 5s, 0s, false}, UsableCase{How::kOtherError, 2s, 0s, false},
        UsableCase{How::kOtherError, 2s, 1s, false}, UsableCase{How::kOtherError, 2s, 2s, true}}) {
    const Answered answer{c.how, now - c.age, now - c.age + 1s};
    EXPECT_EQ(usable(answer, wanted, now - c.waited, now), c.usable) << static_cast<int>(c.how) << " " << c.age.count();
  }
}

TEST(Usable, ForANewObjectIsNoAnswerFromBeforeItWasMade) {
  const SteadyTime now{1h};
  for (const auto& [made, answered, good] : {std::tuple{3s, 2s, true},
                                             {3s, 4s, false},
                                             {60s, 9s, true},
                                             {60s, 11s, false},
                                             {-5s, 0s, true},
                                             {-5s, 1s, false}}) {
    const Freshness wanted = no_older_than(freshness(1h, false, now), made, now);
    const Answered answer{Answered::How::kValue, now - answered, now};
    EXPECT_EQ(usable(answer, wanted, now, now), good) << made.count() << " " << answered.count();
  }
}

TEST(MostAge, IsTenSecondsAndNeverMoreThanHalfOfTheInterval) {
  EXPECT_EQ(most_age(1h), 10s);
  EXPECT_EQ(most_age(20s), 10s);
  EXPECT_EQ(most_age(5s), 2500ms);
  EXPECT_EQ(most_age(0s), 1s);
  EXPECT_EQ(most_age(-1s), 1s);
}

}  // namespace
}  // namespace rotor::secrets
