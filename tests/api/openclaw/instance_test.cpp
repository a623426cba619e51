#include "api/openclaw/instance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/service.hpp"
#include "api/openclaw/rules.hpp"
#include "json/document.hpp"

namespace rotor::api {
namespace {

using testing::HasSubstr;

TEST(OpenClawInstanceType, ReadsTheDocumentedManifest) {
  const auto instance = json::read<OpenClawInstance>(R"({
    "apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance",
    "metadata": {"name": "my-assistant", "namespace": "openclaw"},
    "spec": {"envFrom": [{"secretRef": {"name": "openclaw-api-keys"}}],
      "security": {"rbac": {"createServiceAccount": true,
        "serviceAccountAnnotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/openclaw-role"}}}}})");
  ASSERT_TRUE(instance) << instance.error().message;
  EXPECT_EQ(instance->metadata.key().text(), "openclaw/my-assistant");
  ASSERT_EQ(instance->spec.env_from.size(), 1U);
  EXPECT_EQ(instance->spec.env_from[0].secret_ref->name, "openclaw-api-keys");
  EXPECT_EQ(instance->spec.security->rbac->service_account_annotations.at("eks.amazonaws.com/role-arn"),
            "arn:aws:iam::123456789012:role/openclaw-role");
}

TEST(OpenClawInstanceType, KeepsAUsersContainerAsWritten) {
  const std::string_view text =
      R"({"env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":true}}}],"image":"x:1",)"
      R"("livenessProbe":{"httpGet":{"port":1}},"name":"x","resources":{"limits":{"cpu":1,"memory":"1Gi"}},"stdin":true})";
  const auto container = json::read<Container>(text);
  ASSERT_TRUE(container) << container.error().message;
  EXPECT_EQ(json::write(*container), text);
}

TEST(OpenClawInstanceType, NamesTheFieldOfAWrongType) {
  const auto instance = json::read<OpenClawInstance>(R"({"spec": {"env": [{"name": 1}]}})");
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().code, Code::kInvalid);
  EXPECT_THAT(instance.error().message, HasSubstr("spec.env[0].name"));
}

TEST(OpenClawInstanceCrd, IsJsonWithTheStatusSubresourceAndTheColumns) {
  const auto crd = json::parse(openclaw_instance_crd());
  ASSERT_TRUE(crd) << crd.error().message;
  EXPECT_EQ(json::find_string(*crd, "metadata.name"), "openclawinstances.openclaw.rocks");
  const json::Value& version = json::find(*crd, "spec.versions")->as_array()[0];
  EXPECT_NE(json::find(version, "subresources.status"), nullptr);
  EXPECT_EQ(version.at("additionalPrinterColumns").as_array().size(), 4U);
}

const json::Value& spec_schema(const json::Value& crd) {
  return *json::find(json::find(crd, "spec.versions")->as_array()[0], "schema.openAPIV3Schema.properties.spec");
}

TEST(OpenClawInstanceCrd, CarriesEveryListedRuleVerbatim) {
  const auto crd = json::parse(openclaw_instance_crd());
  const json::Value* rules = json::find(spec_schema(*crd), "properties.image.x-kubernetes-validations");
  ASSERT_NE(rules, nullptr);
  ASSERT_EQ(rules->as_array().size(), kOpenClawInstanceRules.size());
  EXPECT_EQ(rules->as_array()[0].at("rule").as_string(), kOpenClawInstanceRules[0].rule);
  EXPECT_EQ(rules->as_array()[0].at("message").as_string(), kOpenClawInstanceRules[0].message);
}

TEST(OpenClawInstanceCrd, AcceptsEveryDocumentedBlock) {
  const auto crd = json::parse(openclaw_instance_crd());
  const json::Object& properties = spec_schema(*crd).at("properties").as_object();
  for (const char* name : {"registry",
                           "image",
                           "config",
                           "envFrom",
                           "env",
                           "resources",
                           "shareProcessNamespace",
                           "suspended",
                           "podAnnotations",
                           "availability",
                           "initContainers",
                           "sidecars",
                           "sidecarVolumes",
                           "extraVolumes",
                           "extraVolumeMounts",
                           "security",
                           "storage",
                           "gateway",
                           "networking",
                           "probes",
                           "observability",
                           "workspace",
                           "skills",
                           "skillPackUpdatePolicy",
                           "plugins",
                           "runtimeDeps",
                           "chromium",
                           "tailscale",
                           "ollama",
                           "webTerminal",
                           "backup",
                           "restoreFrom",
                           "autoUpdate",
                           "selfConfigure"}) {
    EXPECT_TRUE(properties.contains(name)) << name;
  }
  EXPECT_TRUE(properties.at("probes").at("nullable").as_bool());
  EXPECT_EQ(properties.at("env").at("x-kubernetes-list-type").as_string(), "map");
  EXPECT_EQ(properties.at("skills").at("x-kubernetes-list-type").as_string(), "set");
}

}  // namespace
}  // namespace rotor::api
