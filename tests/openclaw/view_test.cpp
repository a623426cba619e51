// What is asked of the API server for the caches of the controller.
#include "openclaw/view.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/secret.hpp"
#include "openclaw/live_stateful_set.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"
#include "tests/kube/shown.hpp"

namespace rotor::openclaw {
namespace {

// Has nothing of any kind, and notes how it was asked.
class EmptyCluster final : public test::StrictClient {
 public:
  struct Asked {
    std::string verb, plural;
    bool metadata_only;
  };
  std::vector<Asked> asked;

  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string, kube::ListOptions options,
                                         std::string) override {
    asked.push_back({"list", std::string(resource.plural), options.metadata_only});
    kube::ListPage page;
    page.body = SecretBytes(R"({"kind":"List","metadata":{"resourceVersion":"1"},"items":[]})");
    page.resource_version = "1";
    co_return page;
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource resource, std::string,
                                                         kube::ListOptions options, std::string) override {
    asked.push_back({"watch", std::string(resource.plural), options.metadata_only});
    co_return no();
  }

 private:
  static std::unexpected<Error> no() { return fail(Code::kUnavailable, "not here"); }
};

TEST(View, W24NoListAndNoWatchOfSecretsAsksForTheirData) {
  test::Loop loop;
  SystemClock clock;
  EmptyCluster client;
  View view(client, clock, "");
  loop.start(view.watches.run());
  std::set<std::string> verbs;
  for (const EmptyCluster::Asked& one : client.asked) {
    if (one.plural != kube::kResource<api::Secret>.plural) continue;
    verbs.insert(one.verb);
    EXPECT_TRUE(one.metadata_only) << one.verb;
  }
  EXPECT_EQ(verbs, (std::set<std::string>{"list", "watch"}));
  loop.stop();
}

constexpr std::string_view kWorkload = R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"agent",
  "namespace":"ns","uid":"u","resourceVersion":"7","generation":3,"annotations":{"openclaw.rocks/secret-history":"H",
  "other":"x"},"ownerReferences":[{"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance","name":"agent",
  "uid":"i","controller":true}]},"spec":{"replicas":1},"status":{"observedGeneration":2,"replicas":1,"readyReplicas":1}})";

TEST(View, KeepsOfAnothersObjectsWhoTheyAre) {
  constexpr kube::Resource kServices{"", "v1", "services", "Service"};
  const auto read = read_reduced(kServices, kWorkload);
  ASSERT_TRUE(read);
  for (const LiveObject& kept : {*read, reduce(kServices, *read_live(kWorkload))}) {
    EXPECT_TRUE(kept.reduced());
    EXPECT_EQ(kept.metadata.key(), (kube::Key{"ns", "agent"}));
    EXPECT_EQ(kept.metadata.resource_version, "7");
    EXPECT_TRUE(kept.text.empty());
    EXPECT_TRUE(kept.metadata.annotations.empty());
    EXPECT_TRUE(kept.metadata.owner_references.empty());
  }
}

TEST(View, KeepsOfAnothersWorkloadHowFarItsRestartIs) {
  constexpr kube::Resource kStatefulSets = kube::kResource<api::StatefulSet>;
  const auto read = read_reduced(kStatefulSets, kWorkload);
  ASSERT_TRUE(read);
  for (const LiveObject& kept : {*read, reduce(kStatefulSets, *read_live(kWorkload))}) {
    EXPECT_EQ(kept.metadata.annotations, (kube::StringMap{{"openclaw.rocks/secret-history", "H"}}));
    const auto document = json::parse(kept.text.unpack());
    ASSERT_TRUE(document);
    EXPECT_EQ(workload_state(*document).ready_replicas, 1);
    EXPECT_EQ(workload_state(kept).ready_replicas, 1);
    EXPECT_FALSE(workload_state(kept).current);
    EXPECT_FALSE(workload_state(*document).current) << "its controller has not seen the newest template yet";
    EXPECT_EQ(json::serialize(*json::find(*document, "spec")), R"({"replicas":1})");
  }
}

bool all_rolled_out(const std::string& replicas, const std::string& counts) {
  const std::string text = R"({"metadata":{"generation":2,"name":"agent"},"spec":{"replicas":)" + replicas +
                           R"(,"template":{"spec":{"containers":[]}}},"status":{"observedGeneration":2,"replicas":)" +
                           counts + "}}";
  const bool by_counts = rolled_out(workload_state(read_live(text).value()));
  EXPECT_EQ(rolled_out(workload_state(json::parse(text).value())), by_counts) << text;
  return by_counts;
}

