// What stands in the way of Rotor, object by object.
#include "inspect/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"
#include "inspect/doctor_rights.hpp"
#include "json/yaml.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::test {
namespace {

using inspect::Diagnoses;
using inspect::Diagnosis;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

json::Value doc(std::string_view text) { return *json::parse(text); }
auto says(std::string_view text) { return Field(&Diagnosis::says, HasSubstr(std::string(text))); }
auto advises(std::string_view text) { return Field(&Diagnosis::way_out, HasSubstr(std::string(text))); }

json::Value own_crd(std::string_view name) {
  for (const std::string& text : api::crds()) {
    if (auto crd = doc(text); json::find_string(crd, "metadata.name") == name) return crd;
  }
  throw std::runtime_error("no such CRD");
}

class DoctorCrd : public testing::Test {
 protected:
  Diagnoses examine() const { return inspect::examine_crd(theirs, ours); }
  json::Object& version(std::size_t i) { return theirs.at("spec").at("versions").at(i).as_object(); }

  const json::Value ours = own_crd("externalsecrets.external-secrets.io");
  json::Value theirs = ours;
};

TEST_F(DoctorCrd, OfRotorsOwnNothingIsWrong) { EXPECT_THAT(examine(), IsEmpty()); }

TEST_F(DoctorCrd, IsOlderWhenItKnowsFewerFieldsOfASpec) {
  auto& spec = version(0).at("schema").at("openAPIV3Schema").at("properties").at("spec").at("properties").as_object();
  spec.erase("syncWindows");
  EXPECT_THAT(examine(), ElementsAre(AllOf(says("knows no spec.syncWindows,"), advises("--force-conflicts"))));
  spec.at("dataFrom").at("items").at("properties").as_object().erase("rewrite");
  EXPECT_THAT(examine(), ElementsAre(says("spec.dataFrom[].rewrite")));
}

TEST_F(DoctorCrd, OfANewerOperatorIsNoneTheWorse) {
  auto& spec = version(0).at("schema").at("openAPIV3Schema").at("properties").at("spec").at("properties").as_object();
  spec["somethingNew"] = json::Object{{"type", "string"}};
  EXPECT_THAT(examine(), IsEmpty());
}

TEST_F(DoctorCrd, IsAskedWhatItServes) {
  const std::string name(json::find_string(version(0), "name"));
  version(0)["served"] = false;
  EXPECT_THAT(examine(), ElementsAre(says("does not serve " + name)));
}

TEST_F(DoctorCrd, TellsOfVersionsThatTheApiServerWouldRefuseToLose) {
  theirs.as_object()["status"] = json::Object{{"storedVersions", json::Array{"v1alpha1", "v1"}}};
  EXPECT_THAT(examine(), ElementsAre(AllOf(says("stored as v1alpha1"), advises("kubectl get externalsecrets -A"))));
}

TEST_F(DoctorCrd, TellsWhoConvertsIt) {
  theirs.at("spec").as_object()["conversion"] =
      doc(R"({"strategy":"Webhook","webhook":{"clientConfig":{"service":{"namespace":"es","name":"es-webhook"}}}})");
  EXPECT_THAT(examine(), ElementsAre(says("Service es/es-webhook")));
}

TEST_F(DoctorCrd, TellsOfTheReleaseThatWouldTakeItAway) {
  auto& metadata = theirs.at("metadata").as_object();
  metadata["annotations"] = doc(R"({"meta.helm.sh/release-name":"es","meta.helm.sh/release-namespace":"tools"})");
  EXPECT_THAT(examine(), ElementsAre(AllOf(says("Helm release tools/es"), advises("-l owner=helm,name=es"))));
  metadata["annotations"].as_object()["helm.sh/resource-policy"] = "keep";
  EXPECT_THAT(examine(), IsEmpty());
}

TEST(DoctorUnknownKind, CountsOnlyWhenThereAreObjects) {
  const json::Value crd = doc(R"({"metadata":{"name":"mfas.x"},"spec":{"names":{"kind":"MFA"}}})");
  EXPECT_THAT(inspect::examine_unknown_kind(crd, 0), IsEmpty());
  EXPECT_THAT(inspect::examine_unknown_kind(crd, 3), ElementsAre(says("3 of them, and Rotor has no MFA yet")));
}

json::Value deployment(std::string_view image, int replicas) {
  json::Value out = doc(R"({"metadata":{"namespace":"tools","name":"d"},"spec":{"template":{"spec":{}}}})");
  out.at("spec").as_object()["replicas"] = replicas;
  out.at("spec").at("template").at("spec").as_object()["containers"] = json::Array{json::Object{{"image", image}}};
  return out;
}

TEST(DoctorOperators, AreKnownByTheirImagesWhereverTheyWerePulledFrom) {
  using inspect::examine_deployment;
  EXPECT_THAT(
      examine_deployment(deployment("mirror.corp/external-secrets/external-secrets:v2.9.0", 1)),
      ElementsAre(AllOf(says("External Secrets Operator"), advises("-n tools scale deployment d --replicas=0"))));
  EXPECT_THAT(examine_deployment(deployment("ghcr.io/openclaw-rocks/openclaw-operator@sha256:0", 2)),
              ElementsAre(says("OpenClaw operator")));
  EXPECT_THAT(examine_deployment(deployment("ghcr.io/stakater/reloader:v1", 1)), ElementsAre(says("Reloader")));
  EXPECT_THAT(examine_deployment(deployment("ghcr.io/external-secrets/external-secrets:v2", 0)), IsEmpty())
      << "stopped";
  EXPECT_THAT(examine_deployment(deployment("nginx", 1)), IsEmpty());
}

TEST(DoctorOperators, OfRotorsOwnTheNameOfTheLeaseIsRead) {
  using inspect::lease_of_rotor;
  json::Value rotors = deployment("registry.corp/rotor:1", 2);
  auto& container = rotors.at("spec").at("template").at("spec").at("containers").at(0).as_object();
  container["args"] = json::Array{"operator", "--leader-elect", "--leader-election-id=mine"};
  EXPECT_EQ(lease_of_rotor(rotors), "") << "whose it is, the label says";
  rotors.at("metadata").as_object()["labels"] = json::Object{{"app.kubernetes.io/name", "rotor"}};
  EXPECT_EQ(lease_of_rotor(rotors), "mine");
  container["args"] = json::Array{"operator", 7, "--leader-elect"};
  EXPECT_EQ(lease_of_rotor(rotors), "");
}

TEST(DoctorWebhooks, AreLeftOversWhenTheyAreNotOurs) {
  const auto configuration = [](std::string_view name, std::string_view labels) {
    return doc(R"({"metadata":{"name":")" + std::string(name) + R"(","labels":)" + std::string(labels) + "}}");
  };
  using inspect::examine_webhook_configuration;
  EXPECT_THAT(examine_webhook_configuration(configuration("secretstore-validate", "{}")),
              ElementsAre(advises("delete validatingwebhookconfiguration secretstore-validate")));
  EXPECT_THAT(
      examine_webhook_configuration(configuration("secretstore-validate", R"({"app.kubernetes.io/name":"rotor"})")),
      IsEmpty());
  EXPECT_THAT(examine_webhook_configuration(configuration("somebody-elses", "{}")), IsEmpty());
}

TEST(DoctorObjects, SayWhatRotorHasNot) {
  const json::Value store = doc(R"({"metadata":{"namespace":"shop","name":"s"},"spec":{"provider":{"ibm":{}}}})");
  EXPECT_THAT(
      inspect::examine_store(store, {"aws", "vault"}),
      ElementsAre(AllOf(Field(&Diagnosis::object, "secretstore/shop/s"), says("provider ibm"), says("aws, vault"))));
  EXPECT_THAT(inspect::examine_store(store, {"ibm"}), IsEmpty());
  const json::Value cluster = doc(R"({"metadata":{"name":"s"},"spec":{"provider":{"ibm":{}}}})");
  EXPECT_THAT(inspect::examine_store(cluster, {}), ElementsAre(Field(&Diagnosis::object, "clustersecretstore/s")));

  const json::Value pushed_to = doc(R"({"metadata":{"namespace":"shop","name":"s","finalizers":["a/b",
      "secretstore.externalsecrets.io/finalizer"]},"spec":{"provider":{"aws":{}}}})");
  EXPECT_THAT(inspect::examine_store(pushed_to, {"aws"}), ElementsAre(says("nobody takes it off")));
  const json::Value kept = doc(R"({"metadata":{"name":"s","finalizers":["a/b", 7]},"spec":{"provider":{"aws":{}}}})");
  EXPECT_THAT(inspect::examine_store(kept, {"aws"}), IsEmpty());

  const auto generated = [](std::string_view kind) {
    return doc(
        R"({"metadata":{"namespace":"shop","name":"e"},"spec":{"dataFrom":[{"sourceRef":{"generatorRef":{"kind":")" +
        std::string(kind) + R"(","name":"g"}}}]}})");
  };
  EXPECT_THAT(inspect::examine_external_secret(generated("Grafana")), ElementsAre(says("generator Grafana")));
  EXPECT_THAT(inspect::examine_external_secret(generated("Password")), IsEmpty());
  EXPECT_THAT(inspect::examine_external_secret(generated("ClusterGenerator")), IsEmpty());
  EXPECT_THAT(inspect::examine_external_secret(doc(R"({"metadata":{"name":"e"}})")), IsEmpty());

  const json::Value instance =
      doc(R"({"metadata":{"namespace":"ai","name":"a"},"spec":{"autoUpdate":{"enabled":true}}})");
  EXPECT_THAT(inspect::examine_instance(instance), ElementsAre(says("spec.autoUpdate is not built")));
  EXPECT_THAT(inspect::examine_instance(doc(R"({"metadata":{"name":"a"},"spec":{}})")), IsEmpty());
}

