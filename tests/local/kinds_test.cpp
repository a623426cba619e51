#include "local/manifests/kinds.hpp"

#include <gtest/gtest.h>

#include "json/yaml.hpp"

namespace rotor::local {
namespace {

using To = Belonging::To;

struct Case {
  const char* yaml;
  To to;
  const char* what = "";
};

class BelongingOf : public testing::TestWithParam<Case> {};

TEST_P(BelongingOf, TellsOursFromOthersAndFromMistakes) {
  const auto document = json::parse_yaml(GetParam().yaml);
  ASSERT_TRUE(document) << document.error().message;
  const Belonging belonging = belonging_of(*document);
  EXPECT_EQ(belonging.to, GetParam().to) << GetParam().yaml << ": " << belonging.what;
  EXPECT_EQ(belonging.what, GetParam().what) << GetParam().yaml;
}

INSTANTIATE_TEST_SUITE_P(
    Ours, BelongingOf,
    testing::Values(
        Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: external-secrets.io/v1beta1, kind: SecretStore, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: external-secrets.io/v1, kind: ClusterExternalSecret, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: openclaw.rocks/v1alpha1, kind: OpenClawInstance, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: generators.external-secrets.io/v1alpha1, kind: UUID, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: generators.external-secrets.io/v1alpha1, kind: MFA, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", To::kUs},
        Case{"{apiVersion: v1, kind: ConfigMap}", To::kMistake, "metadata.name is missing"}));

INSTANTIATE_TEST_SUITE_P(
    Others, BelongingOf,
    testing::Values(
        Case{"{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}", To::kOthers, "Kustomization"},
        Case{"{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: a}}", To::kOthers,
             "HelmRelease"},
        Case{"{apiVersion: v2, name: chart, version: 0.1.0}", To::kOthers},
        Case{"{replicas: 1, image: {tag: x}}", To::kOthers}, Case{"[1, 2]", To::kOthers}, Case{"text", To::kOthers},
        Case{"{apiVersion: v1, kind: Pod, metadata: {name: a}}", To::kOthers, "Pod"},
        Case{"{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}}", To::kOthers, "PersistentVolume"},
        Case{"{apiVersion: policy/v1beta1, kind: PodDisruptionBudget}", To::kOthers, "PodDisruptionBudget"},
        Case{"{apiVersion: external-secrets.io/v1alpha1, kind: PushSecret}", To::kOthers, "PushSecret"},
        Case{"{apiVersion: external-secrets.io/v1alpha1, kind: ClusterPushSecret}", To::kOthers, "ClusterPushSecret"},
        Case{"{apiVersion: admissionregistration.k8s.io/v1, kind: Webhook}", To::kOthers, "Webhook"},
        Case{"{apiVersion: kubernetes-client.io/v1, kind: ExternalSecret}", To::kOthers, "ExternalSecret"}));

INSTANTIATE_TEST_SUITE_P(
    DidYouMean, BelongingOf,
    testing::Values(
        Case{"{apiVersion: external-secrets.io/v1, kind: ExternalSecrets}", To::kMistake,
             "ExternalSecrets of external-secrets.io/v1 is not a kind that Rotor serves; did you mean `kind: "
             "ExternalSecret`?"},
        Case{"{apiVersion: external-secrets.io/v1beta1, kind: externalsecret}", To::kMistake,
             "externalsecret of external-secrets.io/v1beta1 is not a kind that Rotor serves; did you mean `kind: "
             "ExternalSecret`?"},
        Case{"{apiVersion: external-secrets.io/v1alpha1, kind: ExternalSecret}", To::kMistake,
             "ExternalSecret of external-secrets.io/v1alpha1 is not a kind that Rotor serves; did you mean "
             "`apiVersion: external-secrets.io/v1`?"},
        Case{"{apiVersion: openclaw.rocks/v1, kind: OpenClawInstance}", To::kMistake,
             "OpenClawInstance of openclaw.rocks/v1 is not a kind that Rotor serves; did you mean `apiVersion: "
             "openclaw.rocks/v1alpha1`?"},
        Case{"{apiVersion: openclaw.rocks/v1, kind: OpenclawInstances}", To::kMistake,
             "OpenclawInstances of openclaw.rocks/v1 is not a kind that Rotor serves; did you mean `apiVersion: "
             "openclaw.rocks/v1alpha1`, `kind: OpenClawInstance`?"},
        Case{"{apiVersion: external-secret.io/v1, kind: SecretStore}", To::kMistake,
             "SecretStore of external-secret.io/v1 is not a kind that Rotor serves; did you mean `apiVersion: "
             "external-secrets.io/v1`?"},
        Case{"{apiVersion: external-secrets.io, kind: ClusterSecretStore}", To::kMistake,
             "ClusterSecretStore of external-secrets.io is not a kind that Rotor serves; did you mean `apiVersion: "
             "external-secrets.io/v1`?"},
        Case{"{apiVersion: v1, kind: ExternalSecret}", To::kMistake,
             "ExternalSecret of v1 is not a kind that Rotor serves; did you mean `apiVersion: "
             "external-secrets.io/v1`?"},
        Case{"{kind: ExternalSecret}", To::kMistake,
             "apiVersion is missing; did you mean `apiVersion: external-secrets.io/v1`, `kind: ExternalSecret`?"},
        Case{"{apiVersion: external-secrets.io/v1}", To::kMistake,
             "kind is missing; external-secrets.io/v1 has SecretStore, ClusterSecretStore, ExternalSecret, "
             "ClusterExternalSecret"},
        Case{"{apiVersion: v1, kind: Configmap}", To::kMistake,
             "Configmap of v1 is not a kind that Rotor serves; did you mean `kind: ConfigMap`?"},
        Case{"{apiVersion: v1, kind: secrets}", To::kMistake,
             "secrets of v1 is not a kind that Rotor serves; did you mean `kind: Secret`?"}));

TEST(MentionsOurKinds, LooksAtApiVersionAndKindHoweverTheyAreWritten) {
  for (const char* text : {"apiVersion: external-secrets.io/v1\nkind: [", "apiVersion: v1\nkind: [",
                           "  kind: \"OpenClawInstance\"\n a:b: c", R"({"apiVersion":"openclaw.rocks/v1alpha1",)",
                           "{apiVersion: v1, kind: ConfigMap, data: {"}) {
    EXPECT_TRUE(mentions_our_kinds(text)) << text;
  }
  for (const char* text : {"", "kind: [", "kind: HelmRelease\na: [", "apiVersion: batch/v1\nkind: [",
                           "# about external-secrets.io\nx: [", "{{ include \"secret\" . }}", "apiVersion"}) {
    EXPECT_FALSE(mentions_our_kinds(text)) << text;
  }
}

}  // namespace
}  // namespace rotor::local
