#include "apiserver/http/pod_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apiserver/http/api.hpp"
#include "tests/apiserver/api_harness.hpp"

namespace rotor::apiserver {
namespace {

using testing::HasSubstr;

std::vector<LogLine> lines() {
  const WallTime at{std::chrono::seconds(1'000'000'000)};
  return {{1, at, "one", true},
          {2, at + std::chrono::seconds(1), "cut ", false},
          {3, at + std::chrono::seconds(1), "line", true},
          {4, at + std::chrono::seconds(2), "", true},
          {5, at + std::chrono::nanoseconds(3'000'000'007), "end", true}};
}

std::string text(std::string_view query, std::vector<LogLine> all = lines()) {
  const LogRequest request =
      log_request(Query::parse(query), "p", WallTime{std::chrono::seconds(1'000'000'003)}).value();
  if (request.tail) all = last_lines(std::move(all), *request.tail);
  return LogText(request).take(all);
}

TEST(PodLog, IsTheTextOfTheLines) { EXPECT_EQ(text(""), "one\ncut line\n\nend\n"); }

TEST(PodLog, EndsWithTheLastLinesThatWereAskedFor) {
  EXPECT_EQ(text("tailLines=0"), "");
  EXPECT_EQ(text("tailLines=1"), "end\n");
  EXPECT_EQ(text("tailLines=3"), "cut line\n\nend\n") << "a line that was cut is one line";
  EXPECT_EQ(text("tailLines=100"), text(""));
}

TEST(PodLog, HasTheTimeOfEachLineOnDemand) {
  EXPECT_EQ(text("timestamps=true&tailLines=3"),
            "2001-09-09T01:46:41.000000000Z cut line\n2001-09-09T01:46:42.000000000Z \n"
            "2001-09-09T01:46:43.000000007Z end\n");
}

TEST(PodLog, BeginsWhereItWasAskedToAndStopsAtTheLimit) {
  EXPECT_EQ(text("sinceSeconds=1"), "\nend\n");
  EXPECT_EQ(text("sinceTime=2001-09-09T01:46:41Z"), "cut line\n\nend\n");
  EXPECT_EQ(text("limitBytes=5"), "one\nc");
}

TEST(PodLog, RefusesWhatIsNoNumber) {
  for (const char* query : {"tailLines=x", "tailLines=-1", "limitBytes=0", "sinceSeconds=0", "sinceTime=yesterday"}) {
    EXPECT_FALSE(log_request(Query::parse(query), "p", {}).has_value()) << query;
  }
}

// A pod that wrote "hello" in its first run and "again" in its second, which goes on.
class Talker final : public LogSource {
 public:
  LogRuns runs(const kube::Key& pod) const override { return pod.name == "app-0" ? LogRuns{2, 1} : LogRuns{}; }
  LogPiece read(const kube::Key&, std::uint64_t run, std::uint64_t after, std::size_t) const override {
    if (after > 0) return {.lines = {}, .ended = run == 1};
    return {.lines = {{1, {}, run == 1 ? "hello" : "again", true}}, .ended = run == 1};
  }
};

class PodStreams : public testing::Test {
 protected:
  explicit PodStreams(std::shared_ptr<const LogSource> logs = std::make_shared<Talker>())
      : api(clock, {.address = "127.0.0.1:1", .token = SecretBytes("secret"), .logs = std::move(logs)}, [] {}) {
    for (const char* name : {"app-0", "late-0"}) {
      const std::string pod = std::string(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")") + name +
                              R"("},"spec":{"containers":[{"name":"main","image":"i"},{"name":"side","image":"i"}]}})";
      EXPECT_EQ(send("POST", "/api/v1/namespaces/default/pods", pod).reply.status, 201);
    }
  }

  Api::Outcome send(std::string method, std::string_view target, std::string_view body = {}) {
    net::ServerRequest out;
    out.method = std::move(method);
    const auto mark = target.find('?');
    out.path = target.substr(0, mark);
    if (mark != std::string_view::npos) out.query = target.substr(mark + 1);
    out.headers = {{"Authorization", "Bearer secret"}, {"Content-Type", "application/json"}};
    out.body = SecretBytes(body);
    return api.serve(out);
  }
  Api::Outcome get(std::string_view below) {
    return send("GET", "/api/v1/namespaces/default/pods/" + std::string(below));
  }
  std::string message(const Api::Outcome& outcome) {
    const auto body = json::parse(outcome.reply.body.reveal());
    return body ? std::string(json::find_string(*body, "message")) : "";
  }

  StillClock clock;
  Api api;
};

TEST_F(PodStreams, ALogIsThatOfTheRunThatWasAskedFor) {
  const auto now = get("app-0/log?container=main&follow=true");
  ASSERT_NE(now.log, nullptr);
  EXPECT_EQ(now.log->run, 2U);
  EXPECT_TRUE(now.log->request.follow);
  const auto before = get("app-0/log?previous=true");
  ASSERT_NE(before.log, nullptr);
  EXPECT_EQ(before.log->run, 1U);
}

TEST_F(PodStreams, APodWithoutALogSaysWhy) {
  EXPECT_EQ(get("none-0/log").reply.status, 404);
  EXPECT_THAT(message(get("late-0/log")), HasSubstr("\"main\" in pod \"late-0\" is waiting to start"));
  EXPECT_THAT(message(get("late-0/log?previous=true")), HasSubstr("previous terminated container"));
  EXPECT_THAT(message(get("app-0/log?container=none")), HasSubstr("container none is not valid for pod app-0"));
  EXPECT_THAT(message(get("app-0/log?container=side")), HasSubstr("only main is"));
}

TEST_F(PodStreams, IntoAProcessOfThisMachineAreRefusedWithWhatToDoInstead) {
  for (const auto& [name, instead] : std::vector<std::pair<std::string, std::string>>{
           {"exec", "terminal"}, {"attach", "kubectl logs -f"}, {"portforward", "127.0.0.1"}}) {
    for (const char* method : {"GET", "POST"}) {
      const auto refused = send(method, "/api/v1/namespaces/default/pods/app-0/" + name);
      EXPECT_EQ(refused.reply.status, 400) << name;
      EXPECT_THAT(message(refused), HasSubstr("a process on this machine")) << name;
      EXPECT_THAT(message(refused), HasSubstr(instead)) << name;
    }
  }
}

class NoPods : public PodStreams {
 protected:
  NoPods() : PodStreams(nullptr) {}
};

TEST_F(NoPods, AServerThatRunsNoPodsSaysSo) {
  for (const char* name : {"log", "exec"}) {
    EXPECT_THAT(message(get(std::string("app-0/") + name)), HasSubstr("keeps objects only")) << name;
  }
}

}  // namespace
}  // namespace rotor::apiserver
