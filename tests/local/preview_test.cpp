#include "local/preview/preview.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "local/preview/preview_text.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCanary = "canary-31";

// Files of one test, in a folder of its own.
class PreviewTest : public testing::Test {
 protected:
  PreviewTest() {
    std::string name = (fs::temp_directory_path() / "rotor-preview-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~PreviewTest() override { fs::remove_all(folder); }

  std::string file(std::string_view name, std::string_view text) const {
    const fs::path path = folder / name;
    std::ofstream(path) << text;
    return path.string();
  }
  // One without a source would be refused.
  static std::string with_source(std::string_view spec) {
    if (spec.contains("dataFrom")) return std::string(spec);
    return "{dataFrom: [{extract: {key: k}}]" + std::string(spec == "{}" ? "" : ", ") + std::string(spec.substr(1));
  }
  static std::string external_secret(std::string_view spec, std::string_view name = "es",
                                     std::string_view version = "v1") {
    return "apiVersion: external-secrets.io/" + std::string(version) +
           "\nkind: ExternalSecret\nmetadata: {name: " + std::string(name) + "}\nspec: " + with_source(spec) +
           "\n---\n";
  }
  Previews must(const PreviewOptions& options) const {
    auto previews = preview(options);
    if (!previews) throw std::runtime_error(previews.error().message);
    return *std::move(previews);
  }
  // The failure of the only ExternalSecret, without the folder's name.
  std::string failure(std::string_view spec, std::string_view data) const {
    const auto previews =
        must({.manifests = {file("es.yaml", external_secret(spec))}, .data = file("data.yaml", data)});
    if (previews.shown.size() != 1) return previews.broken.empty() ? "nothing" : previews.broken[0].message;
    std::string text = describe_failure(previews.shown[0]);
    if (const auto at = text.find(folder.string()); at != std::string::npos) text.erase(at, folder.string().size() + 1);
    return text;
  }

  fs::path folder;
};

TEST_F(PreviewTest, RefusesASecretThatNoApiServerWouldTake) {
  const std::string large = failure("{}", "small: a\nlarge: " + std::string(1'048'576, 'x'));
  EXPECT_EQ(large.substr(0, large.find(". ")),
            "es.yaml:1: ExternalSecret default/es: its values have 1048577 bytes, and a Secret holds 1048576 at most; "
            "the largest is \"large\" with 1048576");
  EXPECT_EQ(failure("{}", "large: " + std::string(1'048'576, 'x')), "") << "as much as there may be";
}

TEST_F(PreviewTest, ShowsKeysAndSizesButNoValue) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret(R"({target: {name: tgt, template: {
      type: example.com/t, data: {a: "{{ .p }}", longer: "x"}, metadata: {labels: {l: "{{ .u }}"}, finalizers: [a/b]}}}})"))},
                              .data = file("data.yaml", "{p: canary-31, u: ada}")});
  ASSERT_EQ(previews.shown.size(), 1U);
  EXPECT_EQ(describe_secret(previews.shown[0], ShowValues::kNo),
            "Secret default/tgt\ntype: example.com/t\nlabels:\n  l: ada\nfinalizers:\n  - a/b\n"
            "data:\n  a       9 bytes\n  longer  1 byte\n");
  const std::string values = describe_secret(previews.shown[0], ShowValues::kYes);
  EXPECT_EQ(values,
            "apiVersion: v1\nkind: Secret\nmetadata:\n  finalizers:\n  - a/b\n  labels:\n    l: ada\n  name: tgt\n"
            "  namespace: default\nstringData:\n  a: canary-31\n  longer: x\ntype: example.com/t\n");
}

TEST_F(PreviewTest, SaysWhichSearchFoundNothing) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret(R"y({secretStoreRef: {name: store},
      target: {template: {data: {a: "x"}}}, dataFrom: [{find: {name: {regexp: "^z"}}}]})y"))},
                              .values = file("values.yaml", "a: 1")});
  ASSERT_EQ(previews.shown.size(), 1U);
  EXPECT_EQ(previews.shown[0].notes,
            std::vector<std::string>{"spec.dataFrom[0].find matched nothing: name.regexp \"^z\""});
}

