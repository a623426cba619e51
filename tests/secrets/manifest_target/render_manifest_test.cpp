#include "secrets/manifest_target/render_manifest.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/secrets/manifest_target/generic.hpp"

namespace rotor::secrets {
namespace {

using test::generic_es;
using test::one_value;
using test::rendered;
using test::with_template;
using testing::HasSubstr;
using testing::Not;

std::string text(const json::Object& object, std::string_view path) {
  const auto* value = json::find(object, path);
  return value == nullptr ? "" : json::serialize(*value);
}

TEST(RenderManifest, PutsFetchedValuesWhereTheKindHoldsThem_Row186) {
  const auto fetched = one_value("a", "v1");
  EXPECT_EQ(text(*rendered(generic_es("v1", "ConfigMap"), fetched), "data"), R"({"a":"v1"})");
  EXPECT_EQ(text(*rendered(generic_es("example.com/v1", "Widget"), fetched), "spec"), R"({"data":{"a":"v1"}})");
  EXPECT_EQ(text(*rendered(generic_es("v1", "Secret"), fetched), "data"), R"({"a":"djE="})") << "as a Secret takes it";
  EXPECT_EQ(text(*rendered(generic_es("v1", "Secret"), fetched), "spec"), "");
}

TEST(RenderManifest, CopiesItsOwnLabelsWithoutATemplateAndTheTemplatesOtherwise) {
  auto es = generic_es("v1", "ConfigMap");
  es.metadata.labels = {{"team", "a"}};
  es.metadata.annotations = {{"note", "b"}};
  EXPECT_EQ(text(*rendered(es, {}), "metadata"), R"({"labels":{"team":"a"},"annotations":{"note":"b"}})");
  es = with_template(es, R"({"metadata":{"labels":{"l":"{{ .a }}"}}})");
  EXPECT_EQ(text(*rendered(es, one_value("a", "v1")), "metadata.labels"), R"({"l":"{{ .a }}"})") << "as it is written";
}

TEST(RenderManifest, CopiesNoValuesBesideATemplate_Row188) {
  const auto es = with_template(generic_es("v1", "ConfigMap"), R"({"metadata":{"labels":{"l":"x"}}})");
  EXPECT_EQ(text(*rendered(es, one_value("a", "v1")), "data"), "{}");
}

TEST(RenderManifest, ReadsALiteralAsYaml_Row187) {
  const auto es =
      with_template(generic_es("example.com/v1", "Widget"),
                    R"({"templateFrom":[{"target":"spec","literal":"user: {{ .a }}\nport: 5432\nlogin: true"}]})");
  EXPECT_EQ(text(*rendered(es, one_value("a", "v1")), "spec"), R"({"login":true,"port":5432,"user":"v1"})");
}

TEST(RenderManifest, GrowsListsAndKeepsTheCaseOfKeys_Row189) {
  const auto es =
      with_template(generic_es("example.com/v1", "Widget"),
                    R"({"templateFrom":[{"target":"spec.rules[1].notRemoteIpBlocks","literal":"[{{ .a }}]"}]})");
  const auto once = *rendered(es, one_value("a", "v1"));
  EXPECT_EQ(text(once, "spec"), R"({"rules":[null,{"notRemoteIpBlocks":["v1"]}]})");
  EXPECT_EQ(*rendered(es, one_value("a", "v1")), once);
  auto merging = es;
  merging.spec.target.creation_policy = "CreateOrMerge";
  const LiveObject live{{}, once};
  EXPECT_EQ(text(*rendered(merging, one_value("a", "v1"), &live), "spec"), text(once, "spec"));
}

TEST(RenderManifest, AddsToWhatIsThereAndTakesBackWhatItNoLongerWrites) {
  auto es = generic_es("v1", "ConfigMap");
  es.spec.target.creation_policy = "Merge";
  const auto live =
      test::live_object(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"tgt","labels":{"theirs":"x"},
    "managedFields":[{"manager":"externalsecrets.external-secrets.io/es","operation":"Update",
      "fieldsV1":{"f:data":{"f:old":{}}}}]},"data":{"theirs":"1","old":"2"},"immutable":false})");
  const auto object = *rendered(es, one_value("a", "v1"), &live);
  EXPECT_EQ(text(object, "data"), R"({"theirs":"1","a":"v1"})");
  EXPECT_EQ(text(object, "immutable"), "false");
  EXPECT_EQ(text(object, "metadata.labels"), "{}") << "of metadata, what it wants itself";
}

TEST(RenderManifest, WritesNoBytesWhereOnlyTextFits) {
  const auto binary = one_value("a", "\xff\xfe");
  const auto refused = rendered(generic_es("v1", "ConfigMap"), binary);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().error.message,
      "could not apply template to manifest: the value of key \"a\" is no text, and a ConfigMap holds nothing else: "
      "encode it by a template (b64enc), or let spec.target.manifest name a v1 Secret");
  EXPECT_EQ(text(*rendered(generic_es("v1", "Secret"), binary), "data"), R"({"a":"//4="})");
  const auto es = with_template(generic_es("v1", "ConfigMap"), R"({"data":{"k":"{{ .a }}"}})");
  const auto by_template = rendered(es, binary);
  ASSERT_FALSE(by_template);
  EXPECT_THAT(by_template.error().error.message, HasSubstr("encode it with b64enc"));
}

TEST(RenderManifest, NamesThePathThatIsWrongAndNoValue) {
  const auto es = with_template(
      generic_es("example.com/v1", "Widget"),
      R"({"templateFrom":[{"target":"spec","literal":"a: {{ .a }}"},{"target":"spec.a.b","literal":"x: y"}]})");
  const auto failed = rendered(es, one_value("a", "hunter2"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().error.message,
            "could not apply template to manifest: failed to set path spec.a.b: expected map at key \"b\" but found "
            "string");
}

// The API server would drop it, and the object would seem to be as it should.
TEST(RenderManifest, RefusesAPlaceThatACoreKindDoesNotHave) {
  for (const char* kind : {"ConfigMap", "Secret"}) {
    for (const char* target : {"spec", "Spec", "rules[0].host"}) {
      const auto es = with_template(generic_es("v1", kind),
                                    fmt::format(R"({{"templateFrom":[{{"target":"{}","literal":"a: b"}}]}})", target));
      const auto made = rendered(es, one_value("a", "v"));
      ASSERT_FALSE(made) << kind << target;
      EXPECT_EQ(
          made.error().error.message,
          fmt::format("could not apply template to manifest: templateFrom target=\"{}\": a {} has no such field, so "
                      "that nothing of it would be stored; write into data",
                      target, kind));
    }
  }
  EXPECT_TRUE(
      rendered(with_template(generic_es("v1", "ConfigMap"), R"({"templateFrom":[{"target":"data.k","literal":"b"}]})"),
               one_value("a", "v")));
}

}  // namespace
}  // namespace rotor::secrets
