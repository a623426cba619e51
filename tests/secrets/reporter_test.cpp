#include "secrets/reporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

const WallTime kStarted = *parse_time("2026-01-02T10:00:00Z");

TEST(Report, OfAGoodPassNamesTheSecretAndWhatItIsMadeOf) {
  Report report;
  report.has_secret = true;
  report.inputs_digest = "k-1";
  report.remarks = {"spec.refreshInterval 1ns is raised to 1s"};
  report.started = kStarted;
  const auto status = status_after(test::sample_es(), report, kStarted + 1s);
  EXPECT_EQ(status.conditions.at(0).message, "secret synced") << "word by word, whatever else there is to say";
  EXPECT_EQ(status.refresh_time, "2026-01-02T10:00:00Z");
  ASSERT_TRUE(status.binding);
  EXPECT_EQ(status.binding->name, "tgt");
  EXPECT_EQ(status.inputs_digest, "k-1");
}

std::vector<std::string> texts_of(const Report& report) {
  std::vector<std::string> out;
  for (const Remark& remark : remarks_of(report)) out.push_back(remark.text);
  return out;
}

TEST(Report, RemarksOnWhatTheStoresDoNotHaveBesideTheConditionsFixedWords_Row68) {
  Report report;
  report.ending = Ending::kRetained;
  report.gaps = {{"", "spec.dataFrom[0].find matched nothing: path \"a/\""}};
  report.remarks = {"spec.refreshInterval 1ns is raised to 1s"};
  EXPECT_EQ(status_after(test::sample_es(), report, kStarted).conditions.at(0).message,
            "secret retained due to DeletionPolicy=Retain");
  EXPECT_THAT(texts_of(report), testing::ElementsAre("spec.dataFrom[0].find matched nothing: path \"a/\"",
                                                     "spec.refreshInterval 1ns is raised to 1s"));
}

TEST(Report, NamesFiveGapsAndCountsTheRest) {
  Report report;
  for (const char* note : {"a", "b", "c", "d", "e", "f", "g"}) report.gaps.push_back({"event", note});
  EXPECT_THAT(texts_of(report), testing::ElementsAre("a", "b", "c", "d", "e", "and 2 more"));
  EXPECT_EQ(status_after(test::sample_es(), report, kStarted).conditions.at(0).message, "secret synced");
}

TEST(Report, WarnsOfValuesThatAreAnotherThanTheStoreHolds) {
  Report report;
  report.altered = {"a", "b", "c", "d", "e", "f"};
  report.remarks = {"x"};
  EXPECT_THAT(texts_of(report), testing::ElementsAre("a", "b", "c", "d", "e", "and 1 more", "x"));
  EXPECT_EQ(remarks_of(report).front().reason, "ValueAltered");
  EXPECT_TRUE(warns(remarks_of(report).front().reason));
  EXPECT_FALSE(warns(remarks_of(report).back().reason));
  EXPECT_EQ(status_after(test::sample_es(), report, kStarted).conditions.at(0).message, "secret synced");
}

TEST(Report, OfAnotherObjectThanASecretBindsNothing) {
  auto es = test::sample_es();
  es.spec.target.manifest = api::es::ManifestRef{"v1", "ConfigMap"};
  es.status.binding = api::es::Binding{"a-secret-of-earlier"};
  Report report;
  report.has_secret = true;
  report.inputs_digest = "k-1";
  report.started = kStarted;
  const auto status = status_after(es, report, kStarted);
  EXPECT_EQ(status.conditions.at(0).reason, "ResourceSynced");
  EXPECT_FALSE(status.binding);
  EXPECT_EQ(status.inputs_digest, "k-1");
}

TEST(Report, OfAPassWithoutASecretLeavesTheBindingAsItWas) {
  auto es = test::sample_es();
  es.status.inputs_digest = "k-1";
  Report report;
  report.ending = Ending::kRetained;
  report.started = kStarted;
  const auto status = status_after(es, report, kStarted);
  EXPECT_EQ(status.conditions.at(0).status, "True");
  EXPECT_FALSE(status.binding);
  EXPECT_EQ(status.inputs_digest, "k-1");
}

TEST(Report, OfWhatCannotBeReadHasTheReasonInTheCondition) {
  Report report;
  report.ending = Ending::kRefused;
  report.error = {Code::kInvalid, "the ExternalSecret cannot be read: spec.data: expected an array"};
  const auto status = status_after(test::sample_es(), report, kStarted);
  EXPECT_EQ(status.conditions.at(0).status, "False");
  EXPECT_EQ(status.conditions.at(0).message, "the ExternalSecret cannot be read: spec.data: expected an array");
  EXPECT_EQ(status.refresh_time, "");
}

TEST(Report, OfAFailureKeepsTheDetailsOutOfTheCondition) {
  Report report;
  report.ending = Ending::kNotFetched;
  report.error = {Code::kUnavailable, "error processing spec.data[0] (key: remote), err: SecretStore is not ready"};
  const auto status = status_after(test::sample_es(), report, kStarted);
  EXPECT_EQ(status.conditions.at(0).message, "could not get secret data from provider");
}

}  // namespace
}  // namespace rotor::secrets
