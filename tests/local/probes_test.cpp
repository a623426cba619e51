#include "local/node/probes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::local {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

api::Container container_with(const std::string& probes) {
  return json::read<api::Container>(R"({"name":"main","image":"i","ports":[{"name":"web","containerPort":8080}],)" +
                                    probes + "}")
      .value();
}

TEST(ProbesOfAContainer, HaveTheDefaultsOfTheApi) {
  const Probes probes = probes_of(container_with(R"("readinessProbe":{"httpGet":{"path":"readyz","port":"web"}})"));
  ASSERT_TRUE(probes.of(ProbeRole::kReadiness));
  const Probe& probe = *probes.of(ProbeRole::kReadiness);
  EXPECT_EQ(probe.path, "/readyz");
  EXPECT_EQ(probe.port, 8080) << "a port may be named";
  EXPECT_EQ(probe.initial_delay, 0s);
  EXPECT_EQ(probe.period, 10s);
  EXPECT_EQ(probe.timeout, 1s);
  EXPECT_EQ(probe.successes, 1);
  EXPECT_EQ(probe.failures, 3);
  EXPECT_FALSE(probes.of(ProbeRole::kLiveness));
}

TEST(ProbesOfAContainer, AreReadAsTheyAreWritten) {
  const Probes probes = probes_of(container_with(
      R"("startupProbe":{"httpGet":{"path":"/healthz","port":18790,"httpHeaders":[{"name":"X-A","value":"b"}]},
         "initialDelaySeconds":5,"periodSeconds":6,"timeoutSeconds":3,"failureThreshold":60,"successThreshold":1})"));
  const Probe& probe = probes.of(ProbeRole::kStartup).value();
  EXPECT_EQ(probe.port, 18790);
  EXPECT_THAT(probe.headers, ElementsAre(std::pair<std::string, std::string>("X-A", "b")));
  EXPECT_EQ(probe.initial_delay, 5s);
  EXPECT_EQ(probe.period, 6s);
  EXPECT_EQ(probe.timeout, 3s);
  EXPECT_EQ(probe.failures, 60);
}

TEST(ProbesOfAContainer, ThatCannotBeAskedFromHereAreNamed) {
  const Probes probes = probes_of(container_with(
      R"("startupProbe":{"exec":{"command":["true"]}},"livenessProbe":{"tcpSocket":{"port":1}},
         "readinessProbe":{"httpGet":{"port":1,"scheme":"HTTPS"}})"));
  EXPECT_TRUE(probes.empty());
  EXPECT_THAT(probes.left_out,
              ElementsAre("startupProbe (exec)", "livenessProbe (tcpSocket)", "readinessProbe (httpGet over HTTPS)"));
}

constexpr const char* kAll = R"(
  "startupProbe":{"httpGet":{"port":1},"initialDelaySeconds":5,"periodSeconds":5,"failureThreshold":2},
  "livenessProbe":{"httpGet":{"port":1},"initialDelaySeconds":30,"periodSeconds":10,"failureThreshold":3},
  "readinessProbe":{"httpGet":{"port":1},"initialDelaySeconds":5,"periodSeconds":5,"failureThreshold":3})";

const SteadyTime kBegin{1h};

TEST(AProcessThatIsAsked, HasNothingElseToAnswerUntilItHasStarted) {
  ProbeSeries series(probes_of(container_with(kAll)), kBegin);
  EXPECT_FALSE(series.started());
  EXPECT_FALSE(series.ready());
  EXPECT_EQ(series.next()->role, ProbeRole::kStartup);
  EXPECT_EQ(series.next()->at, kBegin + 5s);
  series.take(ProbeRole::kStartup, false, kBegin + 5s);
  EXPECT_EQ(series.next()->role, ProbeRole::kStartup);
  EXPECT_EQ(series.next()->at, kBegin + 10s);
  series.take(ProbeRole::kStartup, true, kBegin + 10s);
  EXPECT_TRUE(series.started());
  EXPECT_FALSE(series.ready()) << "nobody has asked yet";
  EXPECT_EQ(series.next()->role, ProbeRole::kReadiness);
  EXPECT_EQ(series.next()->at, kBegin + 5s) << "at once";
  series.take(ProbeRole::kReadiness, true, kBegin + 10s);
  EXPECT_TRUE(series.ready());
  EXPECT_EQ(series.next()->at, kBegin + 15s);
}

TEST(AProcessThatIsAsked, IsStartedAgainWhenItsStartTakesTooLong) {
  ProbeSeries series(probes_of(container_with(kAll)), kBegin);
  series.take(ProbeRole::kStartup, false, kBegin + 5s);
  EXPECT_FALSE(series.failed());
  series.take(ProbeRole::kStartup, false, kBegin + 10s);
  EXPECT_EQ(series.failed(), ProbeRole::kStartup);
  EXPECT_FALSE(series.next()) << "there is no more to ask";
}

TEST(AProcessThatIsAsked, IsStartedAgainOnlyAfterFailuresInARow) {
  ProbeSeries series(probes_of(container_with(kAll)), kBegin);
  series.take(ProbeRole::kStartup, true, kBegin + 5s);
  for (const bool good : {false, false, true, false, false}) series.take(ProbeRole::kLiveness, good, kBegin + 40s);
  EXPECT_FALSE(series.failed());
  series.take(ProbeRole::kLiveness, false, kBegin + 50s);
  EXPECT_EQ(series.failed(), ProbeRole::kLiveness);
}

TEST(AProcessThatIsAsked, IsNotReadyAfterFailuresInARowAndIsLeftRunning) {
  ProbeSeries series(probes_of(container_with(kAll)), kBegin);
  series.take(ProbeRole::kStartup, true, kBegin + 5s);
  series.take(ProbeRole::kReadiness, true, kBegin + 5s);
  for (int i = 0; i < 2; ++i) series.take(ProbeRole::kReadiness, false, kBegin + 10s);
  EXPECT_TRUE(series.ready());
  series.take(ProbeRole::kReadiness, false, kBegin + 20s);
  EXPECT_FALSE(series.ready());
  EXPECT_FALSE(series.failed());
  series.take(ProbeRole::kReadiness, true, kBegin + 25s);
  EXPECT_TRUE(series.ready());
}

TEST(AProcessThatIsAsked, IsReadyOnceItHasStartedWhenNothingElseIsSaid) {
  const auto without = container_with(R"("startupProbe":{"httpGet":{"port":1}})");
  ProbeSeries series(probes_of(without), kBegin);
  EXPECT_FALSE(series.ready());
  series.take(ProbeRole::kStartup, true, kBegin);
  EXPECT_TRUE(series.ready());
  EXPECT_FALSE(series.next());
}

}  // namespace
}  // namespace rotor::local
