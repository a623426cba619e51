#include "net/url.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace rotor::net {
namespace {

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

bool host_byte(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool address_byte(unsigned char c) { return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.'; }

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) {
    return fail(Code::kInvalid, "URL: the port must be a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

// `host`, `host:port`, `[address]` or `[address]:port`.
Result<void> parse_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return fail(Code::kInvalid, "URL: \"[\" without \"]\" in the host");
    url.host = ascii_lower(authority.substr(1, close - 1));
    if (url.host.empty() || !std::ranges::all_of(url.host, address_byte)) {
      return fail(Code::kInvalid, "URL: the text between \"[\" and \"]\" is not an IPv6 address");
    }
    port = authority.substr(close + 1);
    if (!port.empty() && port[0] != ':') return fail(Code::kInvalid, "URL: unexpected text after \"]\"");
  } else {
    const std::size_t colon = authority.find(':');
    url.host = ascii_lower(authority.substr(0, colon));
    if (url.host.empty()) return fail(Code::kInvalid, "URL: the host is missing");
    if (!std::ranges::all_of(url.host, host_byte)) {
      return fail(Code::kInvalid, "URL: the host may hold letters, digits, \"-\", \"_\" and \".\" only");
    }
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  url.port = default_port(url.scheme);
  if (port.size() > 1) {
    TRY(url.port, parse_port(port.substr(1)));
  }
  return {};
}

}  // namespace

std::string Url::origin() const {
  return host.contains(':') ? fmt::format("{}://[{}]:{}", scheme, host, port)
                            : fmt::format("{}://{}:{}", scheme, host, port);
}

std::string Url::host_header() const {
  std::string name = host.contains(':') ? fmt::format("[{}]", host) : host;
  return port == default_port(scheme) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  // The text is not quoted in the errors: a URL may carry credentials.
  if (!printable(text)) return fail(Code::kInvalid, "URL: holds a space or a control character");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return fail(Code::kInvalid, "URL: must start with https:// or http://");
  Url url;
  url.scheme = ascii_lower(text.substr(0, colon));
  if (url.scheme != "https" && url.scheme != "http") {
    return fail(Code::kInvalid, "URL: the scheme must be https or http");
  }
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, end);
  if (authority.contains('@')) return fail(Code::kInvalid, "URL: user name and password are not allowed here");
  TRY_VOID(parse_authority(authority, url));
  url.target = end == std::string_view::npos ? "/" : std::string(rest.substr(end));
  if (url.target[0] == '?') url.target.insert(0, "/");
  return url;
}

}  // namespace rotor::net
