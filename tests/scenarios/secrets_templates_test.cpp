#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kCanary = "canary-5b1f";

// A store with user and password, and ExternalSecrets that make the Secret "tgt" of them by a template.
class SecretsTemplates : public testing::Test {
 protected:
  void start() {
    world.store(fmt::format(R"([{{"key":"user","value":"ada"}},{{"key":"password","value":"{}"}},
      {{"key":"doc","value":"{{\"db/user\":\"u\",\"db/password\":\"p\"}}"}}])",
                            kCanary));
    world.start_operator();
    world.until_ready("ss", "store", "True/Valid/store validated");
  }
  void external_secret(std::string_view tmpl) { world.external_secret(members(tmpl)); }
  void change_template(std::string_view tmpl) {
    world.merge("es", "es", fmt::format(R"({{"spec":{{{}}}}})", members(tmpl)));
  }
  static std::string members(std::string_view tmpl) {
    return fmt::format(R"("target":{{"name":"tgt","template":{}}},"data":[
      {{"secretKey":"user","remoteRef":{{"key":"user"}}}},{{"secretKey":"password","remoteRef":{{"key":"password"}}}}])",
                       tmpl);
  }
  void force() { world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})"); }
  void no_value_in(std::string_view name) {
    for (const auto& event : world.events("UpdateFailed")) EXPECT_FALSE(json::serialize(event).contains(kCanary));
    EXPECT_FALSE(json::serialize(world.get("es", std::string(name))).contains(kCanary));
  }
  SecretsWorld world;
};

TEST_F(SecretsTemplates, WriteWhatTheyRender_Row115_Row123_Row125) {
  start();
  external_secret(R"({"type":"example.com/login","data":{"url":"pg://{{ .user }}:{{ .password | urlquery }}@db"},
    "metadata":{"labels":{"who":"{{ .user | upper }}"},"annotations":{"note":"for {{ .user }}"},
    "finalizers":["example.com/keep"]},"templateFrom":[{"target":"Labels","literal":"team: {{ .user }}s"}]})");
  world.until_ready("es", "es", kSynced);
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(world.value("tgt", "url"), fmt::format("pg://ada:{}@db", kCanary));
  EXPECT_EQ(world.value("tgt", "user"), "") << "fetched keys are not copied beside templates";
  EXPECT_EQ(json::find_string(secret, "type"), "example.com/login");
  EXPECT_EQ(json::find_string(secret, "metadata.labels.who"), "ADA");
  EXPECT_EQ(json::find_string(secret, "metadata.labels.team"), "adas");
  EXPECT_EQ(json::find_string(secret, "metadata.annotations.note"), "for ada");
  EXPECT_EQ(json::find(secret, "metadata.finalizers")->as_array().at(0).as_string(), "example.com/keep");
  world.settle();
  const auto writes = world.operator_writes();
  force();
  world.settle();
  EXPECT_EQ(world.operator_writes(), writes + 1) << "the status; the Secret did not change";
  change_template(R"({"type":"example.com/login","data":{"url":"new"},"metadata":{"finalizers":null}})");
  world.until("the new text", [this] { return world.value("tgt", "url") == "new"; });
  EXPECT_EQ(json::serialize(*json::find(world.get("secret", "tgt"), "metadata.finalizers")), R"(["example.com/keep"])")
      << "it is never taken off";
}

TEST_F(SecretsTemplates, AreRenderedAgainWhenTheyChange_Row122) {
  start();
  external_secret(R"({"data":{"a":"{{ .user }}","b":"{{ .user }}"},"metadata":{"labels":{"l":"{{ .user }}"}}})");
  world.until_ready("es", "es", kSynced);
  change_template(R"({"data":{"a":"hello {{ .user }}","b":null},"metadata":{"labels":{"l":null,"m":"{{ .user }}"}}})");
  world.until("the new text", [this] { return world.value("tgt", "a") == "hello ada"; });
  const auto secret = world.get("secret", "tgt");
  EXPECT_EQ(world.value("tgt", "b"), "");
  EXPECT_FALSE(json::find(secret, "metadata.labels")->as_object().contains("l"));
  EXPECT_EQ(json::find_string(secret, "metadata.labels.m"), "ada");
}

