// A server and a client that trust each other, on one loop, over loopback TLS.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/certificates.hpp"
#include "net/http.hpp"
#include "net/server.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/run_task.hpp"

namespace rotor::net {

inline WallTime real_now() { return std::chrono::system_clock::now(); }

inline const KeyPair& test_ca() {
  static const KeyPair ca = make_ca("test CA", real_now(), std::chrono::hours(24));
  return ca;
}

class Site : public testing::Test {
 protected:
  ~Site() override {
    client_.reset();
    server_.reset();
    io_.restart();
    io_.poll();  // what was cancelled comes to its end
  }

  static ServerConfig server_config(const std::vector<std::string>& names = {"localhost", "127.0.0.1"}) {
    KeyPair pair = issue_certificate(test_ca(), "test server", names, real_now(), std::chrono::hours(24));
    return {.certificate_pem = pair.certificate_pem, .key_pem = std::move(pair.key_pem)};
  }

  static ClientConfig client_config() { return {.tls = {.ca_pem = test_ca().certificate_pem}}; }

  void serve(Handler handler, ServerConfig config = server_config()) {
    tls_ = !config.certificate_pem.empty();
    Result<std::unique_ptr<HttpServer>> server =
        start_server(io_.get_executor(), std::move(config), std::move(handler));
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  void connect(ClientConfig config = client_config()) {
    Result<std::unique_ptr<HttpClient>> client = make_http_client(io_.get_executor(), clock_, std::move(config));
    ASSERT_TRUE(client) << client.error().message;
    client_ = *std::move(client);
  }

  std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const {
    return (tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(server_->port()) +
           std::string(path);
  }

  Request get_request(std::string_view path = "/") const { return {.method = "GET", .url = url(path)}; }

  Result<Response> send(Request request, CallOptions options = {}) {
    return test::run_task(io_, client_->send(std::move(request), options));
  }

  template <class Condition>
  void run_until(Condition condition) {
    test::run_until(io_, condition);
  }

  // Runs until nothing is ready: enough for what has been decided already to be carried out.
  void settle() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_;
  test::FakeClock clock_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpClient> client_;
  bool tls_ = true;
};

// Coroutine lambdas take parameters only; what a handler needs is bound here.
template <class State>
Handler handler_with(State& state, Task<> (*run)(State&, ServerRequest, ServerResponse&)) {
  return [&state, run](ServerRequest request, ServerResponse& response) {
    return run(state, std::move(request), response);
  };
}

}  // namespace rotor::net
