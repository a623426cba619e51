// What an HTTP exchange is, and the client everybody uses. The transport behind it (HTTP/1.1 on Beast today, HTTP/2
// later) shows nowhere: no header of this room includes Asio's SSL, Beast or OpenSSL.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"

namespace rotor::net {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

// The first header of that name (case-insensitive), or null.
const std::string* find_header(const Headers& headers, std::string_view name);

struct Request {
  std::string method = "GET";
  std::string url;    // absolute: scheme://host[:port]/path?query, already percent-encoded
  Headers headers{};  // Host, Content-Length and Connection are the client's; CR, LF and NUL in a value are refused
  SecretBytes body{};
};

struct Response {
  int status = 0;
  Headers headers;
  SecretBytes body;
};

// A body that arrives piece by piece. Destroying it closes the exchange.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // The next bytes as they come; empty at the end of the body. `idle` bounds the wait for one piece.
  virtual Task<Result<SecretBytes>> read_some(std::chrono::milliseconds idle) = 0;
};

struct StreamResponse {
  int status = 0;
  Headers headers;
  std::unique_ptr<BodyStream> body;
};

struct CallOptions {
  std::chrono::milliseconds deadline = std::chrono::seconds(30);  // whole call; for open(): until the headers are here
  std::size_t max_body = 4U << 20;                                // a longer answer is kInvalid
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // One exchange. Any status is a Response; an Error means that there was none: kTimeout, kUnavailable (connect, TLS,
  // broken answer), kInvalid (our request or a too long answer), kCancelled. Redirects are never followed.
  // An idle pooled connection that the server closed before answering is replaced once, unseen.
  virtual Task<Result<Response>> send(Request request, CallOptions options = {}) = 0;

  // The same with the body as a stream (watches, logs).
  virtual Task<Result<StreamResponse>> open(Request request, CallOptions options = {}) = 0;
};

struct TlsConfig {
  std::string ca_pem{};           // empty: the system's roots (SSL_CERT_FILE and SSL_CERT_DIR are honoured)
  std::string certificate_pem{};  // client certificate chain, with key_pem
  SecretBytes key_pem{};
  std::string server_name{};  // empty: the URL's host
  // False: anybody may answer as the server. Only a person's own kubeconfig asks for it (kube/config), no manifest.
  bool check_server = true;
};

// Which proxy serves a URL: HTTPS_PROXY, HTTP_PROXY and NO_PROXY (either case) with Go's matching rules.
struct ProxyConfig {
  std::string https_proxy{};
  std::string http_proxy{};
  std::string no_proxy{};
};
ProxyConfig proxy_from_environment();
// The proxy URL, or empty for a direct connection. Loopback and link-local hosts are always direct.
std::string proxy_for(const ProxyConfig& config, std::string_view url);

// Which addresses may be connected to, whatever name leads there. What a proxy connects to is the proxy's affair.
enum class Reach : std::uint8_t {
  kAnywhere,
  kNotOfTheNode,  // no link-local address, no metadata service of a cloud
  kRemote,        // nor loopback
};

struct ClientConfig {
  TlsConfig tls{};
  Reach reach = Reach::kAnywhere;
  std::string beyond_reach{};  // what the refusal says besides
  ProxyConfig proxy{};
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(60);  // a pooled connection is dropped after that
  std::size_t max_connections_per_host = 64;                          // waiting for one counts against the deadline
  std::string user_agent = "rotor";
};

// kInvalid when a certificate or key cannot be read. Runs on `executor`'s thread only.
Result<std::unique_ptr<HttpClient>> make_http_client(Executor executor, Clock& clock, ClientConfig config);

}  // namespace rotor::net
