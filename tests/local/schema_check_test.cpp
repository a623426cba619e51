#include "local/manifests/schema_check.hpp"

#include <gtest/gtest.h>

#include "json/yaml.hpp"

namespace rotor::local {
namespace {

struct Case {
  const char* yaml;
  const char* expected;  // "": none
};

TEST(SchemaCheck, NamesTheFieldThatWasProbablyMeantByAnUnknownOne) {
  const auto schemas = SchemaCheck::make();
  ASSERT_TRUE(schemas) << schemas.error().message;
  for (const auto& [yaml, expected] : {
           Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {dataForm: []}}",
                "did you mean \"dataFrom\" for spec.dataForm?"},
           Case{"{apiVersion: external-secrets.io/v1beta1, kind: ExternalSecret, spec: {data: [{secretkey: a}]}}",
                "did you mean \"secretKey\" for spec.data[0].secretkey?"},
           Case{"{apiVersion: external-secrets.io/v1, kind: SecretStore, spec: {retrySettings: {maxRetrys: 1}}}",
                "did you mean \"maxRetries\" for spec.retrySettings.maxRetrys?"},
           Case{"{apiVersion: openclaw.rocks/v1alpha1, kind: OpenClawInstance, spec: {envform: []}}",
                "did you mean \"envFrom\" for spec.envform?"},
           Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {data: [{remoteRef: {version: 1}}]}}",
                "write spec.data[0].remoteRef.version: \"1\", in quotes: without them 1 is no text"},
           Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {target: {template: {data: {a: "
                "true}}}}}",
                "write spec.target.template.data.a: \"true\", in quotes: without them true is no text"},
           Case{"{apiVersion: openclaw.rocks/v1alpha1, kind: OpenClawInstance, spec: {env: [{name: A, value: 8080}]}}",
                "write spec.env[0].value: \"8080\", in quotes: without them 8080 is no text"},
           Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {somethingElse: 1}}", ""},
           Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {data: []}}", ""},
           Case{"{apiVersion: v1, kind: ConfigMap, dta: {}}", ""},
       }) {
    const auto meant = schemas->meant(json::parse_yaml(yaml)->as_object());
    EXPECT_EQ(meant.empty() ? "" : meant[0], expected) << yaml;
  }
}

}  // namespace
}  // namespace rotor::local
