#include "local/manifests/apply_manifests.hpp"

#include <gtest/gtest.h>

#include "json/yaml.hpp"
#include "local/manifests/manifest_sync.hpp"

namespace rotor::local {
namespace {

Manifest manifest(const std::string& yaml, std::string file = "a.yaml") {
  return {json::parse_yaml(yaml)->as_object(), file + ":1", file};
}
Manifest config_map(const std::string& name, const std::string& value = "1", std::string file = "a.yaml") {
  return manifest("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {k: '" + value + "'}}",
                  std::move(file));
}
Standing standing(const std::vector<Manifest>& manifests) {
  Standing out;
  for (const Manifest& m : manifests) out.emplace(id_of(m), m);
  return out;
}
std::string names(const std::vector<Manifest>& manifests) {
  std::string out;
  for (const Manifest& m : manifests) out += id_of(m).text() + ";";
  return out;
}
std::string changes(const Standing& before, const Manifests& fresh) {
  const ManifestChanges c = changes_between(before, fresh);
  return "+" + names(c.added) + " ~" + names(c.changed) + " -" + names(c.removed);
}
Manifests reading(std::vector<Manifest> good) { return {std::move(good), {}, {}}; }

TEST(ManifestChanges, AreWhatWasAddedChangedAndRemoved) {
  const Standing before = standing({config_map("same"), config_map("edited"), config_map("gone")});
  EXPECT_EQ(changes(before, reading({config_map("same"), config_map("edited", "2"), config_map("fresh")})),
            "+ConfigMap default/fresh; ~ConfigMap default/edited; -ConfigMap default/gone;");
}

TEST(ManifestChanges, DoNotRemoveWhatAnotherFileStillHas) {
  EXPECT_EQ(changes(standing({config_map("a")}), reading({config_map("a", "1", "b.yaml")})), "+ ~ -");
}

TEST(ManifestChanges, KeepWhatStoodInAFileThatIsBrokenNow) {
  Manifests fresh = reading({});
  fresh.broken.push_back({"a.yaml", {Code::kInvalid, "a.yaml: broken"}});
  EXPECT_EQ(changes(standing({config_map("kept"), config_map("gone", "1", "b.yaml")}), fresh),
            "+ ~ -ConfigMap default/gone;");
}

TEST(ManifestChanges, NeverRemoveANamespaceOrACrd) {
  const Standing before = standing(
      {manifest("{apiVersion: v1, kind: Namespace, metadata: {name: n}}"),
       manifest("{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}}")});
  EXPECT_EQ(changes(before, reading({})), "+ ~ -");
}

TEST(ManifestChanges, TakeTheLaterOfTwoDocumentsForOneObject) {
  EXPECT_EQ(changes(standing({config_map("a", "2")}), reading({config_map("a", "1"), config_map("a", "2")})), "+ ~ -");
}

TEST(ManifestChanges, SeeAnotherVersionOfAKindAsTheSameObject) {
  const auto es = [](const std::string& version) {
    return manifest("{apiVersion: external-secrets.io/" + version + ", kind: ExternalSecret, metadata: {name: e}}");
  };
  EXPECT_EQ(changes(standing({es("v1beta1")}), reading({es("v1")})), "+ ~ExternalSecret default/e; -");
}

TEST(Manifests, AreAppliedWithReadersBehindWhatTheyRead) {
  const auto of = [](const std::string& kind, const std::string& name) {
    return manifest("{apiVersion: external-secrets.io/v1, kind: " + kind + ", metadata: {name: " + name + "}}");
  };
  const Manifest bot = manifest("{apiVersion: openclaw.rocks/v1alpha1, kind: OpenClawInstance, metadata: {name: bot}}");
  const Manifest ns = manifest("{apiVersion: v1, kind: Namespace, metadata: {name: space}}");
  EXPECT_EQ(names(in_order({bot, of("ExternalSecret", "b"), of("ExternalSecret", "a"), config_map("z"),
                            of("SecretStore", "s"), ns, of("ClusterExternalSecret", "all"), config_map("w")})),
            "Namespace space;ConfigMap default/z;SecretStore default/s;ConfigMap default/w;ClusterExternalSecret all;"
            "ExternalSecret default/b;ExternalSecret default/a;OpenClawInstance default/bot;");
}

TEST(NothingToRun, IsSaidWithWhatGoesOnAllTheSame) {
  const auto es = [](const std::string& name) {
    return manifest("{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: " + name + "}}");
  };
  const Manifest bot = manifest("{apiVersion: openclaw.rocks/v1alpha1, kind: OpenClawInstance, metadata: {name: b}}");
  EXPECT_EQ(nothing_to_run(standing({es("a"), bot}), {"dir"}), "");
  const Manifest set = manifest("{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: b}}");
  EXPECT_EQ(nothing_to_run(standing({set}), {"dir"}), "");
  EXPECT_EQ(nothing_to_run({}, {"dir", "-"}),
            "nothing to run: no OpenClawInstance in dir, standard input; the API server answers all the same");
  EXPECT_EQ(nothing_to_run(standing({es("a")}), {"dir"}),
            "nothing to run: no OpenClawInstance in dir; its ExternalSecret is synced all the same");
  EXPECT_EQ(nothing_to_run(standing({es("a"), es("b")}), {"dir"}),
            "nothing to run: no OpenClawInstance in dir; its 2 ExternalSecrets are synced all the same");
}

}  // namespace
}  // namespace rotor::local