TEST_F(PreviewTest, ShowsBinaryInBase64) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret(R"({target: {template: {data: {
      bin: "{{ .b | b64dec }}", text: "a\nb"}}}})"))},
                              .data = file("data.yaml", "{b: //4=}")});
  const std::string values = describe_secret(previews.shown.at(0), ShowValues::kYes);
  EXPECT_TRUE(values.contains("data:\n  bin: //4=\n")) << values;
  EXPECT_TRUE(values.contains("stringData:\n  text: |-\n    a\n    b\n")) << values;
}

TEST_F(PreviewTest, FetchesFromAValuesFileAsTheControllerDoes) {
  const std::string spec = R"y({secretStoreRef: {name: store}, target: {template: {data: {
      all: "{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}"}}},
    dataFrom: [{extract: {key: doc}, rewrite: [{regexp: {source: "^(.)", target: "X_$1"}}]}, {extract: {key: odd}}],
    data: [{secretKey: port, remoteRef: {key: doc, property: db.port}},
           {secretKey: bin, remoteRef: {key: enc, decodingStrategy: Base64}}]})y";
  const auto previews = must({.manifests = {file("es.yaml", external_secret(spec))},
                              .data = file("data.yaml", "port: from data"),
                              .values = file("values.yaml", "doc: {db: {port: 5432}}\nodd: {a/b: 1}\nenc: eHl6\n")});
  ASSERT_EQ(previews.shown.size(), 1U);
  ASSERT_TRUE(previews.shown[0].outcome) << previews.shown[0].outcome.error().error.message;
  EXPECT_EQ(previews.shown[0].outcome->data.at("all"),
            SecretBytes(R"(X_db={"port":5432};a_b=1;bin=xyz;port=from data;)"));
}

TEST_F(PreviewTest, FindsWhatTemplatesAreReadFromBesideThem) {
  const std::string others = R"(
{apiVersion: v1, kind: ConfigMap, metadata: {name: texts}, data: {a: "cm {{ .u }}"}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: texts, namespace: other}, data: {a: "wrong namespace"}}
---
{apiVersion: v1, kind: Secret, metadata: {name: texts}, data: {b: e3sgLnUgfX0=}, stringData: {c: "{{ .u | upper }}"}}
)";
  const std::string spec = R"({target: {template: {templateFrom: [{configMap: {name: texts, items: [{key: a}]},
      secret: {name: texts, items: [{key: b}, {key: c}]}}]}}})";
  const auto previews = must({.manifests = {file("es.yaml", external_secret(spec)), file("others.yaml", others)},
                              .data = file("data.yaml", "u: ada")});
  ASSERT_EQ(previews.shown.size(), 1U);
  ASSERT_TRUE(previews.shown[0].outcome) << previews.shown[0].outcome.error().error.message;
  EXPECT_EQ(previews.shown[0].outcome->data.at("a"), SecretBytes("cm ada"));
  EXPECT_EQ(previews.shown[0].outcome->data.at("b"), SecretBytes("ada"));
  EXPECT_EQ(previews.shown[0].outcome->data.at("c"), SecretBytes("ADA"));
}

TEST_F(PreviewTest, ShowsTheGoodOnesBesideBadOnes) {
  const std::string text = external_secret(R"({target: {template: {data: {a: "{{ .nope }}"}}}})", "bad", "v1beta1") +
                           external_secret(R"({target: {template: {data: {a: "{{ .u }}"}}}})", "good") +
                           external_secret(R"({target: {template: {data: [1]}}})", "wrong") + "kind: [\n---\n";
  const auto previews = must({.manifests = {file("es.yaml", text)}, .data = file("data.yaml", "u: ada")});
  ASSERT_EQ(previews.shown.size(), 2U);
  EXPECT_FALSE(previews.shown[0].outcome);
  EXPECT_TRUE(previews.shown[1].outcome);
  ASSERT_EQ(previews.broken.size(), 2U);
  EXPECT_TRUE(previews.broken[1].message.contains("es.yaml:11: spec.target.template.data: Invalid value"))
      << previews.broken[1].message;
}

