#include "cli/status_server.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;

class StatusServer : public testing::Test {
 protected:
  // What a kubelet or a scraper gets: the status and the text.
  std::pair<int, std::string> ask(const std::string& path) {
    auto answer = test::run_task(
        io, client->send({.method = "GET", .url = fmt::format("http://127.0.0.1:{}{}", server->port(), path)}));
    if (!answer) return {0, answer.error().message};
    return {answer->status, std::string(answer->body.reveal())};
  }

  boost::asio::io_context io{1};
  SystemClock clock;
  MetricsRegistry metrics;
  std::string not_ready, not_live;
  std::unique_ptr<net::HttpServer> server = *start_status_server(
      io.get_executor(), "127.0.0.1:0", {[this] { return not_ready; }, [this] { return not_live; }}, metrics);
  std::unique_ptr<net::HttpClient> client = *net::make_http_client(io.get_executor(), clock, {});
};

TEST_F(StatusServer, SaysWhyItIsNotReadyAndIsAliveAllTheSame) {
  EXPECT_EQ(ask("/readyz"), std::pair(200, std::string("ok")));
  not_ready = "not everything is listed yet";
  EXPECT_EQ(ask("/readyz"), std::pair(503, not_ready));
  EXPECT_EQ(ask("/livez"), std::pair(200, std::string("ok")));
  EXPECT_EQ(ask("/healthz"), std::pair(200, std::string("ok")));
}

TEST_F(StatusServer, IsStartedAnewOnlyForWhatTheWatchdogSays) {
  not_live = "externalsecret: an object has been due for 31m0s";
  EXPECT_EQ(ask("/livez"), std::pair(503, not_live));
  EXPECT_EQ(ask("/healthz"), std::pair(503, not_live));
}

TEST_F(StatusServer, HasNothingUnderDebug) {
  for (const char* path : {"/debug/", "/debug/pprof/", "/debug/vars", "/"}) EXPECT_EQ(ask(path).first, 404) << path;
  metrics.gauge("rotor_build_info", "h", {"version"}).with({"1"}).set(1);
  EXPECT_THAT(ask("/metrics").second, HasSubstr("rotor_build_info{version=\"1\"} 1"));
}

}  // namespace
}  // namespace rotor::cli
