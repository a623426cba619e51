#include "net/tls.hpp"

#include <array>
#include <cstdlib>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

bool is_address(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, asio::ssl::context& context) : ssl_(std::move(socket), context) {}

  asio::ssl::stream<tcp::socket>& ssl() { return ssl_; }
  SSL* native() const { return const_cast<TlsStream*>(this)->ssl_.native_handle(); }

  Task<Io> read_some(char* data, std::size_t size) override {
    const auto [error, n] =
        co_await ssl_.async_read_some(asio::buffer(data, size), asio::as_tuple(asio::use_awaitable));
    // Many servers close without close_notify; a body cut short is noticed by its framing.
    if (error == asio::ssl::error::stream_truncated) co_return Io{asio::error::eof, n};
    co_return Io{error, n};
  }

  Task<Io> write(std::string_view bytes) override {
    const auto [error, n] =
        co_await asio::async_write(ssl_, asio::buffer(bytes.data(), bytes.size()), asio::as_tuple(asio::use_awaitable));
    co_return Io{error, n};
  }

  // A TLS 1.3 session ticket may wait unread on a healthy connection. It is small and comes right after the
  // handshake, before the first answer, so it has been consumed by the time a connection is pooled.
  bool unusable() override { return SSL_pending(native()) > 0 || has_input(ssl_.next_layer()); }

  void close() noexcept override {
    error_code ignored;
    ssl_.next_layer().close(ignored);
  }

  std::string peer_common_name() const override {
    X509* certificate = SSL_get0_peer_certificate(native());
    if (certificate == nullptr) return {};
    std::array<char, 256> name{};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                               static_cast<int>(name.size()));
    return size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : std::string();
  }

 private:
  asio::ssl::stream<tcp::socket> ssl_;
};

std::string openssl_reason(const error_code& error) {
  const char* reason = ERR_reason_error_string(static_cast<unsigned long>(error.value()));
  return error.category() == asio::error::get_ssl_category() && reason != nullptr ? reason : error.message();
}

Result<void> use_certificate(asio::ssl::context& context, std::string_view certificate_pem, const SecretBytes& key_pem,
                             std::string_view what) {
  error_code error;
  context.use_certificate_chain(asio::buffer(certificate_pem.data(), certificate_pem.size()), error);
  if (error) {
    return fail(Code::kInvalid, fmt::format("{} certificate: not a PEM certificate ({})", what, openssl_reason(error)));
  }
  const std::string_view key = key_pem.reveal();
  context.use_private_key(asio::buffer(key.data(), key.size()), asio::ssl::context::pem, error);
  if (error) {
    const bool mismatch = ERR_GET_REASON(static_cast<unsigned long>(error.value())) == X509_R_KEY_VALUES_MISMATCH;
    return fail(Code::kInvalid, mismatch ? fmt::format("{} key: does not belong to the certificate", what)
                                         : fmt::format("{} key: not a PEM private key", what));
  }
  return {};
}

Result<void> trust(asio::ssl::context& context, std::string_view ca_pem, std::string_view what) {
  error_code error;
  context.add_certificate_authority(asio::buffer(ca_pem.data(), ca_pem.size()), error);
  if (error || sk_X509_OBJECT_num(X509_STORE_get0_objects(SSL_CTX_get_cert_store(context.native_handle()))) == 0) {
    return fail(Code::kInvalid, fmt::format("{}: holds no PEM certificate", what));
  }
  return {};
}

// OpenSSL's own default (with SSL_CERT_FILE and SSL_CERT_DIR), and the places other distributions use: a statically
// linked program carries Debian's path with it.
void trust_system_roots(SSL_CTX* context) {
  SSL_CTX_set_default_verify_paths(context);
  if (std::getenv("SSL_CERT_FILE") != nullptr || std::getenv("SSL_CERT_DIR") != nullptr) return;
  if (::access(X509_get_default_cert_dir(), R_OK) == 0 || ::access(X509_get_default_cert_file(), R_OK) == 0) return;
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (::access(file, R_OK) == 0 && SSL_CTX_load_verify_locations(context, file, nullptr) == 1) return;
  }
  ERR_clear_error();
}

void common_options(asio::ssl::context& context) {
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
}

// A server does not change its certificate while somebody waits: asking again sooner meets the same one.
constexpr std::chrono::minutes kCertificateStays{1};

