#include <array>
#include <list>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "tests/net/site.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;

struct Seen {
  int requests = 0;
  int drops_left = 0;
  int open = 0;       // handlers under way
  int cancelled = 0;  // handlers that were cancelled
  int max_open = 0;
  ServerRequest last{};
};

Task<> echo(Seen& seen, ServerRequest request, ServerResponse& response) {
  ++seen.requests;
  seen.last = request;
  if (seen.drops_left > 0 && seen.requests > 1) {
    --seen.drops_left;
    response.drop();
    co_return;
  }
  Headers headers{{"X-Path", request.path}};
  co_await response.respond(200, std::move(headers), std::move(request.body));
}

// Never answers; notices when it is cancelled.
Task<> hang(Seen& seen, ServerRequest request, ServerResponse&) {
  ++seen.requests;
  ++seen.open;
  seen.max_open = std::max(seen.max_open, seen.open);
  seen.last = std::move(request);
  asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  --seen.open;
  ++seen.cancelled;
}

Task<> hang_once(Seen& seen, ServerRequest request, ServerResponse& response) {
  if (seen.requests == 0) co_return co_await hang(seen, std::move(request), response);
  co_await echo(seen, std::move(request), response);
}

Task<> stop_in_the_middle(Seen& seen, ServerRequest request, ServerResponse& response) {
  (void)co_await response.begin(200, {});
  (void)co_await response.write(SecretBytes("a beginning"));
  co_await hang(seen, std::move(request), response);
}

class Client : public Site {
 protected:
  Seen seen_;
};

TEST_F(Client, ExchangesHeadersAndBodyOverTls) {
  serve(handler_with(seen_, echo));
  connect();
  const Result<Response> response = send({.method = "POST",
                                          .url = url("/a%2Fb?x=1&y=%20"),
                                          .headers = {{"Content-Type", "text/plain"}, {"X-Empty", ""}},
                                          .body = SecretBytes("hello")});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body.reveal(), "hello");
  EXPECT_EQ(*find_header(response->headers, "x-path"), "/a%2Fb");
  EXPECT_EQ(seen_.last.method, "POST");
  EXPECT_EQ(seen_.last.query, "x=1&y=%20");
  EXPECT_EQ(*find_header(seen_.last.headers, "content-type"), "text/plain");
  EXPECT_EQ(*find_header(seen_.last.headers, "user-agent"), "rotor");
  EXPECT_EQ(*find_header(seen_.last.headers, "host"), "127.0.0.1:" + std::to_string(server_->port()));
}

TEST_F(Client, WorksWithoutTls) {
  serve(handler_with(seen_, echo), {});
  connect();
  const Result<Response> response = send({.method = "PUT", .url = url("/p"), .body = SecretBytes("plain")});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body.reveal(), "plain");
}

TEST_F(Client, ResolvesNamesOffTheLoop) {
  serve(handler_with(seen_, echo));
  connect();
  const Result<Response> response = send({.url = url("/", "localhost")});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
}

TEST_F(Client, CarriesLargeBodiesBothWays) {
  serve(handler_with(seen_, echo));
  connect();
  const std::string large(3U << 20, 'x');
  const Result<Response> response = send({.method = "POST", .url = url(), .body = SecretBytes(large)});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(response->body.reveal() == large);
}

TEST_F(Client, AnswersHeadWithoutABody) {
  serve([](ServerRequest, ServerResponse& response) -> Task<> {
    co_await response.respond(200, {}, SecretBytes("not sent"));
  });
  connect();
  for (int i = 0; i < 2; ++i) {
    const Result<Response> response = send({.method = "HEAD", .url = url()});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_TRUE(response->body.empty());
    EXPECT_EQ(*find_header(response->headers, "Content-Length"), "8");
  }
}

TEST_F(Client, ReusesTheConnection) {
  serve(handler_with(seen_, echo));
  ClientConfig config = client_config();
  config.max_connections_per_host = 1;
  connect(std::move(config));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(get_request()));
  EXPECT_EQ(seen_.requests, 5);
}

