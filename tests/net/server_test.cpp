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
Task<Result<std::string>> raw_exchange(std::uint16_t port, std::string text, std::size_t expect) {
  tcp::socket socket(co_await asio::this_coro::executor);
  const tcp::endpoint server(asio::ip::address_v4::loopback(), port);
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
  std::string raw(std::string text, std::size_t expect = std::string::npos) {
    return *test::run_task(io_, raw_exchange(server_->port(), std::move(text), expect));
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

}  // namespace
}  // namespace rotor::net