std::string certificate_problem(long verdict, const std::string& host) {
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return fmt::format(
        "TLS: the server's certificate is not valid for \"{}\"; check the URL or the server's certificate", host);
  }
  if (verdict == X509_V_ERR_CERT_NOT_YET_VALID || verdict == X509_V_ERR_CERT_HAS_EXPIRED) {
    return fmt::format(
        "TLS: by the clock of this machine the certificate of \"{}\" is not valid ({}); set the clock or renew the "
        "certificate",
        host, X509_verify_cert_error_string(verdict));
  }
  return fmt::format("TLS: the certificate of \"{}\" is not trusted ({}); give the CA that issued it as CA bundle",
                     host, X509_verify_cert_error_string(verdict));
}

Error handshake_error(SSL* ssl, const error_code& error, const std::string& host) {
  if (error == asio::error::operation_aborted) return {Code::kCancelled, "cancelled during the TLS handshake"};
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict != X509_V_OK) return {Code::kUnavailable, certificate_problem(verdict, host), kCertificateStays};
  const bool closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  return {Code::kUnavailable, fmt::format("TLS handshake with \"{}\" failed: {}", host,
                                          closed ? "the server closed the connection" : openssl_reason(error))};
}

class ClientTlsImpl final : public ClientTls {
 public:
  explicit ClientTlsImpl(std::string server_name)
      : context_(asio::ssl::context::tls_client), server_name_(std::move(server_name)) {}

  Result<void> configure(const TlsConfig& config) {
    common_options(context_);
    context_.set_verify_mode(config.check_server ? asio::ssl::verify_peer : asio::ssl::verify_none);
    static constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context_.native_handle(), kAlpn.data(), kAlpn.size());
    if (config.ca_pem.empty()) {
      trust_system_roots(context_.native_handle());
    } else {
      TRY_VOID(trust(context_, config.ca_pem, "CA bundle"));
    }
    if (config.certificate_pem.empty() != config.key_pem.empty()) {
      return fail(Code::kInvalid, "client certificate and client key must be given together");
    }
    if (config.certificate_pem.empty()) return {};
    return use_certificate(context_, config.certificate_pem, config.key_pem, "client");
  }

  Task<StreamResult> handshake(tcp::socket socket, std::string host) override {
    if (!server_name_.empty()) host = server_name_;
    auto stream = std::make_unique<TlsStream>(std::move(socket), context_);
    expect_host(stream->native(), host);
    const auto [error] =
        co_await stream->ssl().async_handshake(asio::ssl::stream_base::client, asio::as_tuple(asio::use_awaitable));
    if (error) co_return std::unexpected(handshake_error(stream->native(), error, host));
    co_return StreamResult(std::move(stream));
  }

 private:
  // Subject alternative names decide; the common name does not count (RFC 9525).
  static void expect_host(SSL* ssl, const std::string& host) {
    X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (is_address(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str());
    } else {
      X509_VERIFY_PARAM_set1_host(param, host.data(), host.size());
      SSL_set_tlsext_host_name(ssl, host.c_str());
    }
  }

  asio::ssl::context context_;
  std::string server_name_;
};

class ServerTlsImpl final : public ServerTls {
 public:
  ServerTlsImpl() : context_(asio::ssl::context::tls_server) {}

  Result<void> configure(std::string_view certificate_pem, const SecretBytes& key_pem, std::string_view client_ca_pem) {
    common_options(context_);
    static constexpr std::string_view kSessionContext = "rotor";
    SSL_CTX_set_session_id_context(context_.native_handle(),
                                   reinterpret_cast<const unsigned char*>(kSessionContext.data()),
                                   kSessionContext.size());
    TRY_VOID(use_certificate(context_, certificate_pem, key_pem, "server"));
    if (client_ca_pem.empty()) return {};
    TRY_VOID(trust(context_, client_ca_pem, "client CA"));
    context_.set_verify_mode(asio::ssl::verify_peer);
    return {};
  }

  Task<StreamResult> handshake(tcp::socket socket) override {
    auto stream = std::make_unique<TlsStream>(std::move(socket), context_);
    const auto [error] =
        co_await stream->ssl().async_handshake(asio::ssl::stream_base::server, asio::as_tuple(asio::use_awaitable));
    if (error) co_return fail(Code::kUnavailable, openssl_reason(error));
    co_return StreamResult(std::move(stream));
  }

 private:
  asio::ssl::context context_;
};

}  // namespace

Result<std::unique_ptr<ClientTls>> make_client_tls(const TlsConfig& config) {
  auto tls = std::make_unique<ClientTlsImpl>(config.server_name);
  TRY_VOID(tls->configure(config));
  return tls;
}

Result<std::unique_ptr<ServerTls>> make_server_tls(std::string_view certificate_pem, const SecretBytes& key_pem,
                                                   std::string_view client_ca_pem) {
  auto tls = std::make_unique<ServerTlsImpl>();
  TRY_VOID(tls->configure(certificate_pem, key_pem, client_ca_pem));
  return tls;
}

}  // namespace rotor::net
