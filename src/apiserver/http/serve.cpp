#include "apiserver/http/serve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "apiserver/http/warnings.hpp"

namespace rotor::apiserver {

namespace {

namespace asio = boost::asio;

// A line of a watch is small; a burst is sent in pieces of about this size.
constexpr std::size_t kPiece = 64U << 10;
constexpr std::chrono::seconds kDefaultWatch = std::chrono::minutes(45);

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out;
}

net::Headers headers_of(std::string content_type, const std::vector<std::string>& warnings) {
  net::Headers out{{"Content-Type", std::move(content_type)}, {"Cache-Control", "no-cache, private"}};
  for (const std::string& warning : within_headers(warnings))
    out.push_back({"Warning", fmt::format("299 - \"{}\"", quoted(warning))});
  return out;
}

Task<> send(net::ServerResponse& response, Reply reply) {
  net::Headers headers = headers_of(std::move(reply.content_type), reply.warnings);
  if (reply.status == 401) headers.push_back({"WWW-Authenticate", "Bearer"});
  (void)co_await response.respond(reply.status, std::move(headers), std::move(reply.body));
}

Reply fault_reply(const Fault& fault) {
  Failure failure{fault.status, fault.reason, fault.message};
  failure.retry_after_seconds = fault.retry_after_seconds;
  return reply_of(failure);
}

// Keeps a feed in the set of open ones for as long as it streams.
class Registered {
 public:
  Registered(Serving& serving, WatchFeed& feed) : serving_(serving), feed_(feed) { serving_.watches.insert(&feed_); }
  ~Registered() { serving_.watches.erase(&feed_); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  Serving& serving_;
  WatchFeed& feed_;
};

SecretBytes next_piece(WatchFeed& feed) {
  SecretBytes out;
  while (out.size() < kPiece) {
    const auto line = feed.next();
    if (!line) break;
    if (out.empty()) out.reserve(line->size());
    out.append(line->reveal());
  }
  return out;
}

Task<> stream(Serving& serving, std::unique_ptr<OpenWatch> watch, net::ServerResponse& response,
              std::optional<Fault> fault) {
  WatchFeed& feed = *watch->feed;
  const Registered registered(serving, feed);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  feed.on_ready([&timer] { timer.cancel(); });
  net::Headers headers = headers_of("application/json", watch->warnings);
  const auto begun = co_await response.begin(200, std::move(headers));
  if (!begun) co_return;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + (watch->timeout.count() > 0 ? watch->timeout : kDefaultWatch);
  auto next_bookmark = start + serving.bookmark_interval;
  const bool cut = fault && fault->kind == Fault::Kind::kCutWatch;
  const auto cut_at = start + (cut ? fault->delay : std::chrono::hours(24 * 365));
  while (true) {
    SecretBytes piece = next_piece(feed);
    if (!piece.empty()) {
      const auto sent = co_await response.write(std::move(piece));
      if (!sent) co_return;
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (cut && now >= cut_at) {
      response.drop();
      co_return;
    }
    if (feed.ended() || now >= end) break;
    if (watch->bookmarks && now >= next_bookmark) {
      next_bookmark = now + serving.bookmark_interval;
      SecretBytes mark = feed.bookmark();
      const auto sent = co_await response.write(std::move(mark));
      if (!sent) co_return;
      continue;
    }
    auto wake = watch->bookmarks ? std::min(end, next_bookmark) : end;
    if (cut) wake = std::min(wake, cut_at);
    timer.expires_at(wake);
    (void)co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
  }
  // The reader goes on from here without a gap.
  if (watch->bookmarks && !feed.ended()) {
    SecretBytes mark = feed.bookmark();
    (void)co_await response.write(std::move(mark));
  }
  (void)co_await response.finish();
}

}  // namespace

void Serving::end_watches(const std::string& resource, bool expire) {
  if (expire) {
    for (const std::string& name : api.store().resources()) {
      if (resource.empty() || name == resource || name.starts_with(resource + ".")) api.store().forget_history(name);
    }
  }
  for (WatchFeed* feed : watches) {
    if (!resource.empty() && feed->target().kind->plural != resource) continue;
    if (expire) {
      feed->fail(expired(
          fmt::format("too old resource version: the history of {} is forgotten", feed->target().kind->plural)));
    } else {
      feed->end();
    }
  }
}

Task<> serve_request(Serving& serving, net::ServerRequest request, net::ServerResponse& response) {
  const Intent what = serving.api.intent(request);
  const std::optional<Fault> fault = serving.faults.take(what.verb, what.resource, what.name);
  using Kind = Fault::Kind;
  const auto hit = [&](Kind kind) { return fault && fault->kind == kind; };
  if (hit(Kind::kDelay)) co_await serving.clock.sleep_for(fault->delay);
  if (hit(Kind::kDrop)) {
    response.drop();
    co_return;
  }
  if (hit(Kind::kFail)) {
    co_await send(response, fault_reply(*fault));
    co_return;
  }
  if (hit(Kind::kGone) && what.verb != "watch") {
    co_await send(response,
                  reply_of(expired("The provided continue parameter is too old to display a consistent list result.")));
    co_return;
  }
  Api::Outcome outcome = serving.api.serve(request);
  if (hit(Kind::kDropAfterServing)) {
    response.drop();
    co_return;
  }
  if (outcome.log != nullptr) {
    co_await stream_log(std::move(outcome.log), response);
    co_return;
  }
  if (outcome.watch == nullptr) {
    co_await send(response, std::move(outcome.reply));
    co_return;
  }
  if (hit(Kind::kGone)) outcome.watch->feed->fail(expired("too old resource version: asked for by a fault"));
  if (hit(Kind::kReorder)) outcome.watch->feed->swap_next();
  co_await stream(serving, std::move(outcome.watch), response, fault);
}

}  // namespace rotor::apiserver