TEST(View, W13WithoutAPodIsNothingRolledOutThatAsksForOne) {
  EXPECT_TRUE(all_rolled_out("1", R"(1,"updatedReplicas":1,"readyReplicas":1)"));
  EXPECT_FALSE(all_rolled_out("1", R"(1,"readyReplicas":1)"));
  EXPECT_FALSE(all_rolled_out("1", "0")) << "the old pod is gone, the new one not there yet";
  EXPECT_TRUE(all_rolled_out("0", "0"));
}

constexpr std::string_view kInstance = R"({"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance",
  "metadata":{"name":"agent","namespace":"ns","uid":"u","resourceVersion":"5"},"spec":{}})";
constexpr std::string_view kBrokenInstance = R"({"apiVersion":"openclaw.rocks/v1alpha1","kind":"OpenClawInstance",
  "metadata":{"name":"agent","namespace":"ns","uid":"u","resourceVersion":"5"},"spec":[1]})";

class KeptInstancesTest : public testing::Test {
 protected:
  KeptInstancesTest() {
    instances.on_change([this](const kube::Key&, const InstancePtr& before, const InstancePtr& after) {
      told.push_back(std::string(before ? "had" : "-") + "/" + (after ? "has" : "-"));
    });
    instances.on_broken([this](const kube::Key& key, const Error&) { broken.push_back(key.text()); });
  }
  void reduce() {
    const auto kept = instances.all().at(kAgent);
    instances.cache().replace(kAgent, rules.reduce(*kept));
  }
  void complete(std::string_view text) {
    auto read = rules.read_whole(text);
    ASSERT_TRUE(read);
    instances.cache().replace(kAgent, *std::move(read));
  }

  const kube::Key kAgent{"ns", "agent"};
  SystemClock clock;
  EmptyCluster client;
  bool ours = false;
  KeptInstances instances{client, clock, "", [this](const std::string&) { return ours; }};
  kube::PartlyKept<KeptInstance>::Rules rules = instances.rules([this](const std::string&) { return ours; });
  std::vector<std::string> told;
  std::vector<std::string> broken;
};

TEST_F(KeptInstancesTest, AnothersIsThereAndNoTree) {
  ASSERT_TRUE(test::shown(instances.cache(), kInstance));
  EXPECT_EQ(instances.all().size(), 1U);
  EXPECT_TRUE(instances.all().at(kAgent)->reduced());
  EXPECT_EQ(instances.get(kAgent), nullptr);
  ASSERT_TRUE(test::shown(instances.cache(), kBrokenInstance)) << "who works on it says what is wrong with it";
  instances.cache().erase(kAgent, "6");
  EXPECT_TRUE(told.empty());
}

TEST_F(KeptInstancesTest, OneThatComesIsNewsAndOneThatGoesIsNone) {
  ASSERT_TRUE(test::shown(instances.cache(), kInstance));
  ours = true;
  complete(kInstance);
  ASSERT_NE(instances.get(kAgent), nullptr);
  EXPECT_EQ(instances.get(kAgent)->metadata.uid, "u");
  ours = false;
  reduce();
  EXPECT_EQ(instances.get(kAgent), nullptr);
  EXPECT_EQ(told, std::vector<std::string>{"-/has"});
}

TEST_F(KeptInstancesTest, OneThatComesAndCannotBeReadIsSaidSoAndWaitedForNoLonger) {
  ASSERT_TRUE(test::shown(instances.cache(), kBrokenInstance));
  ours = true;
  complete(kBrokenInstance);
  EXPECT_EQ(broken, std::vector<std::string>{"ns/agent"});
  EXPECT_FALSE(instances.all().at(kAgent)->reduced());
  EXPECT_EQ(instances.get(kAgent), nullptr);
  ASSERT_TRUE(test::shown(instances.cache(), kInstance));
  EXPECT_EQ(told, std::vector<std::string>{"-/has"}) << "it was repaired";
}

TEST_F(KeptInstancesTest, WhatThisReplicaWroteIsWholeWhoseverItHasBecome) {
  const auto written = instances.wrote(SecretBytes(kInstance));
  ASSERT_TRUE(written);
  EXPECT_EQ((*written)->metadata.uid, "u");
}

}  // namespace
}  // namespace rotor::openclaw
