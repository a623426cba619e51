// What operators of this field had to be warned of, one test a cause: with harmless input each shows that it does not
// happen here. The references of stores are in tests/providers/tenancy_test.cpp.
#include <filesystem>
#include <regex>

#include <gtest/gtest.h>

#include "json/document.hpp"
#include "json/yaml.hpp"
#include "secrets/decide.hpp"
#include "secrets/desired_secret.hpp"
#include "secrets/finish.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/store_view.hpp"
#include "tests/fakes/source_dir.hpp"
#include "tests/secrets/planned.hpp"

namespace rotor::secrets {
namespace {

using test::adopted;
using test::one_value;
using test::planned;
using test::sample_es;
using test::sample_secret;

constexpr std::string_view kAccountToken = "kubernetes.io/service-account-token";
constexpr std::string_view kBootstrapToken = "bootstrap.kubernetes.io/token";
const std::string kAccountName = "kubernetes.io/service-account.name";

ExternalSecret with_template(std::string type, const std::string& annotation = "") {
  auto es = sample_es();
  es.spec.target.tmpl.emplace();
  es.spec.target.tmpl->type = std::move(type);
  if (!annotation.empty()) {
    es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{}, {{annotation, "{{ .a }}"}}, {}};
  }
  return es;
}

// One that stands in the namespace already.
Target live_of_type(std::string_view type) {
  auto secret = sample_secret(one_value("token", "t"));
  secret.type = type;
  secret.metadata.annotations[kAccountName] = "own";
  return adopted(std::move(secret));
}

// Empty: nothing was refused.
std::string refusal(const ExternalSecret& es, const Target* live) {
  const auto plan = planned(es, live, one_value("a", "v"));
  if (plan) return "";
  EXPECT_EQ(plan.error().ending, Ending::kNotWritten);
  EXPECT_EQ(plan.error().then.kind, kube::Outcome::Kind::kDone) << "only an edit can help";
  return plan.error().error.message;
}

void each_field(const json::Type& type, const std::string& path, std::set<std::string>& names) {
  if (type.element != nullptr) return each_field(type.element(), path, names);
  for (const json::Field& field : type.fields) {
    names.emplace(field.name);
    each_field(field.type(), path + "." + std::string(field.name), names);
  }
}

TEST(Advisories, NoFieldOfAnExternalSecretNamesANamespace) {
  std::set<std::string> names;
  each_field(json::type_of<api::es::ExternalSecretSpec>(), "spec", names);
  EXPECT_TRUE(names.contains("templateFrom") && names.contains("storeRef")) << "else nothing was looked at";
  EXPECT_FALSE(names.contains("namespace")) << "whatever it points to is its own namespace's";
}

TEST(Advisories, ATemplateCannotAskForTheTokenOfAServiceAccount) {
  const auto es = with_template(std::string(kAccountToken), kAccountName);
  EXPECT_EQ(decide_sync(test::observed(es, std::nullopt, WallTime())).action, SyncAction::kRefuse);
}

// The same by way of a Secret that is there: the template need not name the type then.
TEST(Advisories, NoSecretOfAServiceAccountIsTurnedToAnotherAccount) {
  const auto live = live_of_type(kAccountToken);
  const std::string expected =
      "secret tgt is of type kubernetes.io/service-account-token: annotation kubernetes.io/service-account.name would "
      "choose whose token it holds; leave it out";
  for (const char* policy : {"Owner", "Orphan", "Merge", "CreateOrMerge"}) {
    auto es = with_template("", kAccountName);
    es.spec.target.creation_policy = policy;
    EXPECT_EQ(refusal(es, &live), expected) << policy;
  }
  EXPECT_NE(refusal(with_template("", "kubernetes.io/service-account.uid"), &live), "");
}

// Without a template the annotations of the ExternalSecret itself are copied.
TEST(Advisories, AnnotationsOfAnExternalSecretReachNoTokenOfAServiceAccount) {
  const auto live = live_of_type(kAccountToken);
  auto es = sample_es();
  es.metadata.annotations[kAccountName] = "other";
  EXPECT_NE(refusal(es, &live), "");
  es.spec.target.immutable = true;  // what is frozen takes none
  const auto frozen = planned(es, &live, one_value("a", "v"));
  ASSERT_TRUE(frozen);
  EXPECT_EQ(frozen->secret.metadata.annotations.at(std::string(kAccountName)), "own");
  es.metadata.annotations = {{"note", "x"}};
  EXPECT_EQ(refusal(es, &live), "");
}

TEST(Advisories, TheAnnotationMeansNothingElsewhere) {
  const auto live = live_of_type("Opaque");
  EXPECT_EQ(refusal(with_template("", kAccountName), &live), "");
  EXPECT_EQ(refusal(with_template("kubernetes.io/tls", kAccountName), nullptr), "");
}

TEST(Advisories, NoBootstrapTokenIsMadeOrWrittenInto) {
  EXPECT_EQ(decide_sync(test::observed(with_template(std::string(kBootstrapToken)), std::nullopt, WallTime())).action,
            SyncAction::kRefuse);
  const auto live = live_of_type(kBootstrapToken);
  for (const char* policy : {"Owner", "Merge"}) {
    auto es = sample_es();
    es.spec.target.creation_policy = policy;
    EXPECT_EQ(refusal(es, &live),
              "secret tgt is of type bootstrap.kubernetes.io/token, which lets machines join the cluster: give "
              "spec.target.name another value")
        << policy;
  }
}

// decide_sync() is one way in; who renders is asked as well.
TEST(Advisories, WhatATemplateMayNotAskIsCheckedWhereItIsRenderedToo) {
  for (const auto& es :
       {with_template(std::string(kAccountToken), kAccountName), with_template(std::string(kBootstrapToken))}) {
    EXPECT_FALSE(render_secret(es, one_value("a", "v"), {}, tmpl::system_environment(), {}));
  }
}

// In data, in metadata, and in what renames keys.
void expect_no_function(std::string_view text) {
  auto es = sample_es();
  es.spec.target.tmpl.emplace();
  es.spec.target.tmpl->data["x"] = text;
  EXPECT_FALSE(render_secret(es, one_value("a", "v"), {}, tmpl::system_environment(), {})) << text;
  es.spec.target.tmpl->data.clear();
  es.spec.target.tmpl->metadata = api::es::TemplateMetadata{{}, {{"x", std::string(text)}}, {}};
  EXPECT_FALSE(render_secret(es, one_value("a", "v"), {}, tmpl::system_environment(), {})) << text;
  api::es::DataFrom from;
  from.extract.emplace();
  from.rewrite.emplace_back().transform = api::es::RewriteTransform{std::string(text)};
  EXPECT_FALSE(finish_map(one_value("a", "v"), from, tmpl::system_environment())) << text;
}

TEST(Advisories, Ghsa77v3R3jwJ2v2ATemplateReadsNoSecret) {
  for (const char* text :
       {R"({{ getSecretKey "s" "other" "k" }})", R"({{ lookup "v1" "Secret" "ns" "a" }})", R"({{ .Secrets.Get "s" }})"})
    expect_no_function(text);
}

TEST(Advisories, GhsaR2pgR6h7Crf3ATemplateLooksUpNoName) {
  for (const char* text : {R"({{ getHostByName "localhost" }})", R"({{ .value | getHostByName }})"})
    expect_no_function(text);
}

TEST(Advisories, ATemplateReachesNeitherEnvironmentNorFilesNorTheNetwork) {
  for (const char* text : {R"({{ env "HOME" }})", R"({{ expandenv "$HOME" }})", R"({{ .Files.Get "/dev/null" }})"})
    expect_no_function(text);
}

bool has(const json::Value& rule, std::string_view member, std::string_view word) {
  const json::Value* list = json::find(rule, member);
  if (list == nullptr) return false;
  return std::ranges::any_of(list->as_array(), [&](const auto& item) { return item.as_string() == word; });
}

TEST(Advisories, Cve2024x45041TheInstalledRoleReachesNoWebhookOfOthersAndHasNoWildcard) {
  const auto documents = json::parse_yaml_stream(rotor::test::read_file(rotor::test::source_path("deploy/rbac.yaml")));
  ASSERT_TRUE(documents) << documents.error().message;
  int webhooks = 0;
  for (const json::YamlDocument& document : *documents) {
    const json::Value* rules = json::find(document.value, "rules");
    if (rules == nullptr) continue;
    for (const json::Value& rule : rules->as_array()) {
      const std::string text = json::serialize(rule);
      for (const char* member : {"apiGroups", "resources", "verbs"}) EXPECT_FALSE(has(rule, member, "*")) << text;
      for (const char* verb : {"impersonate", "escalate", "bind"}) EXPECT_FALSE(has(rule, "verbs", verb)) << text;
      if (!has(rule, "apiGroups", "admissionregistration.k8s.io")) continue;
      ++webhooks;
      EXPECT_NE(json::find(rule, "resourceNames"), nullptr) << "those of others: " << text;
      for (const char* verb : {"create", "update", "delete"}) EXPECT_FALSE(has(rule, "verbs", verb)) << text;
    }
  }
  EXPECT_GT(webhooks, 0) << "else nothing was looked at";
}

// What an object is, whose it is and where it stands is not a template's to say.
TEST(Advisories, ATemplateOfAnotherTargetReachesNoOwnerNamespaceOrFinalizer) {
  for (const char* target : {"metadata", "metadata.namespace", "metadata.name", "metadata.ownerReferences[0]",
                             "metadata.finalizers", "metadata.managedFields", "apiVersion", "kind"}) {
    api::es::Template tmpl;
    tmpl.template_from.emplace_back().target = target;
    EXPECT_FALSE(check_target_paths(tmpl)) << target;
  }
}

TEST(Advisories, AnotherTargetIsWrittenOnlyWhereTheAdministratorAllowsIt) {
  auto es = sample_es();
  es.spec.target.manifest = api::es::ManifestRef{"v1", "ConfigMap"};
  auto seen = test::observed(es, std::nullopt, WallTime());
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefuse);
  seen.generic_targets = true;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh);
}

