// Creating, reading, listing, changing and deleting objects.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

using Objects = Conformance;

TEST_F(Objects, AreStampedWhenCreated) {
  const Value made = must(create(kConfigMaps, config_map("a")));
  EXPECT_EQ(text_at(made, "metadata.namespace"), ns);
  EXPECT_THAT(text_at(made, "metadata.uid"), MatchesRegex("[0-9a-f-]{36}"));
  EXPECT_THAT(text_at(made, "metadata.resourceVersion"), MatchesRegex("[0-9]+"));
  EXPECT_THAT(text_at(made, "metadata.creationTimestamp"), MatchesRegex("....-..-..T..:..:..Z"));
  EXPECT_EQ(json::find(made, "metadata.generation"), nullptr);  // a ConfigMap has no spec to count changes of
  EXPECT_EQ(must(get(kConfigMaps, "a")), made);
}

TEST_F(Objects, GetANameFromGenerateName) {
  const Value made =
      must(create(kConfigMaps, R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"gen-"}})"));
  EXPECT_THAT(text_at(made, "metadata.name"), MatchesRegex("gen-[a-z0-9]{5}"));
  EXPECT_EQ(text_at(made, "metadata.generateName"), "gen-");
}

TEST_F(Objects, CannotBeCreatedTwice) {
  must(create(kConfigMaps, config_map("a")));
  const auto again = create(kConfigMaps, config_map("a"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kAlreadyExists);
  EXPECT_EQ(again.error().message, R"(configmaps "a" already exists)");
  must(create(kWidgets, widget("a")));
  EXPECT_EQ(create(kWidgets, widget("a")).error().message, R"(widgets.conformance.rotor.dev "a" already exists)");
}

TEST_F(Objects, ThatAreAbsentAreNotFound) {
  const auto absent = get(kConfigMaps, "nope");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::kNotFound);
  EXPECT_EQ(absent.error().message, R"(configmaps "nope" not found)");
  EXPECT_EQ(get(kWidgets, "nope").error().message, R"(widgets.conformance.rotor.dev "nope" not found)");
}

TEST_F(Objects, NeedANamespaceThatExists) {
  const auto made =
      server->run(server->client().create(kConfigMaps, "no-such-namespace", SecretBytes(config_map("a"))));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kGone) << "not the object is missing, but where it would be";
  EXPECT_EQ(made.error().message, R"(namespaces "no-such-namespace" not found)");
}

TEST_F(Objects, OfAKindThatIsNotServedAreNoMissingObjects) {
  const Resource unknown{"nobody.example.com", "v1", "things", "Thing", true};
  EXPECT_EQ(server->run(server->client().get(unknown, key("a"))).error().code, Code::kUnavailable);
  EXPECT_EQ(server->run(server->client().list_page(unknown, ns, {}, "")).error().code, Code::kNotFound);
  EXPECT_EQ(server->run(server->client().serves(unknown)), false);
  EXPECT_EQ(server->run(server->client().serves(kWidgets)), true);
  EXPECT_EQ(server->run(server->client().serves(kConfigMaps)), true);
}

TEST_F(Objects, AreListedByPages) {
  for (const char* name : {"a", "b", "c", "d", "e"}) must(create(kWidgets, widget(name)));
  const auto first = server->run(server->client().list_page(kWidgets, ns, {.page_size = 2}, ""));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->continue_token.empty());
  EXPECT_EQ(number_at(*json::parse(first->body.reveal()), "metadata.remainingItemCount"), 3);
  // Pages are one snapshot: what comes later is not in them.
  must(create(kWidgets, widget("bb")));
  const auto second = server->run(server->client().list_page(kWidgets, ns, {.page_size = 2}, first->continue_token));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->resource_version, first->resource_version);
  const Value page = *json::parse(second->body.reveal());
  EXPECT_EQ(text_at(page, "kind"), "WidgetList");
  EXPECT_EQ(text_at(page.at("items").as_array().at(0), "metadata.name"), "c");
  EXPECT_THAT(names(kWidgets, {.page_size = 2}), ElementsAre("a", "b", "bb", "c", "d", "e"));
}

