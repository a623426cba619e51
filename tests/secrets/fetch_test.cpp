// What stores answer to the items of one ExternalSecret, put together: values, gaps, and what is told of them.
#include "secrets/fetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
