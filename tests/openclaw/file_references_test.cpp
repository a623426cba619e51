// Secrets and ConfigMaps that a pod reads as files, and only when it starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openclaw/secret_references.hpp"

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

api::PodSpec pod(std::string_view json) { return *json::read<api::PodSpec>(json); }

struct FileCase {
  const char* when;
  const char* pod;
  std::map<std::string, std::string> seen;  // Secret -> its keys, "*" for all; a `!` behind what is required
  bool whole_volumes = false;
};

std::map<std::string, std::string> seen(const References& references) {
  std::map<std::string, std::string> out;
  for (const auto& [name, reference] : references) {
    std::string keys = reference.every_file ? "*" : "";
    for (const auto& [key, required] : reference.keys) keys += (keys.empty() ? "" : ",") + key + (required ? "!" : "");
    out.emplace(name + (reference.required ? "!" : ""), keys);
  }
  return out;
}

class FileReferences : public testing::TestWithParam<FileCase> {};

TEST_P(FileReferences, AreRecognised) {
  EXPECT_EQ(seen(secret_references(pod(GetParam().pod), GetParam().whole_volumes)), GetParam().seen) << GetParam().when;
}

INSTANTIATE_TEST_SUITE_P(
    W2, FileReferences,
    testing::Values(
        FileCase{"B282 a CA bundle by subPath",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"ca"}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPath":"ca.crt"}]}]})j",
                 {{"ca!", "ca.crt"}}},
        FileCase{
            "B283 a whole volume, which the kubelet refreshes",
            R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],"containers":[{"volumeMounts":[{"name":"v"}]}]})j",
            {}},
        FileCase{
            "B283 the same, opted in",
            R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],"containers":[{"volumeMounts":[{"name":"v"}]}]})j",
            {{"s!", "*"}},
            true},
        FileCase{"nobody mounts it",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],"containers":[{}]})j",
                 {},
                 true},
        FileCase{"an init container alone",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],
                     "initContainers":[{"volumeMounts":[{"name":"v"}]}],"containers":[{}]})j",
                 {{"s!", "*"}}},
        FileCase{"an init container and one that runs",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],
                     "initContainers":[{"volumeMounts":[{"name":"v"}]}],"containers":[{"volumeMounts":[{"name":"v"}]}]})j",
                 {}},
        FileCase{"a sidecar among the init containers runs on",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],
                     "initContainers":[{"restartPolicy":"Always","volumeMounts":[{"name":"v"}]}]})j",
                 {}},
        FileCase{
            "items name the key behind a path, and it has to be there",
            R"j({"volumes":[{"name":"v","secret":{"secretName":"s","items":[{"key":"K","path":"f"},{"key":"L","path":"g"}]}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPath":"f"}]}]})j",
            {{"s!", "K!"}}},
        FileCase{
            "a folder of items",
            R"j({"volumes":[{"name":"v","secret":{"secretName":"s","items":[{"key":"K","path":"d/f"},{"key":"L","path":"e"}]}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPath":"d"}]}]})j",
            {{"s!", "K!"}}},
        FileCase{
            "an optional one",
            R"j({"volumes":[{"name":"v","secret":{"secretName":"s","optional":true,"items":[{"key":"K","path":"f"}]}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPath":"f"}]}]})j",
            {{"s", "K"}}},
        FileCase{"a path by expression may be any",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPathExpr":"$(POD)"}]}]})j",
                 {{"s!", "*"}}},
        FileCase{
            "projected",
            R"j({"volumes":[{"name":"v","projected":{"sources":[{"secret":{"name":"s","items":[{"key":"K","path":"f"}]}},
                     {"configMap":{"name":"m"}},{"secret":{"name":"t","optional":true}}]}}],
                     "containers":[{"volumeMounts":[{"name":"v","subPath":"f"}]}]})j",
            {{"s!", "K!"}, {"t", "f"}}},
        FileCase{"a driver's credential, opted in",
                 R"j({"volumes":[{"name":"v","csi":{"driver":"d","nodePublishSecretRef":{"name":"s"}}}],
                     "containers":[{"volumeMounts":[{"name":"v"}]}]})j",
                 {{"s!", "*"}},
                 true},
        FileCase{"in the environment as well",
                 R"j({"volumes":[{"name":"v","secret":{"secretName":"s"}}],
                     "containers":[{"envFrom":[{"secretRef":{"name":"s"}}],"volumeMounts":[{"name":"v","subPath":"f"}]}]})j",
                 {{"s!", "f"}}}));

TEST(FileReferences, AWholeVolumeIsAnotherUsageAndCountsEveryKey) {
  SecretReference keys;
  keys.keys["A"] = false;
  SecretReference files = keys;
  files.every_file = true;
  EXPECT_NE(usage_id(keys), usage_id(files));
  EXPECT_TRUE(files.variables_of("A").empty());
}

TEST(ConfigMapReferences, ByEnvironmentSubPathAndInitContainers) {
  const auto found = config_map_references(pod(R"j({
      "volumes":[{"name":"ca","configMap":{"name":"bundle"}},{"name":"scripts","configMap":{"name":"scripts"}},
                 {"name":"live","configMap":{"name":"live"}}],
      "initContainers":[{"volumeMounts":[{"name":"scripts"}]}],
      "containers":[{"envFrom":[{"configMapRef":{"name":"all"}}],
                     "env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"one","key":"k"}}},
                            {"name":"B","valueFrom":{"configMapKeyRef":{"name":"all","key":"k"}}}],
                     "volumeMounts":[{"name":"ca","subPath":"ca.crt"},{"name":"live"}]}]})j"));
  std::map<std::string, std::set<std::string>> keys;
  for (const auto& [name, reference] : found) keys.emplace(name, reference.keys);
  EXPECT_THAT(keys, ElementsAre(Pair("all", IsEmpty()), Pair("bundle", ElementsAre("ca.crt")),
                                Pair("one", ElementsAre("k")), Pair("scripts", IsEmpty())));
}

TEST(ConfigMapReferences, OneIsNeededWhenSomeContainerNeedsIt) {
  const auto found = config_map_references(pod(R"j({
      "volumes":[{"name":"ca","configMap":{"name":"bundle","optional":true}}],
      "containers":[{"envFrom":[{"configMapRef":{"name":"all","optional":true}}],
                     "env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"one","key":"k"}}},
                            {"name":"B","valueFrom":{"configMapKeyRef":{"name":"may","key":"k","optional":true}}}],
                     "volumeMounts":[{"name":"ca","subPath":"ca.crt"}]},
                    {"env":[{"name":"C","valueFrom":{"configMapKeyRef":{"name":"all","key":"k"}}}]}]})j"));
  std::map<std::string, bool> needed;
  for (const auto& [name, reference] : found) needed.emplace(name, reference.required);
  EXPECT_THAT(needed, ElementsAre(Pair("all", true), Pair("bundle", false), Pair("may", false), Pair("one", true)));
}

}  // namespace
}  // namespace rotor::openclaw