TEST_F(SecretsTemplates, AreReadFromConfigMapsAndSecretsAtEveryRefresh_Row120_Row126) {
  world.create("cm", "texts", R"({"data":{"conf":"user {{ .user }}","pairs":"{{ .user }}-key: 1"}})");
  world.create("secret", "texts", R"({"stringData":{"login":"{{ .user }}:{{ .password }}"}})");
  start();
  external_secret(R"({"templateFrom":[{"configMap":{"name":"texts","items":[{"key":"conf"},
    {"key":"pairs","templateAs":"KeysAndValues"}]},"secret":{"name":"texts","items":[{"key":"login"}]}}]})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "conf"), "user ada");
  EXPECT_EQ(world.value("tgt", "ada-key"), "1");
  EXPECT_EQ(world.value("tgt", "login"), fmt::format("ada:{}", kCanary));
  world.merge("cm", "texts", R"({"data":{"conf":"new {{ .user }}"}})");
  world.settle();
  EXPECT_EQ(world.value("tgt", "conf"), "user ada") << "it is not watched";
  force();
  world.until("the new text", [this] { return world.value("tgt", "conf") == "new ada"; });
}

TEST_F(SecretsTemplates, WaitForAConfigMapThatIsMissing) {
  start();
  external_secret(R"({"templateFrom":[{"configMap":{"name":"late","items":[{"key":"conf"}]}}]})");
  world.until_ready("es", "es", "False/SecretSyncedError/could not update secret");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed")[0], "message"),
            "could not apply template: error fetching templateFrom data: configmap \"late\" not found");
  world.create("cm", "late", R"({"data":{"conf":"here, {{ .user }}"}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "conf"), "here, ada");
}

TEST_F(SecretsTemplates, ThatAreWrongSayWhereAndLeaveTheSecretAndOthersAlone_Row121) {
  start();
  external_secret(R"({"data":{"a":"{{ .user }}"}})");
  world.until_ready("es", "es", kSynced);
  change_template(R"({"data":{"a":"{{ .user }}\n{{ .password | atoi | repeat 2 }}"}})");
  world.until_ready("es", "es", "False/SecretSyncedError/could not update secret");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed")[0], "message"),
            "unable to mutate secret tgt: could not apply template: could not execute template: could not execute "
            "template: unable to execute template at key a: unable to execute template at key a: template: a:2:22: "
            "executing \"a\" at <repeat>: wrong type for value; expected string; got int");
  EXPECT_EQ(world.value("tgt", "a"), "ada");
  no_value_in("es");
  world.create("es", "good", R"({"spec":{"secretStoreRef":{"name":"store"},"target":{"template":{"data":
    {"g":"{{ .user }}"}}},"data":[{"secretKey":"user","remoteRef":{"key":"user"}}]}})");
  world.until_ready("es", "good", kSynced);
  EXPECT_EQ(world.value("good", "g"), "ada");
  change_template(R"({"data":{"a":"mended {{ .user }}"}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "mended ada");
}

struct RefusedTemplate {
  std::string name, tmpl, said;
};
class RefusedTemplates : public SecretsTemplates, public testing::WithParamInterface<RefusedTemplate> {};

TEST_P(RefusedTemplates, MakeNoSecret) {
  start();
  external_secret(GetParam().tmpl);
  world.until_ready("es", "es", "False/SecretSyncedError/could not update secret");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed").at(0), "message"),
            "could not apply template: " + GetParam().said);
  EXPECT_TRUE(world.get("secret", "tgt").is_null());
}

