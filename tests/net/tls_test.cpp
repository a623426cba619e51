// Who is believed, and who is told what when not.
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/net/site.hpp"

namespace rotor::net {
namespace {

Task<> name_the_client(ServerRequest request, ServerResponse& response) {
  co_await response.respond(200, {}, SecretBytes(request.client_common_name));
}

class Tls : public Site {
 protected:
  std::string failure(std::string_view host = "127.0.0.1") {
    const Result<Response> response = send({.url = url("/", host)});
    if (response) return "no error";
    EXPECT_EQ(response.error().code, Code::kUnavailable);
    return response.error().message;
  }
};

TEST_F(Tls, RefusesACertificateOfAnUnknownCa) {
  serve(name_the_client);
  connect({.tls = {.ca_pem = make_ca("another CA", real_now(), std::chrono::hours(1)).certificate_pem}});
  const std::string message = failure();
  EXPECT_TRUE(message.contains("the certificate of \"127.0.0.1\" is not trusted (")) << message;
  EXPECT_TRUE(message.contains("CA bundle")) << message;
}

TEST_F(Tls, SystemRootsDoNotIncludeOurTestCa) {
  serve(name_the_client);
  connect({});
  EXPECT_TRUE(failure().contains("is not trusted"));
}

TEST_F(Tls, AnyCertificateWillDoWhereTheServerIsNotChecked) {
  serve(name_the_client);
  connect({.tls = {.check_server = false}});
  const Result<Response> response = send({.url = url("/", "localhost")});
  EXPECT_TRUE(response) << response.error().message;
}

TEST_F(Tls, HonoursSslCertFile) {
  const std::string path = testing::TempDir() + "rotor-net-roots.pem";
  std::ofstream(path) << test_ca().certificate_pem;
  ::setenv("SSL_CERT_FILE", path.c_str(), 1);
  serve(name_the_client);
  connect({});
  ::unsetenv("SSL_CERT_FILE");
  const Result<Response> response = send({.url = url()});
  EXPECT_TRUE(response) << response.error().message;
}

struct NameCase {
  const char* san;
  const char* server_name;  // what the client expects
  bool accepted;
};

class ServerName : public Site, public testing::WithParamInterface<NameCase> {};

TEST_P(ServerName, IsHeldAgainstTheAlternativeNames) {
  serve(name_the_client, server_config({GetParam().san}));
  ClientConfig config = client_config();
  config.tls.server_name = GetParam().server_name;
  connect(std::move(config));
  const Result<Response> response = send(get_request());
  ASSERT_EQ(response.has_value(), GetParam().accepted);
  if (!response) {
    EXPECT_TRUE(response.error().message.contains("not valid for \"" + std::string(GetParam().server_name) + "\""))
        << response.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ServerName,
                         testing::Values(NameCase{"api.example.com", "api.example.com", true},
                                         NameCase{"api.example.com", "API.example.com", true},
                                         NameCase{"api.example.com", "example.com", false},
                                         NameCase{"*.example.com", "api.example.com", true},
                                         NameCase{"*.example.com", "a.b.example.com", false},
                                         NameCase{"*.example.com", "example.com", false},
                                         NameCase{"a*.example.com", "api.example.com", false},
                                         NameCase{"127.0.0.1", "127.0.0.1", true},
                                         NameCase{"127.0.0.1", "127.0.0.2", false}, NameCase{"::1", "::1", true},
                                         NameCase{"api.example.com", "127.0.0.1", false},
                                         // The common name says "test server"; it does not count.
                                         NameCase{"api.example.com", "test server", false}));

TEST_F(Tls, RefusesAWrongHostName) {
  serve(name_the_client, server_config({"127.0.0.1"}));
  connect();
  const std::string message = failure("localhost");
  EXPECT_TRUE(message.contains("not valid for \"localhost\"")) << message;
}

TEST_F(Tls, RefusesACertificateThatIsNotValidNowAndSaysByWhichClock) {
  struct Case {
    std::chrono::hours made;  // from now
    std::string why;
  };
  for (const Case& c : {Case{std::chrono::hours(-48), "certificate has expired"},
                        Case{std::chrono::hours(48), "certificate is not yet valid"}}) {
    KeyPair pair = issue_certificate(test_ca(), "odd", {"127.0.0.1"}, real_now() + c.made, std::chrono::hours(24));
    serve(name_the_client, {.certificate_pem = pair.certificate_pem, .key_pem = pair.key_pem});
    connect();
    const std::string message = failure();
    EXPECT_TRUE(message.ends_with("TLS: by the clock of this machine the certificate of \"127.0.0.1\" is not valid (" +
                                  c.why + "); set the clock or renew the certificate"))
        << message;
  }
}

TEST_F(Tls, ShowsAClientCertificate) {
  ServerConfig server = server_config();
  server.client_ca_pem = test_ca().certificate_pem;
  serve(name_the_client, std::move(server));
  KeyPair pair = issue_certificate(test_ca(), "alice", {}, real_now(), std::chrono::hours(1));
  ClientConfig config = client_config();
  config.tls.certificate_pem = pair.certificate_pem;
  config.tls.key_pem = pair.key_pem;
  connect(std::move(config));
  const Result<Response> response = send(get_request());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body.reveal(), "alice");
}

TEST_F(Tls, ServesClientsWithoutACertificateAsNobody) {
  ServerConfig server = server_config();
  server.client_ca_pem = test_ca().certificate_pem;
  serve(name_the_client, std::move(server));
  connect();
  const Result<Response> response = send(get_request());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body.reveal(), "");
}

TEST_F(Tls, RefusesAClientCertificateOfAnotherCa) {
  ServerConfig server = server_config();
  server.client_ca_pem = test_ca().certificate_pem;
  serve(name_the_client, std::move(server));
  const KeyPair other = make_ca("another CA", real_now(), std::chrono::hours(1));
  KeyPair pair = issue_certificate(other, "mallory", {}, real_now(), std::chrono::hours(1));
  ClientConfig config = client_config();
  config.tls.certificate_pem = pair.certificate_pem;
  config.tls.key_pem = pair.key_pem;
  connect(std::move(config));
  const Result<Response> response = send(get_request());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kUnavailable);
}

