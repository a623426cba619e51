#include "apiserver/schema/schema.hpp"

#include <gtest/gtest.h>

#include "apiserver/schema/formats.hpp"
#include "apiserver/schema/rules.hpp"
#include "apiserver/schema/validate.hpp"

namespace rotor::apiserver::schema {
namespace {

json::Object object(std::string_view text) { return json::parse(text).value().as_object(); }

Result<KindSchemaPtr> compiled(std::string_view spec_schema) {
  return compile(object(R"({"type":"object","properties":{"spec":)" + std::string(spec_schema) + "}}"),
                 "test.rotor.dev", "v1", "Thing", false);
}

std::vector<std::string> messages(const KindSchema& schema, std::string_view text, const json::Object* old = nullptr) {
  std::vector<std::string> out;
  for (const FieldError& error : validate(schema, object(text), old)) out.push_back(error.field + ": " + error.message);
  return out;
}

TEST(BuiltinTable, KnowsEveryKindWeHandle) {
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"v1", "Namespace"},
      {"v1", "Secret"},
      {"v1", "ConfigMap"},
      {"v1", "Service"},
      {"v1", "ServiceAccount"},
      {"v1", "Pod"},
      {"v1", "PersistentVolumeClaim"},
      {"v1", "Event"},
      {"v1", "Node"},
      {"apps/v1", "StatefulSet"},
      {"apps/v1", "Deployment"},
      {"rbac.authorization.k8s.io/v1", "Role"},
      {"rbac.authorization.k8s.io/v1", "RoleBinding"},
      {"rbac.authorization.k8s.io/v1", "ClusterRole"},
      {"rbac.authorization.k8s.io/v1", "ClusterRoleBinding"},
      {"networking.k8s.io/v1", "NetworkPolicy"},
      {"networking.k8s.io/v1", "Ingress"},
      {"policy/v1", "PodDisruptionBudget"},
      {"autoscaling/v2", "HorizontalPodAutoscaler"},
      {"batch/v1", "Job"},
      {"coordination.k8s.io/v1", "Lease"},
      {"events.k8s.io/v1", "Event"},
      {"apiextensions.k8s.io/v1", "CustomResourceDefinition"}};
  for (const auto& [api_version, kind] : kKinds) {
    const KindSchemaPtr schema = builtin(api_version, kind);
    ASSERT_NE(schema, nullptr) << kind;
    EXPECT_EQ(schema->api_version(), api_version);
    EXPECT_TRUE(schema->root().properties.contains("metadata")) << kind;
  }
  EXPECT_EQ(builtin("v1", "Nothing"), nullptr);
}

TEST(BuiltinTable, HasListKeysOfContainersAndPorts) {
  const Schema& pod = *builtin("v1", "Pod")->root().properties.at("spec").schema;
  const Schema& containers = *pod.properties.at("containers").schema;
  EXPECT_EQ(containers.list_keys, std::vector<std::string>{"name"});
  EXPECT_EQ(containers.merge_key, "name");
  const Schema& ports = *containers.items->schema->properties.at("ports").schema;
  EXPECT_EQ(ports.list_keys, (std::vector<std::string>{"containerPort", "protocol"}));
  EXPECT_EQ(ports.merge_key, "containerPort");
}

TEST(Compile, RefusesRulesWithoutACheckByName) {
  const auto result = compiled(R"({"type":"object","x-kubernetes-validations":[{"rule":"self.a == self.b"}]})");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::kInvalid);
  EXPECT_NE(result.error().message.find("\"spec\""), std::string::npos);
  EXPECT_NE(result.error().message.find("self.a == self.b"), std::string::npos);
}