TEST(DoctorObjects, OfAnyShapeAreNoTrouble) {
  for (const char* text : {"{}", "[]", "7", R"({"spec":7})", R"({"spec":{"provider":[],"dataFrom":{},"replicas":"x"}})",
                           R"({"spec":{"dataFrom":[1,null],"versions":7,"template":{"spec":{"containers":[7]}}}})"}) {
    const json::Value odd = doc(text);
    EXPECT_THAT(inspect::examine_store(odd, {}), IsEmpty());
    EXPECT_THAT(inspect::examine_external_secret(odd), IsEmpty());
    EXPECT_THAT(inspect::examine_instance(odd), IsEmpty());
    EXPECT_THAT(inspect::examine_deployment(odd), IsEmpty());
    EXPECT_THAT(inspect::examine_webhook_configuration(odd), IsEmpty());
    EXPECT_THAT(inspect::examine_crd(odd, odd), IsEmpty());
  }
}

TEST(Doctor, TellsOfARotorThatDoesNotRun) {
  const auto rotor = [](std::string_view replicas, std::string_view status) {
    return doc(
        R"({"metadata":{"namespace":"r","name":"rotor","labels":{"app.kubernetes.io/name":"rotor"}},"spec":{"replicas":)" +
        std::string(replicas) + R"(,"template":{"spec":{"containers":[{"image":"rotor"}]}}},"status":)" +
        std::string(status) + "}");
  };
  EXPECT_THAT(
      inspect::examine_deployment(rotor("0", "{}")),
      ElementsAre(AllOf(says("is scaled to 0"),
                        Field(&Diagnosis::way_out, HasSubstr("kubectl -n r scale deployment rotor --replicas=1")))));
  EXPECT_THAT(inspect::examine_deployment(rotor("2", R"({"observedGeneration":1,"replicas":2})")),
              ElementsAre(says("none of its pods is ready")));
  EXPECT_THAT(inspect::examine_deployment(rotor("2", R"({"observedGeneration":1,"availableReplicas":1})")), IsEmpty());
  EXPECT_THAT(inspect::examine_deployment(rotor("2", "{}")), IsEmpty()) << "not seen yet";
}