TEST_F(Objects, AreChosenByLabels) {
  must(create(kConfigMaps, config_map("a", "{}", R"(,"labels":{"app":"web","tier":"front"})")));
  must(create(kConfigMaps, config_map("b", "{}", R"(,"labels":{"app":"db"})")));
  must(create(kConfigMaps, config_map("c", "{}", R"(,"labels":{"other":"x"})")));
  EXPECT_THAT(names(kConfigMaps, {.label_selector = "app=web"}), ElementsAre("a"));
  EXPECT_THAT(names(kConfigMaps, {.label_selector = "app"}), ElementsAre("a", "b"));
  EXPECT_THAT(names(kConfigMaps, {.label_selector = "app!=web,other"}), ElementsAre("c"));
  EXPECT_THAT(names(kConfigMaps, {.label_selector = "app in (db,web),tier notin (back)"}), ElementsAre("a", "b"));
  const auto bad = server->run(server->client().list_page(kConfigMaps, ns, {.label_selector = "a=b=c"}, ""));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kInvalid);
}

TEST_F(Objects, AreChosenByFields) {
  must(create(kWidgets, widget("a", R"({"size":1,"color":"red"})")));
  must(create(kWidgets, widget("b", R"({"size":1,"color":"green"})")));
  EXPECT_THAT(names(kWidgets, {.field_selector = "metadata.name=b"}), ElementsAre("b"));
  EXPECT_THAT(names(kWidgets, {.field_selector = "spec.color=red"}), ElementsAre("a"));
  EXPECT_THAT(names(kWidgets, {.field_selector = "spec.color!=red"}), ElementsAre("b"));
  const auto bad = server->run(server->client().list_page(kWidgets, ns, {.field_selector = "spec.size=1"}, ""));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kInvalid);
  EXPECT_THAT(bad.error().message, HasSubstr("field label not supported: spec.size"));
}

TEST_F(Objects, CanBeReadAsMetadataOnly) {
  must(create(kSecrets,
              R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","labels":{"l":"1"}},"data":{"k":"dg=="}})"));
  const auto page = server->run(server->client().list_page(kSecrets, ns, {.metadata_only = true}, ""));
  ASSERT_TRUE(page) << page.error().message;
  const Value list = *json::parse(page->body.reveal());
  EXPECT_EQ(text_at(list, "kind"), "PartialObjectMetadataList");
  const Value& item = list.at("items").as_array().at(0);
  EXPECT_EQ(text_at(item, "metadata.labels.l"), "1");
  EXPECT_EQ(json::find(item, "data"), nullptr);
}

TEST_F(Objects, AreShownAsTables) {
  must(create(kWidgets, widget("a", R"({"size":7})")));
  const auto answer = raw("GET", "/apis/conformance.rotor.dev/v1/namespaces/" + ns + "/widgets", "",
                          "application/json;as=Table;g=meta.k8s.io;v=v1");
  EXPECT_EQ(text_at(answer.body, "kind"), "Table");
  std::vector<std::string> columns;
  for (const Value& column : answer.body.at("columnDefinitions").as_array()) columns.push_back(text_at(column, "name"));
  EXPECT_THAT(columns, ElementsAre("Name", "Size", "Ready", "Age"));
  const Value& row = answer.body.at("rows").as_array().at(0);
  EXPECT_EQ(row.at("cells").as_array().at(0), "a");
  EXPECT_EQ(row.at("cells").as_array().at(1), 7);
  EXPECT_EQ(text_at(row, "object.kind"), "PartialObjectMetadata");
  EXPECT_EQ(text_at(row, "object.metadata.name"), "a");
}

TEST_F(Objects, ThatWereChangedMeanwhileCannotBeOverwritten) {
  const Value first = must(create(kConfigMaps, config_map("a")));
  must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"b":"2"}})"));
  const auto late = update(kConfigMaps, "a", first);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kConflict);
  EXPECT_EQ(
      late.error().message,
      R"(Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again)");
}

