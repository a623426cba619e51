// A small HTTP/1.1 server over TLS or plain TCP: the embedded API server, health and metrics endpoints.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/task.hpp"
#include "net/http.hpp"

namespace rotor::net {

struct ServerRequest {
  std::string method;
  std::string path;   // as sent, percent-encoded
  std::string query;  // without '?'
  Headers headers;
  SecretBytes body;
  std::string client_common_name{};  // of the checked client certificate; empty without one
};

// Answers one request: either respond() once, or begin() and then write() until finish().
class ServerResponse {
 public:
  virtual ~ServerResponse() = default;
  virtual Task<Result<void>> respond(int status, Headers headers, SecretBytes body) = 0;
  virtual Task<Result<void>> begin(int status, Headers headers) = 0;  // chunked
  virtual Task<Result<void>> write(SecretBytes piece) = 0;            // flushed before it returns
  virtual Task<Result<void>> finish() = 0;
  // Fault injection for tests: the connection is cut without an answer.
  virtual void drop() = 0;
};

// Runs on the server's executor; a coroutine that ends without an answer gives 500. Cancelled when the peer goes away.
using Handler = std::function<Task<>(ServerRequest, ServerResponse&)>;

struct ServerConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;         // 0: the system picks one
  std::string certificate_pem{};  // empty: plain HTTP
  SecretBytes key_pem{};
  std::string client_ca_pem{};  // set: client certificates are asked for and checked when given
  std::size_t max_body = 8U << 20;
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual void stop() = 0;  // closes the listener and every connection
};

// kUnavailable with the address in the message when the port is taken.
Result<std::unique_ptr<HttpServer>> start_server(Executor executor, ServerConfig config, Handler handler);

}  // namespace rotor::net
