// What of an object may be shown to others.
#include "inspect/redact.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"

namespace rotor::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kCanary = "canary-5b1f";
const std::vector<std::string> kBuilt = {"fake", "openBao", "vault"};

json::Value doc(std::string_view text) { return *json::parse(text); }

json::Value schema_of(const json::Value& crd) {
  return crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema");
}

json::Value schema_of_kind(std::string_view crd_name) {
  for (const std::string& text : api::crds()) {
    const json::Value crd = doc(text);
    if (json::find_string(crd, "metadata.name") == crd_name) return schema_of(crd);
  }
  throw std::runtime_error("no such CRD");
}

std::string shown(std::string_view crd_name, std::string_view object) {
  return json::serialize(inspect::redacted(doc(object), schema_of_kind(crd_name), kBuilt));
}

const json::Value* member(const json::Value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

// The largest object that a schema has room for, with the canary wherever a text can stand.
json::Value full_object(const json::Value& schema) {
  if (const json::Value* properties = member(schema, "properties")) {
    json::Object out;
    for (const auto& [name, inside] : properties->get_object()) out[name] = full_object(inside);
    return out;
  }
  if (const json::Value* element = member(schema, "additionalProperties"); element != nullptr && element->is_object()) {
    return json::Object{{"name", full_object(*element)}};
  }
  if (const json::Value* items = member(schema, "items")) return json::Array{full_object(*items)};
  if (json::find_string(schema, "type") == "string") return json::Value(kCanary);
  if (json::find_string(schema, "type") == "integer") return json::Value(7);
  if (json::find_string(schema, "type") == "boolean") return json::Value(true);
  return doc(R"({"name":"canary-5b1f","deep":[{"value":"canary-5b1f","pin":471147}]})");
}

void collect(std::string_view field, const json::Value& value, std::set<std::string>& fields) {
  if (value.is_string() && value.get_string() == kCanary) fields.emplace(field);
  if (value.is_array()) {
    for (const json::Value& inside : value.get_array()) collect(field, inside, fields);
  }
  if (!value.is_object()) return;
  for (const auto& [name, inside] : value.get_object()) collect(name, inside, fields);
}

TEST(Redacted, OfEveryKindShowsNoFieldThatHoldsAValue) {
  for (const std::string& text : api::crds()) {
    const json::Value crd = doc(text);
    const std::string name(json::find_string(crd, "metadata.name"));
    json::Value object = full_object(schema_of(crd));
    object.as_object()["kind"] = crd.at("spec").at("names").at("kind");
    const json::Value out = inspect::redacted(object, schema_of(crd), kBuilt);
    std::set<std::string> fields;
    collect("", out, fields);
    for (const char* field :
         {"value", "valueMap", "literal", "template", "tmpl", "data", "stringData", "raw", "url", "body", "args",
          "command", "headers", "username", "password", "comment", "target", "source"}) {
      EXPECT_THAT(fields, Not(Contains(field))) << name;
    }
    EXPECT_THAT(json::serialize(out), Not(HasSubstr("471147"))) << name << ": a number of a free block";
  }
}

TEST(Redacted, KeepsNoValueThatPeopleWriteIntoManifests) {
  const std::string metadata = R"(,"metadata":{"name":"n","annotations":{"note":"canary-5b1f",
      "kubectl.kubernetes.io/last-applied-configuration":"canary-5b1f","openclaw.rocks/secret-proof-command":"canary-5b1f"},
      "labels":{"l":"canary-5b1f"},"managedFields":[{"manager":"canary-5b1f"}]}})";
  const std::vector<std::pair<std::string_view, std::string>> objects = {
      {"secretstores.external-secrets.io",
       R"({"kind":"SecretStore","spec":{"provider":{"fake":{"data":[{"key":"k","value":"canary-5b1f",
          "valueMap":{"name":"canary-5b1f","key":"canary-5b1f"}}]}}})" +
           metadata},
      {"secretstores.external-secrets.io",
       R"({"kind":"SecretStore","spec":{"provider":{"webhook":{"url":"https://h/?t=canary-5b1f","name":"canary-5b1f"}}})" +
           metadata},
      {"clustersecretstores.external-secrets.io",
       R"({"kind":"ClusterSecretStore","spec":{"provider":{"vault":{"server":"https://u:canary-5b1f@v/?k=canary-5b1f",
          "caBundle":"canary-5b1f","headers":{"name":"canary-5b1f"},"auth":{"userPass":{"username":"canary-5b1f"}}}}})" +
           metadata},
      {"externalsecrets.external-secrets.io",
       R"({"kind":"ExternalSecret","spec":{"target":{"template":{"data":{"a":"{{ .x }}canary-5b1f"},
          "metadata":{"annotations":{"name":"canary-5b1f"}},"templateFrom":[{"literal":"canary-5b1f"}]}},
          "dataFrom":[{"rewrite":[{"transform":{"template":"canary-5b1f"}}],"find":{"tags":{"key":"canary-5b1f"}}}]})" +
           metadata},
      {"openclawinstances.openclaw.rocks",
       R"({"kind":"OpenClawInstance","spec":{"env":[{"name":"TOKEN","value":"canary-5b1f"}],
          "config":{"raw":{"name":"canary-5b1f","pin":471147}},"workspace":{"initialFiles":{"a.txt":"canary-5b1f"}},
          "sidecars":[{"name":"s","args":["canary-5b1f"],"command":["canary-5b1f"],"env":[{"name":"A","value":"canary-5b1f"}]}],
          "podAnnotations":{"name":"canary-5b1f"}})" +
           metadata},
      {"webhooks.generators.external-secrets.io",
       R"({"kind":"Webhook","spec":{"url":"https://h/canary-5b1f","headers":{"name":"canary-5b1f"},"body":"canary-5b1f"})" +
           metadata},
      {"fakes.generators.external-secrets.io", R"({"kind":"Fake","spec":{"data":{"name":"canary-5b1f"}})" + metadata},
  };
  for (const auto& [crd, object] : objects) {
    const std::string text = shown(crd, object);
    EXPECT_THAT(text, Not(HasSubstr(std::string(kCanary)))) << object;
    EXPECT_THAT(text, Not(HasSubstr("471147")));
    EXPECT_THAT(text, HasSubstr(R"("name":"n")"));
  }
}

