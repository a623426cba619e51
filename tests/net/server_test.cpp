#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "tests/net/site.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

Task<> echo(ServerRequest request, ServerResponse& response) {
  if (request.path == "/throws") throw std::runtime_error("broken handler");
  if (request.path == "/silent") co_return;
  if (request.path == "/unfinished") {
    co_await response.begin(200, {});
    co_await response.write(SecretBytes("half"));
    co_return;
  }
  if (request.path == "/twice") {
    co_await response.respond(200, {}, SecretBytes("first"));
    const Result<void> again = co_await response.respond(200, {}, SecretBytes("second"));
    if (!again && again.error().code == Code::kInternal) co_return;
    throw std::logic_error("answered twice");
  }
  if (request.path == "/bad-header") {
    Headers headers{{"X", "a\r\nY: b"}};
    const Result<void> sent = co_await response.respond(200, std::move(headers), SecretBytes());
    if (!sent) co_return;
  }
  co_await response.respond(200, {}, std::move(request.body));
}

// Sends `text`, then reads until the server closes or `expect` bytes have come.
Task<Result<std::string>> raw_exchange(tcp::endpoint server, std::string text, std::size_t expect) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect(server, asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(text), asio::as_tuple(asio::use_awaitable));
  std::string answer;
  std::array<char, 4096> buffer{};
  while (answer.size() < expect) {
    const auto [error, n] = co_await socket.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) break;
    answer.append(buffer.data(), n);
  }
  co_return answer;
}

class Server : public Site {
 protected:
  std::string raw(std::string text, std::size_t expect = std::string::npos,
                  asio::ip::address to = asio::ip::address_v4::loopback()) {
    return *test::run_task(io_, raw_exchange({to, server_->port()}, std::move(text), expect));
  }
};

TEST_F(Server, PicksAPort) {
  serve(echo, {});
  EXPECT_NE(server_->port(), 0);
}