TEST(DoctorText, SaysOnceWhatIsTrueOfMany) {
  Diagnoses many;
  for (int i = 0; i < 5; ++i)
    many.push_back({"objects", "secretstore/shop/s" + std::to_string(i), "x is not built", "y"});
  const std::string text = inspect::doctor_text(many);
  EXPECT_EQ(text,
            "objects  secretstore/shop/s0: x is not built\n"
            "         → y\n"
            "         and secretstore/shop/s1\n"
            "         and secretstore/shop/s2\n"
            "         and 2 more, see -o json\n"
            "\n"
            "5 things are in the way of Rotor\n");
  EXPECT_EQ(inspect::doctor_text({}), "nothing is in the way of Rotor\n");
  EXPECT_EQ(
      json::serialize(inspect::doctor_document({many.front()})),
      R"({"ready":false,"findings":[{"check":"objects","object":"secretstore/shop/s0","says":"x is not built","wayOut":"y"}]})");
}

// (group, resource, verb) of the rules of a ClusterRole.
std::set<std::string> rules_of(const json::Value& role) {
  std::set<std::string> out;
  for (const json::Value& rule : role.at("rules").as_array()) {
    for (const json::Value& group : rule.at("apiGroups").as_array()) {
      for (const json::Value& resource : rule.at("resources").as_array()) {
        for (const json::Value& verb : rule.at("verbs").as_array()) {
          out.insert(std::string(group.as_string()) + "/" + std::string(resource.as_string()) + " " +
                     std::string(verb.as_string()));
        }
      }
    }
  }
  return out;
}

// deploy/rbac.yaml has those that a flag brings as comments.
std::vector<std::string> shipped_features() {
  std::vector<std::string> out;
  for (const std::string_view feature : inspect::doctor_features()) {
    if (feature != "metrics-auth") out.emplace_back(feature);
  }
  return out;
}

