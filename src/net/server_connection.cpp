#include "net/server_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/log.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kDrainLimit{2};  // for the rest of a request that was refused
constexpr std::size_t kDrainUpTo = 64U << 20;
constexpr std::size_t kJoinUpTo = 16U << 10;

Task<> wait_for_cancellation() {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

bool bodyless(int status) { return status / 100 == 1 || status == 204 || status == 304; }

}  // namespace

class ServerConnection::Answer final : public ServerResponse {
 public:
  Answer(Stream& stream, Clock& clock, std::chrono::milliseconds write_limit, bool head_only, bool keep_alive)
      : stream_(stream), clock_(clock), write_limit_(write_limit), head_only_(head_only), keep_alive_(keep_alive) {}

  bool begun() const { return state_ != State::kNone; }
  bool complete() const { return state_ == State::kDone; }

  Task<Result<void>> respond(int status, Headers headers, SecretBytes body) override {
    CO_TRY_VOID(ready(State::kNone));
    CO_TRY_VOID(check_headers(headers));
    std::string head = head_text(status, headers);
    if (!bodyless(status)) append_header(head, "Content-Length", std::to_string(body.size()));
    head += "\r\n";
    state_ = State::kStreaming;
    if (head_only_ || bodyless(status)) body.clear();
    CO_TRY_VOID(co_await put(std::move(head), std::move(body)));
    state_ = State::kDone;
    co_return Result<void>();
  }

  Task<Result<void>> begin(int status, Headers headers) override {
    CO_TRY_VOID(ready(State::kNone));
    CO_TRY_VOID(check_headers(headers));
    std::string head = head_text(status, headers);
    append_header(head, "Transfer-Encoding", "chunked");
    head += "\r\n";
    state_ = State::kStreaming;
    Result<void> sent = co_await put(std::move(head), SecretBytes());
    co_return sent;
  }

  Task<Result<void>> write(SecretBytes piece) override {
    CO_TRY_VOID(ready(State::kStreaming));
    if (piece.empty() || head_only_) co_return Result<void>();
    std::string size = fmt::format("{:x}\r\n", piece.size());
    piece.append("\r\n");
    Result<void> sent = co_await put(std::move(size), std::move(piece));
    co_return sent;
  }

  Task<Result<void>> finish() override {
    CO_TRY_VOID(ready(State::kStreaming));
    if (!head_only_) CO_TRY_VOID(co_await put("0\r\n\r\n", SecretBytes()));
    state_ = State::kDone;
    co_return Result<void>();
  }

  void drop() override {
    state_ = State::kBroken;
    stream_.close();
  }

 private:
  enum class State : std::uint8_t { kNone, kStreaming, kDone, kBroken };

  Result<void> ready(State wanted) const {
    if (state_ == State::kBroken) return fail(Code::kUnavailable, "the peer has closed the connection");
    if (state_ != wanted) return fail(Code::kInternal, "answer begun twice, or written to before it was begun");
    return {};
  }

  std::string head_text(int status, const Headers& headers) const {
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason_phrase(status));
    for (const Header& header : headers) append_header(head, header.name, header.value);
    if (!keep_alive_) append_header(head, "Connection", "close");
    return head;
  }

  // Small pieces leave together in one packet.
  Task<Result<void>> put(std::string head, SecretBytes body) {
    SecretBytes text;
    text.reserve(head.size() + std::min(body.size(), kJoinUpTo));
    text.append(head);
    const bool joined = body.size() <= kJoinUpTo;
    if (joined) text.append(body.reveal());
    CO_TRY_VOID(co_await put_bytes(text.reveal()));
    if (joined) co_return Result<void>();
    Result<void> sent = co_await put_bytes(body.reveal());
    co_return sent;
  }

  Task<Result<void>> put_bytes(std::string_view bytes) {
    using asio::experimental::awaitable_operators::operator||;
    std::variant<Io, bool> outcome = co_await (stream_.write(bytes) || clock_.nap_for(write_limit_));
    if (outcome.index() == 0 && !std::get<0>(outcome).error) co_return Result<void>();
    state_ = State::kBroken;
    if (outcome.index() == 1) {
      stream_.close();
      co_return fail(Code::kTimeout, "the peer reads nothing");
    }
    const bool cancelled = std::get<0>(outcome).error == asio::error::operation_aborted;
    co_return fail(cancelled ? Code::kCancelled : Code::kUnavailable, "the peer has closed the connection");
  }

  Stream& stream_;
  Clock& clock_;
  std::chrono::milliseconds write_limit_;
  bool head_only_;
  bool keep_alive_;
  State state_ = State::kNone;
};

ServerConnection::ServerConnection(std::unique_ptr<Stream> stream, const ServerConfig& config, Clock& clock,
                                   const Handler& handler)
    : stream_(std::move(stream)), config_(config), clock_(clock), handler_(handler) {}

Task<> ServerConnection::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (true) {
    std::unique_ptr<MessageParser> parser = co_await read_request();
    if (!parser) co_return;
    served_ = true;
    const bool again = co_await exchange(*parser);
    if (unwanted_) co_await drain();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!again || state.cancelled() != asio::cancellation_type::none) co_return;
  }
}

