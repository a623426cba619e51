// Where a way out leads through a proxy and an authority of the house signs what comes back, as HTTPS_PROXY and
// SSL_CERT_FILE say, every back end goes that way. A new one is one more row of every_back_end.hpp.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "net/certificates.hpp"
#include "tests/providers/every_back_end.hpp"

namespace rotor::providers {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Knows CONNECT alone; wherever a tunnel should lead, it leads to one server.
struct TunnelProxy {
  explicit TunnelProxy(asio::io_context& io) : acceptor(io, {asio::ip::address_v4::loopback(), 0}) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()); }

  tcp::acceptor acceptor;
  std::uint16_t server = 0;
  std::vector<std::string> targets{};  // the first line of each request
};

Task<> carry_bytes(tcp::socket& from, tcp::socket& to) {
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t n = co_await from.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    co_await asio::async_write(to, asio::buffer(buffer, n), asio::use_awaitable);
  }
}

Task<> open_tunnel(TunnelProxy& proxy, tcp::socket client) {
  using asio::experimental::awaitable_operators::operator&&;
  std::string head;
  co_await asio::async_read_until(client, asio::dynamic_buffer(head), "\r\n\r\n", asio::use_awaitable);
  proxy.targets.push_back(head.substr(0, head.find('\r')));
  tcp::socket server(client.get_executor());
  co_await server.async_connect({asio::ip::address_v4::loopback(), proxy.server}, asio::use_awaitable);
  co_await asio::async_write(client, asio::buffer(std::string_view("HTTP/1.1 200 Open\r\n\r\n")), asio::use_awaitable);
  co_await (carry_bytes(client, server) && carry_bytes(server, client));
}

Task<> serve_tunnels(TunnelProxy& proxy) {
  while (true) {
    tcp::socket client = co_await proxy.acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(proxy.acceptor.get_executor(), open_tunnel(proxy, std::move(client)),
                   [](const std::exception_ptr&) {});
  }
}

const net::KeyPair& house_authority() {
  static const net::KeyPair ca = net::make_ca("the house", std::chrono::system_clock::now(), std::chrono::hours(1));
  return ca;
}

net::ServerConfig store_of_the_house() {
  net::KeyPair own = net::issue_certificate(house_authority(), "store", {"store.example"},
                                            std::chrono::system_clock::now(), std::chrono::hours(1));
  return {.certificate_pem = own.certificate_pem, .key_pem = std::move(own.key_pem)};
}

class ThroughAProxy : public ProviderRig, public testing::WithParamInterface<BackEnd> {
 protected:
  ThroughAProxy()
      : ProviderRig(
            [this](net::ServerRequest, net::ServerResponse& to) {
              ++answered_;
              return refuse(to);
            },
            store_of_the_house()),
        proxy_(io_),
        ca_path_(std::filesystem::temp_directory_path() / fmt::format("rotor-proxy-test-{}.pem", ::getpid())) {
    proxy_.server = server_->port();
    asio::co_spawn(io_, serve_tunnels(proxy_), [](const std::exception_ptr&) {});
    std::ofstream(ca_path_) << house_authority().certificate_pem;
    ::setenv("HTTPS_PROXY", proxy_.url().c_str(), 1);
    ::setenv("SSL_CERT_FILE", ca_path_.c_str(), 1);
    for (const auto& [name, value] : GetParam().variables) variables_[name] = with_url(value, kStore);
    gate_.secrets["team/gcp/key"] = google_key();
    provider_ = GetParam().make(services());
  }
  ~ThroughAProxy() override {
    ::unsetenv("HTTPS_PROXY");
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove(ca_path_);
    proxy_.acceptor.close();
    stop();
  }

  static Task<> refuse(net::ServerResponse& to) { co_await to.respond(403, {}, SecretBytes("{}")); }

  static constexpr const char* kStore = "https://store.example";
  int answered_ = 0;
  TunnelProxy proxy_;
  std::filesystem::path ca_path_;
};

TEST_P(ThroughAProxy, LeadsEveryCallToItsStore) {
  auto client = pump(provider_->make_client(context(with_url(GetParam().config, kStore))));
  if (client) EXPECT_TRUE(pump((*client)->get_secret(remote("key"))).failed());
  EXPECT_GT(answered_, 0) << (client ? "" : client.error().message);
  ASSERT_FALSE(proxy_.targets.empty());
  for (const std::string& target : proxy_.targets) EXPECT_EQ(target, "CONNECT store.example:443 HTTP/1.1");
}

INSTANTIATE_TEST_SUITE_P(BackEnds, ThroughAProxy, testing::ValuesIn(kBackEnds),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace rotor::providers
