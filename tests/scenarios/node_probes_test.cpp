// The kubelet of `rotor run` asks what probes ask, and believes the answers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/server.hpp"
#include "tests/scenarios/node_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;

Task<> answer(int status, net::ServerResponse& out) { (void)co_await out.respond(status, {}, SecretBytes()); }

// A process that does nothing, and a server that answers for it.
class Asked : public testing::Test {
 protected:
  Asked() : it(std::vector<std::string>{}) {
    server = net::start_server(it.world.loop().executor(), {},
                               [this](const net::ServerRequest& request, net::ServerResponse& out) {
                                 ++asked[request.path];
                                 return answer(request.path == "/readyz" ? readiness : liveness, out);
                               })
                 .value();
  }

  void start(const std::string& probes) {
    const std::string ports = fmt::format(R"("ports":[{{"name":"web","containerPort":{}}}])", server->port());
    it.world.create(kStatefulSets, "web",
                    R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{
        "serviceName":"web","selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
        "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"none",
        "command":["bash","-c","echo $$$$ >> $T/pids; exec sleep 600"],)" +
                        ports + "," + probes + "}]}}}}");
    it.world.until("the process", [this] { return it.pids().size() == 1; });
  }
  json::Value pod() { return it.world.get(kPods, "web-0"); }
  std::string container(std::string_view path) {
    const json::Value object = pod();
    const json::Value* all = object.is_null() ? nullptr : json::find(object, "status.containerStatuses");
    return all == nullptr || all->as_array().empty() ? "" : it.text(all->as_array()[0], path);
  }
  std::string ready_replicas() { return it.text(it.world.get(kStatefulSets, "web"), "status.readyReplicas"); }

  NodeWorld it;
  std::unique_ptr<net::HttpServer> server;
  int readiness = 503;
  int liveness = 200;
  std::map<std::string, int> asked;
};

constexpr const char* kReadiness =
    R"("readinessProbe":{"httpGet":{"path":"/readyz","port":"web"},"periodSeconds":1,"failureThreshold":2})";
constexpr const char* kLiveness =
    R"("livenessProbe":{"httpGet":{"path":"/healthz","port":"web"},"periodSeconds":1,"failureThreshold":2})";
constexpr const char* kStartup =
    R"("startupProbe":{"httpGet":{"path":"/healthz","port":"web"},"periodSeconds":1,"failureThreshold":2})";

TEST_F(Asked, IsReadyWhenItSaysSoAndNoLongerWhenItSaysThat) {
  start(kReadiness);
  it.world.until("two answers", [this] { return asked["/readyz"] >= 2; });
  EXPECT_EQ(container("ready"), "false");
  EXPECT_EQ(container("started"), "true");
  EXPECT_EQ(ready_replicas(), "");
  readiness = 200;
  it.world.until("the readiness", [this] { return container("ready") == "true" && ready_replicas() == "1"; });
  EXPECT_THAT(it.said(), HasSubstr(fmt::format("ready, on http://127.0.0.1:{}", server->port())));
  readiness = 503;
  it.world.until("the end of it", [this] { return container("ready") == "false" && ready_replicas().empty(); });
  EXPECT_THAT(it.said(), HasSubstr("not ready: GET /readyz answered 503"));
  EXPECT_EQ(it.pids().size(), 1U) << "who is not ready is left running";
}

TEST_F(Asked, IsStartedAgainWhenItSaysThatItIsDead) {
  start(kLiveness);
  it.world.until("the readiness", [this] { return container("ready") == "true"; });
  liveness = 500;
  it.world.until("the restart", [this] { return container("restartCount") == "1"; });
  EXPECT_THAT(it.said(), HasSubstr("livenessProbe failed 2 times: GET /healthz answered 500; pid "));
  liveness = 200;
  EXPECT_TRUE(is_gone(it.pids().front()));
}

TEST_F(Asked, IsStartedAgainWhenItDoesNotStartAndAskedNothingElseBefore) {
  liveness = 500;
  readiness = 200;
  start(std::string(kStartup) + "," + kReadiness);
  it.world.until("the restart", [this] { return container("restartCount") == "1"; });
  EXPECT_THAT(it.said(), HasSubstr("startupProbe failed 2 times: GET /healthz answered 500"));
  EXPECT_EQ(asked["/readyz"], 0);
  EXPECT_EQ(container("started"), "false");
  EXPECT_EQ(container("ready"), "false");
}

TEST_F(Asked, HearsOfWhatCannotBeAsked) {
  start(R"("readinessProbe":{"exec":{"command":["false"]}})");
  it.world.until("the readiness", [this] { return container("ready") == "true"; });
  EXPECT_THAT(it.said(), HasSubstr("not asked here: readinessProbe (exec): it counts as passed"));
}

}  // namespace
}  // namespace rotor::test
