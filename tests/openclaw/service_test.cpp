// The Service: what it offers, and where that goes.
#include <gmock/gmock.h>

#include "tests/openclaw/instances.hpp"

namespace rotor::openclaw {
namespace {

// "name port→target", of every port; the protocol where it is not TCP.
std::string offered(std::string_view spec) {
  std::string text;
  for (const api::ServicePort& p : build_service(instance_foo(spec)).spec.ports) {
    text += (text.empty() ? "" : ", ") + p.name + " " + std::to_string(p.port) + "→" + p.target_port->text;
    if (p.protocol != "TCP") text += " " + p.protocol;
  }
  return text;
}

struct PortsCase {
  const char* name;
  const char* spec;
  const char* offered;
};
class ServicePorts : public testing::TestWithParam<PortsCase> {};
TEST_P(ServicePorts, B200ToB206) { EXPECT_EQ(offered(GetParam().spec), GetParam().offered); }
INSTANTIATE_TEST_SUITE_P(
    Cases, ServicePorts,
    testing::Values(
        PortsCase{"B200Default", "{}", "gateway 18789→18790, canvas 18793→18794, metrics 9090→9090"},
        PortsCase{"B201WithoutProxy", R"({"gateway":{"enabled":false}})",
                  "gateway 18789→18789, canvas 18793→18793, metrics 9090→9090"},
        PortsCase{"B186MetricsElsewhere", R"({"observability":{"metrics":{"port":9100}}})",
                  "gateway 18789→18790, canvas 18793→18794, metrics 9100→9100"},
        PortsCase{"MetricsOff", R"({"observability":{"metrics":{"enabled":false}}})",
                  "gateway 18789→18790, canvas 18793→18794"},
        PortsCase{
            "B203Custom",
            R"({"networking":{"service":{"ports":[{"name":"http","port":3978},{"name":"grpc","port":50051,"targetPort":50052,"protocol":"UDP"}]}}})",
            "http 3978→3978, grpc 50051→50052 UDP, metrics 9090→9090"},
        PortsCase{"B204CustomNamedMetrics",
                  R"({"networking":{"service":{"ports":[{"name":"metrics","port":80,"targetPort":9090}]}}})",
                  "metrics 80→9090"},
        PortsCase{"B205CustomWithItsNumber", R"({"networking":{"service":{"ports":[{"name":"prom","port":9090}]}}})",
                  "prom 9090→9090"},
        PortsCase{
            "B206MetricsOffAndCustom",
            R"({"networking":{"service":{"ports":[{"name":"http","port":80}]}},"observability":{"metrics":{"enabled":false}}})",
            "http 80→80"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(Service, B200AndB202TypeAndAnnotations) {
  const api::Service plain = build_service(instance_foo());
  EXPECT_EQ(plain.spec.type, "ClusterIP");
  EXPECT_EQ(plain.spec.session_affinity, "None");
  EXPECT_TRUE(plain.metadata.annotations.empty());
  const api::Service wanted =
      build_service(instance_foo(R"({"networking":{"service":{"type":"LoadBalancer","annotations":{"a":"b"}}}})"));
  EXPECT_EQ(wanted.spec.type, "LoadBalancer");
  EXPECT_THAT(wanted.metadata.annotations, testing::ElementsAre(testing::Pair("a", "b")));
}

// The API server gives those out: who applied them would take them from it, or be refused.
TEST(Service, B208AsksForNoAddressAndNoPortOfANode) {
  const std::string text =
      json::write(build_service(instance_foo(R"({"networking":{"service":{"type":"NodePort"}}})")));
  for (const char* field : {"clusterIP", "ipFamil", "nodePort"})
    EXPECT_THAT(text, testing::Not(testing::HasSubstr(field)));
}

}  // namespace
}  // namespace rotor::openclaw
