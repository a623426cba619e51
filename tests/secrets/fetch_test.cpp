// What stores answer to the items of one ExternalSecret, put together: values, gaps, and what is told of them.
#include "secrets/fetch.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using providers::FindRequest;
using providers::Lookup;
using providers::RemoteRef;
using testing::ElementsAre;
using testing::IsEmpty;

// A store that answers each kind of question as it is told to.
class ToldStore final : public providers::SecretsClient {
 public:
  Task<providers::Validation> validate() override { co_return providers::Validation{}; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef) override { co_return value; }
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef) override { co_return found; }
  Task<Lookup<SecretMap>> get_all(FindRequest) override { co_return found; }

  Lookup<SecretBytes> value = SecretBytes("v");
  Lookup<SecretMap> found = test::one_value("k", "v");
};

// Answers of reads that are under way together come in the order that the test says.
class SlowStore final : public providers::SecretsClient {
 public:
  explicit SlowStore(Clock& clock) : clock_(clock) {}
  Task<providers::Validation> validate() override { co_return providers::Validation{}; }
  Task<Lookup<SecretBytes>> get_secret(RemoteRef ref) override {
    asked.push_back(ref.key);
    co_await clock_.sleep_for(takes.contains(ref.key) ? takes[ref.key] : std::chrono::milliseconds(50));
    if (fails.contains(ref.key)) co_return fail(Code::kDenied, "no " + ref.key);
    if (ref.key.starts_with("absent")) co_return providers::Absent{"no " + ref.key};
    co_return SecretBytes("value of " + ref.key);
  }
  Task<Lookup<SecretMap>> get_secret_map(RemoteRef ref) override {
    CO_LOOKUP(SecretBytes value, co_await get_secret(ref));
    SecretMap map;
    map.emplace(ref.key, std::move(value));
    co_return std::move(map);
  }
  Task<Lookup<SecretMap>> get_all(FindRequest) override { co_return SecretMap(); }

  std::vector<std::string> asked;
  std::set<std::string> fails;
  std::map<std::string, Duration> takes;

 private:
  Clock& clock_;
};

class FetchSlowly : public testing::Test, public ClientSource, public GeneratorSource {
 protected:
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef) override { co_return &store_; }
  std::size_t at_once() const override { return 4; }
  Task<Lookup<SecretMap>> generate(api::es::GeneratorRef, std::size_t i) override {
    generated_.push_back(i);
    if (generator_fails_) co_return fail(Code::kInvalid, "cannot generate");
    co_return test::one_value("made", "m");
  }

  static ExternalSecret reading(const std::vector<std::string>& keys) {
    ExternalSecret es = test::sample_es();
    es.spec.data.clear();
    for (const std::string& key : keys) {
      api::es::Data item;
      item.secret_key = item.remote_ref.key = key;
      es.spec.data.push_back(std::move(item));
    }
    return es;
  }
  static void add_generator(ExternalSecret& es) {
    api::es::DataFrom from;
    from.source_ref.emplace().generator_ref.emplace().name = "made";
    es.spec.data_from.push_back(std::move(from));
  }
  Lookup<Fetched> fetch(const ExternalSecret& es) {
    const auto pending = loop_.begin(fetch_all(*this, *this, std::make_shared<const ExternalSecret>(es)));
    for (int i = 0; i < 100 && !pending->value; ++i) clock_.advance(loop_.io(), std::chrono::milliseconds(10));
    return pending->value ? *std::move(pending->value) : Lookup<Fetched>();
  }

  rotor::test::FakeClock clock_;
  rotor::test::Loop loop_;
  SlowStore store_{clock_};
  std::vector<std::size_t> generated_;
  bool generator_fails_ = false;
};

TEST_F(FetchSlowly, ItemsAreReadSideBySideAndStandInTheirOrder) {
  store_.takes = {{"a", std::chrono::milliseconds(90)}, {"b", std::chrono::milliseconds(10)}};
  const auto before = clock_.steady();
  const auto got = fetch(reading({"a", "b", "c", "d", "e", "f"}));
  ASSERT_TRUE(got);
  ASSERT_EQ(got->data.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(got->data[i]->reveal(), "value of " + std::string(1, char('a' + i)));
  EXPECT_LE(clock_.steady() - before, std::chrono::milliseconds(110)) << "not 300";
}

TEST_F(FetchSlowly, TheFirstItemThatFailsSpeaksHoweverLateItIs) {
  store_.takes["b"] = std::chrono::milliseconds(200);
  store_.fails = {"b", "c"};
  const auto got = fetch(reading({"a", "b", "c", "d", "e", "f", "g", "h"}));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().message, "error processing spec.data[1] (key: b), err: no b");
  EXPECT_LT(store_.asked.size(), 6U) << "what was not begun when one failed is not read";
}