TEST_F(Tls, RefusesUnreadableMaterialAndNamesIt) {
  const KeyPair one = issue_certificate(test_ca(), "one", {}, real_now(), std::chrono::hours(1));
  const KeyPair two = issue_certificate(test_ca(), "two", {}, real_now(), std::chrono::hours(1));
  const std::vector<std::pair<TlsConfig, std::string>> cases = {
      {{.ca_pem = "not pem"}, "CA bundle: holds no PEM certificate"},
      {{.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
       "CA bundle: holds no PEM certificate"},
      {{.certificate_pem = one.certificate_pem}, "client certificate and client key must be given together"},
      {{.key_pem = one.key_pem}, "client certificate and client key must be given together"},
      {{.certificate_pem = "x", .key_pem = one.key_pem}, "client certificate: not a PEM certificate"},
      {{.certificate_pem = one.certificate_pem, .key_pem = SecretBytes("x")}, "client key: not a PEM private key"},
      {{.certificate_pem = one.certificate_pem, .key_pem = two.key_pem},
       "client key: does not belong to the certificate"},
  };
  for (const auto& [config, message] : cases) {
    const auto client = make_http_client(io_.get_executor(), clock_, {.tls = config});
    ASSERT_FALSE(client) << message;
    EXPECT_EQ(client.error().code, Code::kInvalid);
    EXPECT_TRUE(client.error().message.starts_with(message)) << client.error().message;
  }
}

TEST_F(Tls, SaysWhenTheOtherSideSpeaksNoTls) {
  serve(name_the_client, {});
  connect();
  const Result<Response> response = send({.url = "https://127.0.0.1:" + std::to_string(server_->port())});
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().message.contains("TLS handshake with \"127.0.0.1\" failed")) << response.error().message;
}

}  // namespace
}  // namespace rotor::net
