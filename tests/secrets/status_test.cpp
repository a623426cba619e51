#include "secrets/status.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "kube/object/own_fields.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

const WallTime kFirst = *parse_time("2026-01-02T10:00:00Z");

const kube::ObjectMeta kNoVersion;

ExternalSecret with(ExternalSecret es, ExternalSecretStatus status) {
  es.status = std::move(status);
  return es;
}

TEST(Status, SaysSyncedAfterASuccess_Row1) {
  const auto status = succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst + 1s);
  ASSERT_EQ(status.conditions.size(), 1U);
  EXPECT_EQ(status.conditions[0].type, "Ready");
  EXPECT_EQ(status.conditions[0].status, "True");
  EXPECT_EQ(status.conditions[0].reason, "SecretSynced");
  EXPECT_EQ(status.conditions[0].message, "secret synced");
  EXPECT_EQ(status.refresh_time, "2026-01-02T10:00:00Z") << "the start of the pass";
  EXPECT_EQ(status.synced_resource_version, resource_token(test::sample_es().metadata));
}

TEST(Status, PatchesOnlyTheTimeOnTheNextSuccess_Row43) {
  const auto es = with(test::sample_es(), succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst));
  const auto next = succeeded(es, ready_words(Ending::kSynced), kFirst + 1h, kFirst + 1h);
  EXPECT_EQ(next.conditions, es.status.conditions);
  EXPECT_EQ(kube::status_patch(kNoVersion, es.status, next), R"({"status":{"refreshTime":"2026-01-02T11:00:00Z"}})");
}

TEST(Status, KeepsTheTransitionTimeWhenOnlyTheMessageChanges_Row44) {
  const auto es = with(test::sample_es(), succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst));
  const auto next = succeeded(es, ready_words(Ending::kRetained), kFirst + 1h, kFirst + 1h);
  EXPECT_EQ(next.conditions[0].last_transition_time, "2026-01-02T10:00:00Z");
  EXPECT_EQ(next.conditions[0].message, "secret retained due to DeletionPolicy=Retain");
}

TEST(Status, MovesTheTransitionTimeWhenItFlips_Row45) {
  const auto es = with(test::sample_es(), failed(test::sample_es(), ready_words(Ending::kNotWritten), kFirst));
  const auto next = succeeded(es, ready_words(Ending::kSynced), kFirst + 1h, kFirst + 1h);
  EXPECT_EQ(next.conditions[0].last_transition_time, "2026-01-02T11:00:00Z");
}

TEST(Status, KeepsTheLastGoodRefreshAfterAFailure_Row46) {
  const auto es = with(test::sample_es(), succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst));
  const auto next = failed(es, ready_words(Ending::kNotFetched), kFirst + 1h);
  EXPECT_EQ(next.refresh_time, es.status.refresh_time);
  EXPECT_EQ(next.synced_resource_version, es.status.synced_resource_version);
  EXPECT_EQ(next.conditions[0].status, "False");
  EXPECT_EQ(next.conditions[0].reason, "SecretSyncedError");
  const auto patch = kube::status_patch(kNoVersion, es.status, next);
  ASSERT_TRUE(patch);
  EXPECT_FALSE(patch->contains("refreshTime"));
}

TEST(Status, IsNotWrittenWhenNothingChanged_Row47) {
  const auto es = with(test::sample_es(), failed(test::sample_es(), ready_words(Ending::kNotWritten), kFirst));
  EXPECT_EQ(kube::status_patch(kNoVersion, es.status, failed(es, ready_words(Ending::kNotWritten), kFirst + 1h)),
            std::nullopt);
}

struct WorthCase {
  const char* what;
  Duration least, later;
  Ending ending;
  bool worth;
};

TEST(Status, IsWrittenForTheTimeAloneOnlyAsOftenAsItMay) {
  for (const WorthCase& c : {WorthCase{"by default each time", 0s, 1s, Ending::kSynced, true},
                             WorthCase{"too soon", 10min, 1min, Ending::kSynced, false},
                             WorthCase{"just too soon", 10min, 599s, Ending::kSynced, false},
                             WorthCase{"old enough", 10min, 10min, Ending::kSynced, true},
                             WorthCase{"something else is new", 10min, 1s, Ending::kRetained, true},
                             WorthCase{"a clock that was set back", 10min, -1h, Ending::kSynced, true}}) {
    const auto written = succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst);
    const auto es = with(test::sample_es(), written);
    const auto after = succeeded(es, ready_words(c.ending), kFirst + c.later, kFirst + c.later);
    EXPECT_EQ(worth_writing(written, after, c.least), c.worth) << c.what;
  }
  const auto first = succeeded(test::sample_es(), ready_words(Ending::kSynced), kFirst, kFirst);
  EXPECT_TRUE(worth_writing({}, first, 10min)) << "nothing was written yet";
}

TEST(Status, PatchesAStoresConditionsAndCapabilities) {
  api::es::StoreStatus before;
  api::es::StoreStatus after;
  after.capabilities = "ReadWrite";
  EXPECT_EQ(kube::status_patch(kNoVersion, before, after), R"({"status":{"capabilities":"ReadWrite"}})");
  EXPECT_EQ(kube::status_patch(kNoVersion, after, after), std::nullopt);
}

TEST(Status, IsPatchedUnderTheVersionThatWasRead) {
  const auto es = test::sample_es();
  const auto next = failed(es, ready_words(Ending::kNotWritten), kFirst);
  const auto patch = kube::status_patch(es.metadata, es.status, next);
  ASSERT_TRUE(patch);
  EXPECT_TRUE(patch->starts_with(R"({"metadata":{"resourceVersion":"10"},"status":{)")) << *patch;
  api::es::StoreStatus before;
  api::es::StoreStatus after;
  after.capabilities = "ReadOnly";
  EXPECT_EQ(kube::status_patch(es.metadata, before, after),
            R"({"metadata":{"resourceVersion":"10"},"status":{"capabilities":"ReadOnly"}})");
}

TEST(Status, TakesTheDigestAwayWhenNothingIsRandomAnyMore) {
  ExternalSecretStatus before;
  before.inputs_digest = "k-1";
  EXPECT_EQ(kube::status_patch(kNoVersion, before, {}), R"({"status":{"inputsDigest":null}})");
  EXPECT_EQ(kube::status_patch(kNoVersion, {}, before), R"({"status":{"inputsDigest":"k-1"}})");
}

}  // namespace
}  // namespace rotor::secrets
