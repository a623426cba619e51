#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/certificates.hpp"
#include "providers/services.hpp"
#include "tests/fakes/fake_clock.hpp"

namespace rotor::providers {
namespace {

using net::Reach;

TEST(HttpClients, AreOnePerConfigurationAndReach) {
  boost::asio::io_context io;
  test::FakeClock clock;
  const auto clients = make_http_clients(io.get_executor(), clock, "rotor");
  const WallTime now = std::chrono::system_clock::now();
  const net::KeyPair ca = net::make_ca("a CA", now, std::chrono::hours(1));
  const net::KeyPair other = net::make_ca("another CA", now, std::chrono::hours(1));
  const std::vector<std::pair<net::TlsConfig, Reach>> different = {
      {{}, Reach::kNotOfTheNode},
      {{}, Reach::kAnywhere},
      {{.ca_pem = ca.certificate_pem}, Reach::kAnywhere},
      {{.ca_pem = other.certificate_pem}, Reach::kAnywhere},
      {{.ca_pem = ca.certificate_pem, .certificate_pem = ca.certificate_pem, .key_pem = ca.key_pem}, Reach::kAnywhere},
      {{.certificate_pem = ca.certificate_pem, .key_pem = ca.key_pem}, Reach::kAnywhere},
      {{.server_name = "a.example"}, Reach::kAnywhere},
      {{.server_name = "b.example"}, Reach::kAnywhere},
      {{.check_server = false}, Reach::kAnywhere},
  };
  std::vector<std::shared_ptr<net::HttpClient>> made;
  for (const auto& [tls, reach] : different) {
    auto client = clients->get(tls, reach);
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_EQ(clients->get(tls, reach).value(), *client);
    for (const auto& earlier : made) EXPECT_NE(earlier, *client);
    made.push_back(*std::move(client));
  }
}

}  // namespace
}  // namespace rotor::providers
