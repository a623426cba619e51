#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Lists : public testing::Test {
 protected:
  void add(std::string_view name, std::string_view labels = "{}") {
    api.post(maps, R"({"metadata":{"name":")" + std::string(name) + R"(","labels":)" + std::string(labels) + "}}");
  }
  std::string revision() { return std::string(api.get(maps).at("metadata.resourceVersion")); }
  std::unique_ptr<OpenWatch> watch(std::string_view query) {
    return api.watch(maps + "?watch=1&" + std::string(query));
  }

  std::string maps = "/api/v1/namespaces/default/configmaps";
  ApiHarness api{8};
};
using Watches = Lists;

TEST_F(Lists, ComeInPagesOfOneMoment) {
  for (const char* name : {"a", "b", "c"}) add(name);
  const Heard first = api.get(maps + "?limit=2");
  EXPECT_EQ(first.items(), 2U);
  EXPECT_EQ(json::find(first.body, "metadata.remainingItemCount")->to_number<int>(), 1);
  api.remove(maps + "/c");
  add("d");
  const Heard second = api.get(maps + "?limit=2&continue=" + std::string(first.at("metadata.continue")));
  ASSERT_EQ(second.items(), 1U);
  EXPECT_EQ(json::find_string(json::find(second.body, "items")->get_array()[0], "metadata.name"), "c");
  EXPECT_EQ(second.at("metadata.resourceVersion"), first.at("metadata.resourceVersion"));
}

TEST_F(Lists, SayWhenTheirMomentIsForgotten) {
  for (const char* name : {"a", "b"}) add(name);
  const Heard first = api.get(maps + "?limit=1");
  for (int i = 0; i < 10; ++i) api.merge(maps + "/a", R"({"data":{"i":")" + std::to_string(i) + R"("}})");
  const Heard late = api.get(maps + "?continue=" + std::string(first.at("metadata.continue")));
  EXPECT_EQ(late.status, 410);
  EXPECT_EQ(late.at("reason"), "Expired");
  EXPECT_EQ(api.get(maps + "?continue=abc").status, 400);
}

TEST_F(Lists, RefuseRevisionsOfTheFuture) {
  const Heard refused = api.get(maps + "?resourceVersion=999999");
  EXPECT_EQ(refused.status, 504);
  EXPECT_THAT(refused.message(), HasSubstr("Too large resource version: 999999"));
}

TEST_F(Lists, AnswerMetadataAloneAndTables) {
  add("a");
  const auto as = [&](std::string accept) { return api.send(api.request("GET", maps, {}, {}, std::move(accept))); };
  EXPECT_EQ(as("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1").at("kind"),
            "PartialObjectMetadataList");
  const Heard table = as("application/json;as=Table;g=meta.k8s.io;v=v1");
  EXPECT_EQ(table.at("kind"), "Table");
  EXPECT_EQ(json::find(table.body, "rows")->get_array().size(), 1U);
}

TEST_F(Watches, TellEveryChangeOnce) {
  const auto open = watch("resourceVersion=" + revision());
  add("a");
  api.merge(maps + "/a", R"({"data":{"k":"v"}})");
  api.remove(maps + "/a");
  EXPECT_THAT(summary(ApiHarness::read(*open)), ElementsAre("ADDED a", "MODIFIED a", "DELETED a"));
}

TEST_F(Watches, TranslateChangesForTheirSelector) {
  const auto open = watch("labelSelector=x%3D1&resourceVersion=" + revision());
  add("a");
  api.merge(maps + "/a", R"({"metadata":{"labels":{"x":"1"}}})");
  const Heard left = api.merge(maps + "/a", R"({"metadata":{"labels":{"x":"2"}}})");
  const auto events = ApiHarness::read(*open);
  EXPECT_THAT(summary(events), ElementsAre("ADDED a", "DELETED a"));
  EXPECT_EQ(json::find_string(events[1], "object.metadata.labels.x"), "1");
  EXPECT_EQ(json::find_string(events[1], "object.metadata.resourceVersion"), left.at("metadata.resourceVersion"));
}

TEST_F(Watches, StreamTheListFirstWhenAsked) {
  add("a");
  const auto open = watch("sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  const auto events = ApiHarness::read(*open);
  EXPECT_THAT(summary(events), ElementsAre("ADDED a", "BOOKMARK "));
  const json::Value* marks = json::find(events[1], "object.metadata.annotations");
  ASSERT_NE(marks, nullptr);
  EXPECT_EQ(marks->at("k8s.io/initial-events-end"), "true");
}

TEST_F(Watches, AnswerGoneForForgottenRevisions) {
  const std::string old = revision();
  for (int i = 0; i < 10; ++i) add("a" + std::to_string(i));
  const auto open = watch("resourceVersion=" + old);
  const auto events = ApiHarness::read(*open);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(json::find_string(events[0], "type"), "ERROR");
  EXPECT_EQ(json::find(events[0], "object.code")->to_number<int>(), 410);
  EXPECT_TRUE(open->feed->ended());
}

TEST_F(Watches, SendTablesWithColumnsOnce) {
  const auto open = api.watch(maps + "?watch=1", "application/json;as=Table;g=meta.k8s.io;v=v1,application/json");
  add("a");
  add("b");
  const auto events = ApiHarness::read(*open);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(json::find(events[0], "object.columnDefinitions")->is_array());
  EXPECT_TRUE(json::find(events[1], "object.columnDefinitions")->is_null());
}

TEST_F(Watches, CanBeMadeToReorder) {
  const auto open = watch("resourceVersion=" + revision());
  open->feed->swap_next();
  add("a");
  add("b");
  EXPECT_THAT(summary(ApiHarness::read(*open)), ElementsAre("ADDED b", "ADDED a"));
}

}  // namespace
}  // namespace rotor::apiserver
