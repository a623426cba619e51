#include "kube/object/own_fields.hpp"

#include <gtest/gtest.h>

#include "kube/object/news.hpp"

namespace rotor::kube {
namespace {

ObjectMeta read_at_version_7() {
  ObjectMeta metadata;
  metadata.resource_version = "7";
  metadata.finalizers = {"other/one"};
  return metadata;
}

TEST(OwnFields, AFinalizerIsAddedBesideThoseOfOthersAndOnlyOnce) {
  ObjectMeta metadata = read_at_version_7();
  EXPECT_EQ(add_finalizer_patch(metadata, "ours/x"),
            R"({"metadata":{"resourceVersion":"7","finalizers":["other/one","ours/x"]}})");
  metadata.finalizers.emplace_back("ours/x");
  EXPECT_EQ(add_finalizer_patch(metadata, "ours/x"), std::nullopt);
}

TEST(OwnFields, AFinalizerIsRemovedAloneAndOnlyWhereItIs) {
  ObjectMeta metadata = read_at_version_7();
  EXPECT_EQ(remove_finalizer_patch(metadata, "ours/x"), std::nullopt);
  metadata.finalizers.emplace_back("ours/x");
  EXPECT_EQ(remove_finalizer_patch(metadata, "ours/x"),
            R"({"metadata":{"resourceVersion":"7","finalizers":["other/one"]}})");
}

TEST(OwnFields, AStatusIsWrittenOnlyWhereItDiffersAndGuardedByTheVersionThatWasRead) {
  Condition ready;
  ready.type = "Ready";
  ready.status = "True";
  Condition not_ready = ready;
  not_ready.status = "False";
  EXPECT_EQ(status_patch(read_at_version_7(), ready, ready), std::nullopt);
  EXPECT_EQ(status_patch(read_at_version_7(), ready, not_ready),
            R"({"metadata":{"resourceVersion":"7"},"status":{"status":"False"}})");
  EXPECT_EQ(status_patch(ObjectMeta(), ready, not_ready), R"({"status":{"status":"False"}})");
}

TEST(News, IsWhatSomebodyElseDecidesAndNotAVersionAlone) {
  const ObjectMeta before = read_at_version_7();
  ObjectMeta after = before;
  after.resource_version = "8";
  EXPECT_FALSE(is_news(before, after));
  const std::function<void(ObjectMeta&)> changes[] = {
      [](ObjectMeta& m) { m.uid = "new"; },        [](ObjectMeta& m) { ++m.generation; },
      [](ObjectMeta& m) { m.labels["a"] = "b"; },  [](ObjectMeta& m) { m.annotations["a"] = "b"; },
      [](ObjectMeta& m) { m.finalizers.clear(); }, [](ObjectMeta& m) { m.deletion_timestamp = "2026-01-01T00:00:00Z"; },
  };
  for (const auto& change : changes) {
    ObjectMeta changed = after;
    change(changed);
    EXPECT_TRUE(is_news(before, changed));
  }
}

}  // namespace
}  // namespace rotor::kube