TEST_F(Objects, KeepTheirVersionWhenNothingChanges) {
  const Value made = must(create(kConfigMaps, config_map("a")));
  const Value same = must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"a":"1"}})"));
  EXPECT_EQ(text_at(same, "metadata.resourceVersion"), text_at(made, "metadata.resourceVersion"));
  const Value put = must(update(kConfigMaps, "a", made));
  EXPECT_EQ(text_at(put, "metadata.resourceVersion"), text_at(made, "metadata.resourceVersion"));
}

TEST_F(Objects, KeepWhatOnlyTheServerMaySet) {
  Value made = must(create(kConfigMaps, config_map("a")));
  Value changed = made;
  changed.at("metadata").as_object()["creationTimestamp"] = "2001-01-01T00:00:00Z";
  changed.as_object()["data"] = {{"z", "9"}};
  const Value put = must(update(kConfigMaps, "a", changed));
  EXPECT_EQ(text_at(put, "metadata.creationTimestamp"), text_at(made, "metadata.creationTimestamp"));
  changed.at("metadata").as_object()["uid"] = "00000000-0000-0000-0000-000000000000";
  changed.at("metadata").as_object()["resourceVersion"] = text_at(put, "metadata.resourceVersion");
  const auto other = update(kConfigMaps, "a", changed);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kConflict);
}

TEST_F(Objects, CountChangesOfTheirSpec) {
  Value w = must(create(kWidgets, widget("a")));
  EXPECT_EQ(number_at(w, "metadata.generation"), 1);
  w = must(patch(kWidgets, "a", PatchType::kMerge, R"({"metadata":{"labels":{"x":"y"}}})"));
  EXPECT_EQ(number_at(w, "metadata.generation"), 1);
  w = must(patch(kWidgets, "a", PatchType::kMerge, R"({"spec":{"size":2}})"));
  EXPECT_EQ(number_at(w, "metadata.generation"), 2);
  w = must(patch(kWidgets, "a", PatchType::kMerge, R"({"status":{"phase":"Up"}})", {.subresource = "status"}));
  EXPECT_EQ(number_at(w, "metadata.generation"), 2);
}

TEST_F(Objects, HaveTheirStatusApart) {
  must(create(kWidgets, widget("a", R"({"size":1},"status":{"phase":"Mine"})")));
  EXPECT_EQ(json::find(must(get(kWidgets, "a")), "status"), nullptr);
  must(patch(kWidgets, "a", PatchType::kMerge, R"({"status":{"phase":"Mine"}})"));
  EXPECT_EQ(json::find(must(get(kWidgets, "a")), "status"), nullptr);
  const Value w = must(patch(kWidgets, "a", PatchType::kMerge,
                             R"({"spec":{"size":9},"metadata":{"labels":{"x":"y"}},"status":{"phase":"Up"}})",
                             {.subresource = "status"}));
  EXPECT_EQ(text_at(w, "status.phase"), "Up");
  EXPECT_EQ(number_at(w, "spec.size"), 1);
  EXPECT_EQ(json::find(w, "metadata.labels"), nullptr);
}

TEST_F(Objects, AreNotWrittenInADryRun) {
  const Value made = must(create(kConfigMaps, config_map("a"), {.dry_run = true}));
  EXPECT_EQ(text_at(made, "metadata.name"), "a");
  EXPECT_EQ(get(kConfigMaps, "a").error().code, Code::kNotFound);
  must(create(kConfigMaps, config_map("a")));
  EXPECT_EQ(
      text_at(must(patch(kConfigMaps, "a", PatchType::kMerge, R"({"data":{"a":"2"}})", {.dry_run = true})), "data.a"),
      "2");
  EXPECT_EQ(text_at(must(get(kConfigMaps, "a")), "data.a"), "1");
  EXPECT_TRUE(remove(kConfigMaps, "a", {.dry_run = true}));
  EXPECT_TRUE(get(kConfigMaps, "a"));
}