// A clock that went on while the process stood still: who sleeps has not been woken yet.
struct StoodStill final : Clock {
  explicit StoodStill(Clock& running) : inner(running) {}
  WallTime now() const override { return inner.now() + missed; }
  SteadyTime steady() const override { return inner.steady() + missed; }
  Task<bool> nap_until(SteadyTime when) override { return inner.nap_until(when - missed); }
  Clock& inner;
  std::chrono::seconds missed{0};
};

TEST_F(Client, SendsNothingOnceItsDeadlineHasPassedWhileTheProcessStoodStill) {
  serve(handler_with(seen_, hang));
  StoodStill clock(clock_);
  ClientConfig config = client_config();
  config.max_connections_per_host = 1;
  client_ = *make_http_client(io_.get_executor(), clock, std::move(config));
  test::Running<Result<Response>> first(io_, client_->send(get_request(), {.deadline = std::chrono::hours(1)}));
  run_until([&] { return seen_.open == 1; });
  test::Running<Result<Response>> second(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(5)}));
  settle();
  clock.missed = std::chrono::seconds(20);
  first.cancel();
  EXPECT_EQ(first.get().error().code, Code::kCancelled);
  run_until([&] { return second.done() || seen_.requests == 2; });
  ASSERT_EQ(seen_.requests, 1);
  EXPECT_EQ(second.get().error().code, Code::kTimeout);
}

TEST_F(Client, GivesTheHandlersStatusAsItIs) {
  serve([](ServerRequest, ServerResponse& response) -> Task<> {
    Headers headers{{"Location", "https://elsewhere.example/"}};
    co_await response.respond(302, std::move(headers), SecretBytes());
  });
  connect();
  const Result<Response> response = send(get_request());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 302);
}

TEST_F(Client, RefusesRequestsThatWouldSmuggleHeaders) {
  serve(handler_with(seen_, echo));
  connect();
  const std::vector<Request> wrong = {
      {.url = url(), .headers = {{"Authorization", "Bearer hunter2\r\nX-Evil: 1"}}},
      {.url = url(), .headers = {{"Authorization", "hunter2\n"}}},
      {.url = url(), .headers = {{"Authorization", std::string("hunter2\0", 8)}}},
      {.url = url(), .headers = {{"X Y", "1"}}},
      {.url = url(), .headers = {{"", "1"}}},
      {.url = url(), .headers = {{"Content-Length", "1"}}},
      {.url = url(), .headers = {{"host", "other"}}},
      {.method = "GET / HTTP/1.1\r\nX:", .url = url()},
      {.url = url("/a b")},
      {.url = "file:///etc/passwd"},
  };
  for (const Request& request : wrong) {
    const Result<Response> response = send(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::kInvalid) << response.error().message;
    EXPECT_FALSE(response.error().message.contains("hunter2"));
  }
  EXPECT_EQ(seen_.requests, 0);
}

// --- time-outs and cancellation ---

TEST_F(Client, TimesOutWhileWaitingForTheAnswer) {
  serve(handler_with(seen_, hang));
  connect();
  test::Running<Result<Response>> call(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(30)}));
  run_until([&] { return seen_.requests == 1; });
  clock_.advance(std::chrono::seconds(30));
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kTimeout);
  EXPECT_EQ(response.error().message, "GET https://127.0.0.1:" + std::to_string(server_->port()) +
                                          ": no answer within 30s (waiting for the answer)");
}

