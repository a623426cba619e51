#include "net/url.hpp"

#include <gtest/gtest.h>

namespace rotor::net {
namespace {

struct UrlCase {
  const char* text;
  const char* scheme;
  const char* host;
  int port;
  const char* target;
  const char* host_header;
};

class UrlTable : public testing::TestWithParam<UrlCase> {};

TEST_P(UrlTable, Parses) {
  const UrlCase& expected = GetParam();
  const Result<Url> url = parse_url(expected.text);
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->scheme, expected.scheme);
  EXPECT_EQ(url->host, expected.host);
  EXPECT_EQ(url->port, expected.port);
  EXPECT_EQ(url->target, expected.target);
  EXPECT_EQ(url->host_header(), expected.host_header);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, UrlTable,
    testing::Values(UrlCase{"https://example.com", "https", "example.com", 443, "/", "example.com"},
                    UrlCase{"HTTPS://Example.COM:443/A?b=C#d", "https", "example.com", 443, "/A?b=C", "example.com"},
                    UrlCase{"http://example.com:8080/x", "http", "example.com", 8080, "/x", "example.com:8080"},
                    UrlCase{"http://example.com:443/", "http", "example.com", 443, "/", "example.com:443"},
                    UrlCase{"https://example.com?q=1", "https", "example.com", 443, "/?q=1", "example.com"},
                    UrlCase{"https://example.com:/x", "https", "example.com", 443, "/x", "example.com"},
                    UrlCase{"https://[::1]:6443/api", "https", "::1", 6443, "/api", "[::1]:6443"},
                    UrlCase{"https://[FD00:EC2::23]/", "https", "fd00:ec2::23", 443, "/", "[fd00:ec2::23]"},
                    UrlCase{"http://10.0.0.1/%2e%2F?a=/?", "http", "10.0.0.1", 80, "/%2e%2F?a=/?", "10.0.0.1"},
                    UrlCase{"http://a_b-c.svc./", "http", "a_b-c.svc.", 80, "/", "a_b-c.svc."}));

class BadUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadUrl, IsRefusedWithoutBeingQuoted) {
  const Result<Url> url = parse_url(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, Code::kInvalid);
  EXPECT_TRUE(url.error().message.starts_with("URL: ")) << url.error().message;
  EXPECT_FALSE(url.error().message.contains("hunter2"));
}

INSTANTIATE_TEST_SUITE_P(Cases, BadUrl,
                         testing::Values("", "example.com", "ftp://example.com/", "https://", "https:///path",
                                         "https://a b/", "https://example.com/a b", "https://example.com/a\r\nX: y",
                                         "https://user:hunter2@example.com/", "https://example.com:0/",
                                         "https://example.com:65536/", "https://example.com:x/", "https://[::1/",
                                         "https://[]/", "https://[g::1]/", "https://[::1]x/", "https://exa%6dple.com/",
                                         "https://::1/"));

TEST(Url, OriginAlwaysNamesThePort) {
  EXPECT_EQ(parse_url("https://example.com/x")->origin(), "https://example.com:443");
  EXPECT_EQ(parse_url("https://[::1]/x")->origin(), "https://[::1]:443");
}

}  // namespace
}  // namespace rotor::net
