// Four kinds of patch and who owns what after them.
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using Patches = Conformance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(Patches, MergeSetsReplacesAndRemoves) {
  must(create(kConfigMaps, config_map("a", R"({"keep":"1","change":"1","drop":"1"})")));
  const Value v = must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"change":"2","drop":null,"new":"3"}})"));
  EXPECT_EQ(compact(json::find(v, "data")), R"({"change":"2","keep":"1","new":"3"})");
}

TEST_F(Patches, MergeHonoursAResourceVersion) {
  const Value v = must(create(kConfigMaps, config_map("a")));
  must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"a":"2"}})"));
  const auto late =
      patch(kConfigMaps, "a", PatchType::kMerge,
            R"({"metadata":{"resourceVersion":")" + text_at(v, "metadata.resourceVersion") + R"("},"data":{"a":"3"}})");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kConflict);
}

TEST_F(Patches, NeedAnObjectUnlessTheyApply) {
  EXPECT_EQ(patch(kConfigMaps, "a", PatchType::kMerge, "{}").error().code, Code::kNotFound);
  EXPECT_TRUE(apply(kConfigMaps, "a", config_map("a"), "me"));
}

TEST_F(Patches, JsonRunsOperations) {
  must(create(kConfigMaps, config_map("a", R"({"x":"1","y":"2"})")));
  const Value v = must(patch(
      kConfigMaps, "a", PatchType::kJson,
      R"([{"op":"test","path":"/data/x","value":"1"},{"op":"remove","path":"/data/y"},{"op":"add","path":"/metadata/annotations","value":{"a/b":"1"}},{"op":"replace","path":"/metadata/annotations/a~1b","value":"3"}])"));
  EXPECT_EQ(compact(json::find(v, "data")), R"({"x":"1"})");
  EXPECT_EQ(compact(json::find(v, "metadata.annotations")), R"({"a/b":"3"})");
  const auto failed = patch(kConfigMaps, "a", PatchType::kJson, R"([{"op":"test","path":"/data/x","value":"9"}])");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kInvalid);
}

TEST_F(Patches, StrategicMergesListsByTheirKeys) {
  must(create(kStatefulSets, stateful_set("s")));
  const Value v = must(patch(
      kStatefulSets, "s", PatchType::kStrategicMerge,
      R"({"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"B","value":"2"}]},{"name":"side","image":"x"}]}}}})"));
  const auto& containers = json::find(v, "spec.template.spec.containers")->as_array();
  ASSERT_EQ(containers.size(), 2U);
  std::vector<std::string> env;
  for (const Value& c : containers) {
    if (text_at(c, "name") != "main") continue;
    EXPECT_EQ(text_at(c, "image"), "one");
    for (const Value& e : c.at("env").as_array()) env.push_back(text_at(e, "name"));
  }
  EXPECT_THAT(env, testing::UnorderedElementsAre("A", "B"));
  const Value w = must(patch(kStatefulSets, "s", PatchType::kStrategicMerge,
                             R"({"spec":{"template":{"spec":{"containers":[{"name":"side","$patch":"delete"}]}}}})"));
  EXPECT_EQ(json::find(w, "spec.template.spec.containers")->as_array().size(), 1U);
}

TEST_F(Patches, StrategicIsNotForCustomKinds) {
  must(create(kWidgets, widget("a")));
  const auto answer = raw("PATCH", "/apis/conformance.rotor.dev/v1/namespaces/" + ns + "/widgets/a", "{}",
                          "application/json", "application/strategic-merge-patch+json");
  EXPECT_EQ(answer.status, 415);
  EXPECT_EQ(text_at(answer.body, "reason"), "UnsupportedMediaType");
}

TEST_F(Patches, UpdatesNameTheirManager) {
  must(create(kConfigMaps, config_map("a"), {.field_manager = "creator"}));
  EXPECT_THAT(owned(must(get(kConfigMaps, "a")), "creator", "Update"), ElementsAre(".data", ".data.a"));
  must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"a":"2","b":"1"}})", {.field_manager = "changer"}));
  const Value v = must(get(kConfigMaps, "a"));
  EXPECT_THAT(owned(v, "creator", "Update"), ElementsAre(".data"));
  EXPECT_THAT(owned(v, "changer", "Update"), ElementsAre(".data.a", ".data.b"));
}

TEST_F(Patches, TheManagerIsTheClientWhenNoneIsNamed) {
  EXPECT_THAT(owned(must(create(kConfigMaps, config_map("a"))), "conformance", "Update"),
              ElementsAre(".data", ".data.a"));
}

TEST_F(Patches, ApplyOwnsWhatItSaysAndRemovesWhatItNoLongerSays) {
  must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1","y":"2"})"), "me"));
  EXPECT_THAT(owned(must(get(kConfigMaps, "a")), "me", "Apply"), ElementsAre(".data.x", ".data.y"));
  const Value v = must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1"})"), "me"));
  EXPECT_EQ(compact(json::find(v, "data")), R"({"x":"1"})");
}

TEST_F(Patches, ApplyLeavesOthersFieldsAlone) {
  must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1"})"), "me"));
  must(apply(kConfigMaps, "a", config_map("a", R"({"y":"2"})"), "you"));
  const Value v = must(apply(kConfigMaps, "a", config_map("a", R"({"z":"3"})"), "me"));
  EXPECT_EQ(compact(json::find(v, "data")), R"({"y":"2","z":"3"})");
}

