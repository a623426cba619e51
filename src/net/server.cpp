#include "net/server.hpp"

#include <optional>
#include <set>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "net/server_connection.hpp"
#include "net/spawn.hpp"
#include "net/tls.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds kHandshakeLimit{10};

// Lives as long as any of its connections, so that a stopped server's coroutines end in peace.
struct ServerState {
  ServerState(const Executor& executor_in, ServerConfig config_in, Handler handler_in)
      : executor(executor_in), config(std::move(config_in)), handler(std::move(handler_in)), acceptor(executor_in) {}

  Executor executor;
  ServerConfig config;
  Handler handler;
  tcp::acceptor acceptor;
  std::unique_ptr<ServerTls> tls;
  std::uint16_t port = 0;
  bool stopped = false;
  std::set<BackgroundPtr> connections;
};
using StatePtr = std::shared_ptr<ServerState>;

Task<> wait_for(std::chrono::milliseconds limit) {
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<std::unique_ptr<Stream>> greet(StatePtr state, tcp::socket socket) {
  using asio::experimental::awaitable_operators::operator||;
  if (!state->tls) co_return make_plain_stream(std::move(socket));
  std::variant<StreamResult, std::monostate> outcome =
      co_await (state->tls->handshake(std::move(socket)) || wait_for(kHandshakeLimit));
  StreamResult* stream = std::get_if<0>(&outcome);
  if (stream == nullptr) co_return nullptr;
  if (!*stream) log::debug("TLS handshake failed", {{"error", stream->error().message}});
  co_return *stream ? std::move(**stream) : nullptr;
}

Task<> serve(StatePtr state, tcp::socket socket) {
  tune(socket);
  std::unique_ptr<Stream> stream = co_await greet(state, std::move(socket));
  if (!stream || state->stopped) co_return;
  ServerConnection connection(std::move(stream), state->config.max_body, state->handler);
  co_await connection.run();
}

void start_connection(const StatePtr& state, tcp::socket socket) {
  BackgroundPtr connection = spawn(state->executor, serve(state, std::move(socket)),
                                   [state](const BackgroundPtr& self) { state->connections.erase(self); });
  if (!connection->done) state->connections.insert(std::move(connection));
}

Task<> accept_loop(StatePtr state) {
  while (!state->stopped) {
    auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (state->stopped) co_return;
    if (error) {
      // Usually: no file descriptor left. The ones in use come free by and by.
      log::warn("accepting a connection failed", {{"error", error.message()}});
      co_await wait_for(std::chrono::milliseconds(100));
      continue;
    }
    start_connection(state, std::move(socket));
  }
}

Result<void> listen(ServerState& state) {
  const ServerConfig& config = state.config;
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(config.address, error);
  if (error) return fail(Code::kInvalid, fmt::format("listen address \"{}\": must be an IP address", config.address));
  const tcp::endpoint endpoint(address, config.port);
  state.acceptor.open(endpoint.protocol(), error);
  if (!error) state.acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state.acceptor.bind(endpoint, error);
  if (!error) state.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) {
    state.port = state.acceptor.local_endpoint(error).port();
    if (!error) return {};
  }
  const std::string where = address.is_v6() ? fmt::format("[{}]:{}", config.address, config.port)
                                            : fmt::format("{}:{}", config.address, config.port);
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
    for (const BackgroundPtr& connection : connections) cancel(connection);
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