TEST_F(Client, HasOneSleeperForTheDeadlinesOfAllItsCalls) {
  serve(handler_with(seen_, hang));
  connect();
  std::list<test::Running<Result<Response>>> calls;
  for (const int seconds : {40, 20, 60}) {
    calls.emplace_back(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(seconds)}));
  }
  run_until([&] { return seen_.open == 3; });
  EXPECT_EQ(clock_.sleepers(), 1U);
  for (const int still_open : {2, 1, 0}) {  // the earliest first, whoever began first
    clock_.advance(std::chrono::seconds(20));
    run_until([&] { return seen_.open == still_open; });
  }
  for (auto& call : calls) EXPECT_EQ(call.get().error().code, Code::kTimeout);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(Client, LeavesNoSleeperBehindWhenItGoes) {
  serve(handler_with(seen_, echo));
  connect();
  ASSERT_TRUE(send(get_request()));
  EXPECT_GT(clock_.sleepers(), 0U);
  client_.reset();
  settle();
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(Client, CutsOffAnAnswerThatStopsInTheMiddleAtItsDeadline) {
  serve(handler_with(seen_, stop_in_the_middle));
  connect();
  test::Running<Result<Response>> call(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(30)}));
  run_until([&] { return seen_.open == 1; });
  settle();
  clock_.advance(std::chrono::seconds(30));
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kTimeout);
  EXPECT_TRUE(response.error().message.ends_with("no answer within 30s (reading the answer)"))
      << response.error().message;
}

TEST_F(Client, AsksOnANewConnectionAfterADeadlineCutOneOff) {
  serve(handler_with(seen_, hang_once));
  ClientConfig config = client_config();
  config.max_connections_per_host = 1;
  connect(std::move(config));
  test::Running<Result<Response>> call(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(5)}));
  run_until([&] { return seen_.open == 1; });
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(call.get().error().code, Code::kTimeout);
  EXPECT_TRUE(send(get_request()));
}

TEST_F(Client, TellsTheServerWhenACallIsGivenUp) {
  serve(handler_with(seen_, hang));
  connect();
  test::Running<Result<Response>> call(io_, client_->send(get_request()));
  run_until([&] { return seen_.open == 1; });
  call.cancel();
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kCancelled);
  run_until([&] { return seen_.cancelled == 1; });
}

TEST_F(Client, CanBeCancelledWhileConnecting) {
  // A listener that accepts into its backlog and never answers the handshake.
  asio::ip::tcp::acceptor silent(io_, {asio::ip::address_v4::loopback(), 0});
  connect();
  test::Running<Result<Response>> call(
      io_, client_->send({.url = "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port())}));
  settle();
  call.cancel();
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kCancelled);
}

TEST_F(Client, TimesOutInTheHandshake) {
  asio::ip::tcp::acceptor silent(io_, {asio::ip::address_v4::loopback(), 0});
  connect();
  test::Running<Result<Response>> call(
      io_, client_->send({.url = "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port())}));
  run_until([&] { return clock_.next_wait() == std::chrono::seconds(10); });  // the handshake's own limit
  clock_.advance(std::chrono::seconds(10));
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kTimeout);
  EXPECT_TRUE(response.error().message.ends_with(": TLS handshake with \"127.0.0.1\": no answer within 10s"))
      << response.error().message;
}

TEST_F(Client, CanBeCancelledWhileResolving) {
  connect();
  test::Running<Result<Response>> call(io_, client_->send({.url = "https://localhost:1/"}));
  io_.run_one();
  call.cancel();
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kCancelled);
}

TEST_F(Client, CountsTheWaitForAConnectionAgainstTheDeadline) {
  serve(handler_with(seen_, hang));
  ClientConfig config = client_config();
  config.max_connections_per_host = 2;
  connect(std::move(config));
  test::Running<Result<Response>> first(io_, client_->send(get_request(), {.deadline = std::chrono::hours(1)}));
  test::Running<Result<Response>> second(io_, client_->send(get_request(), {.deadline = std::chrono::hours(1)}));
  run_until([&] { return seen_.open == 2; });
  test::Running<Result<Response>> third(io_, client_->send(get_request(), {.deadline = std::chrono::seconds(5)}));
  settle();
  clock_.advance(std::chrono::seconds(5));
  const Result<Response> late = third.get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kTimeout);
  EXPECT_TRUE(late.error().message.ends_with("(waiting for a connection)")) << late.error().message;
  EXPECT_EQ(seen_.max_open, 2);

  // One that is cancelled while it waits takes no slot with it.
  test::Running<Result<Response>> fourth(io_, client_->send(get_request(), {.deadline = std::chrono::hours(1)}));
  test::Running<Result<Response>> fifth(io_, client_->send(get_request(), {.deadline = std::chrono::hours(1)}));
  settle();
  fourth.cancel();
  EXPECT_EQ(fourth.get().error().code, Code::kCancelled);
  first.cancel();
  EXPECT_EQ(first.get().error().code, Code::kCancelled);
  run_until([&] { return seen_.requests == 3; });
  second.cancel();
  fifth.cancel();
  EXPECT_EQ(second.get().error().code, Code::kCancelled);
  EXPECT_EQ(fifth.get().error().code, Code::kCancelled);
}

TEST_F(Client, CanBeCancelledWhileSending) {
  // A peer that completes TCP and reads nothing: a large plain body cannot be sent.
  asio::ip::tcp::acceptor silent(io_, {asio::ip::address_v4::loopback(), 0});
  connect();
  test::Running<Result<Response>> call(
      io_, client_->send({.method = "POST",
                          .url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()),
                          .body = SecretBytes(std::string(64U << 20, 'x'))}));
  settle();
  EXPECT_FALSE(call.done());
  call.cancel();
  const Result<Response> response = call.get();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kCancelled);
}