TEST_F(FetchSlowly, AbsenceEndsItOnlyForWhoRetains) {
  ExternalSecret es = reading({"a", "absent-1", "b", "absent-2"});
  es.spec.target.deletion_policy = "Retain";
  const auto kept = fetch(es);
  ASSERT_TRUE(kept.absent());
  EXPECT_EQ(kept.absence().what, "error processing spec.data[1] (key: absent-1), err: no absent-1");
  es.spec.target.deletion_policy = "Delete";
  const auto left_out = fetch(es);
  ASSERT_TRUE(left_out);
  ASSERT_EQ(left_out->gaps.size(), 2U);
  EXPECT_EQ(left_out->gaps[0].missing, "secret does not exist at provider using spec.dataFrom[1] (key=absent-1)");
  EXPECT_EQ(left_out->gaps[1].missing, "secret does not exist at provider using spec.dataFrom[3] (key=absent-2)");
  EXPECT_FALSE(left_out->data[1]);
  EXPECT_EQ(left_out->data[2]->reveal(), "value of b");
}

TEST_F(FetchSlowly, NothingIsGeneratedForAnObjectThatComesToNothing) {
  ExternalSecret es = reading({"a"});
  add_generator(es);
  add_generator(es);
  EXPECT_TRUE(fetch(es));
  EXPECT_EQ(generated_, (std::vector<std::size_t>{0, 1}));
  generated_.clear();
  store_.fails = {"a"};
  EXPECT_EQ(fetch(es).error().message, "error processing spec.data[0] (key: a), err: no a");
  EXPECT_TRUE(generated_.empty());
  store_.fails.clear();
  generator_fails_ = true;
  EXPECT_EQ(fetch(es).error().message,
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: cannot generate");
  EXPECT_EQ(generated_, std::vector<std::size_t>{0});
}

class Fetch : public testing::Test, public ClientSource, public GeneratorSource {
 protected:
  Task<Result<providers::SecretsClient*>> get(api::es::StoreRef) override { co_return &store_; }
  Task<Lookup<SecretMap>> generate(api::es::GeneratorRef, std::size_t) override {
    co_return fail(Code::kInvalid, "no generators here");
  }

  static ExternalSecret searching(std::string deletion_policy) {
    ExternalSecret es = test::sample_es();
    es.spec.data.clear();
    es.spec.target.deletion_policy = std::move(deletion_policy);
    api::es::DataFrom from;
    from.find.emplace();
    from.find->path = "none";
    es.spec.data_from.push_back(std::move(from));
    return es;
  }
  Lookup<Fetched> fetch(ExternalSecret es) {
    return loop_.run(fetch_all(*this, *this, std::make_shared<const ExternalSecret>(std::move(es))));
  }

  rotor::test::Loop loop_;
  ToldStore store_;
};

TEST_F(Fetch, ASearchThatBeginsWhereThereIsNothingIsAbsenceForWhoRetains) {  // V39
  store_.found = providers::Absent{"nothing at \"none\""};
  const auto got = fetch(searching("Retain"));
  ASSERT_TRUE(got.absent());
  EXPECT_EQ(got.absence().what, "error processing spec.dataFrom[0].find, err: nothing at \"none\"");
}

TEST_F(Fetch, AndAGapForWhoDeletes) {
  store_.found = providers::Absent{"nothing at \"none\""};
  for (const char* policy : {"Delete", "Merge"}) {
    const auto got = fetch(searching(policy));
    ASSERT_TRUE(got) << policy;
    ASSERT_EQ(got->gaps.size(), 1U) << "said once, not as a search without a hit as well";
    EXPECT_EQ(got->gaps[0].missing, "secret does not exist at provider using spec.dataFrom[0]");
    EXPECT_EQ(got->gaps[0].note, "spec.dataFrom[0]: nothing at \"none\"");
  }
}

TEST_F(Fetch, ASearchWithoutAHitIsAGapThatNobodyDeletesFor_Row68) {
  store_.found = SecretMap();
  const auto got = fetch(searching("Retain"));
  ASSERT_TRUE(got);
  ASSERT_EQ(got->gaps.size(), 1U);
  EXPECT_EQ(got->gaps[0].missing, "");
  EXPECT_EQ(got->gaps[0].note, "spec.dataFrom[0].find matched nothing: path \"none\"");
}

TEST_F(Fetch, ASearchThatFailsIsNeither) {
  store_.found = fail(Code::kDenied, "no");
  const auto got = fetch(searching("Delete"));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().message, "error processing spec.dataFrom[0].find, err: error getting all secrets: no");
}

TEST_F(Fetch, ValuesThatAreAnotherThanTheStoreHoldsAreNamedByTheirItems) {
  ExternalSecret es = searching("Retain");
  es.spec.data = test::sample_es().spec.data;
  EXPECT_THAT(fetch(es)->altered, IsEmpty());
  store_.value = Lookup<SecretBytes>(SecretBytes("v")).altered_by("no text");
  store_.found = Lookup<SecretMap>(test::one_value("k", "v")).altered_by("no text either");
  EXPECT_THAT(fetch(es)->altered,
              ElementsAre("spec.dataFrom[0].find: no text either", "spec.data[0] (key: remote): no text"));
}

}  // namespace
}  // namespace rotor::secrets