TEST(Advisories, AConditionOfAClusterStoreThatCannotBeReadAllowsNobody) {
  struct Row {
    std::string_view what, condition;
    kube::StringMap labels;
    bool allowed;
  };
  for (const Row& row :
       {Row{"no expression", R"({"namespaceRegexes":["(team"]})", {}, false},
        Row{"a name that nobody vouches for", R"({"namespaces":["team"]})", {}, false},
        Row{"a condition that says nothing", "{}", {{"a", "b"}}, false},
        Row{"no operator",
            R"({"namespaceSelector":{"matchExpressions":[{"key":"a","operator":"in","values":["b"]}]}})",
            {{"a", "b"}},
            false},
        Row{"a namespace by name", R"({"namespaces":["team"]})", {{"kubernetes.io/metadata.name", "team"}}, true}}) {
    StoreView store;
    store.kind = providers::kClusterSecretStoreKind;
    store.spec.conditions = {json::read<api::es::StoreCondition>(row.condition).value()};
    EXPECT_EQ(allows_namespace(store, "team", row.labels), row.allowed) << row.what;
  }
}

std::string all_tests() {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(rotor::test::source_path("tests"))) {
    if (entry.path().extension() == ".cpp") text += rotor::test::read_file(entry.path().string());
  }
  return text;
}

TEST(SecurityPage, NamesATestForEachCauseAndEachOfThemExists) {
  const std::string page = rotor::test::read_file(rotor::test::source_path("docs/security.md"));
  const std::string tests = all_tests();
  const std::regex named(R"(\| `(\w+)\.(\w+)` \|\n)");
  int causes = 0;
  for (std::sregex_iterator it(page.begin(), page.end(), named), end; it != end; ++it, ++causes) {
    const std::string suite_and_name = "(" + (*it)[1].str() + ", " + (*it)[2].str() + ")";
    EXPECT_TRUE(tests.contains(suite_and_name)) << suite_and_name;
  }
  EXPECT_GE(causes, 24);
}

}  // namespace
}  // namespace rotor::secrets
