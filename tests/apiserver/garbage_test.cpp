#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

using testing::HasSubstr;

class Garbage : public testing::Test {
 protected:
  // A ConfigMap owned by another (by uid), or by nobody.
  std::string add(std::string_view name, std::string_view owner = {}, std::string_view uid = {}) {
    std::string refs;
    if (!owner.empty()) {
      refs = R"(,"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":")" + std::string(owner) +
             R"(","uid":")" + std::string(uid) + R"(","blockOwnerDeletion":true}])";
    }
    const Heard made = api.post(maps, R"({"metadata":{"name":")" + std::string(name) + "\"" + refs + "}}");
    api.api.run_controllers();
    return std::string(made.at("metadata.uid"));
  }
  void own(std::string_view name, std::string_view owner) {
    const std::string uid(api.get(maps + "/" + std::string(owner)).at("metadata.uid"));
    const Heard done = api.merge(maps + "/" + std::string(name),
                                 R"({"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":")" +
                                     std::string(owner) + R"(","uid":")" + uid + R"(","blockOwnerDeletion":true}]}})");
    ASSERT_EQ(done.status, 200) << done.message();
  }
  // Until the collector asks for no more turns; fails when it never stops asking.
  void settle() {
    for (int turns = 0; turns < 100; ++turns) api.api.run_controllers();
  }
  bool exists(std::string_view name) { return api.get(maps + "/" + std::string(name)).status == 200; }

  ApiHarness api;
  std::string maps = "/api/v1/namespaces/default/configmaps";
};

TEST_F(Garbage, GoesWithItsOwner) {
  const std::string owner = add("owner");
  const std::string child = add("child", "owner", owner);
  add("grandchild", "child", child);
  api.remove(maps + "/owner");
  EXPECT_FALSE(exists("child"));
  EXPECT_FALSE(exists("grandchild"));
}

TEST_F(Garbage, IsCollectedWhenItsOwnerNeverWas) {
  add("child", "nobody", "1234");
  EXPECT_FALSE(exists("child"));
}

TEST_F(Garbage, IsLeftAloneWhenTheOwnersKindIsUnknown) {
  api.post(
      maps,
      R"({"metadata":{"name":"child","ownerReferences":[{"apiVersion":"x.io/v1","kind":"X","name":"x","uid":"1"}]}})");
  api.api.run_controllers();
  EXPECT_TRUE(exists("child"));
}

TEST_F(Garbage, StaysWhenOrphaned) {
  const std::string owner = add("owner");
  add("child", "owner", owner);
  api.remove(maps + "/owner", R"({"propagationPolicy":"Orphan"})");
  EXPECT_FALSE(exists("owner"));
  ASSERT_TRUE(exists("child"));
  EXPECT_EQ(json::find(api.get(maps + "/child").body, "metadata.ownerReferences"), nullptr);
}

TEST_F(Garbage, GoesBeforeItsOwnerInTheForeground) {
  const std::string owner = add("owner");
  add("child", "owner", owner);
  api.merge(maps + "/child", R"({"metadata":{"finalizers":["x.io/y"]}})");
  api.remove(maps + "/owner", R"({"propagationPolicy":"Foreground"})");
  EXPECT_TRUE(exists("owner"));
  EXPECT_NE(api.get(maps + "/child").at("metadata.deletionTimestamp"), "");
  api.merge(maps + "/child", R"({"metadata":{"finalizers":null}})");
  api.api.run_controllers();
  EXPECT_FALSE(exists("child"));
  EXPECT_FALSE(exists("owner"));
}

constexpr std::string_view kInForeground = R"({"propagationPolicy":"Foreground"})";

TEST_F(Garbage, ThatOwnsEachOtherGoesInTheForeground) {
  for (const char* name : {"a", "b"}) add(name);
  own("a", "b");
  own("b", "a");
  api.remove(maps + "/a", kInForeground);
  settle();
  EXPECT_FALSE(exists("a"));
  EXPECT_FALSE(exists("b"));
}

TEST_F(Garbage, ThatOwnsEachOtherInACircleOfThreeGoesInTheForeground) {
  for (const char* name : {"a", "b", "c"}) add(name);
  own("a", "c");
  own("b", "a");
  own("c", "b");
  api.remove(maps + "/a", kInForeground);
  settle();
  for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(exists(name)) << name;
}

TEST_F(Garbage, ThatOwnsItselfGoesInTheForeground) {
  add("a");
  own("a", "a");
  api.remove(maps + "/a", kInForeground);
  settle();
  EXPECT_FALSE(exists("a"));
}

TEST_F(Garbage, ThatOwnsEachOtherWaitsForAFinalizer) {
  for (const char* name : {"a", "b"}) add(name);
  own("a", "b");
  own("b", "a");
  api.merge(maps + "/b", R"({"metadata":{"finalizers":["x.io/y"]}})");
  api.remove(maps + "/a", kInForeground);
  settle();
  EXPECT_NE(api.get(maps + "/b").at("metadata.deletionTimestamp"), "");
  api.merge(maps + "/b", R"({"metadata":{"finalizers":null}})");
  settle();
  EXPECT_FALSE(exists("a"));
  EXPECT_FALSE(exists("b"));
}