// False when nothing more will come.
Task<bool> ServerConnection::read_more(SteadyTime until) {
  using asio::experimental::awaitable_operators::operator||;
  char* space = in_.space();
  std::variant<Io, bool> outcome = co_await (stream_->read_some(space, in_.space_size()) || clock_.nap_until(until));
  if (outcome.index() != 0 || std::get<0>(outcome).error) co_return false;
  in_.filled(std::get<0>(outcome).size);
  co_return true;
}

ServerRequest ServerConnection::head_of(const MessageParser& parser) const {
  const std::size_t mark = parser.target.find('?');
  return {.method = parser.method,
          .path = parser.target.substr(0, mark),
          .query = mark == std::string::npos ? "" : parser.target.substr(mark + 1),
          .headers = parser.headers,
          .body = {},
          .client_common_name = stream_->peer_common_name()};
}

// False when the peer is gone.
Task<bool> ServerConnection::invite_body(const MessageParser& parser) {
  const std::string* expect = find_header(parser.headers, "Expect");
  if (expect == nullptr || !iequals(*expect, "100-continue")) co_return true;
  const Io io = co_await stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
  co_return !io.error;
}

// A complete request (or the head of one whose body nobody wants), or null: the peer left, was too slow, or was
// refused. Each stage has one limit in all, so that a byte now and then holds nothing.
Task<std::unique_ptr<MessageParser>> ServerConnection::read_request() {
  std::unique_ptr<MessageParser> parser = request_parser(config_.max_body);
  enum class Stage : std::uint8_t { kIdle, kHead, kBody } stage = Stage::kIdle;
  SteadyTime until = clock_.steady() + (served_ ? config_.limits.idle : config_.limits.head);
  while (true) {
    const Result<std::size_t> used = parser->put(in_.unread());
    if (!used) {
      co_await refuse(used.error());
      co_return nullptr;
    }
    in_.consume(*used);
    if (stage == Stage::kIdle && parser->started()) {
      stage = Stage::kHead;
      until = clock_.steady() + config_.limits.head;
    }
    const bool whole = parser->done();
    if (stage == Stage::kHead && parser->head_done()) {
      stage = Stage::kBody;
      until = clock_.steady() + config_.limits.body;
      const bool has_body = !whole || parser->has_body();
      unwanted_ = has_body && config_.wants_body && !config_.wants_body(head_of(*parser));
      const bool ready = whole || unwanted_ || co_await invite_body(*parser);
      if (!ready) co_return nullptr;
    }
    if (whole || unwanted_) co_return parser;
    if (in_.full()) co_return nullptr;
    const bool more = co_await read_more(until);
    if (!more) co_return nullptr;
  }
}

Task<> ServerConnection::refuse(const Error& error) {
  const int status = error.message == kBodyTooLong ? 413 : error.code == Code::kInvalid ? 431 : 400;
  Answer answer(*stream_, clock_, config_.limits.write, false, false);
  co_await answer.respond(status, {}, SecretBytes(fmt::format("{}\n", error.message)));
  co_await drain();
}

// Closing with input unread would reset the connection before the peer has read the answer.
Task<> ServerConnection::drain() {
  const SteadyTime until = clock_.steady() + kDrainLimit;
  std::size_t left = kDrainUpTo;
  while (left > 0) {
    in_.consume(in_.unread().size());
    const bool more = co_await read_more(until);
    if (!more) co_return;
    left -= std::min(left, in_.unread().size());
  }
}

// Ends when the peer is gone. What it sends ahead of time is kept for the next request.
Task<> ServerConnection::watch_peer() {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!in_.full()) {
    char* space = in_.space();
    const Io io = co_await stream_->read_some(space, in_.space_size());
    in_.filled(io.size);
    if (io.error) co_return;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
  co_await wait_for_cancellation();
}

Task<> ServerConnection::run_handler(const Handler& handler, ServerRequest request, Answer& answer) {
  try {
    co_await handler(std::move(request), answer);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) log::error("request handler failed", {{"error", error.what()}});
  } catch (const std::exception& error) {
    log::error("request handler failed", {{"error", error.what()}});
  }
}

// True when the connection can serve another request.
Task<bool> ServerConnection::exchange(MessageParser& parser) {
  using asio::experimental::awaitable_operators::operator||;
  const bool keep_alive = parser.keep_alive() && !unwanted_;
  ServerRequest request = head_of(parser);
  if (!unwanted_) request.body = parser.take_body();
  Answer answer(*stream_, clock_, config_.limits.write, parser.method == "HEAD", keep_alive);
  co_await (run_handler(handler_, std::move(request), answer) || watch_peer());
  const auto state = co_await asio::this_coro::cancellation_state;
  if (!answer.begun() && state.cancelled() == asio::cancellation_type::none) {
    co_await answer.respond(500, {}, SecretBytes("the server has no answer to this request\n"));
  }
  co_return answer.complete() && keep_alive;
}

}  // namespace rotor::net
