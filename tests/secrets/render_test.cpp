#include "secrets/render.hpp"

#include <gtest/gtest.h>

#include "json/describe.hpp"
#include "template/language/template.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

constexpr std::string_view kCanary = "canary-77";

api::es::ExternalSecret with_template(std::string_view tmpl) {
  auto es = test::sample_es();
  auto read = json::read<api::es::Template>(tmpl);
  if (!read) throw std::runtime_error(read.error().message);
  es.spec.target.tmpl = *std::move(read);
  return es;
}

SecretMap fetched() {
  SecretMap map;
  map.emplace("user", SecretBytes("ada"));
  map.emplace("password", SecretBytes(kCanary));
  return map;
}

TemplateSources sources() {
  TemplateSources out;
  out[{SourceName::Kind::kConfigMap, "cm"}].emplace("conf", SecretBytes("user={{ .user }}"));
  out[{SourceName::Kind::kConfigMap, "cm"}].emplace("pairs", SecretBytes("{{ .user }}: eA==\nother: eQ=="));
  out[{SourceName::Kind::kSecret, "sec"}].emplace("conf", SecretBytes("from secret {{ .user }}"));
  out[{SourceName::Kind::kSecret, "sec"}].emplace("bad", SecretBytes("line one\n{{ .nope }}"));
  return out;
}

std::expected<tmpl::SecretParts, RenderFailure> render(std::string_view tmpl, const tmpl::Delimiters& delimiters = {}) {
  return render_secret(with_template(tmpl), fetched(), sources(), tmpl::system_environment(), delimiters);
}

using Texts = std::map<std::string, std::string>;

Texts shown(const SecretMap& data) {
  Texts out;
  for (const auto& [key, value] : data) out.emplace(key, value.reveal());
  return out;
}

struct RenderCase {
  std::string_view tmpl;
  Texts data;
  Texts labels{}, annotations{};
};
class Render : public testing::TestWithParam<RenderCase> {};

TEST_P(Render, GivesTheSecretsContent) {
  const auto parts = render(GetParam().tmpl);
  ASSERT_TRUE(parts) << parts.error().error.message;
  EXPECT_EQ(shown(parts->data), GetParam().data);
  EXPECT_EQ(parts->labels, GetParam().labels);
  EXPECT_EQ(parts->annotations, GetParam().annotations);
}

const Texts kFetched = {{"user", "ada"}, {"password", std::string(kCanary)}};

INSTANTIATE_TEST_SUITE_P(
    Cases, Render,
    testing::Values(
        RenderCase{"{}", kFetched},                                                     // row 117
        RenderCase{R"({"data":{"k":"{{ .user }}-x"}})", {{"k", "ada-x"}}},              // row 115
        RenderCase{R"({"mergePolicy":"Merge","data":{"user":"{{ .user | upper }}"}})",  // row 116
                   {{"user", "ADA"}, {"password", std::string(kCanary)}}},
        RenderCase{R"({"templateFrom":[{"configMap":{"name":"cm","items":[{"key":"conf"}]}}],"data":{"conf":"mine"}})",
                   {{"conf", "mine"}}},  // row 118
        RenderCase{R"({"templateFrom":[{"secret":{"name":"sec","items":[{"key":"conf"}]},
                       "configMap":{"name":"cm","items":[{"key":"conf","templateAs":"Values"}]}}]})",
                   {{"conf", "from secret ada"}}},
        RenderCase{R"({"templateFrom":[{"target":"annotations","literal":"who: {{ .user }}"}]})",
                   {},
                   {},
                   {{"who", "ada"}}},  // row 119
        RenderCase{R"({"templateFrom":[{"valuesDecodingStrategy":"Base64",
                       "configMap":{"name":"cm","items":[{"key":"pairs","templateAs":"KeysAndValues"}]}}]})",
                   {{"ada", "x"}, {"other", "y"}}},  // rows 120, 129
        RenderCase{R"({"metadata":{"labels":{"l":"{{ .user }}"},"annotations":{"a":"plain"}}})",
                   kFetched,
                   {{"l", "ada"}},
                   {{"a", "plain"}}},
        RenderCase{R"({"data":{},"templateFrom":[{"literal":""}]})", {}}));

TEST(RenderSecret, CopiesValuesAndTheUsersMetadataWithoutATemplate_Row5) {
  auto es = test::sample_es();
  es.metadata.labels["l1"] = "x";
  const auto parts = render_secret(es, fetched(), {}, tmpl::system_environment(), {});
  ASSERT_TRUE(parts);
  EXPECT_EQ(shown(parts->data), kFetched);
  EXPECT_EQ(parts->labels.at("l1"), "x");
  EXPECT_TRUE(parts->type.empty());
}

TEST(RenderSecret, TakesTypeAndFinalizersVerbatim_Row123_Row125) {
  const auto parts = render(R"({"type":"kubernetes.io/dockerconfigjson","metadata":{"finalizers":["x.y/{{ .user }}"]},
                 "data":{".dockerconfigjson":"{\"auths\":{\"r\":{\"username\":{{ .user | toJson }}}}}"}})");
  ASSERT_TRUE(parts) << parts.error().error.message;
  EXPECT_EQ(parts->type, "kubernetes.io/dockerconfigjson");
  EXPECT_EQ(parts->finalizers, std::vector<std::string>{"x.y/{{ .user }}"});
  EXPECT_EQ(parts->data.at(".dockerconfigjson").reveal(), R"({"auths":{"r":{"username":"ada"}}})");
}

