#include <algorithm>

#include <gtest/gtest.h>

#include "api/core/secret.hpp"
#include "api/externalsecrets/crds.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "json/document.hpp"

namespace rotor::api::es {
namespace {

const json::Value& at(const json::Value& value, std::string_view path) {
  const json::Value* found = json::find(value, path);
  EXPECT_NE(found, nullptr) << path;
  static const json::Value kNone;
  return found == nullptr ? kNone : *found;
}

json::Value schema_of(const std::string& crd, std::string_view version) {
  const auto document = json::parse(crd);
  EXPECT_TRUE(document);
  for (const auto& v : at(*document, "spec.versions").as_array()) {
    if (json::find_string(v, "name") == version) return at(v, "schema.openAPIV3Schema.properties.spec");
  }
  ADD_FAILURE() << "no version " << version;
  return {};
}

TEST(ExternalSecretKind, ReadsTheDocumentedManifest) {
  const auto es = json::read<ExternalSecret>(R"({"apiVersion":"external-secrets.io/v1beta1","kind":"ExternalSecret",
    "metadata":{"name":"openclaw-api-keys","namespace":"openclaw"},
    "spec":{"refreshInterval":"1h","secretStoreRef":{"name":"aws-secrets","kind":"SecretStore"},
      "target":{"name":"openclaw-api-keys","creationPolicy":"Owner"},
      "data":[{"secretKey":"ANTHROPIC_API_KEY","remoteRef":{"key":"openclaw/api-keys","property":"anthropic"}}]},
    "status":{"refreshTime":null}})");
  ASSERT_TRUE(es) << es.error().message;
  EXPECT_EQ(es->target_name(), "openclaw-api-keys");
  EXPECT_EQ(es->spec.secret_store_ref->name, "aws-secrets");
  EXPECT_EQ(es->spec.data.at(0).remote_ref.property, "anthropic");
  EXPECT_EQ(es->status.refresh_time, "");
}

TEST(ExternalSecretKind, TellsAnEmptyTemplateFromNone) {
  EXPECT_FALSE(json::read<ExternalSecret>(R"({"spec":{"target":{}}})")->spec.target.tmpl);
  EXPECT_TRUE(json::read<ExternalSecret>(R"({"spec":{"target":{"template":{}}}})")->spec.target.tmpl);
}

TEST(ExternalSecretKind, NamesTheFieldThatCannotBeRead) {
  const auto es = json::read<ExternalSecret>(R"({"spec":{"data":[{"secretKey":5}]}})");
  ASSERT_FALSE(es);
  EXPECT_TRUE(es.error().message.contains("spec.data[0].secretKey")) << es.error().message;
}

TEST(ExternalSecretCrd, LeavesStrategiesToTheControllerInV1AndDefaultsThemInV1beta1_Row193) {
  const std::string crd = external_secret_crd();
  const std::string remote_ref = "properties.data.items.properties.remoteRef.properties.";
  for (const std::string_view field : {"conversionStrategy", "decodingStrategy", "metadataPolicy"}) {
    const std::string path = remote_ref + std::string(field);
    const json::Value v1 = schema_of(crd, "v1");
    const json::Value beta = schema_of(crd, "v1beta1");
    EXPECT_FALSE(at(v1, path).as_object().contains("default")) << field;
    EXPECT_TRUE(at(beta, path).as_object().contains("default")) << field;
  }
  EXPECT_EQ(json::find(schema_of(crd, "v1beta1"), "properties.syncWindows"), nullptr);
  EXPECT_NE(json::find(schema_of(crd, "v1"), "properties.syncWindows"), nullptr);
  EXPECT_EQ(at(schema_of(crd, "v1"), "properties.refreshInterval.default").as_string(), "1h0m0s");
}

TEST(ExternalSecretCrd, StoresV1AndSelectsByTheSameFourFieldsInBothVersions) {
  const auto crd = json::parse(external_secret_crd());
  ASSERT_TRUE(crd);
  EXPECT_EQ(json::find_string(*crd, "metadata.name"), "externalsecrets.external-secrets.io");
  const auto& versions = at(*crd, "spec.versions").as_array();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_TRUE(versions[0].at("storage").as_bool());
  EXPECT_TRUE(versions[1].at("served").as_bool());
  EXPECT_FALSE(versions[1].at("storage").as_bool());
  EXPECT_EQ(versions[0].at("selectableFields").as_array().size(), 4U);
  auto of_v1 = versions[0].at("selectableFields").as_array();
  std::ranges::reverse(of_v1);  // in another order: kube-apiserver takes equal lists out of the versions and then
  EXPECT_EQ(versions[1].at("selectableFields").as_array(), of_v1);  // refuses them for want of one schema
}

TEST(StoreCrd, TakesExactlyOneProviderAndKeepsItsBlock) {
  for (const std::string& crd : {secret_store_crd(), cluster_secret_store_crd()}) {
    for (const std::string_view version : {"v1", "v1beta1"}) {
      const json::Value spec = schema_of(crd, version);
      const json::Value& provider = at(spec, "properties.provider");
      EXPECT_EQ(provider.at("minProperties").as_int64(), 1);
      EXPECT_EQ(provider.at("maxProperties").as_int64(), 1);
      EXPECT_TRUE(provider.at("x-kubernetes-preserve-unknown-fields").as_bool());
    }
  }
}

TEST(StoreKind, KeepsTheProvidersBlockAsWritten) {
  const auto store = json::read<SecretStore>(R"({"spec":{"provider":{"aws":{"region":"us-east-1", "x": 1.10}}}})");
  ASSERT_TRUE(store);
  EXPECT_EQ(store->spec.provider.at("aws").text, R"({"region":"us-east-1", "x": 1.10})");
}

struct IntervalCase {
  std::string_view json;
  std::optional<Duration> expected;
  std::string_view error = {};
};
class StoreInterval : public testing::TestWithParam<IntervalCase> {};

// Integers are seconds, strings are durations, a quoted number is neither.
TEST_P(StoreInterval, IsSecondsOrADuration_Row134) {
  const auto parsed = parse_store_interval(json::Raw{std::string(GetParam().json)});
  ASSERT_EQ(parsed.has_value(), GetParam().expected.has_value());
  if (parsed) {
    EXPECT_EQ(*parsed, *GetParam().expected);
  } else {
    EXPECT_TRUE(parsed.error().message.starts_with(GetParam().error)) << parsed.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, StoreInterval,
    testing::Values(IntervalCase{"10", std::chrono::seconds(10)}, IntervalCase{"\"90s\"", std::chrono::seconds(90)},
                    IntervalCase{"null", Duration::zero()}, IntervalCase{"0", Duration::zero()},
                    IntervalCase{"\"10\"", std::nullopt, "invalid refreshInterval \"10\": "},
                    IntervalCase{"-1", std::nullopt, "invalid refreshInterval -1: must not be negative"},
                    IntervalCase{"\"-5m\"", std::nullopt, "invalid refreshInterval \"-5m\": must not be negative"},
                    IntervalCase{"1.5", std::nullopt, "invalid refreshInterval 1.5: "},
                    IntervalCase{"true", std::nullopt, "invalid refreshInterval: "},
                    IntervalCase{"99999999999999999999", std::nullopt,
                                 "invalid refreshInterval 99999999999999999999: "}));

TEST(ExternalSecretKind, HasTwoTypesOfConditionsInV1AndAnyInV1beta1) {
  const auto document = json::parse(external_secret_crd());
  ASSERT_TRUE(document);
  for (const auto& version : at(*document, "spec.versions").as_array()) {
    const auto& condition = at(version, "schema.openAPIV3Schema.properties.status.properties.conditions.items");
    const json::Value* types = json::find(condition, "properties.type.enum");
    if (json::find_string(version, "name") == "v1") {
      ASSERT_NE(types, nullptr);
      EXPECT_EQ(json::serialize(*types), R"(["Ready","Deleted"])");
    } else {
      EXPECT_EQ(types, nullptr);
    }
  }
}

TEST(StoreIntervalAbsent, IsZero) { EXPECT_EQ(*parse_store_interval(std::nullopt), Duration::zero()); }

TEST(SecretKind, ReadsAndWritesDataAsBase64) {
  const auto secret = json::read<Secret>(R"({"metadata":{"name":"a"},"data":{"k":"djE="},"type":"Opaque"})");
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->data.at("k").reveal(), "v1");
  EXPECT_TRUE(json::write(*secret).contains(R"("data":{"k":"djE="})"));
}

}  // namespace
}  // namespace rotor::api::es