TEST(GarbageTurns, LeaveRoomForRequestsInBetween) {
  StillClock clock;
  int turns_asked = 0;
  Api api(clock, {.address = "127.0.0.1:1", .token = SecretBytes("secret")}, [&] { ++turns_asked; });
  const KindPtr maps = api.registry().kinds().find("", "configmaps");
  for (int i = 0; i < 1000; ++i) {
    json::Object map;
    metadata_of(map)["name"] = "m" + std::to_string(i);
    metadata_of(map)["ownerReferences"] =
        json::Array{json::Object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "gone"}, {"uid", "1"}}};
    const Target target{.kind = maps, .version = &maps->versions.front(), .ns = "default"};
    ASSERT_TRUE(api.registry().create(target, std::move(map), {}).has_value());
  }
  turns_asked = 0;
  api.run_controllers();
  EXPECT_EQ(turns_asked, 1);
  EXPECT_GT(api.store().objects("configmaps").size(), 700U);
  for (int i = 0; i < 10; ++i) api.run_controllers();
  EXPECT_EQ(api.store().objects("configmaps").size(), 0U);
}

class Namespaces : public testing::Test {
 protected:
  Namespaces() { api.post("/api/v1/namespaces", R"({"metadata":{"name":"n"}})"); }
  void settle() {
    for (int turns = 0; turns < 100; ++turns) api.api.run_controllers();
  }
  // "True SomeResourcesRemain: still there: 1 secrets"
  std::string condition(std::string_view type) {
    const Heard ns = api.get(path);
    const json::Value* all = json::find(ns.body, "status.conditions");
    if (all == nullptr) return "none";
    for (const json::Value& one : all->get_array()) {
      if (json::find_string(one, "type") != type) continue;
      return std::string(json::find_string(one, "status")) + " " + std::string(json::find_string(one, "reason")) +
             ": " + std::string(json::find_string(one, "message"));
    }
    return "absent";
  }

  ApiHarness api;
  std::string path = "/api/v1/namespaces/n";
};

TEST_F(Namespaces, ThatCannotEndSayWhatIsLeftAndWhichFinalizerItWaitsFor) {
  api.post(path + "/configmaps", R"({"metadata":{"name":"a","finalizers":["x.io/y"]}})");
  api.post(path + "/configmaps", R"({"metadata":{"name":"b","finalizers":["x.io/y","x.io/z"]}})");
  api.post(path + "/secrets", R"({"metadata":{"name":"s"}})");
  api.remove(path);
  settle();
  EXPECT_EQ(condition("NamespaceContentRemaining"), "True SomeResourcesRemain: still there: 2 configmaps");
  EXPECT_EQ(condition("NamespaceFinalizersRemaining"),
            "True SomeFinalizersRemain: objects wait for these finalizers to be removed: 2 x.io/y, 1 x.io/z");
  EXPECT_EQ(condition("NamespaceDeletionContentFailure").substr(0, 20), "False ContentDeleted");
  EXPECT_EQ(condition("NamespaceDeletionDiscoveryFailure").substr(0, 25), "False ResourcesDiscovered");

  api.merge(path + "/configmaps/b", R"({"metadata":{"finalizers":null}})");
  settle();
  EXPECT_EQ(condition("NamespaceContentRemaining"), "True SomeResourcesRemain: still there: 1 configmaps");
  api.remove(path);
  EXPECT_EQ(condition("NamespaceContentRemaining"), "True SomeResourcesRemain: still there: 1 configmaps")
      << "a second delete keeps them";
  api.merge(path + "/configmaps/a", R"({"metadata":{"finalizers":null}})");
  settle();
  EXPECT_EQ(api.get(path).status, 404);
}

TEST_F(Namespaces, ThatWaitForThemselvesAloneSayThatNothingIsLeft) {
  api.merge(path, R"({"metadata":{"finalizers":["x.io/own"]}})");
  api.remove(path);
  settle();
  EXPECT_EQ(condition("NamespaceContentRemaining"), "False ContentRemoved: nothing is left");
  EXPECT_EQ(condition("NamespaceFinalizersRemaining"), "False ContentHasNoFinalizers: no object waits for a finalizer");
  api.merge(path, R"({"metadata":{"finalizers":null}})");
  settle();
  EXPECT_EQ(api.get(path).status, 404);
}

TEST_F(Namespaces, WithThousandsOfObjectsAreEmptiedInTurns) {
  for (int i = 0; i < 600; ++i) {
    api.post(path + "/configmaps", R"({"metadata":{"name":"m)" + std::to_string(i) + R"("}})");
  }
  api.remove(path);
  settle();
  EXPECT_EQ(api.get(path).status, 404);
}

