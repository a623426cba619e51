#include "secrets/force_sync.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

TEST(ResourceToken, IsThatOfTodaysOperator) {
  EXPECT_EQ(resource_token(test::sample_es().metadata), "1-f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2");
}

TEST(ForceSync, IsAnyEditOfSpecLabelsOrAnnotations) {
  const auto synced = test::synced_es("2026-01-02T09:50:00Z");
  EXPECT_FALSE(was_edited(synced));
  EXPECT_TRUE(was_edited(test::sample_es())) << "it never synced";
  auto edited = synced;
  edited.metadata.annotations["force-sync"] = "1";
  EXPECT_TRUE(was_edited(edited));
  edited = synced;
  edited.metadata.finalizers.clear();
  edited.metadata.resource_version = "11";
  EXPECT_FALSE(was_edited(edited)) << "our own writes are no edit";
}

TEST(Asks, StandUntilAPassThatBeganAfterThemIsGood) {
  Asks asks;
  const kube::Key key{"ns", "es"};
  EXPECT_EQ(asks.of(key), 0U);
  asks.ask(key);
  const auto first = asks.of(key);
  EXPECT_GT(first, 0U);
  asks.ask(key);
  asks.answered(key, first);
  EXPECT_GT(asks.of(key), first) << "asked again while the pass was under way";
  asks.answered(key, asks.of(key));
  EXPECT_EQ(asks.of(key), 0U);
  asks.ask(key);
  asks.forget(key);
  EXPECT_EQ(asks.of(key), 0U);
}

TEST(Forced, IsAnEditOfWhatSyncedOrOfWhatFailedAndNoCreationAndNoRetry) {
  const auto fresh = test::sample_es();
  EXPECT_FALSE(is_forced(fresh, "")) << "new";
  EXPECT_FALSE(is_forced(fresh, resource_token(fresh.metadata))) << "a retry";
  auto synced = test::synced_es("2026-01-02T09:50:00Z");
  EXPECT_FALSE(is_forced(synced, "")) << "a refresh";
  synced.metadata.annotations["force-sync"] = "1";
  EXPECT_TRUE(is_forced(synced, ""));
  EXPECT_FALSE(is_forced(synced, resource_token(synced.metadata))) << "it has been tried";
  auto again = synced;
  again.metadata.annotations["force-sync"] = "2";
  EXPECT_TRUE(is_forced(again, resource_token(synced.metadata)));
}

}  // namespace
}  // namespace rotor::secrets
