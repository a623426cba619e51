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

// What one peer, or all together, may hold of this server. An answer that is under way (a watch) is bounded only by
// the time one piece of it may take to be read.
struct ServerLimits {
  std::size_t connections = 512;           // half of the descriptors that a process usually may have
  std::size_t connections_per_peer = 256;  // of one address (IPv6: one /64); controllers use up to 64 each
  std::chrono::milliseconds handshake = std::chrono::seconds(10);
  std::chrono::milliseconds head = std::chrono::seconds(30);   // also from connecting to the first byte
  std::chrono::milliseconds body = std::chrono::seconds(120);  // 8 MiB at 70 KB a second
  std::chrono::milliseconds idle = std::chrono::seconds(180);  // between two requests: longer than clients keep one
  std::chrono::milliseconds write = std::chrono::seconds(60);  // a peer that reads nothing for so long is gone
};

struct ServerConfig {
  std::string address = "127.0.0.1";  // empty: every address of this host, IPv6 and IPv4
  std::uint16_t port = 0;             // 0: the system picks one
  std::string certificate_pem{};      // empty: plain HTTP
  SecretBytes key_pem{};
  std::string client_ca_pem{};  // set: client certificates are asked for and checked when given
  std::size_t max_body = 8U << 20;
  // Asked once for each request that has a body, when its head is here. No: the body is not read, the handler answers
  // without it, and the connection ends.
  std::function<bool(const ServerRequest& head)> wants_body{};
  ServerLimits limits{};
  Clock* clock = nullptr;  // null: the machine's
};

class HttpServer {
 public:
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual void stop() = 0;  // closes the listener and every connection
  // For the connections that come from now on; those that are open go on. kInvalid: unusable, and nothing changed.
  virtual Result<void> set_certificate(std::string_view certificate_pem, const SecretBytes& key_pem) = 0;
};

// kUnavailable with the address in the message when the port is taken.
Result<std::unique_ptr<HttpServer>> start_server(Executor executor, ServerConfig config, Handler handler);

}  // namespace rotor::net
