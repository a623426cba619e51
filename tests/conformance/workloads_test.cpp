// What is refused in pods and in the templates of workloads, and in which words.
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

constexpr Resource kDeployments{"apps", "v1", "deployments", "Deployment", true};
constexpr Resource kPods{"", "v1", "pods", "Pod", true};

std::string workload(const Resource& resource, std::string_view spec) {
  const std::string version = resource.group.empty() ? "v1" : std::string(resource.group) + "/v1";
  return R"({"apiVersion":")" + version + R"(","kind":")" + std::string(resource.kind) +
         R"(","metadata":{"name":"w"},"spec":)" + std::string(spec) + "}";
}

std::string with_pod(const Resource& resource, std::string_view pod) {
  if (resource.kind == "Pod") return workload(resource, pod);
  return workload(resource, R"({"selector":{"matchLabels":{"app":"w"}},"template":{"metadata":{"labels":{"app":"w"}},)"
                            R"("spec":)" +
                                std::string(pod) + "}}");
}

std::string refusal(const Resource& resource, std::string_view list) {
  const std::string group = resource.group.empty() ? "" : "." + std::string(resource.group);
  return std::string(resource.kind) + group + R"( "w" is invalid: )" + std::string(list);
}

struct BadPod {
  const char* name;
  const char* spec;
  std::vector<std::string> says;  // below the pod's spec
};

const std::string kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

const BadPod kBadPods[] = {
    {"no containers", R"({"containers":[]})", {"containers: Required value"}},
    {"a container without a name", R"({"containers":[{"image":"i"}]})", {"containers[0].name: Required value"}},
    {"a name that is no label",
     R"({"containers":[{"name":"Main_1","image":"i"}]})",
     {R"(containers[0].name: Invalid value: "Main_1": )" + kLabelRule}},
    {"a name that is too long",
     R"({"containers":[{"name":"a234567890123456789012345678901234567890123456789012345678901234","image":"i"}]})",
     {"containers[0].name: Invalid value: \"a234567890123456789012345678901234567890123456789012345678901234\": "
      "must be no more than 63 characters"}},
    {"no image", R"({"containers":[{"name":"a"}]})", {"containers[0].image: Required value"}},
    {"one name twice",
     R"({"containers":[{"name":"a","image":"i"},{"name":"a","image":"i"}]})",
     {R"(containers[1].name: Duplicate value: "a")"}},
    {"one name in both lists",
     R"({"initContainers":[{"name":"a","image":"i"}],"containers":[{"name":"a","image":"i"}]})",
     {R"(initContainers[0].name: Duplicate value: "a")"}},
    {"a mount without a volume",
     R"({"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]})",
     {R"(containers[0].volumeMounts[0].name: Not found: "v")"}},
    {"two mounts at one path",
     R"({"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"a","image":"i",)"
     R"("volumeMounts":[{"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/v"}]}]})",
     {R"(containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique)"}},
    {"one volume twice",
     R"({"volumes":[{"name":"v","emptyDir":{}},{"name":"v","emptyDir":{}}],"containers":[{"name":"a","image":"i"}]})",
     {R"(volumes[1].name: Duplicate value: "v")"}},
    {"a mount of a volume that is wrong itself",
     R"({"volumes":[{"name":"V","emptyDir":{}}],"containers":[{"name":"a","image":"i",)"
     R"("volumeMounts":[{"name":"V","mountPath":"/v"}]}]})",
     {R"(volumes[0].name: Invalid value: "V": )" + kLabelRule,
      R"(containers[0].volumeMounts[0].name: Not found: "V")"}},
    {"all of it, in the server's order",
     R"({"initContainers":[{"name":"c"}],"containers":[{"name":"b","image":"i","env":[{"value":"1"}],)"
     R"("volumeMounts":[{"name":"v"}]},{"name":"b"}]})",
     {"containers[0].env[0].name: Required value", R"(containers[0].volumeMounts[0].name: Not found: "v")",
      "containers[0].volumeMounts[0].mountPath: Required value", "containers[1].image: Required value",
      R"(containers[1].name: Duplicate value: "b")", "initContainers[0].image: Required value"}},
};

class PodsRefused : public Conformance, public testing::WithParamInterface<Resource> {};

