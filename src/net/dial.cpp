#include "net/dial.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "net/deadline.hpp"
#include "net/reach.hpp"
#include "net/sockets.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Task<Result<tcp::socket>> connect_one(tcp::endpoint endpoint) {
  co_await report_cancellation();
  tcp::socket socket(co_await asio::this_coro::executor);
  if (const error_code failed = open_socket(socket, endpoint.protocol())) {
    co_return fail(Code::kUnavailable, failed.message());
  }
  const auto [error] = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (error == asio::error::operation_aborted) co_return fail(Code::kCancelled, "cancelled while connecting");
  if (error) co_return fail(Code::kUnavailable, error.message());
  tune(socket);
  co_return Result<tcp::socket>(std::move(socket));
}

// The proxy's answer is read by small pieces up to the end of its head, so nothing of what follows is taken.
Task<Result<void>> open_tunnel(tcp::socket& socket, std::string target, std::string authorization) {
  std::string head = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", target, target);
  if (!authorization.empty()) append_header(head, "Proxy-Authorization", authorization);
  head += "\r\n";
  const auto [write_error, written] =
      co_await asio::async_write(socket, asio::buffer(head), asio::as_tuple(asio::use_awaitable));
  wipe(head.data(), head.size());
  if (write_error) co_return fail(Code::kUnavailable, "the proxy closed the connection");

  const std::unique_ptr<MessageParser> parser = response_parser(true, 0);
  std::string received;
  while (!parser->head_done()) {
    char piece = 0;
    const auto [error, n] =
        co_await socket.async_read_some(asio::buffer(&piece, 1), asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) co_return fail(Code::kCancelled, "cancelled");
    if (error) co_return fail(Code::kUnavailable, "the proxy closed the connection");
    received.push_back(piece);
    if (received.size() > (16U << 10)) co_return fail(Code::kUnavailable, "the proxy's answer is too long");
    if (!received.ends_with("\r\n\r\n")) continue;
    CO_TRY_VOID(parser->put(received));
  }
  if (parser->status / 100 == 2) co_return Result<void>();
  co_return fail(Code::kUnavailable,
                 parser->status == 407
                     ? "the proxy asks for credentials (407): put user and password into the proxy URL"
                     : fmt::format("the proxy refused the tunnel with status {}", parser->status));
}

Task<StreamResult> tunnel_and_tls(ClientTls& tls, tcp::socket socket, Url url, const Proxy* proxy) {
  co_await report_cancellation();
  if (proxy != nullptr) {
    std::string target =
        url.host.contains(':') ? fmt::format("[{}]:{}", url.host, url.port) : fmt::format("{}:{}", url.host, url.port);
    Result<void> open = co_await open_tunnel(socket, std::move(target), proxy->authorization);
    if (!open) co_return std::unexpected(std::move(open).error().prefixed("proxy " + proxy->url.host_header()));
  }
  StreamResult stream = co_await tls.handshake(std::move(socket), url.host);
  co_return stream;
}

// The process's own proxy is its administrator's choice. Any other came with the address that it leads to, and whoever
// chose that may have chosen the proxy for where it stands.
bool is_of_the_process(const ProxyConfig& proxy) {
  const ProxyConfig own = proxy_from_environment();
  return proxy.https_proxy == own.https_proxy && proxy.http_proxy == own.http_proxy;
}

}  // namespace

// One address after the other, each with its own time limit.
Task<Result<tcp::socket>> Dialer::connect_any(Endpoints endpoints, std::string name) {
  Error last;
  for (const tcp::endpoint& endpoint : endpoints) {
    Result<tcp::socket> socket = co_await within(clock_, config_.connect_timeout, connect_one(endpoint));
    if (socket || socket.error().code == Code::kCancelled) co_return std::move(socket);
    last = std::move(socket).error();
    if (last.code == Code::kTimeout) last.message = "no answer within " + text_of(config_.connect_timeout);
  }
  co_return fail(last.code, fmt::format("cannot connect to {}: {}", name, last.message));
}

Task<Result<tcp::socket>> Dialer::connect(std::string host, std::uint16_t port, Reach reach, std::string_view& stage) {
  stage = "resolving the name";
  CO_TRY(Endpoints found, co_await resolver_.resolve(host, port));
  stage = "connecting";
  const std::string name = host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
  // Looked at between the look-up and the connection, so that no later look-up can answer otherwise.
  auto endpoints = keep_within(reach, std::move(found));
  if (!endpoints) {
    Error refused = std::move(endpoints).error().prefixed("cannot connect to " + name);
    if (!config_.beyond_reach.empty()) refused.message += "; " + config_.beyond_reach;
    co_return std::unexpected(std::move(refused));
  }
  Result<tcp::socket> socket = co_await connect_any(*std::move(endpoints), name);
  co_return socket;
}

Task<Result<std::unique_ptr<Connection>>> Dialer::dial(Url url, std::string_view& stage) {
  std::optional<Proxy> proxy;
  if (const std::string text = proxy_for(config_.proxy, url.origin()); !text.empty()) {
    CO_TRY(proxy, parse_proxy(text));
  }
  const Url& peer = proxy ? proxy->url : url;
  const Reach reach = proxy && is_of_the_process(config_.proxy) ? Reach::kAnywhere : config_.reach;
  CO_TRY(tcp::socket socket, co_await connect(peer.host, peer.port, reach, stage));

  auto connection = std::make_unique<Connection>();
  if (url.scheme == "http") {
    connection->stream = make_plain_stream(std::move(socket));
    connection->through_http_proxy = proxy.has_value();
    if (proxy) connection->proxy_authorization = proxy->authorization;
    co_return Result<std::unique_ptr<Connection>>(std::move(connection));
  }
  stage = proxy ? "opening the proxy's tunnel and TLS" : "TLS handshake";
  const std::chrono::milliseconds limit = 2 * config_.connect_timeout;
  StreamResult stream =
      co_await within(clock_, limit, tunnel_and_tls(tls_, std::move(socket), url, proxy ? &*proxy : nullptr));
  if (!stream) {
    Error error = std::move(stream).error();
    if (error.code == Code::kTimeout) {
      error.message = fmt::format("TLS handshake with \"{}\": no answer within {}", url.host, text_of(limit));
    }
    co_return std::unexpected(std::move(error));
  }
  connection->stream = *std::move(stream);
  co_return Result<std::unique_ptr<Connection>>(std::move(connection));
}

}  // namespace rotor::net