TEST(DoctorRights, AreThoseThatAreShipped) {
  const auto documents = json::parse_yaml_stream(read_file(source_path("deploy/rbac.yaml")));
  ASSERT_TRUE(documents);
  std::set<std::string> shipped;
  for (const json::YamlDocument& document : *documents) {
    const std::string_view kind = json::find_string(document.value, "kind");
    if (kind == "ClusterRole" || kind == "Role") shipped.merge(rules_of(document.value));
  }
  std::set<std::string> asked;
  for (const inspect::Right& right : inspect::rights_of(shipped_features())) {
    asked.insert(std::string(right.group) + "/" + std::string(right.resource) + " " + std::string(right.verb));
  }
  EXPECT_EQ(asked, shipped);
}

TEST(DoctorRights, AreFewerWithoutAFeature) {
  for (const inspect::Right& right : inspect::rights_of({"secrets"})) {
    EXPECT_NE(right.group, "openclaw.rocks");
    EXPECT_THAT(right.resource, testing::Not(HasSubstr("cluster")));
  }
  EXPECT_THAT(inspect::rights_of({}), IsEmpty());
}

TEST(DoctorRights, OfAFeatureAreThoseOfItsPartsToo) {
  const inspect::Right patch{"external-secrets.io", "secretstores/status", "patch"};
  EXPECT_THAT(inspect::rights_of({"secrets"}), testing::Contains(patch));
  EXPECT_THAT(inspect::rights_of({"secrets/stores"}), testing::Contains(patch));
  EXPECT_THAT(inspect::rights_of({"secrets/tokens"}),
              ElementsAre(inspect::Right{"", "serviceaccounts/token", "create"}));
  const auto parts = inspect::rights_of({"cluster/stores", "cluster/externalsecrets", "cluster/generators"});
  EXPECT_EQ(parts, inspect::rights_of({"cluster"}));
}

TEST(DoctorRights, ReachTheKeyOfDigestsInRotorsOwnNamespace) {
  for (const char* feature : {"secrets", "openclaw"}) {
    EXPECT_THAT(inspect::rights_of({feature}),
                testing::Contains(inspect::Right{"", "secrets", "get", "rotor-rotation-key", true}));
    EXPECT_THAT(inspect::rights_of({feature}), testing::Contains(inspect::Right{"", "secrets", "create", "", true}));
  }
}

TEST(DoctorRights, AreAskedForByTheNamesThatTheyAreLimitedTo) {
  const auto asked = [](const inspect::Right& right, const inspect::RightsOf& whose) {
    return std::string(json::find_string(doc(inspect::review_of(right, whose)), "spec.resourceAttributes.name"));
  };
  std::set<std::string> leases, hooks;
  for (const inspect::Right& right : inspect::rights_of({"leader", "webhook"})) {
    if (right.resource == "leases") leases.insert(asked(right, {{}, "rotor-system", "mine"}));
    if (right.resource == "validatingwebhookconfigurations") hooks.insert(asked(right, {}));
  }
  EXPECT_THAT(leases, ElementsAre("", "mine")) << "what is created has no name yet";
  EXPECT_THAT(hooks,
              ElementsAre("externalsecret-validate", "openclaw-operator-validating-webhook", "secretstore-validate"));
  const inspect::Right usual{"coordination.k8s.io", "leases", "patch", "external-secrets-controller", true};
  EXPECT_EQ(asked(usual, {{}, "rotor-system"}), "external-secrets-controller");
}

TEST(DoctorRights, AreAskedForOfOneselfOrOfAServiceAccount) {
  const inspect::Right status{"external-secrets.io", "secretstores/status", "patch"};
  const json::Value self = doc(inspect::review_of(status, {{}, "shop"}));
  EXPECT_EQ(json::find_string(self, "kind"), "SelfSubjectAccessReview");
  EXPECT_EQ(
      json::serialize(*json::find(self, "spec.resourceAttributes")),
      R"({"group":"external-secrets.io","resource":"secretstores","verb":"patch","namespace":"shop","name":"","subresource":"status"})");
  const json::Value other = doc(inspect::review_of(status, {kube::Key{"rotor-system", "rotor"}, ""}));
  EXPECT_EQ(json::find_string(other, "kind"), "SubjectAccessReview");
  EXPECT_EQ(json::find_string(other, "spec.user"), "system:serviceaccount:rotor-system:rotor");
}

TEST(DoctorRights, ThatAreMissingAreNamedByVerbAndResource) {
  const Diagnoses found =
      inspect::missing_rights({{"", "secrets", "get"}, {"", "secrets", "patch"}, {"apps", "statefulsets", "create"}},
                              {kube::Key{"r", "rotor"}, "shop"});
  EXPECT_THAT(found,
              UnorderedElementsAre(AllOf(Field(&Diagnosis::object, "secrets"),
                                         says("ServiceAccount r/rotor may not get, patch them in namespace shop")),
                                   AllOf(Field(&Diagnosis::object, "statefulsets.apps"), says("may not create them"))));
}

}  // namespace
}  // namespace rotor::test
