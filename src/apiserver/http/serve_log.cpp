// A pod's log on its way to the client.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "apiserver/http/serve.hpp"

namespace rotor::apiserver {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kLogPiece = 64U << 10;
constexpr std::chrono::milliseconds kLook{100};  // how often a followed log is looked at

}  // namespace

Task<> stream_log(std::unique_ptr<OpenLog> log, net::ServerResponse& response) {
  const net::Headers headers{{"Content-Type", "text/plain"}, {"Cache-Control", "no-cache, private"}};
  LogText text(log->request);
  LogPiece piece = log->source->read(log->pod, log->run, 0, SIZE_MAX);
  std::uint64_t seen = piece.lines.empty() ? 0 : piece.lines.back().number;
  if (log->request.tail) piece.lines = last_lines(std::move(piece.lines), *log->request.tail);
  if (!log->request.follow) {
    (void)co_await response.respond(200, headers, SecretBytes(text.take(piece.lines)));
    co_return;
  }
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto begun = co_await response.begin(200, headers);
  if (!begun) co_return;
  while (true) {
    SecretBytes bytes(text.take(piece.lines));
    if (!bytes.empty()) {
      const auto sent = co_await response.write(std::move(bytes));
      if (!sent) co_return;
    }
    if (piece.ended || text.full()) break;
    if (piece.lines.empty()) {
      timer.expires_after(kLook);
      (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) co_return;
    }
    piece = log->source->read(log->pod, log->run, seen, kLogPiece);
    if (!piece.lines.empty()) seen = piece.lines.back().number;
  }
  (void)co_await response.finish();
}

}  // namespace rotor::apiserver
