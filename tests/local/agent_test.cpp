#include "local/node/agent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local/node/free_port.hpp"
#include "local/node/private_file.hpp"
#include "tests/local/scratch.hpp"

namespace rotor::local {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

api::Pod pod_of(const std::string& spec) {
  return json::read<api::Pod>(R"({"metadata":{"name":"foo-0","namespace":"ns"},"spec":)" + spec + "}").value();
}

constexpr const char* kMain =
    R"({"name":"openclaw","image":"i","volumeMounts":[{"name":"data","mountPath":"/home/openclaw/.openclaw"}]})";

TEST(AnAgentsPod, IsToldByItsMainContainerAndItsData) {
  EXPECT_TRUE(is_agent(pod_of(std::string(R"({"containers":[)") + kMain + "]}")));
  EXPECT_FALSE(is_agent(pod_of(R"({"containers":[{"name":"openclaw","image":"i"}]})")));
  EXPECT_FALSE(is_agent(pod_of(R"({"containers":[]})")));
}

TEST(WhatDoesNotRunHere, IsSaidWithTheReason) {
  const auto said =
      left_out(pod_of(std::string(R"({"initContainers":[{"name":"init-config","image":"i"},
    {"name":"init-uv","image":"i"},{"name":"init-pip","image":"i"},{"name":"mine","image":"i"}],"containers":[)") +
                      kMain + R"(,{"name":"gateway-proxy","image":"i"},{"name":"otel-collector","image":"i"},
    {"name":"my-sidecar","image":"i"}]})"));
  EXPECT_THAT(said, ElementsAre(HasSubstr("init-uv, init-pip: they put tools into a volume"),
                                HasSubstr("gateway-proxy, otel-collector: the gateway itself"),
                                HasSubstr("mine, my-sidecar: of a pod its first container alone")));
}

TEST(WhatDoesNotRunHere, IsSaidOfAPodThatWasMadeWithoutIt) {
  api::Pod pod = pod_of(std::string(R"({"containers":[)") + kMain + "]}");
  pod.metadata.annotations.emplace("openclaw.rocks/not-run-here", "gateway-proxy,my-sidecar");
  EXPECT_THAT(left_out(pod), ElementsAre(HasSubstr("gateway-proxy: the gateway itself"),
                                         HasSubstr("my-sidecar: of a pod its first container alone")));
}

TEST(WhatDoesNotRunHere, IsTheUsersInAnyOtherPod) {
  EXPECT_THAT(left_out(pod_of(R"({"initContainers":[{"name":"init-config","image":"i"}],
                                  "containers":[{"name":"main","image":"i"}]})")),
              ElementsAre(HasSubstr("init-config: of a pod its first container alone")));
  EXPECT_THAT(left_out(pod_of(std::string(R"({"containers":[)") + kMain + "]}")), IsEmpty());
}

TEST(AGateway, IsToldByTheWordsThatStartIt) {
  EXPECT_TRUE(runs_gateway({"openclaw", "gateway"}));
  EXPECT_TRUE(runs_gateway({"/opt/bin/openclaw", "--log-level", "debug", "gateway", "--port", "1"}));
  EXPECT_TRUE(runs_gateway({"node", "openclaw.mjs", "gateway", "run"}));
  EXPECT_TRUE(runs_gateway({"sh", "-c", "exec openclaw gateway"}));
  EXPECT_FALSE(runs_gateway({"openclaw", "doctor"}));
  EXPECT_FALSE(runs_gateway({"./my-agent", "gateway"}));
  EXPECT_FALSE(runs_gateway({"examples/show-environment"}));
}

TEST(AGateway, ListensWhereItsWordsOrElseItsEnvironmentSay) {
  Environment environment;
  environment.push_back({"OPENCLAW_GATEWAY_PORT", SecretBytes("4711")});
  EXPECT_EQ(gateway_port({"openclaw", "gateway"}, environment), 4711);
  EXPECT_EQ(gateway_port({"openclaw", "gateway", "--port", "12"}, environment), 12);
  EXPECT_EQ(gateway_port({"openclaw", "gateway", "--port=13"}, environment), 13);
  EXPECT_EQ(gateway_port({"openclaw", "gateway"}, {}), 0);
  EXPECT_EQ(gateway_port({"--port", "70000"}, environment), 0);
  EXPECT_EQ(gateway_port({"--port", "1x"}, environment), 0);
}

TEST(AGateway, StandsForThePortsOfItsProxies) {
  for (const int declared : {18789, 18790, 18793, 18794}) EXPECT_EQ(port_here(declared, 4711), 4711);
  EXPECT_EQ(port_here(8080, 4711), 8080);
  EXPECT_EQ(port_here(18789, 0), 18789);
}

TEST(AGateway, ThatEndsWith78IsExplained) {
  EXPECT_THAT(describe_end({.code = 78}, true), HasSubstr("code 78: OpenClaw cannot use its configuration"));
  EXPECT_EQ(describe_end({.code = 78}, false), "exited with code 78");
  EXPECT_EQ(describe_end({.code = 1}, true), "exited with code 1");
  EXPECT_EQ(describe_end({.code = 137, .signal = 9}, true), "was ended by signal 9");
}

TEST(APort, IsKeptAsLongAsNobodyElseHasIt) {
  const std::uint16_t port = free_port(0).value();
  ASSERT_NE(port, 0);
  EXPECT_EQ(free_port(port).value(), port);
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  const std::uint16_t other = free_port(port).value();
  EXPECT_NE(other, port);
  EXPECT_NE(other, 0);
  close(taken);
}

TEST(APrivateFile, IsReadableByItsOwnerAloneAndReplacesALinkInsteadOfItsTarget) {
  const test::Scratch scratch;
  test::put(scratch.path("target"), "theirs");
  std::filesystem::create_symlink(scratch.path("target"), scratch.path("file"));
  ASSERT_TRUE(write_private_file(scratch.path("file"), "mine"));
  EXPECT_EQ(read_private_file(scratch.path("file")), "mine");
  EXPECT_EQ(test::content(scratch.path("target")), "theirs");
  struct stat facts{};
  ASSERT_EQ(lstat(scratch.path("file").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode, mode_t{S_IFREG | 0600});
  EXPECT_EQ(read_private_file(scratch.path("none")), std::nullopt);
}

TEST(APrivateFile, SaysWhereItCannotBeWritten) {
  const auto refused = write_private_file("/nowhere/at/all", "x");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("writing /nowhere/at/all: No such file"));
}

}  // namespace
}  // namespace rotor::local