TEST_F(Objects, AreDeletedUnderConditions) {
  const Value made = must(create(kConfigMaps, config_map("a")));
  const auto wrong_uid = remove(kConfigMaps, "a", {.uid = "nope"});
  ASSERT_FALSE(wrong_uid);
  EXPECT_EQ(wrong_uid.error().code, Code::kConflict);
  EXPECT_THAT(
      wrong_uid.error().message,
      HasSubstr(
          R"(Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (nope) does not match the UID in record ()"));
  const auto wrong_version = remove(kConfigMaps, "a", {.resource_version = "1"});
  ASSERT_FALSE(wrong_version);
  EXPECT_EQ(wrong_version.error().code, Code::kConflict);
  EXPECT_TRUE(
      remove(kConfigMaps, "a",
             {.uid = text_at(made, "metadata.uid"), .resource_version = text_at(made, "metadata.resourceVersion")}));
  EXPECT_EQ(remove(kConfigMaps, "a").error().code, Code::kNotFound);
}

TEST_F(Objects, StayUntilTheirFinalizersAreGone) {
  must(create(kWidgets, widget("a", R"({"size":1})", R"(,"finalizers":["rotor.dev/test"])")));
  ASSERT_TRUE(remove(kWidgets, "a"));
  const Value dying = must(get(kWidgets, "a"));
  EXPECT_NE(text_at(dying, "metadata.deletionTimestamp"), "");
  EXPECT_EQ(number_at(dying, "metadata.deletionGracePeriodSeconds"), 0);
  EXPECT_EQ(number_at(dying, "metadata.generation"), 2);
  const auto another =
      patch(kWidgets, "a", PatchType::kMerge, R"({"metadata":{"finalizers":["rotor.dev/test","rotor.dev/more"]}})");
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().code, Code::kInvalid);
  EXPECT_THAT(
      another.error().message,
      HasSubstr("metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted"));
  must(patch(kWidgets, "a", PatchType::kMerge, R"({"metadata":{"finalizers":null}})"));
  EXPECT_EQ(get(kWidgets, "a").error().code, Code::kNotFound);
}

std::string owner(const Value& object, std::string_view kind, std::string_view api_version) {
  return R"(,"ownerReferences":[{"apiVersion":")" + std::string(api_version) + R"(","kind":")" + std::string(kind) +
         R"(","name":")" + text_at(object, "metadata.name") + R"(","uid":")" + text_at(object, "metadata.uid") +
         R"("}])";
}

TEST_F(Objects, GoWithTheirOwner) {
  const Value parent = must(create(kConfigMaps, config_map("parent")));
  must(create(kConfigMaps, config_map("child", "{}", owner(parent, "ConfigMap", "v1"))));
  ASSERT_TRUE(remove(kConfigMaps, "parent", {.propagation_policy = "Background"}));
  EXPECT_TRUE(goes_away(kConfigMaps, "child"));
}

TEST_F(Objects, AreLeftBehindWhenOrphaned) {
  const Value parent = must(create(kConfigMaps, config_map("parent")));
  must(create(kConfigMaps, config_map("child", "{}", owner(parent, "ConfigMap", "v1"))));
  ASSERT_TRUE(remove(kConfigMaps, "parent", {.propagation_policy = "Orphan"}));
  ASSERT_TRUE(goes_away(kConfigMaps, "parent"));
  const Value child = must(get(kConfigMaps, "child"));
  EXPECT_EQ(json::find(child, "metadata.ownerReferences"), nullptr);
}

TEST_F(Objects, KeepTheBytesOfASecret) {
  const Value made = must(create(
      kSecrets,
      R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"dmFsdWU="},"stringData":{"t":"text"}})"));
  EXPECT_EQ(text_at(made, "data.k"), "dmFsdWU=");
  EXPECT_EQ(text_at(made, "data.t"), "dGV4dA==");
  EXPECT_EQ(text_at(made, "type"), "Opaque");
  EXPECT_EQ(json::find(made, "stringData"), nullptr);
}

TEST_F(Objects, ThatAreImmutableRefuseChanges) {
  must(create(kSecrets,
              R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"immutable":true,"data":{"k":"dg=="}})"));
  const auto changed = raw("PATCH", ns_path("secrets/s"), R"({"data":{"k":"dw=="}})", "application/json",
                           "application/merge-patch+json");
  EXPECT_EQ(changed.status, 422);
  EXPECT_EQ(text_at(changed.body, "message"),
            R"(Secret "s" is invalid: data: Forbidden: field is immutable when `immutable` is set)");
}

}  // namespace
}  // namespace rotor::conformance