TEST_F(PreviewTest, NotesWhatTheApiServerWouldDrop) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret(R"({target: {template: {dta: {a: b}}}})"))},
                              .data = file("data.yaml", "u: ada")});
  ASSERT_EQ(previews.shown.size(), 1U);
  EXPECT_EQ(previews.shown[0].notes,
            (std::vector<std::string>{"unknown field \"spec.target.template.dta\"; did you mean \"data\"?"}));
  EXPECT_TRUE(previews.shown[0].outcome);
}

TEST_F(PreviewTest, ExplainsATemplateError) {
  EXPECT_EQ(failure("{target: {template: {data: {config.yaml: \"user: {{ .usernam }}\"}}}}", "{username: canary-31}"),
            "es.yaml:1: ExternalSecret default/es: spec.target.template.data[config.yaml]\n"
            "  line 1, column 10: map has no entry for key \"usernam\"\n"
            "  1 | user: {{ .usernam }}\n"
            "    |          ^\n"
            "  did you mean `.username`?\n");
}

TEST_F(PreviewTest, NamesTheFieldOfOtherErrors) {
  const std::string spec = R"({target: {template: {templateFrom: [{literal: "- {{ .a }}"}]}}})";
  const std::string text = failure(spec, "{a: canary-31}");
  EXPECT_TRUE(
      text.starts_with("es.yaml:1: ExternalSecret default/es: spec.target.template.templateFrom[0].literal: "
                       "could not unmarshal template to"))
      << text;
  EXPECT_FALSE(text.contains(kCanary)) << text;
  EXPECT_TRUE(failure("{target: {manifest: {apiVersion: v1, kind: ConfigMap}}}", "").contains("spec.target.manifest"));
}

TEST_F(PreviewTest, ExplainsARewrite) {
  const std::string spec = R"({secretStoreRef: {name: s}, dataFrom: [{extract: {key: doc},
      rewrite: [{regexp: {source: a, target: b}}, {transform: {template: "{{ .valu | uper }}"}}]}]})";
  const auto previews = must(
      {.manifests = {file("es.yaml", external_secret(spec))}, .values = file("values.yaml", "doc: {a: canary-31}")});
  const std::string text = describe_failure(previews.shown.at(0));
  EXPECT_TRUE(
      text.ends_with("spec.dataFrom[0].rewrite[1].transform.template\n"
                     "  line 1, column 12: function \"uper\" not defined\n"
                     "  1 | {{ .valu | uper }}\n"
                     "    |            ^\n"
                     "  did you mean `upper`?\n"))
      << text;
}

constexpr std::string_view kGenerators = R"(
{apiVersion: generators.external-secrets.io/v1alpha1, kind: Fake, metadata: {name: fake}, spec: {data: {a: ada}}}
---
{apiVersion: generators.external-secrets.io/v1alpha1, kind: Fake, metadata: {name: far, namespace: other}, spec: {}}
---
{apiVersion: generators.external-secrets.io/v1alpha1, kind: ClusterGenerator, metadata: {name: all},
 spec: {kind: Password, generator: {passwordSpec: {length: 12}}}}
---
{apiVersion: generators.external-secrets.io/v1alpha1, kind: Webhook, metadata: {name: hook},
 spec: {url: "https://x.example", result: {}}}
)";

TEST_F(PreviewTest, RunsTheGeneratorsBesideIt) {
  const std::string spec = R"({target: {template: {data: {b: "{{ .a }}/{{ len .password }}"}}}, dataFrom: [
      {sourceRef: {generatorRef: {kind: Fake, name: fake}}},
      {sourceRef: {generatorRef: {kind: ClusterGenerator, name: all}}}]})";
  const auto previews =
      must({.manifests = {file("es.yaml", external_secret(spec)), file("generators.yaml", kGenerators)}});
  ASSERT_EQ(previews.shown.size(), 1U);
  ASSERT_TRUE(previews.shown[0].outcome) << previews.shown[0].outcome.error().error.message;
  EXPECT_EQ(previews.shown[0].outcome->data.at("b"), SecretBytes("ada/12"));
}