TEST(Redacted, KeepsNamesSettingsConditionsAndSizes) {
  const std::string text = shown("externalsecrets.external-secrets.io", R"({"apiVersion":"external-secrets.io/v1",
    "kind":"ExternalSecret","metadata":{"name":"keys","namespace":"shop","generation":3,
      "annotations":{"openclaw.rocks/secret-rollout":"Off","force-sync":"12"}},
    "spec":{"refreshInterval":"1h","secretStoreRef":{"name":"vault","kind":"SecretStore"},
      "target":{"name":"t","creationPolicy":"Owner","template":{"data":{"config.yaml":"{{ .k }}"}}},
      "data":[{"secretKey":"K","remoteRef":{"key":"prod/db","property":"password"}}]},
    "status":{"conditions":[{"type":"Ready","status":"False","reason":"SecretSyncedError","message":"no such key"}]}})");
  for (const char* part :
       {R"("refreshInterval":"1h")", R"("creationPolicy":"Owner")", R"("key":"prod/db")", R"("property":"password")",
        R"("generation":3)", R"("reason":"SecretSyncedError")", R"("message":"no such key")",
        R"("openclaw.rocks/secret-rollout":"Off")", R"-("force-sync":"(left out: a text of 2 bytes)")-",
        R"-("config.yaml":"(left out: a text of 8 bytes)")-"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Redacted, TellsHowAStoreIsReachedAndWhereItsLoginLies) {
  const std::string text =
      shown("secretstores.external-secrets.io", R"({"kind":"SecretStore","spec":{"provider":{"vault":{
    "server":"https://vault:8200","path":"kv","version":"v2",
    "auth":{"tokenSecretRef":{"name":"login","key":"token"}}}}}})");
  EXPECT_THAT(text, HasSubstr(R"("server":"https://vault:8200","path":"kv","version":"v2")"));
  EXPECT_THAT(text, HasSubstr(R"("tokenSecretRef":{"name":"login","key":"token"})"));
}

TEST(Redacted, ShowsTheBlocksOfThoseBackEndsThatAreBuilt) {
  const std::string store = R"({"kind":"SecretStore","spec":{"provider":{"NAME":{"server":"https://bao:8200"}}}})";
  const auto shown_of = [&store](const std::string& name) {
    std::string object = store;
    return shown("secretstores.external-secrets.io", object.replace(object.find("NAME"), 4, name));
  };
  EXPECT_THAT(shown_of("openBao"), HasSubstr(R"("openBao":{"server":"https://bao:8200"})"));
  EXPECT_THAT(shown_of("elsewhere"), HasSubstr(R"-("elsewhere":"(left out: 1 members)")-"));
}

TEST(Redacted, OfAKindWithoutASchemaShowsSizesAlone) {
  EXPECT_EQ(
      json::serialize(inspect::redacted(doc(R"({"kind":"X","spec":{"a":"b"},"data":{"k":"v"}})"), json::Value(), {})),
      R"-({"kind":"X","spec":"(left out: 1 members)"})-");
  EXPECT_EQ(json::serialize(inspect::redacted(doc(R"("x")"), json::Value(), {})),
            R"-("(left out: a text of 1 bytes)")-");
}

TEST(Redacted, IsNotLedAstrayByShapesThatNoSchemaHas) {
  for (
      const char* object :
      {R"({"kind":"SecretStore","spec":"canary-5b1f","metadata":"canary-5b1f"})",
       R"({"kind":"SecretStore","spec":{"provider":"canary-5b1f"},"status":["canary-5b1f"]})",
       R"({"kind":"SecretStore","spec":{"provider":{"fake":"canary-5b1f"}},"metadata":{"labels":"canary-5b1f"}})",
       R"({"kind":"SecretStore","spec":{"provider":{"fake":{"data":[{"value":4711475}]}},"unknown":{"name":"canary-5b1f"}}})"}) {
    const std::string text = shown("secretstores.external-secrets.io", object);
    EXPECT_THAT(text, Not(HasSubstr(std::string(kCanary)))) << object;
    EXPECT_THAT(text, Not(HasSubstr("4711475"))) << object;
  }
}

TEST(ShownSetting, LeavesLoginAndQueryOfAnAddressOut) {
  EXPECT_EQ(inspect::shown_setting("eu-west-1"), "eu-west-1");
  EXPECT_EQ(inspect::shown_setting("https://host:1/a@b"), "https://host:1/a@b");
  EXPECT_EQ(inspect::shown_setting("https://u:p@host/a?k=v#f"), "https://(left out)@host/a?(left out)");
  EXPECT_EQ(inspect::shown_setting("https://u:p@x@host"), "https://(left out)@host");
  EXPECT_EQ(inspect::shown_setting("https://host?k=a/b@c"), "https://host?(left out)");
  EXPECT_EQ(inspect::shown_setting("x://"), "x://");
  EXPECT_EQ(inspect::shown_setting("GET \"https://u:p@a/b?c=d\": denied, see http://e?f"),
            "GET \"https://(left out)@a/b?(left out)\": denied, see http://e?(left out)");
}

}  // namespace
}  // namespace rotor::test
