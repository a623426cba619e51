// References to generators, and what a ClusterGenerator stands for.
#include "generators/kinds.hpp"

#include <gtest/gtest.h>

#include "api/externalsecrets/crds.hpp"
#include "api/generators/crds.hpp"
#include "json/document.hpp"

namespace rotor::generators {
namespace {

struct RefCase {
  std::string_view api_version, kind, message;
};
class Reference : public testing::TestWithParam<RefCase> {};

TEST_P(Reference, IsRefusedWithTheWayOutWhenItCanLeadToNothing) {
  const auto checked =
      check_reference({std::string(GetParam().api_version), std::string(GetParam().kind), std::string("x")});
  if (GetParam().message.empty()) {
    EXPECT_TRUE(checked) << checked.error().message;
    return;
  }
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kInvalid);
  EXPECT_TRUE(checked.error().message.starts_with(GetParam().message)) << checked.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Reference,
    testing::Values(
        RefCase{"generators.external-secrets.io/v1alpha1", "Password", ""}, RefCase{"", "Fake", ""},
        RefCase{"generators.external-secrets.io/v1alpha1", "ClusterGenerator", ""},
        RefCase{"a/b/c", "Fake",
                "generatorRef has invalid APIVersion: \"a/b/c\"; write generators.external-secrets.io/v1alpha1"},
        // Row 114.
        RefCase{"external-secrets.io/v1", "Fake",
                "generatorRef may only reference the generators group, but got external-secrets.io; write apiVersion: "
                "generators.external-secrets.io/v1alpha1"},
        RefCase{"v1", "Secret", "generatorRef may only reference the generators group, but got the core group"},
        RefCase{"generators.external-secrets.io/v1", "Fake",
                "generatorRef references unknown GVK generators.external-secrets.io/v1, Kind=Fake; write apiVersion: "
                "generators.external-secrets.io/v1alpha1 and one of the kinds Fake, "},
        RefCase{"generators.external-secrets.io/v1alpha1", "Pasword",
                "generatorRef references unknown GVK generators.external-secrets.io/v1alpha1, Kind=Pasword; write"},
        RefCase{"generators.external-secrets.io/v1alpha1", "ECRAuthorizationToken",
                "the generator ECRAuthorizationToken is not built yet; these are: Fake, "}));

struct ClusterCase {
  std::string_view spec, kind, rest;  // of the spec it stands for, or the message
};
class ClusterGenerator : public testing::TestWithParam<ClusterCase> {};

TEST_P(ClusterGenerator, StandsForTheKindItNames) {
  const auto spec = json::read<api::gen::ClusterGeneratorSpec>(GetParam().spec);
  ASSERT_TRUE(spec) << spec.error().message;
  const auto meant = stands_for(*spec);
  if (GetParam().kind.empty()) {
    ASSERT_FALSE(meant);
    EXPECT_TRUE(meant.error().message.starts_with(GetParam().rest)) << meant.error().message;
    return;
  }
  ASSERT_TRUE(meant) << meant.error().message;
  EXPECT_EQ(meant->kind, GetParam().kind);
  EXPECT_EQ(meant->spec.text, GetParam().rest);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ClusterGenerator,
    testing::Values(
        ClusterCase{R"({"kind":"Fake","generator":{"fakeSpec":{"data":{"a":"1"}}}})", "Fake", R"({"data":{"a":"1"}})"},
        ClusterCase{R"({"kind":"SSHKey","generator":{"sshKeySpec":{}}})", "SSHKey", "{}"},
        ClusterCase{R"({"kind":"Password","generator":{"fakeSpec":{}}})", "",
                    "invalid ClusterGenerator: when kind is Password, PasswordSpec must be set: write "
                    "spec.generator.passwordSpec"},
        ClusterCase{R"({"kind":"UUID","generator":{"uuidSpec":null}})", "",
                    "invalid ClusterGenerator: when kind is UUID, UUIDSpec must be set"},
        ClusterCase{R"({"kind":"Nothing","generator":{"fakeSpec":{}}})", "",
                    "invalid ClusterGenerator: unknown kind Nothing; spec.kind is one of "},
        ClusterCase{R"({"kind":"MFA","generator":{"mfaSpec":{}}})", "", "the generator MFA is not built yet"}));

const json::Value& at(const json::Value& value, std::string_view path) {
  const json::Value* found = json::find(value, path);
  static const json::Value kNone;
  EXPECT_NE(found, nullptr) << path;
  return found == nullptr ? kNone : *found;
}

TEST(Kinds, AreThoseThatAReferenceMayName) {
  const auto crd = json::parse(api::es::external_secret_crd());
  ASSERT_TRUE(crd);
  const auto& schema = at(*crd, "spec.versions").as_array().at(0);
  const auto& spec = at(schema, "schema.openAPIV3Schema.properties.spec");
  const auto& names = at(spec,
                         "properties.dataFrom.items.properties.sourceRef.properties.generatorRef.properties.kind"
                         ".enum")
                          .as_array();
  EXPECT_EQ(names.size(), kinds().size() + 1);
  for (const json::Value& name : names) {
    if (name.as_string() == kClusterGenerator) continue;
    EXPECT_NE(find_kind(name.as_string()), nullptr) << name.as_string();
  }
}

TEST(GeneratorCrds, ServeEveryKindUnderItsOwnPlural) {
  std::map<std::string, std::string> served;
  for (const std::string& text : api::gen::generator_crds()) {
    const auto crd = json::parse(text);
    ASSERT_TRUE(crd);
    served[std::string(json::find_string(*crd, "spec.names.kind"))] = json::find_string(*crd, "spec.names.plural");
    EXPECT_EQ(at(*crd, "metadata.labels").as_object().at("external-secrets.io/component").as_string(), "controller");
    EXPECT_EQ(at(*crd, "spec.names.categories").as_array().at(1).as_string(), "external-secrets-generators");
  }
  for (const Kind& kind : kinds()) {
    EXPECT_EQ(served[std::string(kind.name)], kind.plural);
  }
}

TEST(GeneratorCrds, TakeEveryMemberThatAClusterGeneratorMayHave) {
  for (const std::string& text : api::gen::generator_crds()) {
    const auto crd = json::parse(text);
    ASSERT_TRUE(crd);
    if (json::find_string(*crd, "spec.names.kind") != kClusterGenerator) continue;
    const auto& version = at(*crd, "spec.versions").as_array().at(0);
    const auto& members = at(version, "schema.openAPIV3Schema.properties.spec.properties.generator.properties");
    EXPECT_EQ(members.as_object().size(), kinds().size());
    for (const Kind& kind : kinds()) EXPECT_TRUE(members.as_object().contains(kind.member)) << kind.member;
    EXPECT_EQ(at(members, "passwordSpec.properties.length.default").as_int64(), 24);
  }
}

}  // namespace
}  // namespace rotor::generators