TEST(Compile, RefusesPatternsThatDoNotCompile) {
  const auto result = compiled(R"({"type":"string","pattern":"(["})");
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().message.find("does not compile"), std::string::npos);
}

TEST(Compile, RefusesTypesThatDoNotExist) {
  EXPECT_FALSE(compiled(R"({"type":"text"})").has_value());
  EXPECT_FALSE(compiled(R"({"type":"object","properties":{"a":1}})").has_value());
}

TEST(Compile, TakesGoNamedGroups) {
  EXPECT_TRUE(compiled(R"({"type":"string","pattern":"^(?<first>a+)$"})").has_value());
}

struct RuleCase {
  std::string_view rule;
  std::string_view good;
  std::string_view bad;
};

TEST(Rules, HoldOrNotAsTheirTextSays) {
  static constexpr RuleCase kCases[] = {
      {"(has(self.tag) && size(self.tag) > 0) || (has(self.digest) && size(self.digest) > 0)", R"({"digest":"d"})",
       R"({"tag":""})"},
      {"has(self.storeRef) && (has(self.storeRef.name) || has(self.storeRef.labelSelector))",
       R"({"storeRef":{"name":"n"}})", R"({"storeRef":{"kind":"k"}})"},
      {"!has(self.remoteKey) || !has(self.rewrite) || size(self.rewrite) == 0", R"({"remoteKey":"k","rewrite":[]})",
       R"({"remoteKey":"k","rewrite":[{}]})"},
      {"(has(self.regexp) && !has(self.transform)) || (!has(self.regexp) && has(self.transform))", R"({"regexp":{}})",
       R"({"regexp":{},"transform":{}})"},
      {"has(self.projectID) != has(self.groupID)", R"({"projectID":"p"})", R"({})"},
  };
  for (const RuleCase& c : kCases) {
    const Check check = check_of(c.rule);
    ASSERT_NE(check, nullptr) << c.rule;
    EXPECT_TRUE(check(json::parse(c.good).value())) << c.rule;
    EXPECT_FALSE(check(json::parse(c.bad).value())) << c.rule;
  }
  EXPECT_EQ(check_of("true"), nullptr);
}

TEST(Formats, AcceptAndRefuse) {
  struct Case {
    std::string_view format, text;
    bool good;
  };
  static constexpr Case kCases[] = {{"date-time", "2026-01-02T03:04:05Z", true},
                                    {"date-time", "2026-01-02", false},
                                    {"date-time", "0001-01-01T00:00:00Z", true},
                                    {"date-time", "9999-12-31T23:59:59Z", true},
                                    {"date-time", "2300-13-01T00:00:00Z", false},
                                    {"date", "2026-01-02", true},
                                    {"date", "2026-13-02", false},
                                    {"byte", "aGk=", true},
                                    {"byte", "!!", false},
                                    {"duration", "1h30m", true},
                                    {"duration", "1 day", true},
                                    {"duration", "1x", false},
                                    {"uuid", "not", false},
                                    {"ipv4", "10.0.0.1", true},
                                    {"ipv4", "::1", false},
                                    {"ipv6", "::1", true},
                                    {"cidr", "10.0.0.0/8", true},
                                    {"cidr", "10.0.0.0/33", false},
                                    {"hostname", "a.b", true},
                                    {"hostname", "-a", false},
                                    {"email", "a@b", true},
                                    {"email", "ab", false},
                                    {"unheard-of", "anything", true}};
  for (const Case& c : kCases) EXPECT_EQ(has_format(c.format, c.text), c.good) << c.format << " " << c.text;
}

TEST(DuplicateFields, AreNamedByPath) {
  EXPECT_EQ(duplicate_fields(R"({"a":1,"a":2,"b":[{"c":1,"c":2}],"d":{"e":1}})"),
            (std::vector<std::string>{"duplicate field \"a\"", "duplicate field \"b[0].c\""}));
  EXPECT_TRUE(duplicate_fields(R"({"a":1})").empty());
  EXPECT_TRUE(duplicate_fields("{").empty());
}

TEST(Decode, TellsDuplicatesBeforeUnknownFields) {
  const auto schema = builtin("v1", "ConfigMap");
  const auto strict = decode(*schema, object(R"({"foo":1})"), FieldValidation::kStrict, {"duplicate field \"data.a\""});
  ASSERT_FALSE(strict.has_value());
  EXPECT_EQ(strict.error().code, 400);
  EXPECT_EQ(strict.error().message,
            "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field "
            "\"data.a\", unknown field \"foo\"");
  const auto ignored = decode(*schema, object(R"({"foo":1})"), FieldValidation::kIgnore);
  ASSERT_TRUE(ignored.has_value());
  EXPECT_TRUE(ignored->warnings.empty());
  EXPECT_FALSE(ignored->object.contains("foo"));
}

TEST(Decode, DoesNotQuoteTheObjectOfAPatch) {
  const auto result = decode(*builtin("v1", "Secret"), object(R"({"data":{"a":"Y2FuYXJ5"},"foo":1})"),
                             FieldValidation::kStrict, {}, Source::kPatch);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, 422);
  EXPECT_EQ(result.error().message.find("Y2FuYXJ5"), std::string::npos);
}