// --- the pool ---

TEST_F(Client, ReplacesAStaleIdleConnectionUnseen) {
  serve(handler_with(seen_, echo));
  connect();
  ASSERT_TRUE(send(get_request()));
  seen_.drops_left = 1;  // the server cuts the pooled connection instead of answering
  const Result<Response> response = send(get_request());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(seen_.requests, 3);
}

TEST_F(Client, ReplacesItOnlyOnce) {
  serve(handler_with(seen_, echo));
  connect();
  ASSERT_TRUE(send(get_request()));
  seen_.drops_left = 2;
  const Result<Response> response = send(get_request());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
  EXPECT_EQ(seen_.requests, 3);
}

TEST_F(Client, NeverSendsAPostTwice) {
  serve(handler_with(seen_, echo));
  connect();
  ASSERT_TRUE(send(get_request()));
  seen_.drops_left = 1;
  const Result<Response> response = send({.method = "POST", .url = url(), .body = SecretBytes("x")});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
  EXPECT_EQ(seen_.requests, 2);
}

TEST_F(Client, NoticesAServerThatWentAwayBeforeAPost) {
  serve(handler_with(seen_, echo));
  connect();
  ASSERT_TRUE(send(get_request()));
  const std::uint16_t port = server_->port();
  server_.reset();
  settle();
  ServerConfig config = server_config();
  config.port = port;
  serve(handler_with(seen_, echo), std::move(config));
  const Result<Response> response = send({.method = "POST", .url = url(), .body = SecretBytes("x")});
  ASSERT_TRUE(response) << response.error().message;
}

TEST_F(Client, DropsConnectionsThatIdledTooLong) {
  serve(handler_with(seen_, hang));
  ClientConfig config = client_config();
  config.idle_timeout = std::chrono::seconds(60);
  connect(std::move(config));
  server_.reset();
  settle();
  serve(handler_with(seen_, echo));
  ASSERT_TRUE(send(get_request()));
  EXPECT_EQ(clock_.sleepers(), 2U);  // the reaper, and the one who watches over the deadlines
  clock_.advance(io_, std::chrono::seconds(61));
  EXPECT_EQ(clock_.sleepers(), 0U);  // nothing idle, nobody to reap
  ASSERT_TRUE(send(get_request()));
}

// --- broken answers ---

TEST_F(Client, RefusesAnAnswerThatIsTooLong) {
  serve([](ServerRequest request, ServerResponse& response) -> Task<> {
    SecretBytes body(std::string(2000, 'x'));
    if (request.path == "/chunked") {
      co_await response.begin(200, {});
      for (int i = 0; i < 2; ++i) co_await response.write(body);
      co_await response.finish();
    } else {
      co_await response.respond(200, {}, std::move(body));
    }
  });
  connect();
  for (const char* path : {"/", "/chunked"}) {
    const Result<Response> response = send(get_request(path), {.max_body = 1999});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::kInvalid);
    EXPECT_TRUE(response.error().message.ends_with("the answer is longer than 1999 bytes")) << response.error().message;
  }
  EXPECT_TRUE(send(get_request(), {.max_body = 2000}));
}

