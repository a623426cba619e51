// The HTTP/1.1 transport of HttpClient. HTTP/2 will be a second implementation of the same interface, chosen by ALPN.
#include <algorithm>
#include <array>
#include <exception>
#include <initializer_list>
#include <utility>

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include "net/deadline.hpp"
#include "net/deadlines.hpp"
#include "net/dial.hpp"
#include "net/http1.hpp"
#include "net/pool.hpp"
#include "net/url.hpp"

namespace rotor::net {
namespace {

struct Core {
  Core(const Executor& executor, Clock& clock_in, const ClientConfig& config, std::unique_ptr<ClientTls> tls_in)
      : clock(clock_in),
        user_agent(config.user_agent),
        tls(std::move(tls_in)),
        dialer(clock, *tls, {config.proxy, config.reach, config.beyond_reach, config.connect_timeout}),
        deadlines(std::make_shared<Deadlines>(executor, clock)),
        pool(std::make_shared<Pool>(executor, clock, config.idle_timeout, config.max_connections_per_host)) {}

  Clock& clock;
  std::string user_agent;
  std::unique_ptr<ClientTls> tls;
  Dialer dialer;
  std::shared_ptr<Deadlines> deadlines;
  std::shared_ptr<Pool> pool;
};

struct Call {
  Request request;
  Url url;
  std::string origin;  // of the URL
  CallOptions options;
  SteadyTime until;  // its deadline
  bool streaming = false;
  std::string_view stage = "waiting for a connection";

