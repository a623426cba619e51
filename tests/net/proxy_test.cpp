#include <cstdlib>

#include <gtest/gtest.h>

#include "net/dial.hpp"
#include "net/http.hpp"

namespace rotor::net {
namespace {

struct NoProxyCase {
  const char* no_proxy;
  const char* url;
  bool direct;
};

class NoProxy : public testing::TestWithParam<NoProxyCase> {};

TEST_P(NoProxy, FollowsGosRules) {
  const ProxyConfig config{
      .https_proxy = "http://proxy:3128", .http_proxy = "http://proxy:3129", .no_proxy = GetParam().no_proxy};
  EXPECT_EQ(proxy_for(config, GetParam().url).empty(), GetParam().direct)
      << GetParam().no_proxy << " " << GetParam().url;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, NoProxy,
    testing::Values(
        // Local addresses never go through a proxy.
        NoProxyCase{"", "https://example.com/", false}, NoProxyCase{"", "https://localhost/", true},
        NoProxyCase{"", "https://127.0.0.1:8443/", true}, NoProxyCase{"", "https://127.8.9.10/", true},
        NoProxyCase{"", "https://[::1]/", true}, NoProxyCase{"", "http://169.254.169.254/", true},
        NoProxyCase{"", "http://[fe80::1]/", true}, NoProxyCase{"", "http://[fd00:ec2::23]/", true},
        NoProxyCase{"", "http://[fd00:ec3::23]/", false}, NoProxyCase{"", "https://10.0.0.1/", false},
        // A name matches itself and everything below it; with a dot only what is below.
        NoProxyCase{"example.com", "https://example.com/", true},
        NoProxyCase{"example.com", "https://a.example.com/", true},
        NoProxyCase{"example.com", "https://notexample.com/", false},
        NoProxyCase{".example.com", "https://example.com/", false},
        NoProxyCase{".example.com", "https://a.b.example.com/", true},
        NoProxyCase{"*.example.com", "https://a.example.com/", true},
        NoProxyCase{"*.example.com", "https://example.com/", false},
        NoProxyCase{"EXAMPLE.com", "https://Example.COM/", true}, NoProxyCase{"svc", "https://vault.svc/", true},
        NoProxyCase{"svc", "https://vault.svc.cluster.local/", false},
        // Ports.
        NoProxyCase{"example.com:8443", "https://example.com:8443/", true},
        NoProxyCase{"example.com:8443", "https://example.com/", false},
        NoProxyCase{"example.com:443", "https://example.com/", true},
        NoProxyCase{"10.0.0.1:80", "http://10.0.0.1/", true}, NoProxyCase{"10.0.0.1:81", "http://10.0.0.1/", false},
        NoProxyCase{"[2001:db8::1]:443", "https://[2001:db8::1]/", true},
        NoProxyCase{":443", "https://example.com/", false},
        // Addresses and networks.
        NoProxyCase{"10.0.0.1", "https://10.0.0.1/", true}, NoProxyCase{"10.0.0.1", "https://10.0.0.10/", false},
        NoProxyCase{"10.0.0.0/8", "https://10.200.3.4/", true}, NoProxyCase{"10.1.2.3/8", "https://10.200.3.4/", true},
        NoProxyCase{"10.0.0.0/8", "https://11.0.0.1/", false},
        NoProxyCase{"10.0.0.0/8", "https://ten.example.com/", false},
        NoProxyCase{"2001:db8::/32", "https://[2001:db8:1::1]/", true},
        NoProxyCase{"2001:db8::/32", "https://[2001:db9::1]/", false},
        NoProxyCase{"2001:db8::1", "https://[2001:db8:0::1]/", true},
        // Lists.
        NoProxyCase{"a.com, b.com ,, c.com", "https://b.com/", true}, NoProxyCase{"a.com,*", "https://z.org/", true},
        NoProxyCase{" * ", "https://z.org/", true}, NoProxyCase{"a.com,b.com", "https://z.org/", false}));

TEST(Proxy, IsChosenByTheUrlsScheme) {
  const ProxyConfig config{.https_proxy = "s:1", .http_proxy = "p:2"};
  EXPECT_EQ(proxy_for(config, "https://example.com/"), "s:1");
  EXPECT_EQ(proxy_for(config, "http://example.com/"), "p:2");
  EXPECT_EQ(proxy_for({.http_proxy = "p:2"}, "https://example.com/"), "");
}

TEST(Proxy, ReadsUpperCaseBeforeLowerCase) {
  ::setenv("HTTPS_PROXY", "upper:1", 1);
  ::setenv("https_proxy", "lower:1", 1);
  ::unsetenv("NO_PROXY");
  ::setenv("no_proxy", "internal", 1);
  const ProxyConfig config = proxy_from_environment();
  EXPECT_EQ(config.https_proxy, "upper:1");
  EXPECT_EQ(config.no_proxy, "internal");
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "no_proxy"}) ::unsetenv(name);
}

TEST(Proxy, TakesCredentialsFromTheUrl) {
  const Result<Proxy> proxy = parse_proxy("http://us%40er:p%3Aw@proxy.example:3128/");
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(proxy->url.origin(), "http://proxy.example:3128");
  EXPECT_EQ(proxy->authorization, "Basic dXNAZXI6cDp3");
}

TEST(Proxy, NeedsNoScheme) { EXPECT_EQ(parse_proxy("proxy.example:3128")->url.origin(), "http://proxy.example:3128"); }

TEST(Proxy, RefusesWhatItCannotSpeakWithoutQuotingIt) {
  for (const char* text : {"socks5://proxy:1080", "https://proxy:443", "http://u:hunter2@:1", "http://proxy:x"}) {
    const Result<Proxy> proxy = parse_proxy(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().code, Code::kInvalid);
    EXPECT_TRUE(proxy.error().message.starts_with("HTTPS_PROXY")) << proxy.error().message;
    EXPECT_FALSE(proxy.error().message.contains("hunter2"));
  }
}

}  // namespace
}  // namespace rotor::net