TEST_F(Garbage, EmptiesADeletedNamespace) {
  api.post("/api/v1/namespaces", R"({"metadata":{"name":"n"}})");
  api.post("/api/v1/namespaces/n/configmaps", R"({"metadata":{"name":"a","finalizers":["x.io/y"]}})");
  api.post("/api/v1/namespaces/n/secrets", R"({"metadata":{"name":"s"}})");
  EXPECT_EQ(api.remove("/api/v1/namespaces/n").at("status.phase"), "Terminating");
  EXPECT_EQ(api.get("/api/v1/namespaces/n/secrets/s").status, 404);
  const Heard refused = api.post("/api/v1/namespaces/n/secrets", R"({"metadata":{"name":"t"}})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.message(),
              HasSubstr("unable to create new content in namespace n because it is being terminated"));
  api.merge("/api/v1/namespaces/n/configmaps/a", R"({"metadata":{"finalizers":null}})");
  api.api.run_controllers();
  EXPECT_EQ(api.get("/api/v1/namespaces/n").status, 404);
}

class Crds : public testing::Test {
 protected:
  static std::string crd(std::string_view name = "things.test.io", std::string_view extra = "") {
    return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":")" +
           std::string(name) +
           R"("},"spec":{"group":"test.io","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[
           {"name":"v1beta1","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}},
           {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"selectableFields":[{"jsonPath":".spec.a"}],
            "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string","default":"x"}}},
            "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}])" +
           std::string(extra) + "}}";
  }
  Heard install() { return api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd()); }
  Heard create(std::string_view name) {
    return api.post(things, R"({"apiVersion":"test.io/v1","kind":"Thing","metadata":{"name":")" + std::string(name) +
                                R"("},"spec":{},"status":{"s":1}})");
  }

  ApiHarness api;
  std::string things = "/apis/test.io/v1/namespaces/default/things";
};

TEST_F(Crds, AreServedFromTheirCreationOn) {
  EXPECT_EQ(api.get(things).status, 404);
  const Heard made = install();
  ASSERT_EQ(made.status, 201) << made.message();
  const json::Array& conditions = json::find(made.body, "status.conditions")->get_array();
  EXPECT_EQ(json::find_string(conditions[1], "type"), "Established");
  EXPECT_EQ(made.at("status.acceptedNames.listKind"), "ThingList");
  EXPECT_EQ(api.get(things).status, 200);
  EXPECT_EQ(api.get("/apis/test.io").at("preferredVersion.version"), "v1");
}

TEST_F(Crds, GiveTheirObjectsDefaultsAndAStatusOfTheirOwn) {
  install();
  const Heard made = create("a");
  EXPECT_EQ(made.at("spec.a"), "x");
  EXPECT_EQ(json::find(made.body, "status"), nullptr);
  const Heard status =
      api.merge(things + "/a/status", R"({"spec":{"a":"y"},"metadata":{"labels":{"l":"m"}},"status":{"s":2}})");
  EXPECT_EQ(status.at("spec.a"), "x");
  EXPECT_EQ(json::find(status.body, "metadata.labels"), nullptr);
  EXPECT_EQ(json::find(status.body, "metadata.generation")->to_number<int>(), 1);
  const Heard spec = api.merge(things + "/a", R"({"spec":{"a":"y"},"status":{"s":3}})");
  EXPECT_EQ(json::find(spec.body, "metadata.generation")->to_number<int>(), 2);
  EXPECT_EQ(json::find(spec.body, "status.s")->to_number<int>(), 2);
  EXPECT_EQ(api.get(things + "?fieldSelector=spec.a%3Dy").items(), 1U);
  EXPECT_EQ(api.get(things + "?fieldSelector=spec.b%3Dy").status, 400);
}

TEST_F(Crds, ShowEveryVersionAndWarnOfDeprecatedOnes) {
  install();
  create("a");
  const Heard old = api.get("/apis/test.io/v1beta1/namespaces/default/things/a");
  EXPECT_EQ(old.at("apiVersion"), "test.io/v1beta1");
  EXPECT_THAT(old.warnings, testing::ElementsAre("test.io/v1beta1 Thing is deprecated; use test.io/v1 Thing"));
}

TEST_F(Crds, WantARevisionForAnUpdateAndRefuseStrategicPatches) {
  install();
  create("a");
  EXPECT_THAT(api.put(things + "/a", R"({"apiVersion":"test.io/v1","kind":"Thing","metadata":{"name":"a"}})").message(),
              HasSubstr("metadata.resourceVersion: Invalid value: 0: must be specified for an update"));
  EXPECT_EQ(api.send(api.request("PATCH", things + "/a", "{}", "application/strategic-merge-patch+json")).status, 415);
}

TEST_F(Crds, TakeTheirObjectsAlong) {
  install();
  create("a");
  api.remove("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.test.io");
  EXPECT_EQ(api.get(things).status, 404);
  install();
  EXPECT_EQ(api.get(things).items(), 0U);
}

TEST_F(Crds, AreRefusedWhenTheyCannotBeServed) {
  const Heard refused = api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd("wrong.test.io"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.message(), HasSubstr("metadata.name: Invalid value"));
  EXPECT_THAT(api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                       crd("things.test.io", R"(,"conversion":{"strategy":"Webhook"})"))
                  .message(),
              HasSubstr("spec.conversion.strategy"));
}

}  // namespace
}  // namespace rotor::apiserver