TEST(Validate, LooksAtRulesOnlyOnceTheShapeIsRight) {
  const auto schema = compiled(R"j({"type":"object","required":["a"],"properties":{"a":{"type":"string"}},
    "x-kubernetes-validations":[{"rule":"has(self.projectID) != has(self.groupID)","message":"one of them"}]})j")
                          .value();
  EXPECT_EQ(messages(*schema, R"({"spec":{"a":"1"}})"), std::vector<std::string>{"spec: Invalid value: one of them"});
  const auto blocked = messages(*schema, R"({"spec":{}})");
  ASSERT_EQ(blocked.size(), 2U);
  EXPECT_EQ(blocked[0], "spec.a: Required value");
  EXPECT_EQ(blocked[1].rfind("<nil>: Invalid value: null: some validation rules were not checked", 0), 0U);
}

TEST(Validate, ForgivesWhatAnUpdateLeavesAsItWas) {
  const auto schema =
      compiled(R"({"type":"object","properties":{"a":{"type":"integer","maximum":3},"b":{"type":"string"}}})").value();
  const json::Object old = object(R"({"spec":{"a":9}})");
  EXPECT_TRUE(messages(*schema, R"({"spec":{"a":9,"b":"new"}})", &old).empty());
  EXPECT_EQ(messages(*schema, R"({"spec":{"a":10}})", &old).size(), 1U);
}

TEST(Validate, CountsCharactersNotBytes) {
  const auto schema = compiled(R"({"type":"string","maxLength":2})").value();
  EXPECT_TRUE(messages(*schema, "{\"spec\":\"\xC3\xA4\xC3\xB6\"}").empty());
  EXPECT_EQ(messages(*schema, "{\"spec\":\"\xC3\xA4\xC3\xB6x\"}").size(), 1U);
}

TEST(Validate, WantsUniqueItems) {
  const auto schema = compiled(R"({"type":"array","uniqueItems":true,"items":{"type":"integer"}})").value();
  EXPECT_EQ(messages(*schema, R"({"spec":[1,2,1]})").size(), 1U);
  EXPECT_TRUE(messages(*schema, R"({"spec":[1,2]})").empty());
}

TEST(Defaults, FillOnlyWhereTheParentIs) {
  const auto schema =
      compiled(
          R"({"type":"object","properties":{"image":{"type":"object","properties":{"tag":{"type":"string","default":"latest"}}}}})")
          .value();
  json::Object without = object(R"({"spec":{}})");
  apply_defaults(*schema, without);
  EXPECT_EQ(without, object(R"({"spec":{}})"));
  json::Object with = object(R"({"spec":{"image":{}}})");
  apply_defaults(*schema, with);
  EXPECT_EQ(with, object(R"({"spec":{"image":{"tag":"latest"}}})"));
}

TEST(Untyped, KeepsEverythingButUnknownMetadata) {
  json::Object one = object(R"({"metadata":{"name":"x","bar":1},"spec":{"a":[{"b":null}]}})");
  const auto found = prune(*untyped("example.com/v1", "Thing"), one);
  EXPECT_EQ(found, std::vector<std::string>{"unknown field \"metadata.bar\""});
  EXPECT_EQ(one, object(R"({"metadata":{"name":"x"},"spec":{"a":[{"b":null}]}})"));
}

}  // namespace
}  // namespace rotor::apiserver::schema