TEST_F(Patches, ApplyOfTheSameChangesNothing) {
  const Value a = must(apply(kWidgets, "a", widget("a"), "me"));
  const Value b = must(apply(kWidgets, "a", widget("a"), "me"));
  EXPECT_EQ(text_at(a, "metadata.resourceVersion"), text_at(b, "metadata.resourceVersion"));
}

TEST_F(Patches, ApplyConflictsWithAnotherApplier) {
  must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1"})"), "me"));
  const auto other = apply(kConfigMaps, "a", config_map("a", R"({"x":"2"})"), "you");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kConflict);
  EXPECT_EQ(other.error().message, R"(Apply failed with 1 conflict: conflict with "me": .data.x)");
  const Value v = must(apply(kConfigMaps, "a", config_map("a", R"({"x":"2"})"), "you", true));
  EXPECT_EQ(text_at(v, "data.x"), "2");
  EXPECT_THAT(owned(v, "me", "Apply"), IsEmpty());
  EXPECT_THAT(owned(v, "you", "Apply"), ElementsAre(".data.x"));
}

TEST_F(Patches, ApplyConflictsWithAnUpdaterAndSaysUsingWhat) {
  must(create(kConfigMaps, config_map("a", R"({"x":"1","y":"1"})"), {.field_manager = "kubectl-create"}));
  const auto other = apply(kConfigMaps, "a", config_map("a", R"({"x":"2","y":"2"})"), "me");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            "Apply failed with 2 conflicts: conflicts with \"kubectl-create\" using v1:\n- .data.x\n- .data.y");
}

TEST_F(Patches, ApplySharesEqualValues) {
  must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1"})"), "me"));
  const Value v = must(apply(kConfigMaps, "a", config_map("a", R"({"x":"1"})"), "you"));
  EXPECT_THAT(owned(v, "me", "Apply"), ElementsAre(".data.x"));
  EXPECT_THAT(owned(v, "you", "Apply"), ElementsAre(".data.x"));
}

TEST_F(Patches, ApplyMergesMapListsByKeyAndSetsByValue) {
  must(apply(kWidgets, "a", widget("a", R"({"size":1,"parts":[{"name":"p","count":1}],"tags":["x"]})"), "me"));
  const Value v = must(apply(kWidgets, "a", widget("a", R"({"size":1,"parts":[{"name":"q"}],"tags":["y"]})"), "you"));
  EXPECT_EQ(json::find(v, "spec.parts")->as_array().size(), 2U);
  EXPECT_EQ(json::find(v, "spec.tags")->as_array().size(), 2U);
  EXPECT_THAT(owned(v, "you", "Apply"), ElementsAre(R"(.spec.parts[name="q"])", R"(.spec.parts[name="q"].name)",
                                                    ".spec.size", R"(.spec.tags[="y"])"));
}

TEST_F(Patches, ApplyTakesOtherListsAsOne) {
  must(apply(kWidgets, "a", widget("a", R"({"size":1,"steps":["x","y"]})"), "me"));
  EXPECT_THAT(owned(must(get(kWidgets, "a")), "me", "Apply"), ElementsAre(".spec.size", ".spec.steps"));
}

TEST_F(Patches, ApplyNeedsAManager) {
  const auto answer =
      raw("PATCH", ns_path("configmaps/a"), config_map("a"), "application/json", "application/apply-patch+yaml");
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(text_at(answer.body, "message"), HasSubstr("fieldManager: Required value: is required for apply patch"));
}

TEST_F(Patches, ApplyRefusesManagedFieldsAndAnotherName) {
  const auto managed = apply(kConfigMaps, "a", config_map("a", "{}", R"(,"managedFields":[{"manager":"x"}])"), "me");
  ASSERT_FALSE(managed);
  EXPECT_EQ(managed.error().code, Code::kInvalid);
  EXPECT_THAT(managed.error().message, HasSubstr("metadata.managedFields must be nil"));
  EXPECT_FALSE(apply(kConfigMaps, "a", config_map("b"), "me"));
}

TEST_F(Patches, StatusHasManagersOfItsOwn) {
  must(create(kWidgets, widget("a")));
  const Value v = must(patch(kWidgets, "a", PatchType::kMerge, R"({"status":{"phase":"Up"}})",
                             {.field_manager = "ctl", .subresource = "status"}));
  EXPECT_THAT(owned(v, "ctl", "Update", "status"), ElementsAre(".status", ".status.phase"));
}

TEST_F(Patches, ApplyOfAStatefulSetOwnsContainersByName) {
  must(apply(kStatefulSets, "s", stateful_set("s"), "me"));
  const auto fields = owned(must(get(kStatefulSets, "s")), "me", "Apply");
  EXPECT_THAT(fields, testing::Contains(R"(.spec.template.spec.containers[name="main"].env[name="A"].value)"));
  EXPECT_THAT(fields, testing::Contains(".spec.replicas"));
  EXPECT_THAT(fields, testing::Not(testing::Contains(".spec.template.spec.restartPolicy")));
}

}  // namespace
}  // namespace rotor::conformance
