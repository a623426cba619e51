// Through a proxy: a small one that knows CONNECT and plain requests.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "tests/net/site.hpp"

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct SmallProxy {
  explicit SmallProxy(asio::io_context& io) : acceptor(io, {asio::ip::address_v4::loopback(), 0}) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()); }

  tcp::acceptor acceptor;
  std::uint16_t target = 0;  // every tunnel leads here
  std::string answer = "HTTP/1.1 200 Connection established\r\nX-Proxy: small\r\n\r\n";
  bool tunnels = true;
  std::vector<std::string> heads{};
};

Task<> pump(tcp::socket& from, tcp::socket& to) {
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t n = co_await from.async_read_some(asio::buffer(buffer), asio::use_awaitable);
    co_await asio::async_write(to, asio::buffer(buffer, n), asio::use_awaitable);
  }
}

Task<> carry(SmallProxy& proxy, tcp::socket client) {
  using asio::experimental::awaitable_operators::operator&&;
  std::string head;
  co_await asio::async_read_until(client, asio::dynamic_buffer(head), "\r\n\r\n", asio::use_awaitable);
  proxy.heads.push_back(head);
  co_await asio::async_write(client, asio::buffer(proxy.answer), asio::use_awaitable);
  if (!proxy.tunnels) co_return;
  tcp::socket server(proxy.acceptor.get_executor());
  co_await server.async_connect({asio::ip::address_v4::loopback(), proxy.target}, asio::use_awaitable);
  co_await (pump(client, server) && pump(server, client));
}

Task<> run_proxy(SmallProxy& proxy) {
  while (true) {
    tcp::socket client = co_await proxy.acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(proxy.acceptor.get_executor(), carry(proxy, std::move(client)), [](const std::exception_ptr&) {});
  }
}

Task<> hello(ServerRequest request, ServerResponse& response) {
  co_await response.respond(200, {}, SecretBytes("hello " + request.path));
}

class Tunnel : public Site {
 protected:
  Tunnel() : proxy_(io_) {
    asio::co_spawn(io_, run_proxy(proxy_), [](const std::exception_ptr&) {});
  }
  ~Tunnel() override { proxy_.acceptor.close(); }

  void start(std::string proxy_url, Reach reach = Reach::kAnywhere) {
    serve(hello, server_config({"vault.example"}));
    proxy_.target = server_->port();
    ClientConfig config = client_config();
    config.proxy.https_proxy = proxy_url;
    config.proxy.http_proxy = proxy_url;
    config.reach = reach;
    connect(std::move(config));
  }

  SmallProxy proxy_;
};

TEST_F(Tunnel, CarriesTlsToANameOnlyTheProxyKnows) {
  start(proxy_.url());
  for (int i = 0; i < 2; ++i) {
    const Result<Response> response = send({.url = "https://vault.example:8200/v1"});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body.reveal(), "hello /v1");
  }
  ASSERT_EQ(proxy_.heads.size(), 1U);  // the tunnel is pooled
  EXPECT_EQ(proxy_.heads[0], "CONNECT vault.example:8200 HTTP/1.1\r\nHost: vault.example:8200\r\n\r\n");
}

TEST_F(Tunnel, OfTheProcessItselfIsNoMatterOfReachForNoStoreChoseIt) {
  for (const char* name : {"HTTPS_PROXY", "HTTP_PROXY"}) ::setenv(name, proxy_.url().c_str(), 1);
  start(proxy_.url(), Reach::kRemote);
  EXPECT_TRUE(send({.url = "https://vault.example:8200/v1"}));
  for (const char* name : {"HTTPS_PROXY", "HTTP_PROXY"}) ::unsetenv(name);
}

TEST_F(Tunnel, ThatCameWithTheAddressLeadsNoFurtherThanTheAddressMay) {
  start(proxy_.url(), Reach::kRemote);
  const Result<Response> response = send({.url = "https://vault.example:8200/v1"});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, Code::kDenied);
  EXPECT_TRUE(response.error().message.contains("a loopback address, which is out of bounds here"))
      << response.error().message;
  EXPECT_TRUE(proxy_.heads.empty());
}

TEST_F(Tunnel, SendsTheProxysCredentials) {
  start("http://user:pass@" + proxy_.url().substr(7));
  ASSERT_TRUE(send({.url = "https://vault.example/"}));
  EXPECT_TRUE(proxy_.heads.at(0).contains("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));
}

TEST_F(Tunnel, GoesAroundTheProxyForLoopback) {
  start(proxy_.url());
  const Result<Response> response = send(get_request());
  ASSERT_FALSE(response);  // the certificate is for vault.example: the server itself was reached
  EXPECT_TRUE(response.error().message.contains("not valid for \"127.0.0.1\""));
  EXPECT_TRUE(proxy_.heads.empty());
}

TEST_F(Tunnel, SendsPlainRequestsWithTheWholeUrl) {
  start(proxy_.url());
  proxy_.tunnels = false;
  proxy_.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  const Result<Response> response = send({.url = "http://plain.example/a?b"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body.reveal(), "ok");
  EXPECT_TRUE(proxy_.heads.at(0).starts_with("GET http://plain.example:80/a?b HTTP/1.1\r\nHost: plain.example\r\n"));
}

struct RefusalCase {
  const char* answer;
  const char* message;
};

TEST_F(Tunnel, SaysWhatTheProxyDidNotLike) {
  start("http://user:hunter2@" + proxy_.url().substr(7));
  proxy_.tunnels = false;
  for (const auto& [answer, message] : {
           RefusalCase{"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nlogin",
                       "the proxy asks for credentials (407): put user and password into the proxy URL"},
           RefusalCase{"HTTP/1.1 403 Forbidden\r\n\r\n", "the proxy refused the tunnel with status 403"},
           RefusalCase{"", "the proxy closed the connection"},
           RefusalCase{"nonsense\r\n\r\n", "not a valid HTTP message"},
       }) {
    proxy_.answer = answer;
    const Result<Response> response = send({.url = "https://vault.example/"});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, Code::kUnavailable);
    EXPECT_TRUE(response.error().message.contains(message)) << response.error().message;
    EXPECT_FALSE(response.error().message.contains("hunter2"));
  }
}

}  // namespace
}  // namespace rotor::net