  std::chrono::milliseconds left(const Clock& clock) const {
    return std::chrono::ceil<std::chrono::milliseconds>(until - clock.steady());
  }
};

struct Exchange {
  Pool::Lease lease;
  std::unique_ptr<MessageParser> parser;
};

struct Attempt {
  Exchange exchange{};
  std::optional<Error> error{};
  bool sent_nothing = false;  // of the request, as far as we know
};

Error io_error(const boost::system::error_code& error, std::string_view doing) {
  if (error == boost::asio::error::operation_aborted)
    return {Code::kCancelled, fmt::format("cancelled while {}", doing)};
  return {Code::kUnavailable, fmt::format("connection lost while {} ({})", doing, error.message())};
}

// Head and, when it is small, body in one buffer: one TLS record, one packet.
constexpr std::size_t kJoinUpTo = 16U << 10;
constexpr std::size_t kLineAtMost = 256;  // what a head has besides its URL and headers, with room to spare

void append_all(SecretBytes& text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text.append(part);
}

std::size_t size_of_head(const Call& call, const Connection& connection, const std::string& user_agent) {
  std::size_t size = call.request.url.size() + call.origin.size() + connection.proxy_authorization.size() +
                     user_agent.size() + kLineAtMost;
  for (const Header& header : call.request.headers) size += header.name.size() + header.value.size() + 4;
  return size;
}

// Made where it is wiped, in one piece: it holds bearer tokens.
SecretBytes request_text(const Call& call, const Connection& connection, const std::string& user_agent) {
  const Request& request = call.request;
  const bool joined = request.body.size() <= kJoinUpTo;
  SecretBytes text;
  text.reserve(size_of_head(call, connection, user_agent) + (joined ? request.body.size() : 0));
  append_all(text, {request.method, " ", connection.through_http_proxy ? call.origin : std::string_view(),
                    call.url.target, " HTTP/1.1\r\n"});
  const auto append_line = [&text](std::string_view name, std::string_view value) {
    append_all(text, {name, ": ", value, "\r\n"});
  };
  append_line("Host", call.url.host_header());
  for (const Header& header : request.headers) append_line(header.name, header.value);
  if (find_header(request.headers, "User-Agent") == nullptr) append_line("User-Agent", user_agent);
  if (!connection.proxy_authorization.empty()) append_line("Proxy-Authorization", connection.proxy_authorization);
  const bool has_body = request.method != "GET" && request.method != "HEAD";
  if (has_body || !request.body.empty()) append_line("Content-Length", std::to_string(request.body.size()));
  text.append("\r\n");
  if (joined) text.append(request.body.reveal());
  return text;
}

Task<std::optional<Error>> send_request(const Call& call, Connection& connection, const std::string& user_agent,
                                        bool& sent_nothing) {
  const SecretBytes text = request_text(call, connection, user_agent);
  Io io = co_await connection.stream->write(text.reveal());
  sent_nothing = io.error && io.size == 0;
  if (!io.error && call.request.body.size() > kJoinUpTo) {
    io = co_await connection.stream->write(call.request.body.reveal());
  }
  if (io.error) co_return io_error(io.error, "sending the request");
  co_return std::nullopt;
}

// Parses what is there; when that brings nothing further, reads once more.
Task<Result<void>> feed(Connection& connection, MessageParser& parser) {
  ReadBuffer& in = connection.in;
  if (!in.unread().empty()) {
    CO_TRY(const std::size_t used, parser.put(in.unread()));
    in.consume(used);
    if (used > 0) co_return Result<void>();
    if (in.full()) co_return fail(Code::kInvalid, "the answer's header is longer than 64 KB");
  }
  char* space = in.space();
  const Io io = co_await connection.stream->read_some(space, in.space_size());
  if (io.error == boost::asio::error::eof) co_return parser.put_eof();
  if (io.error) co_return std::unexpected(io_error(io.error, "waiting for the answer"));
  in.filled(io.size);
  CO_TRY(const std::size_t used, parser.put(in.unread()));
  in.consume(used);
  co_return Result<void>();
}

std::unique_ptr<MessageParser> parser_for(const Call& call) {
  return response_parser(call.request.method == "HEAD",
                         call.streaming ? std::nullopt : std::optional(call.options.max_body));
}

// Up to the end of the head; 1xx answers are passed over.
Task<Result<std::unique_ptr<MessageParser>>> read_head(const Call& call, Connection& connection, bool& heard) {
  std::unique_ptr<MessageParser> parser = parser_for(call);
  while (true) {
    Result<void> fed = co_await feed(connection, *parser);
    heard = heard || parser->started();
    if (!fed) co_return std::unexpected(std::move(fed).error());
    if (!parser->head_done()) continue;
    if (parser->status >= 200 || parser->status == 101) break;
    parser = parser_for(call);
  }
  co_return Result<std::unique_ptr<MessageParser>>(std::move(parser));
}

// Both may take long, so they have a time limit of their own; the exchange has the limit of the call.
Task<Result<Pool::Lease>> connected(Core& core, Call& call, bool fresh) {
  call.stage = "waiting for a connection";
  std::optional<Pool::Lease> lease = core.pool->acquire_at_once(call.origin, fresh);
  if (!lease) {
    CO_TRY(lease, co_await within(core.clock, call.left(core.clock), core.pool->acquire(call.origin, fresh)));
  }
  if (!lease->connection) {
    CO_TRY(lease->connection,
           co_await within(core.clock, call.left(core.clock), core.dialer.dial(call.url, call.stage)));
  }
  co_return *std::move(lease);
}

Task<Attempt> attempt(Core& core, Call& call, Deadlines::Limit& limit, bool fresh, bool& may_retry) {
  Attempt result;
  may_retry = false;
  Result<Pool::Lease> lease = co_await connected(core, call, fresh);
  if (!lease) {
    result.error = std::move(lease).error();
    co_return result;
  }
  result.exchange.lease = *std::move(lease);
  Connection& connection = *result.exchange.lease.connection;
  // A process that stood still (SIGSTOP, a frozen cgroup) finds its connection ready and its timer due in any order:
  // what is too late does not leave.
  if (limit.passed() || core.clock.steady() >= call.until) {
    result.error = Error{Code::kTimeout, ""};
    co_return result;
  }
  limit.guard(connection.stream.get());
  call.stage = "sending the request";
  bool sent_nothing = false;
  result.error = co_await send_request(call, connection, core.user_agent, sent_nothing);
  bool heard = false;
  if (!result.error) {
    call.stage = "waiting for the answer";
    Result<std::unique_ptr<MessageParser>> parser = co_await read_head(call, connection, heard);
    if (parser) {
      result.exchange.parser = *std::move(parser);
    } else {
      result.error = std::move(parser).error();
    }
  }
  if (result.error) limit.guard(nullptr);
  may_retry = result.error && result.error->code == Code::kUnavailable && connection.reused && !heard;
  result.sent_nothing = sent_nothing;
  co_return result;
}

// Whether sending it twice does no harm (RFC 9110 section 9.2.2).
bool is_idempotent(std::string_view method) {
  static constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

// A pooled connection that the server closed while it was idle is replaced once by a fresh one.
Task<Result<Exchange>> start(Core& core, Call& call, Deadlines::Limit& limit) {
  bool may_retry = false;
  Attempt first = co_await attempt(core, call, limit, false, may_retry);
  if (!first.error) co_return Result<Exchange>(std::move(first.exchange));
  if (!may_retry || !(first.sent_nothing || is_idempotent(call.request.method))) {
    co_return std::unexpected(*std::move(first.error));
  }
  first.exchange = Exchange();  // gives its slot back
  Attempt second = co_await attempt(core, call, limit, true, may_retry);
  if (second.error) co_return std::unexpected(*std::move(second.error));
  co_return Result<Exchange>(std::move(second.exchange));
}

// The exchange is over: the connection goes back if both sides agree.
void finish(Exchange& exchange) {
  if (exchange.parser->keep_alive() && exchange.lease.connection->in.unread().empty()) {
    exchange.lease.keep();
  } else {
    exchange.lease = Pool::Lease();
  }
}

Task<Result<Response>> run_call(Core& core, Call& call, Deadlines::Limit& limit) {
  CO_TRY(Exchange exchange, co_await start(core, call, limit));
  call.stage = "reading the answer";
  Result<void> fed;
  while (fed && !exchange.parser->done()) fed = co_await feed(*exchange.lease.connection, *exchange.parser);
  limit.guard(nullptr);
  CO_TRY_VOID(std::move(fed));
  Response response{exchange.parser->status, std::move(exchange.parser->headers), exchange.parser->take_body()};
  finish(exchange);
  co_return Result<Response>(std::move(response));
}

// Runs `work` on a stream that `limit` guards. Cancelled from outside it is kCancelled, from the limit kTimeout with an
// empty message, as for within().
template <class T>
Task<Result<T>> limited(const Deadlines::Limit& limit, Task<Result<T>> work) {
  const bool throws = co_await boost::asio::this_coro::throw_if_cancelled();
  co_await report_cancellation();
  Result<T> answer = fail(Code::kInternal, "");
  std::exception_ptr failure;
  try {
    answer = co_await std::move(work);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await boost::asio::this_coro::throw_if_cancelled(throws);
  if (failure) std::rethrow_exception(failure);
  if (answer) co_return std::move(answer);
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none) co_return fail(Code::kCancelled, "cancelled");
  if (limit.passed()) co_return fail(Code::kTimeout, "");
  co_return std::move(answer);
}

class BodyStreamImpl final : public BodyStream {
 public:
  BodyStreamImpl(std::shared_ptr<Core> core, Exchange exchange, std::string origin)
      : core_(std::move(core)), exchange_(std::move(exchange)), origin_(std::move(origin)) {}

  Task<Result<SecretBytes>> read_some(std::chrono::milliseconds idle) override {
    if (failed_) co_return fail(Code::kUnavailable, "the stream has already failed");
    if (!exchange_.parser->has_body() && !exchange_.parser->done()) {
      Deadlines::Limit limit(core_->deadlines, core_->clock.steady() + idle);
      limit.guard(exchange_.lease.connection->stream.get());
      Result<void> more = co_await limited(limit, read_more(exchange_));
      if (!more) {
        failed_ = true;
        exchange_.lease = Pool::Lease();
        Error error = std::move(more).error();
        if (error.code == Code::kTimeout) error.message = "nothing received for " + text_of(idle);
        co_return std::unexpected(std::move(error).prefixed(origin_));
      }
    }
    SecretBytes piece = exchange_.parser->take_body();
    if (exchange_.parser->done() && exchange_.lease.connection) finish(exchange_);
    co_return Result<SecretBytes>(std::move(piece));
  }

 private:
  static Task<Result<void>> read_more(Exchange& exchange) {
    while (!exchange.parser->has_body() && !exchange.parser->done()) {
      CO_TRY_VOID(co_await feed(*exchange.lease.connection, *exchange.parser));
    }
    co_return Result<void>();
  }

  std::shared_ptr<Core> core_;
  Exchange exchange_;
  std::string origin_;
  bool failed_ = false;
};

Result<Call> make_call(Request request, CallOptions options, SteadyTime now, bool streaming) {
  TRY_VOID(check_request(request));
  TRY(Url url, parse_url(request.url));
  std::string origin = url.origin();
  return Call{.request = std::move(request),
              .url = std::move(url),
              .origin = std::move(origin),
              .options = options,
              .until = now + options.deadline,
              .streaming = streaming};
}

// Method and origin, never the path or query: they may hold names or tokens nobody should log.
std::unexpected<Error> call_error(const Call& call, Error error) {
  if (error.code == Code::kTimeout && error.message.empty()) {
    error.message = fmt::format("no answer within {} ({})", text_of(call.options.deadline), call.stage);
  }
  if (error.message == kBodyTooLong) {
    error.message = fmt::format("the answer is longer than {} bytes", call.options.max_body);
  }
  return std::unexpected(std::move(error).prefixed(fmt::format("{} {}", call.request.method, call.origin)));
}

class Http1Client final : public HttpClient {
 public:
  explicit Http1Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  Task<Result<Response>> send(Request request, CallOptions options) override {
    const std::shared_ptr<Core> core = core_;
    CO_TRY(Call call, make_call(std::move(request), options, core->clock.steady(), false));
    Deadlines::Limit limit(core->deadlines, call.until);
    Result<Response> response = co_await limited(limit, run_call(*core, call, limit));
    if (!response) co_return call_error(call, std::move(response).error());
    co_return std::move(response);
  }

  Task<Result<StreamResponse>> open(Request request, CallOptions options) override {
    const std::shared_ptr<Core> core = core_;
    CO_TRY(Call call, make_call(std::move(request), options, core->clock.steady(), true));
    Deadlines::Limit limit(core->deadlines, call.until);
    Result<Exchange> exchange = co_await limited(limit, start(*core, call, limit));
    limit.guard(nullptr);
    if (!exchange) co_return call_error(call, std::move(exchange).error());
    StreamResponse response{
        .status = exchange->parser->status, .headers = std::move(exchange->parser->headers), .body = nullptr};
    response.body = std::make_unique<BodyStreamImpl>(core, *std::move(exchange), call.origin);
    co_return Result<StreamResponse>(std::move(response));
  }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(Executor executor, Clock& clock, ClientConfig config) {
  TRY(std::unique_ptr<ClientTls> tls, make_client_tls(config.tls));
  return std::make_unique<Http1Client>(std::make_shared<Core>(executor, clock, config, std::move(tls)));
}

}  // namespace rotor::net