TEST_F(Server, SaysThatThePortIsTaken) {
  serve(echo, {});
  const auto second = start_server(io_.get_executor(), {.port = server_->port()}, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_EQ(second.error().message, "cannot listen on 127.0.0.1:" + std::to_string(server_->port()) +
                                        ": the port is taken; choose another one or stop the program that has it");
}

// Pods of IPv6-only and of dual-stack clusters are probed by their own family's address.
TEST_F(Server, WithoutAnAddressListensToBothFamilies) {
  serve(echo, {.address = ""});
  const std::string ask = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_TRUE(raw(ask).starts_with("HTTP/1.1 200"));
  tcp::acceptor other(io_);
  boost::system::error_code no_ipv6;
  other.open(tcp::v6(), no_ipv6);
  if (!no_ipv6) other.bind({asio::ip::address_v6::loopback(), 0}, no_ipv6);
  if (no_ipv6) GTEST_SKIP() << "this host has no IPv6";
  EXPECT_TRUE(raw(ask, std::string::npos, asio::ip::address_v6::loopback()).starts_with("HTTP/1.1 200"));
}

TEST_F(Server, RefusesAnAddressThatIsNone) {
  const auto server = start_server(io_.get_executor(), {.address = "localhost"}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kInvalid);
}

TEST_F(Server, AnswersPipelinedRequestsInOrder) {
  serve(echo, {});
  const std::string one = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  const std::string answer = raw(one + "one" + one + "two" + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none"
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo"
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST_F(Server, ReadsChunkedBodies) {
  serve(echo, {});
  const std::string answer =
      raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: "
          "chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  EXPECT_TRUE(answer.ends_with("\r\n\r\nabc")) << answer;
}

TEST_F(Server, InvitesALargeBody) {
  serve(echo, {});
  const std::string answer =
      raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") ||
              answer.starts_with("HTTP/1.1 200"))
      << answer;
}

struct RefusedCase {
  std::string request;
  const char* start;
};

TEST_F(Server, RefusesWhatIsNotARequest) {
  ServerConfig config;
  config.max_body = 1000;
  serve(echo, std::move(config));
  const std::vector<RefusedCase> cases = {
      {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"GET / HTTP/1.1\r\nA B: c\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'),
       "HTTP/1.1 413 Payload Too Large\r\n"},
      {"GET / HTTP/1.1\r\nX: " + std::string(70000, 'x') + "\r\n\r\n", "HTTP/1.1 431"},
  };
  for (const auto& [request, start] : cases) {
    const std::string answer = raw(request, 40);
    EXPECT_TRUE(answer.starts_with(start)) << answer;
  }
}

TEST_F(Server, Gives500WhenTheHandlerDoesNotAnswer) {
  serve(echo);
  connect();
  for (const char* path : {"/throws", "/silent", "/bad-header"}) {
    const Result<Response> response = send(get_request(path));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 500) << path;
  }
  EXPECT_EQ(send(get_request("/twice"))->body.reveal(), "first");
}

TEST_F(Server, CutsAnAnswerThatWasBegunAndNotFinished) {
  serve(echo);
  connect();
  const Result<Response> response = send(get_request("/unfinished"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

TEST_F(Server, StoppingClosesEveryConnection) {
  serve(echo);
  connect();
  ASSERT_TRUE(send(get_request()));
  server_->stop();
  settle();
  const Result<Response> response = send(get_request());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

TEST_F(Server, AnswersRequestsThatArriveTogether) {
  serve(echo);
  connect();
  std::vector<test::Running<Result<Response>>> calls;
  for (int i = 0; i < 50; ++i) {
    calls.emplace_back(io_, client_->send({.method = "POST", .url = url(), .body = SecretBytes(std::to_string(i))}));
  }
  for (int i = 0; i < 50; ++i) {
    const Result<Response> response = calls[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.reveal(), std::to_string(i));
  }
}

TEST_F(Server, RefusesTlsMaterialItCannotRead) {
  const auto server = start_server(io_.get_executor(), {.certificate_pem = "x", .key_pem = SecretBytes("y")}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Code::kInvalid);
  EXPECT_TRUE(server.error().message.starts_with("server certificate: ")) << server.error().message;
}

// A peer that takes its time: connected, and written to piece by piece.
class Limits : public Site {
 protected:
  void serve_with(ServerLimits limits, Handler handler = echo) {
    ServerConfig config;
    config.limits = limits;
    config.clock = &clock_;
    serve(std::move(handler), std::move(config));
  }
  tcp::socket dial() {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), server_->port()});
    settle_twice();
    return socket;
  }
  void put(tcp::socket& socket, std::string_view text) {
    asio::write(socket, asio::buffer(text.data(), text.size()));
    settle_twice();
  }
  // The kernel may hand bytes over a moment later than they were written.
  void settle_twice() {
    for (int i = 0; i < 2; ++i) {
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(20));
      settle();
    }
  }
  void pass(std::chrono::nanoseconds time) {
    clock_.advance(time);
    settle_twice();
  }
  static bool is_closed(tcp::socket& socket) {
    socket.non_blocking(true);
    std::array<char, 4096> buffer{};
    boost::system::error_code error;
    while (socket.read_some(asio::buffer(buffer), error) > 0) {
    }
    return error != asio::error::would_block;
  }
};

using std::chrono::seconds;

TEST_F(Limits, CloseAConnectionThatNeverSaysAnything) {
  serve_with({.head = seconds(10)});
  tcp::socket peer = dial();
  pass(seconds(9));
  EXPECT_FALSE(is_closed(peer));
  pass(seconds(2));
  EXPECT_TRUE(is_closed(peer));
}

TEST_F(Limits, CloseAConnectionWhoseHeadersDripIn) {
  serve_with({.head = seconds(10)});
  tcp::socket peer = dial();
  for (const char* piece : {"G", "E", "T", " ", "/"}) {
    put(peer, piece);
    EXPECT_FALSE(is_closed(peer)) << piece;
    pass(seconds(2));
  }
  pass(seconds(1));
  EXPECT_TRUE(is_closed(peer));
}

TEST_F(Limits, CloseAConnectionWhoseBodyDripsIn) {
  serve_with({.body = seconds(10)});
  tcp::socket peer = dial();
  put(peer, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  for (int i = 0; i < 5; ++i) {
    put(peer, "x");
    EXPECT_FALSE(is_closed(peer)) << i;
    pass(seconds(2));
  }
  pass(seconds(1));
  EXPECT_TRUE(is_closed(peer));
}

TEST_F(Limits, CloseAConnectionThatIsIdleBetweenRequests) {
  serve_with({.idle = seconds(60)});
  tcp::socket peer = dial();
  put(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(seconds(59));
  EXPECT_FALSE(is_closed(peer));
  pass(seconds(2));
  EXPECT_TRUE(is_closed(peer));
}

struct LongAnswer {
  Clock& clock;
  bool ended = false;
};

Task<> answer_for_an_hour(LongAnswer& state, ServerRequest, ServerResponse& response) {
  co_await response.begin(200, {});
  co_await state.clock.sleep_for(std::chrono::hours(1));
  co_await response.write(SecretBytes("late"));
  co_await response.finish();
  state.ended = true;
}

TEST_F(Limits, LeaveAnAnswerThatIsUnderWayAlone) {
  LongAnswer state{clock_};
  serve_with({.head = seconds(1), .body = seconds(1), .idle = seconds(1), .write = seconds(1)},
             handler_with(state, answer_for_an_hour));
  tcp::socket peer = dial();
  put(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  pass(std::chrono::minutes(59));
  EXPECT_FALSE(is_closed(peer));
  pass(std::chrono::minutes(2));
  EXPECT_TRUE(state.ended);
}

TEST_F(Limits, HoldForOnePeer) {
  serve_with({.connections_per_peer = 2});
  tcp::socket first = dial();
  tcp::socket second = dial();
  tcp::socket third = dial();
  EXPECT_FALSE(is_closed(second));
  EXPECT_TRUE(is_closed(third));
  first.close();
  settle_twice();
  tcp::socket fourth = dial();
  EXPECT_FALSE(is_closed(fourth));
}

TEST_F(Limits, HoldForAllPeersTogether) {
  serve_with({.connections = 1});
  tcp::socket first = dial();
  tcp::socket second = dial();
  EXPECT_FALSE(is_closed(first));
  EXPECT_TRUE(is_closed(second));
}

TEST_F(Server, AnswersWithoutTheBodyThatNobodyWants) {
  ServerConfig config;
  config.wants_body = [](const ServerRequest& head) { return head.path == "/wanted"; };
  serve(echo, std::move(config));
  const std::string rest = " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  EXPECT_EQ(raw("POST /unwanted" + rest), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  const std::string answer = raw("POST /wanted" + rest, 41);
  EXPECT_TRUE(answer.ends_with("abc")) << answer;
}

}  // namespace
}  // namespace rotor::net