TEST_P(PodsRefused, InTheServersWords) {
  const std::string path = GetParam().kind == "Pod" ? "spec." : "spec.template.spec.";
  for (const BadPod& bad : kBadPods) {
    SCOPED_TRACE(bad.name);
    std::string list;
    for (const std::string& one : bad.says) list += (list.empty() ? "" : ", ") + path + one;
    if (bad.says.size() > 1) list = "[" + list + "]";
    const auto made = create(GetParam(), with_pod(GetParam(), bad.spec));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kInvalid);
    EXPECT_EQ(made.error().message, refusal(GetParam(), list));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PodsRefused, testing::Values(kPods, kDeployments, kStatefulSets),
                         [](const auto& kind) { return std::string(kind.param.kind); });

class Selectors : public Conformance, public testing::WithParamInterface<Resource> {
 protected:
  Result<Value> make(std::string_view selector, std::string_view labels) {
    return create(GetParam(), workload(GetParam(), std::string(R"({"selector":)") + std::string(selector) +
                                                       R"(,"template":{"metadata":{"labels":)" + std::string(labels) +
                                                       R"(},"spec":{"containers":[{"name":"a","image":"i"}]}}})"));
  }
  static std::string mismatch(std::string_view labels) {
    return "spec.template.metadata.labels: Invalid value: " + std::string(labels) +
           ": `selector` does not match template `labels`";
  }
};

TEST_P(Selectors, MustMatchTheLabelsOfTheTemplate) {
  const auto pairs = make(R"({"matchLabels":{"app":"x"}})", R"({"app":"y"})");
  ASSERT_FALSE(pairs);
  EXPECT_EQ(pairs.error().message, refusal(GetParam(), mismatch(R"({"app":"y"})")));
  const auto expressions =
      make(R"({"matchExpressions":[{"key":"app","operator":"In","values":["x","z"]}]})", R"({"app":"y"})");
  ASSERT_FALSE(expressions);
  EXPECT_EQ(expressions.error().message, refusal(GetParam(), mismatch(R"({"app":"y"})")));
}

TEST_P(Selectors, AreRequired) {
  const auto none = make("null", R"({"app":"y"})");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message,
            refusal(GetParam(), "[spec.selector: Required value, " + mismatch(R"({"app":"y"})") + "]"));
}

TEST_P(Selectors, MustNotBeEmpty) {
  const auto empty = make("{}", R"({"app":"y"})");
  ASSERT_FALSE(empty);
  const std::string kind = GetParam().kind == "StatefulSet" ? "statefulset" : "deployment";
  EXPECT_EQ(empty.error().message,
            refusal(GetParam(), "spec.selector: Invalid value: {}: empty selector is invalid for " + kind));
}

TEST_P(Selectors, MayBeExpressions) {
  must(make(R"({"matchExpressions":[{"key":"app","operator":"NotIn","values":["x"]},{"key":"app","operator":"Exists"},)"
            R"({"key":"old","operator":"DoesNotExist"}]})",
            R"({"app":"y"})"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, Selectors, testing::Values(kDeployments, kStatefulSets),
                         [](const auto& kind) { return std::string(kind.param.kind); });

using Workloads = Conformance;

TEST_F(Workloads, ClaimsOfAStatefulSetAreVolumesOfItsPods) {
  must(create(kStatefulSets,
              workload(kStatefulSets,
                       R"({"selector":{"matchLabels":{"app":"w"}},"volumeClaimTemplates":[{"metadata":{"name":"d"},)"
                       R"("spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],)"
                       R"("template":{"metadata":{"labels":{"app":"w"}},"spec":{"containers":[{"name":"a",)"
                       R"("image":"i","volumeMounts":[{"name":"d","mountPath":"/d"}]}]}}})")));
}

TEST_F(Workloads, ChangesAreCheckedLikeNewOnes) {
  must(create(kStatefulSets, stateful_set("s")));
  const auto changed = patch(
      kStatefulSets, "s", PatchType::kStrategicMerge,
      R"({"spec":{"template":{"spec":{"containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}})");
  ASSERT_FALSE(changed);
  EXPECT_EQ(
      changed.error().message,
      R"(StatefulSet.apps "s" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "v")");
}

}  // namespace
}  // namespace rotor::conformance
