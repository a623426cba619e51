// From a URL to a connected stream: name, TCP, proxy, TLS. Internal to this room.
#pragma once

#include <memory>
#include <string>

#include "net/http.hpp"
#include "net/pool.hpp"
#include "net/resolve.hpp"
#include "net/tls.hpp"
#include "net/url.hpp"

namespace rotor::net {

struct DialConfig {
  ProxyConfig proxy;
  Reach reach;
  std::string beyond_reach;
  std::chrono::milliseconds connect_timeout;
};

class Dialer {
 public:
  Dialer(Clock& clock, ClientTls& tls, DialConfig config) : clock_(clock), tls_(tls), config_(std::move(config)) {}

  // `stage` is kept up to date with what is being done, for the message of a time-out.
  Task<Result<std::unique_ptr<Connection>>> dial(Url url, std::string_view& stage);

 private:
  Task<Result<boost::asio::ip::tcp::socket>> connect(std::string host, std::uint16_t port, Reach reach,
                                                     std::string_view& stage);
  Task<Result<boost::asio::ip::tcp::socket>> connect_any(Endpoints endpoints, std::string name);

  Clock& clock_;
  ClientTls& tls_;
  DialConfig config_;
  Resolver resolver_;
};

struct Proxy {
  Url url;
  std::string authorization;  // "Basic …", or empty
};
// The text of HTTPS_PROXY: `host:port` or `http://user:password@host:port`. Errors do not quote it.
Result<Proxy> parse_proxy(std::string_view text);

}  // namespace rotor::net
