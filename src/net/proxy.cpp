// Go's rules for HTTPS_PROXY and NO_PROXY. https://pkg.go.dev/golang.org/x/net/http/httpproxy
#include <algorithm>
#include <cstdlib>
#include <optional>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "net/dial.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

namespace rotor::net {
namespace {

namespace ip = boost::asio::ip;

std::string first_of_environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// IPv4 written as IPv6 counts as IPv4, as in Go.
std::optional<ip::address> parse_address(std::string_view text) {
  boost::system::error_code error;
  ip::address address = ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

// Loopback, link-local, and the IPv6 range of the cloud's metadata services (fd00:ec2::/32).
bool is_local(const ip::address& address) {
  if (address.is_loopback()) return true;
  if (address.is_v6()) {
    const auto bytes = address.to_v6().to_bytes();
    const bool metadata = bytes[0] == 0xfd && bytes[1] == 0 && bytes[2] == 0x0e && bytes[3] == 0xc2;
    return metadata || address.to_v6().is_link_local();
  }
  const auto bytes = address.to_v4().to_bytes();
  return bytes[0] == 169 && bytes[1] == 254;
}

// Nothing: not in CIDR notation. The prefix may have host bits set.
std::optional<bool> in_network(std::string_view entry, const std::optional<ip::address>& address) {
  if (!entry.contains('/')) return std::nullopt;
  boost::system::error_code error;
  if (const ip::network_v4 network = ip::make_network_v4(entry, error); !error) {
    return address && address->is_v4() &&
           ip::network_v4(address->to_v4(), network.prefix_length()).canonical() == network.canonical();
  }
  if (const ip::network_v6 network = ip::make_network_v6(entry, error); !error) {
    return address && address->is_v6() &&
           ip::network_v6(address->to_v6(), network.prefix_length()).canonical() == network.canonical();
  }
  return std::nullopt;
}

struct HostPort {
  std::string host;
  std::string port;
};

// `host:port` and `[v6]:port`; anything else is a host alone.
HostPort split_port(std::string_view entry) {
  if (entry.starts_with('[')) {
    const std::size_t close = entry.find(']');
    if (close == std::string_view::npos) return {std::string(entry), ""};
    const std::string_view rest = entry.substr(close + 1);
    return {std::string(entry.substr(1, close - 1)), rest.starts_with(':') ? std::string(rest.substr(1)) : ""};
  }
  const std::size_t colon = entry.find(':');
  if (colon == std::string_view::npos || entry.find(':', colon + 1) != std::string_view::npos) {
    return {std::string(entry), ""};
  }
  return {std::string(entry.substr(0, colon)), std::string(entry.substr(colon + 1))};
}

bool domain_matches(std::string pattern, const std::string& host) {
  if (pattern.starts_with("*.")) pattern.erase(0, 1);
  if (pattern[0] == '.') return host.ends_with(pattern);  // sub-domains only
  return host == pattern || host.ends_with("." + pattern);
}

bool entry_matches(const std::string& entry, const Url& url, const std::optional<ip::address>& address) {
  if (entry == "*") return true;
  if (const auto in = in_network(entry, address)) return *in;
  const HostPort pattern = split_port(entry);
  if (pattern.host.empty()) return false;
  if (!pattern.port.empty() && pattern.port != std::to_string(url.port)) return false;
  if (const auto pattern_address = parse_address(pattern.host)) return address == pattern_address;
  return domain_matches(pattern.host, url.host);
}

bool is_direct(const std::string& no_proxy, const Url& url) {
  const std::optional<ip::address> address = parse_address(url.host);
  if (url.host == "localhost" || (address && is_local(*address))) return true;
  std::string_view rest = no_proxy;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string entry(trim(rest.substr(0, comma)));
    std::ranges::transform(entry, entry.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!entry.empty() && entry_matches(entry, url, address)) return true;
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

ProxyConfig proxy_from_environment() {
  return {.https_proxy = first_of_environment({"HTTPS_PROXY", "https_proxy"}),
          .http_proxy = first_of_environment({"HTTP_PROXY", "http_proxy"}),
          .no_proxy = first_of_environment({"NO_PROXY", "no_proxy"})};
}

std::string proxy_for(const ProxyConfig& config, std::string_view text) {
  const Result<Url> url = parse_url(text);
  if (!url) return {};
  const std::string& proxy = url->scheme == "https" ? config.https_proxy : config.http_proxy;
  return proxy.empty() || is_direct(config.no_proxy, *url) ? std::string() : proxy;
}

Result<Proxy> parse_proxy(std::string_view text) {
  std::string full = text.contains("://") ? std::string(text) : fmt::format("http://{}", text);
  Proxy proxy;
  const std::size_t start = full.find("://") + 3;
  const std::size_t end = full.find_first_of("/?#", start);
  const std::string authority = full.substr(start, end == std::string::npos ? end : end - start);
  if (const std::size_t at = authority.rfind('@'); at != std::string::npos) {
    const Result<std::string> user = percent_decode(authority.substr(0, at));
    if (!user) return fail(Code::kInvalid, "HTTPS_PROXY: user and password must be percent-encoded");
    proxy.authorization = "Basic " + base64_encode(user->contains(':') ? *user : *user + ":");
    full.erase(start, at + 1);
  }
  Result<Url> url = parse_url(full);
  if (!url) return std::unexpected(std::move(url).error().prefixed("HTTPS_PROXY"));
  if (url->scheme != "http") {
    return fail(Code::kInvalid, "HTTPS_PROXY: only a proxy spoken to over http:// is supported");
  }
  proxy.url = *std::move(url);
  return proxy;
}

}  // namespace rotor::net
