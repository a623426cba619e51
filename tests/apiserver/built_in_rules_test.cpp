// What the API server refuses in Services, containers, claims and templates: the texts are kube-apiserver's, which
// tests/conformance asks for the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

struct BuiltInCase {
  std::string name;
  std::string path;  // below the namespace
  std::string body;
  std::string says;  // empty: it is taken
};
void PrintTo(const BuiltInCase& one, std::ostream* out) { *out << one.name; }

std::string service(std::string_view ports, std::string_view more = "") {
  return fmt::format(R"({{"metadata":{{"name":"s"}},"spec":{{"ports":[{}]{}}}}})", ports, more);
}

std::string workload(std::string_view container, std::string_view metadata = "", std::string_view spec = "") {
  return fmt::format(
      R"({{"metadata":{{"name":"w"}},"spec":{{"serviceName":"s","selector":{{"matchLabels":{{"app":"a"}}}},)"
      R"("template":{{"metadata":{{"labels":{{"app":"a"}}{}}},"spec":{{"containers":[{{"name":"c","image":"i"{}}}]{}}}}}}}}})",
      metadata, container, spec);
}

std::string resources(std::string_view requests, std::string_view limits) {
  return workload(fmt::format(R"(,"resources":{{"requests":{{{}}},"limits":{{{}}}}})", requests, limits));
}

std::string claim(std::string_view spec) { return fmt::format(R"({{"metadata":{{"name":"c"}},"spec":{{{}}}}})", spec); }

constexpr std::string_view kCore = "/api/v1/namespaces/default/services";
constexpr std::string_view kClaims = "/api/v1/namespaces/default/persistentvolumeclaims";
constexpr std::string_view kSets = "/apis/apps/v1/namespaces/default/statefulsets";

BuiltInCase service_case(std::string name, std::string body, std::string says) {
  return {std::move(name), std::string(kCore), std::move(body), std::move(says)};
}
BuiltInCase set_case(std::string name, std::string body, std::string says) {
  return {std::move(name), std::string(kSets), std::move(body), std::move(says)};
}
BuiltInCase claim_case(std::string name, std::string body, std::string says) {
  return {std::move(name), std::string(kClaims), std::move(body), std::move(says)};
}

class BuiltInRule : public testing::TestWithParam<BuiltInCase> {};
TEST_P(BuiltInRule, IsKept) {
  ApiHarness api;
  const Heard heard = api.post(GetParam().path, GetParam().body);
  if (GetParam().says.empty()) {
    EXPECT_EQ(heard.status, 201) << heard.message();
    return;
  }
  EXPECT_EQ(heard.status, 422) << heard.message();
  EXPECT_TRUE(heard.message().ends_with(" is invalid: " + GetParam().says)) << heard.message();
}

constexpr std::string_view kContainer = "spec.template.spec.containers[0]";
std::string at_container(std::string_view rest) { return fmt::format("{}.{}", kContainer, rest); }

INSTANTIATE_TEST_SUITE_P(
    Services, BuiltInRule,
    testing::Values(
        service_case("Sound", service(R"({"name":"a","port":1},{"name":"b","port":1,"protocol":"UDP"})"), ""),
        service_case("PortNameTwice", service(R"({"name":"a","port":1},{"name":"a","port":2})"),
                     R"(spec.ports[1].name: Duplicate value: "a")"),
        service_case("PortTwice", service(R"({"name":"a","port":1},{"name":"b","port":1})"),
                     R"(spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":1,)"
                     R"("TargetPort":0,"NodePort":0})"),
        service_case("PortNameWithADot", service(R"({"name":"a.b","port":1})"),
                     R"(spec.ports[0].name: Invalid value: "a.b": must not contain dots)"),
        service_case(
            "TargetPortTooLong", service(R"({"port":1,"targetPort":"a234567890123456"})"),
            R"(spec.ports[0].targetPort: Invalid value: "a234567890123456": must be no more than 15 characters)"),
        service_case("TargetPortOutOfRange", service(R"({"port":1,"targetPort":65536})"),
                     "spec.ports[0].targetPort: Invalid value: 65536: must be between 1 and 65535, inclusive"),
        service_case("ExternalWithoutAName", service("", R"(,"type":"ExternalName")"),
                     "spec.externalName: Required value")),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Containers, BuiltInRule,
    testing::Values(
        set_case("WithinLimits", resources(R"("memory":"1Gi","cpu":"1000m")", R"("memory":"1024Mi","cpu":"1")"), ""),
        set_case("NegativeRequest", resources(R"("cpu":"-1")", ""),
                 at_container(R"(resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0)")),
        set_case("RequestAboveLimit", resources(R"("memory":"1Gi")", R"("memory":"1G")"),
                 at_container(
                     R"(resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 1G)")),
        set_case("ExtendedBelowLimit", resources(R"("x.io/gpu":"1")", R"("x.io/gpu":"2")"),
                 at_container(R"(resources.requests: Invalid value: "1": must be equal to x.io/gpu limit of 2)")),
        set_case("ExtendedWithoutLimit", resources(R"("x.io/gpu":"1")", ""),
                 at_container("resources.limits: Required value: Limit must be set for non overcommitable resources")),
        set_case(
            "ResourceOfAClaim", resources(R"("storage":"1Gi")", ""),
            at_container(
                R"(resources.requests[storage]: Invalid value: "storage": must be a standard resource for containers)")),
        set_case(
            "PortName", workload(R"(,"ports":[{"name":"Web_1","containerPort":1}])"),
            at_container(
                R"(ports[0].name: Invalid value: "Web_1": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-))")),
        set_case(
            "ProbePort", workload(R"(,"livenessProbe":{"tcpSocket":{"port":70000}})"),
            at_container("livenessProbe.tcpSocket.port: Invalid value: 70000: must be between 1 and 65535, inclusive")),
        set_case("ProbeWithoutAHandler", workload(R"(,"readinessProbe":{"periodSeconds":1})"),
                 at_container("readinessProbe: Required value: must specify a handler type")),
        set_case(
            "SizeOfAnEmptyDir", workload("", "", R"(,"volumes":[{"name":"v","emptyDir":{"sizeLimit":"-1"}}])"),
            "spec.template.spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource "
            "quantity"),
        set_case("AnnotationsOfTheTemplate",
                 workload("", fmt::format(R"(,"annotations":{{"a":"{}"}})", std::string(262144, 'x'))),
                 "spec.template.annotations: Too long: may not be more than 262144 bytes")),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Claims, BuiltInRule,
    testing::Values(
        claim_case("Sound", claim(R"("accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}})"), ""),
        claim_case("OfNothing", claim(R"("accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"0"}})"),
                   R"(spec.resources[storage]: Invalid value: "0": must be greater than zero)"),
        claim_case("WithoutAnAmount", claim(R"("accessModes":["ReadWriteOnce"],"resources":{})"),
                   "spec.resources[storage]: Required value"),
        claim_case("WithoutModes", claim(R"("resources":{"requests":{"storage":"1Gi"}})"),
                   "spec.accessModes: Required value: at least 1 access mode is required")),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace rotor::apiserver