TEST(RenderSecret, UsesTheDelimitersItIsGiven) {
  const auto parts = render(R"({"data":{"k":"[[ .user ]] {{ .user }}"}})", {"[[", "]]"});
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->data.at("k").reveal(), "ada {{ .user }}");
}

struct FailureCase {
  std::string_view tmpl;
  std::string_view field;
  std::string_view error;
  std::string_view text = "";
};
class RenderFails : public testing::TestWithParam<FailureCase> {};

TEST_P(RenderFails, NamesFieldAndPositionAndNoValue) {
  const auto parts = render(GetParam().tmpl);
  ASSERT_FALSE(parts);
  EXPECT_EQ(parts.error().error.message, GetParam().error);
  EXPECT_EQ(parts.error().field, GetParam().field);
  EXPECT_EQ(parts.error().text.reveal(), GetParam().text);
  EXPECT_FALSE(parts.error().error.message.contains(kCanary));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RenderFails,
    testing::Values(
        FailureCase{R"({"engineVersion":"v1","data":{"a":"b"}})", "",
                    "could not apply template: unsupported template engine version: v1; use v2"},
        FailureCase{R"({"type":"bootstrap.kubernetes.io/token"})", "",
                    "template.type=\"bootstrap.kubernetes.io/token\" is not allowed"},
        FailureCase{
            R"({"data":{"k":"ok\n {{ .nope }}"}})", "spec.target.template.data[k]",  // row 121
            "could not apply template: could not execute template: could not execute template: unable to execute "
            "template at key k: unable to execute template at key k: template: k:2:4: executing \"k\" at <.nope>: "
            "map has no entry for key \"nope\"",
            "ok\n {{ .nope }}"},
        FailureCase{
            R"({"data":{"k":"{{ .password | nope }}"}})", "spec.target.template.data[k]",
            "could not apply template: could not execute template: could not execute template: unable to execute "
            "template at key k: unable to parse template at key k: template: k:1: function \"nope\" not defined",
            "{{ .password | nope }}"},
        FailureCase{
            R"({"metadata":{"labels":{"l":"{{ atoi .password | repeat 2 }}"}}})",
            "spec.target.template.metadata.labels[l]",
            "could not apply template: could not execute template: could not execute template: unable to execute "
            "template at key l: unable to execute template at key l: template: l:1:20: executing \"l\" at "
            "<repeat>: wrong type for value; expected string; got int",
            "{{ atoi .password | repeat 2 }}"},
        FailureCase{R"({"templateFrom":[{"configMap":{"name":"gone","items":[{"key":"a"}]}}]})",
                    "spec.target.template.templateFrom[0].configMap.name",
                    "could not apply template: error fetching templateFrom data: configmap \"gone\" not found"},
        FailureCase{
            R"({"templateFrom":[{"literal":""},{"configMap":{"name":"cm","items":[{"key":"conf"},{"key":"a"}]}}]})",
            "spec.target.template.templateFrom[1].configMap.items[1]",
            "could not apply template: error fetching templateFrom data: error in configmap cm: missing key a"},
        FailureCase{R"({"templateFrom":[{"secret":{"name":"sec","items":[{"key":"a"}]}}]})",
                    "spec.target.template.templateFrom[0].secret.items[0]",
                    "could not apply template: error fetching templateFrom data: error in secret sec: missing key a"},
        FailureCase{
            R"({"templateFrom":[{"literal":"- {{ .password }}"}]})", "spec.target.template.templateFrom[0].literal",
            "could not apply template: error fetching templateFrom data: could not unmarshal template to "
            "'map[string][]byte': error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into "
            "Go value of type map[string]string",
            "- {{ .password }}"},
        FailureCase{
            R"({"templateFrom":[{"literal":"p: {{ .password }}","valuesDecodingStrategy":"Base64"}]})",
            "spec.target.template.templateFrom[0].literal",
            "could not apply template: error fetching templateFrom data: failed to decode rendered template value "
            "for key p: illegal base64 data at input byte 6",
            "p: {{ .password }}"}));

TEST(RenderSecret, SaysWhenTheTemplateItselfIsInASecret) {
  const auto parts = render(R"({"templateFrom":[{"secret":{"name":"sec","items":[{"key":"bad"}]}}]})");
  ASSERT_FALSE(parts);
  EXPECT_TRUE(parts.error().from_secret);
  ASSERT_TRUE(parts.error().fault);
  EXPECT_EQ(parts.error().fault->name, "bad");
}

TEST(Sources, AreNamedOnceEach) {
  const auto es =
      with_template(R"({"templateFrom":[{"configMap":{"name":"a","items":[]},"secret":{"name":"a","items":[]}},
    {"configMap":{"name":"a","items":[]}},{"configMap":{"name":"b","items":[]}}]})");
  const std::vector<SourceName> expected = {
      {SourceName::Kind::kConfigMap, "a"}, {SourceName::Kind::kSecret, "a"}, {SourceName::Kind::kConfigMap, "b"}};
  EXPECT_EQ(sources_of(*es.spec.target.tmpl), expected);
}

}  // namespace
}  // namespace rotor::secrets
