// TLS contexts and handshakes; OpenSSL and Asio's SSL stay in tls.cpp. Internal to this room.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "base/error.hpp"
#include "net/http.hpp"
#include "net/stream.hpp"

namespace rotor::net {

using StreamResult = Result<std::unique_ptr<Stream>>;

class ClientTls {
 public:
  virtual ~ClientTls() = default;
  // `host` is what the certificate must name (a DNS name or an IP address) unless the configuration says otherwise.
  virtual Task<StreamResult> handshake(boost::asio::ip::tcp::socket socket, std::string host) = 0;
};

class ServerTls {
 public:
  virtual ~ServerTls() = default;
  virtual Task<StreamResult> handshake(boost::asio::ip::tcp::socket socket) = 0;
};

Result<std::unique_ptr<ClientTls>> make_client_tls(const TlsConfig& config);
Result<std::unique_ptr<ServerTls>> make_server_tls(std::string_view certificate_pem, const SecretBytes& key_pem,
                                                   std::string_view client_ca_pem);

}  // namespace rotor::net
