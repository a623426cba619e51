#include "net/server.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/repeated.hpp"
#include "net/server_connection.hpp"
#include "net/sockets.hpp"
#include "net/spawn.hpp"
#include "net/tls.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Whom a limit counts as one: an IPv6 host usually has a whole /64 to choose its address from.
asio::ip::address peer_group(const asio::ip::address& peer) {
  if (!peer.is_v6()) return peer;
  asio::ip::address_v6 address = peer.to_v6();
  if (address.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address);
  if (address.is_loopback()) return peer;
  auto bytes = address.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::address_v6(bytes);
}

// Lives as long as any of its connections, so that a stopped server's coroutines end in peace.
struct ServerState {
  ServerState(const Executor& executor_in, ServerConfig config_in, Handler handler_in)
      : executor(executor_in),
        config(std::move(config_in)),
        clock(config.clock == nullptr ? own_clock : *config.clock),
        handler(std::move(handler_in)),
        acceptor(executor_in) {}

  Executor executor;
  ServerConfig config;
  SystemClock own_clock;
  Clock& clock;
  Handler handler;
  tcp::acceptor acceptor;
  std::shared_ptr<ServerTls> tls;  // replaced under handshakes that are under way
  std::uint16_t port = 0;
  bool stopped = false;
  std::map<BackgroundPtr, asio::ip::address> connections;
  std::map<asio::ip::address, std::size_t> by_peer;
  Repeated refused;
  Repeated not_accepted;
};
using StatePtr = std::shared_ptr<ServerState>;

Task<std::unique_ptr<Stream>> greet(StatePtr state, tcp::socket socket) {
  using asio::experimental::awaitable_operators::operator||;
  if (!state->tls) co_return make_plain_stream(std::move(socket));
  const std::shared_ptr<ServerTls> tls = state->tls;
  std::variant<StreamResult, bool> outcome =
      co_await (tls->handshake(std::move(socket)) || state->clock.nap_for(state->config.limits.handshake));
  StreamResult* stream = std::get_if<0>(&outcome);
  if (stream == nullptr) co_return nullptr;
  if (!*stream) log::debug("TLS handshake failed", {{"error", stream->error().message}});
  co_return *stream ? std::move(**stream) : nullptr;
}

Task<> serve(StatePtr state, tcp::socket socket) {
  tune(socket);
  std::unique_ptr<Stream> stream = co_await greet(state, std::move(socket));
  if (!stream || state->stopped) co_return;
  ServerConnection connection(std::move(stream), state->config, state->clock, state->handler);
  co_await connection.run();
}

void forget_connection(ServerState& state, const BackgroundPtr& connection) {
  const auto it = state.connections.find(connection);
  if (it == state.connections.end()) return;
  const auto count = state.by_peer.find(it->second);
  if (--count->second == 0) state.by_peer.erase(count);
  state.connections.erase(it);
}

bool has_room(const ServerState& state, const asio::ip::address& peer) {
  const auto of_peer = state.by_peer.find(peer);
  return state.connections.size() < state.config.limits.connections &&
         (of_peer == state.by_peer.end() || of_peer->second < state.config.limits.connections_per_peer);
}

void start_connection(const StatePtr& state, tcp::socket socket, const asio::ip::address& from) {
  const asio::ip::address peer = peer_group(from);
  if (!has_room(*state, peer)) {
    if (const auto times = state->refused.due(state->clock.steady())) {
      log::warn("too many connections are open: new ones are closed",
                {{"peer", peer.to_string()}, {"open", state->connections.size()}, {"times", *times}});
    }
    return;
  }
  BackgroundPtr connection = spawn(state->executor, serve(state, std::move(socket)),
                                   [state](const BackgroundPtr& self) { forget_connection(*state, self); });
  if (connection->done) return;
  ++state->by_peer[peer];
  state->connections.emplace(std::move(connection), peer);
}

Task<> accept_loop(StatePtr state) {
  while (!state->stopped) {
    Accepted accepted = co_await accept(state->acceptor);
    if (state->stopped) co_return;
    if (!accepted.error) {
      start_connection(state, std::move(accepted.socket), accepted.peer);
      continue;
    }
    // Usually: no file descriptor left. The ones in use come free by and by.
    if (const auto times = state->not_accepted.due(state->clock.steady())) {
      log::warn("accepting a connection failed", {{"error", accepted.error.message()}, {"times", *times}});
    }
    co_await state->clock.sleep_for(std::chrono::milliseconds(100));
  }
}

boost::system::error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool both_families) {
  boost::system::error_code error = open_acceptor(acceptor, endpoint.protocol());
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && both_families) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

// IPv6 and IPv4 by one socket; IPv4 alone where the kernel has nothing else.
boost::system::error_code listen_everywhere(tcp::acceptor& acceptor, std::uint16_t port) {
  const auto error = listen_on(acceptor, {asio::ip::address_v6::any(), port}, true);
  if (!error || error == asio::error::address_in_use) return error;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  return listen_on(acceptor, {asio::ip::address_v4::any(), port}, false);
}

Result<void> listen(ServerState& state) {
  const ServerConfig& config = state.config;
  boost::system::error_code error;
  std::string where = fmt::format("port {}", config.port);
  if (config.address.empty()) {
    error = listen_everywhere(state.acceptor, config.port);
  } else {
    const asio::ip::address address = asio::ip::make_address(config.address, error);
    if (error) return fail(Code::kInvalid, fmt::format("listen address \"{}\": must be an IP address", config.address));
    where = address.is_v6() ? fmt::format("[{}]:{}", config.address, config.port)
                            : fmt::format("{}:{}", config.address, config.port);
    error = listen_on(state.acceptor, {address, config.port}, false);
  }
  if (!error) {
    state.port = state.acceptor.local_endpoint(error).port();
    if (!error) return {};
  }
  if (error == asio::error::address_in_use) {
    return fail(
        Code::kUnavailable,
        fmt::format("cannot listen on {}: the port is taken; choose another one or stop the program that has it",
                    where));
  }
  return fail(Code::kUnavailable, fmt::format("cannot listen on {}: {}", where, error.message()));
}

class Http1Server final : public HttpServer {
 public:
  explicit Http1Server(StatePtr state) : state_(std::move(state)) {}
  ~Http1Server() override { Http1Server::stop(); }

  std::uint16_t port() const override { return state_->port; }

  void stop() override {
    if (state_->stopped) return;
    state_->stopped = true;
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    const auto connections = state_->connections;  // a connection may end, and leave the set, while it is told
    for (const auto& [connection, peer] : connections) cancel(connection);
  }

  Result<void> set_certificate(std::string_view certificate_pem, const SecretBytes& key_pem) override {
    TRY(state_->tls, make_server_tls(certificate_pem, key_pem, state_->config.client_ca_pem));
    return {};
  }

 private:
  StatePtr state_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> start_server(Executor executor, ServerConfig config, Handler handler) {
  const auto state = std::make_shared<ServerState>(executor, std::move(config), std::move(handler));
  if (!state->config.certificate_pem.empty()) {
    TRY(state->tls, make_server_tls(state->config.certificate_pem, state->config.key_pem, state->config.client_ca_pem));
  }
  TRY_VOID(listen(*state));
  asio::co_spawn(executor, accept_loop(state), [](const std::exception_ptr&) {});
  return std::make_unique<Http1Server>(state);
}

}  // namespace rotor::net