RefusedTemplate of_target(std::string name, std::string_view target) {
  return {"Row128_" + std::move(name),
          fmt::format(R"({{"templateFrom":[{{"target":"{}","literal":"a: b"}}]}})", target),
          fmt::format("templateFrom target=\"{}\" is not allowed when targeting a Secret, must be one of \"Data\", "
                      "\"Annotations\" or \"Labels\"",
                      target)};
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedTemplates,
    testing::Values(RefusedTemplate{"Row127_OfABootstrapToken",
                                    R"({"type":"bootstrap.kubernetes.io/token","data":{"a":"b"}})",
                                    "template.type=\"bootstrap.kubernetes.io/token\" is not allowed"},
                    RefusedTemplate{"Row127_OfATokenOfAServiceAccount",
                                    R"({"type":"kubernetes.io/service-account-token",
                                      "metadata":{"annotations":{"kubernetes.io/service-account.name":"default"}}})",
                                    "template.type=\"kubernetes.io/service-account-token\" with annotation "
                                    "\"kubernetes.io/service-account.name\" is not allowed"},
                    of_target("IntoAnnotationsByAPath", "metadata.annotations"), of_target("IntoTheType", "type"),
                    of_target("IntoImmutable", "immutable"), of_target("IntoOwners", "metadata.ownerReferences")),
    [](const auto& info) { return info.param.name; });

TEST_F(SecretsTemplates, MaySpellTheirTargetInAnyCase_Row128) {
  start();
  external_secret(R"({"templateFrom":[{"target":"DATA","literal":"a: b"},{"target":"labels","literal":"l: m"},
    {"target":"aNNotations","literal":"note: o"}]})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "b");
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.labels.l"), "m");
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.annotations.note"), "o");
}

TEST_F(SecretsTemplates, ThatAskForAnotherTypeAreRefusedUntilTheyAskForTheOldOne_Row124) {
  start();
  external_secret(R"({"type":"example.com/login","data":{"a":"{{ .user }}"}})");
  world.until_ready("es", "es", kSynced);
  const std::string uid(json::find_string(world.get("secret", "tgt"), "metadata.uid"));
  change_template(R"({"type":"example.com/other","data":{"a":"new {{ .user }}"}})");
  world.until_ready("es", "es", "False/SecretSyncedError/could not update secret");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(
      json::find_string(world.events("UpdateFailed").at(0), "message"),
      "could not update secret tgt: it is of type example.com/login, and the type of a Secret that is there cannot "
      "become example.com/other: take the old one for spec.target.template.type, or give spec.target.name another "
      "value");
  EXPECT_EQ(world.value("tgt", "a"), "ada");
  change_template(R"({"type":"example.com/login","data":{"a":"new {{ .user }}"}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "new ada");
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "metadata.uid"), uid);
}

TEST_F(SecretsTemplates, WriteARegistryLoginByteForByte_Row209) {
  world.store(R"([{"key":"user","value":"a&b"},{"key":"password","value":"<p>'\u00e9\u2028\\\"&"}])");
  world.start_operator();
  external_secret(R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":
    "{\"auths\": {\"r.example.com\": {\"username\": \"{{ .user }}\", \"password\": \"{{ .password }}\"}}}\n"}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", ".dockerconfigjson"),
            R"({"auths": {"r.example.com": {"username": "a&b", "password": "<p>'é)"
            "\u2028"
            R"(\"&"}}})"
            "\n");
  EXPECT_EQ(json::find_string(world.get("secret", "tgt"), "type"), "kubernetes.io/dockerconfigjson");
}

TEST_F(SecretsTemplates, RenameFetchedKeys_Row84) {
  start();
  world.external_secret(
      R"("target":{"name":"tgt","template":{"data":{"all":"{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}"}}},
    "dataFrom":[{"extract":{"key":"doc"},"rewrite":[{"regexp":{"source":"^db/(.*)$","target":"DB_$1"}},
    {"transform":{"template":"{{ .value | upper }}"}}]}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "all"), "DB_PASSWORD=p;DB_USER=u;");
}

TEST_F(SecretsTemplates, ThatRenameBadlySayWhichOperation) {
  start();
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"extract":{"key":"doc"},
    "rewrite":[{"transform":{"template":"{{ nope .value }}"}}]}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(
      json::find_string(world.events("UpdateFailed")[0], "message"),
      "error processing spec.dataFrom[0].extract, err: error applying rewrite to keys: failed rewrite "
      "operation[0]: transform failed with failed to parse template: template: transform:1: function \"nope\" not "
      "defined");
}

}  // namespace
}  // namespace rotor::test