TEST_F(Client, NoticesATruncatedBody) {
  serve([](ServerRequest, ServerResponse& response) -> Task<> {
    co_await response.begin(200, {});
    co_await response.write(SecretBytes("half"));
    response.drop();
  });
  connect();
  const Result<Response> response = send(get_request());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

// Answers one connection with fixed bytes and closes it.
Task<> answer_raw(asio::ip::tcp::acceptor& acceptor, std::string bytes) {
  asio::ip::tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
  std::array<char, 4096> request{};
  co_await socket.async_read_some(asio::buffer(request), asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
}

struct RawCase {
  const char* bytes;
  std::optional<Code> error;
  const char* body;
};

class RawAnswer : public Site, public testing::WithParamInterface<RawCase> {};

TEST_P(RawAnswer, IsUnderstoodOrRefused) {
  asio::ip::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
  asio::co_spawn(io_, answer_raw(acceptor, GetParam().bytes), [](const std::exception_ptr&) {});
  connect();
  const Result<Response> response =
      send({.url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())});
  if (GetParam().error) {
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, *GetParam().error) << response.error().message;
  } else {
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.reveal(), GetParam().body);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RawAnswer,
    testing::Values(
        RawCase{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", std::nullopt, "ok"},
        RawCase{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
                "OK\r\nContent-Length: 2\r\n\r\nok",
                std::nullopt, "ok"},
        RawCase{"HTTP/1.0 200 OK\r\n\r\nuntil the end", std::nullopt, "until the end"},
        RawCase{
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;x=y\r\n...\r\n0\r\nTrailer: t\r\n\r\n",
            std::nullopt, "ok..."},
        RawCase{"HTTP/1.1 204 No Content\r\n\r\n", std::nullopt, ""},
        RawCase{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nok", Code::kUnavailable, ""},
        RawCase{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", Code::kUnavailable, ""},
        RawCase{"HTTP/1.1 200 OK\r\nContent-Le", Code::kUnavailable, ""}, RawCase{"", Code::kUnavailable, ""},
        RawCase{"SSH-2.0-OpenSSH\r\n", Code::kUnavailable, ""},
        RawCase{"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Code::kUnavailable, ""},
        RawCase{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", Code::kUnavailable, ""}));

TEST_F(Client, SaysThatNobodyListens) {
  asio::ip::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
  const std::string target = "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  acceptor.close();
  connect();
  const Result<Response> response = send({.url = "https://" + target + "/secret-path?token=hunter2"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
  EXPECT_EQ(response.error().message,
            "GET https://" + target + ": cannot connect to " + target + ": Connection refused");
}

// --- streams ---

struct Feed {
  std::vector<std::string> pieces;
  bool cut = false;
  int written = 0;
  int cancelled = 0;
};

Task<> stream_pieces(Feed& feed, ServerRequest, ServerResponse& response) {
  co_await response.begin(200, {});
  for (const std::string& piece : feed.pieces) {
    Result<void> sent = co_await response.write(SecretBytes(piece));
    if (!sent) {
      ++feed.cancelled;
      co_return;
    }
    ++feed.written;
  }
  if (feed.cut) {
    response.drop();
    co_return;
  }
  co_await response.finish();
}

Task<Result<std::string>> read_all(HttpClient& client, Request request) {
  CO_TRY(StreamResponse response, co_await client.open(std::move(request)));
  std::string all;
  while (true) {
    CO_TRY(SecretBytes piece, co_await response.body->read_some(std::chrono::seconds(10)));
    if (piece.empty()) co_return all;
    all += piece.reveal();
  }
}

TEST_F(Client, StreamsABodyPieceByPiece) {
  Feed feed{.pieces = {"one,", "two,", std::string(100000, 'x'), ",three"}};
  serve(handler_with(feed, stream_pieces));
  connect();
  for (int i = 0; i < 3; ++i) {
    const Result<std::string> all = test::run_task(io_, read_all(*client_, get_request()));
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(*all, "one,two," + std::string(100000, 'x') + ",three");
  }
}

TEST_F(Client, ReportsAStreamThatWasCut) {
  Feed feed{.pieces = {"one"}, .cut = true};
  serve(handler_with(feed, stream_pieces));
  connect();
  const Result<std::string> all = test::run_task(io_, read_all(*client_, get_request()));
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Code::kUnavailable);
}

Task<> begin_and_hang(Seen& seen, ServerRequest request, ServerResponse& response) {
  co_await response.begin(200, {});
  co_await hang(seen, std::move(request), response);
}

TEST_F(Client, BoundsTheWaitForOnePiece) {
  serve(handler_with(seen_, begin_and_hang));
  connect();
  Result<StreamResponse> response = test::run_task(io_, client_->open(get_request()));
  ASSERT_TRUE(response) << response.error().message;
  test::Running<Result<SecretBytes>> piece(io_, response->body->read_some(std::chrono::seconds(7)));
  settle();
  clock_.advance(std::chrono::seconds(7));
  const Result<SecretBytes> got = piece.get();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kTimeout);
  EXPECT_TRUE(got.error().message.ends_with("nothing received for 7s")) << got.error().message;
}

TEST_F(Client, CanBeCancelledWhileReceivingAStream) {
  serve(handler_with(seen_, begin_and_hang));
  connect();
  Result<StreamResponse> response = test::run_task(io_, client_->open(get_request()));
  ASSERT_TRUE(response) << response.error().message;
  test::Running<Result<SecretBytes>> piece(io_, response->body->read_some(std::chrono::seconds(7)));
  settle();
  piece.cancel();
  EXPECT_EQ(piece.get().error().code, Code::kCancelled);
}

TEST_F(Client, ClosingAStreamCancelsTheHandler) {
  serve(handler_with(seen_, begin_and_hang));
  connect();
  Result<StreamResponse> response = test::run_task(io_, client_->open(get_request()));
  ASSERT_TRUE(response) << response.error().message;
  response->body.reset();
  run_until([&] { return seen_.cancelled == 1; });
}

TEST_F(Client, ASlowReaderHoldsTheWriterBack) {
  Feed feed{.pieces = std::vector<std::string>(1000, std::string(64U << 10, 'x'))};
  serve(handler_with(feed, stream_pieces));
  connect();
  Result<StreamResponse> response = test::run_task(io_, client_->open(get_request()));
  ASSERT_TRUE(response) << response.error().message;
  settle();
  EXPECT_LT(feed.written, 500);  // 64 MB do not fit into socket buffers
  std::size_t total = 0;
  while (true) {
    Result<SecretBytes> piece = test::run_task(io_, response->body->read_some(std::chrono::seconds(10)));
    ASSERT_TRUE(piece) << piece.error().message;
    if (piece->empty()) break;
    EXPECT_LE(piece->size(), 64U << 10);
    total += piece->size();
  }
  EXPECT_EQ(total, 1000U * (64U << 10));
}

TEST_F(Client, SurvivesAHundredCancelledStreams) {
  serve(handler_with(seen_, begin_and_hang));
  connect();
  for (int i = 0; i < 100; ++i) {
    Result<StreamResponse> response = test::run_task(io_, client_->open(get_request()));
    ASSERT_TRUE(response) << response.error().message;
    test::Running<Result<SecretBytes>> piece(io_, response->body->read_some(std::chrono::seconds(7)));
    piece.cancel();
    EXPECT_EQ(piece.get().error().code, Code::kCancelled);
  }
  run_until([&] { return seen_.cancelled == 100; });
}

}  // namespace
}  // namespace rotor::net
