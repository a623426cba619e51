#include "apiserver/registry/store.hpp"

#include <gtest/gtest.h>

namespace rotor::apiserver {
namespace {

json::Object object(std::string_view name, int value = 0) {
  json::Object out;
  out["kind"] = "ConfigMap";
  metadata_of(out)["namespace"] = "n";
  metadata_of(out)["name"] = name;
  out["value"] = value;
  return out;
}

kube::Key key(std::string name) { return {"n", std::move(name)}; }

TEST(Store, CountsOneRevisionOverAllResources) {
  Store store({.first_revision = 100});
  EXPECT_EQ(revision_of(*store.write("a", object("x"))), 101U);
  EXPECT_EQ(revision_of(*store.write("b", object("x"))), 102U);
  EXPECT_EQ(revision_of(*store.erase("a", key("x"))), 103U);
  EXPECT_EQ(store.revision(), 103U);
  EXPECT_EQ(store.get("a", key("x")), nullptr);
}

TEST(Store, TellsListenersWhatChanged) {
  Store store({});
  std::vector<Change::Type> seen;
  const auto id = store.subscribe([&](std::string_view, const Change& change) { seen.push_back(change.type); });
  store.write("a", object("x"));
  store.write("a", object("x", 1));
  store.erase("a", key("x"));
  EXPECT_EQ(store.erase("a", key("x")), nullptr);
  store.unsubscribe(id);
  store.write("a", object("y"));
  using T = Change::Type;
  EXPECT_EQ(seen, (std::vector{T::kAdded, T::kModified, T::kDeleted}));
}

TEST(Store, AnswersThePast) {
  Store store({});
  store.write("a", object("x"));
  const auto then = store.revision();
  store.write("a", object("x", 1));
  store.write("a", object("y"));
  store.erase("a", key("x"));
  const auto past = store.objects_at("a", then).value();
  ASSERT_EQ(past.size(), 1U);
  EXPECT_EQ(past.begin()->second->at("value"), 0);
  EXPECT_EQ(store.changes_since("a", then)->size(), 3U);
  EXPECT_EQ(store.changes_since("a", store.revision())->size(), 0U);
}

TEST(Store, ForgetsWhatIsBeyondItsHistory) {
  Store store({.first_revision = 10, .history = 2});
  for (int i = 0; i < 4; ++i) store.write("a", object("x", i));
  EXPECT_EQ(store.oldest_revision("a"), 12U);
  EXPECT_TRUE(store.changes_since("a", 12).has_value());
  EXPECT_FALSE(store.changes_since("a", 11).has_value());
  EXPECT_FALSE(store.objects_at("a", 11).has_value());
  store.forget_history("a");
  EXPECT_FALSE(store.changes_since("a", 13).has_value());
  EXPECT_TRUE(store.changes_since("a", 14).has_value());
}

TEST(Store, ForgetsTheHeaviestHistoryFirstWhenAllTogetherWeighTooMuch) {
  Store store({.history_bytes = 100'000});
  store.write("small", object("x"));
  const auto then = store.revision();
  for (int i = 0; i < 50; ++i) {
    json::Object large = object("x", i);
    large["text"] = std::string(5000, 'x');
    store.write("large", std::move(large));
    EXPECT_LE(store.history_bytes(), 100'000U);
  }
  EXPECT_FALSE(store.changes_since("large", then).has_value());
  EXPECT_TRUE(store.changes_since("small", then - 1).has_value());
  store.forget_history("large");
  EXPECT_LT(store.history_bytes(), 2000U);
}

TEST(Store, CountsWhatAnOverwrittenObjectLeavesInTheHistory) {
  Store store({.history = 10, .history_bytes = 1'000'000});
  for (int i = 0; i < 20; ++i) {
    json::Object large = object("x" + std::to_string(i));
    large["text"] = std::string(50'000, 'x');
    store.write("a", std::move(large));
  }
  for (int i = 0; i < 20; ++i) store.write("a", object("x" + std::to_string(i), 1));
  EXPECT_GT(store.history_bytes(), 500'000U);
}

TEST(Store, RefusesRevisionsOfAnEarlierLife) {
  Store store({.first_revision = 1000});
  store.write("a", object("x"));
  EXPECT_FALSE(store.changes_since("a", 42).has_value());
  EXPECT_FALSE(store.changes_since("never-written", 42).has_value());
}

TEST(SameContent, LooksPastRevisionsAndTimesOfManagedFields) {
  auto with = [](std::string_view revision, std::string_view time, int value) {
    json::Object out = object("x", value);
    metadata_of(out)["resourceVersion"] = revision;
    metadata_of(out)["managedFields"] = json::Array{json::Object{{"manager", "m"}, {"time", time}}};
    return out;
  };
  EXPECT_TRUE(same_content(with("1", "a", 1), with("2", "b", 1)));
  EXPECT_FALSE(same_content(with("1", "a", 1), with("1", "a", 2)));
  json::Object more = with("1", "a", 1);
  metadata_of(more)["labels"] = json::Object{{"a", "b"}};
  EXPECT_FALSE(same_content(with("1", "a", 1), more));
}

}  // namespace
}  // namespace rotor::apiserver