TEST_F(PreviewTest, SaysHowToGiveWhatAGeneratorItCannotRunMakes) {
  const auto said = [this](std::string_view ref, std::optional<std::string> data = {}) {
    const auto previews = must(
        {.manifests = {file("es.yaml",
                            external_secret(fmt::format("{{dataFrom: [{{sourceRef: {{generatorRef: {}}}}}]}}", ref))),
                       file("generators.yaml", kGenerators)},
         .data = data,
         .values = file("values.yaml", "{}")});
    const auto& outcome = previews.shown.at(0).outcome;
    return outcome ? std::string() : outcome.error().error.message;
  };
  constexpr std::string_view kItem = "error processing spec.dataFrom[0].sourceRef.generatorRef, err: ";
  EXPECT_EQ(said("{kind: Fake, name: far}"),
            std::string(kItem) +
                "Fake \"far\" is not among the manifests: add it to -f, or give what it makes with "
                "--data FILE");
  EXPECT_EQ(said("{kind: Webhook, name: hook}"),
            std::string(kItem) +
                "Webhook \"hook\" asks a server, which `rotor template` does not do: give what it makes "
                "with --data FILE");
  EXPECT_EQ(said("{kind: Webhook, name: hook}", file("data.yaml", "a: b")), "");
  EXPECT_TRUE(said("{kind: MFA, name: x}").contains("the generator MFA is not built yet"));
}

TEST_F(PreviewTest, SaysWhichFileIsWrong) {
  const std::string es = file("es.yaml", external_secret("{}"));
  const auto wrong = preview({.manifests = {es}, .data = file("data.yaml", "- canary-31")});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.ends_with("data.yaml: line 1: a data file must be a mapping of keys to values"))
      << wrong.error().message;
  EXPECT_FALSE(preview({.manifests = {es}, .data = (folder / "gone").string()}));
  const auto none = preview({.manifests = {file("cm.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")},
                             .data = file("data.yaml", "")});
  ASSERT_FALSE(none);
  EXPECT_TRUE(none.error().message.contains("there is no ExternalSecret")) << none.error().message;
}

// A preview of what no API server takes is no preview.
TEST_F(PreviewTest, RefusesWhatAdmissionRefuses) {
  const auto said = [this](std::string_view spec) {
    const auto previews =
        must({.manifests = {file("es.yaml", external_secret(spec))}, .values = file("values.yaml", "k: {a: 1}")});
    return describe_failure(previews.shown.at(0));
  };
  EXPECT_TRUE(said("{target: {creationPolicy: Merge, deletionPolicy: Delete}}").contains("admission refuses it: "));
  EXPECT_TRUE(said("{dataFrom: []}").contains("either data or dataFrom should be specified"));
  EXPECT_EQ(said("{secretStoreRef: {name: s}}"), "");
}

TEST_F(PreviewTest, SaysWhatIsNeededToReadAStore) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret("{secretStoreRef: {name: s}}"))}});
  EXPECT_TRUE(describe_failure(previews.shown.at(0))
                  .contains("it reads stores: give what they hold with --values FILE, or what would have been fetched "
                            "with --data FILE"));
}

TEST_F(PreviewTest, NamesTheKeyThatIsNoDocument) {
  const auto previews = must({.manifests = {file("es.yaml", external_secret("{secretStoreRef: {name: s}}"))},
                              .values = file("values.yaml", "k: canary-31")});
  const std::string text = describe_failure(previews.shown.at(0));
  EXPECT_TRUE(text.contains("key \"k\" of the values file is no JSON object")) << text;
  EXPECT_FALSE(text.contains(kCanary));
}

}  // namespace
}  // namespace rotor::local
