// --metrics-auth: whom the API server lets read the metrics, and how often it is asked.
#include "cli/metrics_access.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cli/status_server.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::cli {
namespace {

using namespace std::chrono_literals;

// Knows `scraper`, who may get /metrics, and `visitor`, who may not.
class Reviewer final : public test::StrictClient {
 public:
  std::vector<std::string> questions;
  bool silent = false;

  Task<Result<SecretBytes>> create(kube::Resource resource, std::string, SecretBytes sent,
                                   kube::WriteOptions with) override {
    EXPECT_TRUE(with.confidential) << "a refusal could quote the token";
    questions.emplace_back(sent.reveal());
    if (silent) co_return fail(Code::kUnavailable, "connection refused");
    const std::string_view text = questions.back();
    if (resource.kind == "SubjectAccessReview") {
      co_return SecretBytes(fmt::format(R"({{"status":{{"allowed":{}}}}})", text.contains(R"("user":"scraper")")));
    }
    const bool known = text.contains("scraper-token") || text.contains("visitor-token");
    const std::string name = text.contains("scraper-token") ? "scraper" : "visitor";
    co_return SecretBytes(fmt::format(
        R"({{"status":{{"authenticated":{},"user":{{"username":"{}","groups":["g"],"extra":{{"a":["b"]}}}}}}}})", known,
        name));
  }
};

class MetricsAccessTest : public testing::Test {
 protected:
  int status(const std::string& authorization) {
    const auto refusal = test::run_task(io_, access_.refuses(authorization, "/metrics"));
    return refusal ? refusal->status : 200;
  }

  boost::asio::io_context io_;
  test::FakeClock clock_;
  Reviewer reviewer_;
  MetricsAccess access_{reviewer_, clock_};
};

TEST_F(MetricsAccessTest, LetsInWhoseTokenTheApiServerKnowsAndWhoMayGetThePath) {
  EXPECT_EQ(status("Bearer scraper-token"), 200);
  EXPECT_EQ(status("Bearer visitor-token"), 403);
  EXPECT_EQ(status("Bearer nobodys"), 401);
  EXPECT_EQ(status("bearer scraper-token"), 200) << "the scheme's name has no case";
  const std::string& access = reviewer_.questions.at(1);
  EXPECT_TRUE(access.contains(R"("groups":["g"])")) << access;
  EXPECT_TRUE(access.contains(R"("extra":{"a":["b"]})")) << access;
  EXPECT_TRUE(access.contains(R"("nonResourceAttributes":{"path":"/metrics","verb":"get"})")) << access;
}

TEST_F(MetricsAccessTest, AsksNobodyAboutWhatIsNoBearerToken) {
  for (const char* header : {"", "Bearer", "Bearer ", "Basic c2NyYXBlcg==", "scraper-token"}) {
    EXPECT_EQ(status(header), 401) << header;
  }
  EXPECT_TRUE(reviewer_.questions.empty());
}

TEST_F(MetricsAccessTest, RemembersForAWhileWhatItWasToldAndNoToken) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status("Bearer scraper-token"), 200);
  EXPECT_EQ(reviewer_.questions.size(), 2U);
  clock_.advance(61s);
  EXPECT_EQ(status("Bearer scraper-token"), 200);
  EXPECT_EQ(reviewer_.questions.size(), 4U);
  EXPECT_EQ(status("Bearer visitor-token"), 403);
  clock_.advance(11s);
  EXPECT_EQ(status("Bearer visitor-token"), 403);
  EXPECT_EQ(reviewer_.questions.size(), 8U) << "a refusal is forgotten soon: somebody repairs it";
}

TEST_F(MetricsAccessTest, LetsNobodyInWhileTheApiServerIsSilentAndRemembersNothingOfIt) {
  reviewer_.silent = true;
  EXPECT_EQ(status("Bearer scraper-token"), 503);
  reviewer_.silent = false;
  EXPECT_EQ(status("Bearer scraper-token"), 200);
}

TEST_F(MetricsAccessTest, GuardsTheMetricsAndNotTheHealth) {
  MetricsRegistry metrics;
  metrics.gauge("a_gauge", "Something.").with({}).set(1);
  const MetricsGuard guard = [this](std::string authorization, std::string path) {
    return access_.refuses(std::move(authorization), std::move(path));
  };
  auto server =
      start_status_server(io_.get_executor(), "127.0.0.1:0",
                          {[] { return std::string(); }, [] { return std::string(); }}, metrics, std::nullopt, guard);
  ASSERT_TRUE(server) << server.error().message;
  SystemClock real;
  const auto client = *net::make_http_client(io_.get_executor(), real, {});
  const auto get = [&](std::string_view path, const std::string& token) {
    net::Request request{.url = fmt::format("http://127.0.0.1:{}{}", (*server)->port(), path)};
    if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
    return *test::run_task(io_, client->send(std::move(request)));
  };
  EXPECT_EQ(get("/healthz", "").status, 200);
  EXPECT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(get("/metrics", "").status, 401);
  EXPECT_EQ(get("/metrics", "visitor-token").status, 403);
  EXPECT_FALSE(get("/metrics", "visitor-token").body.reveal().contains("a_gauge"));
  EXPECT_TRUE(get("/metrics", "scraper-token").body.reveal().contains("a_gauge 1"));
  (*server)->stop();
}

}  // namespace
}  // namespace rotor::cli
