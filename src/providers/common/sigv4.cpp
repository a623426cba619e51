#include "providers/common/sigv4.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "net/url.hpp"
#include "providers/common/sigv4_key.hpp"

namespace rotor::providers::aws {
namespace {

// Outer spaces off, inner runs to one.
std::string squeeze(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (const char c : text) {
    if (c == ' ' || c == '\t') {
      gap = !out.empty();
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
  return out;
}

bool is_signed(std::string_view lower_name) {
  static constexpr std::array<std::string_view, 6> kNever = {"authorization", "connection",        "expect",
                                                             "user-agent",    "transfer-encoding", "x-amzn-trace-id"};
  return std::ranges::find(kNever, lower_name) == kNever.end();
}

// Equal names stay in their order.
net::Headers sorted_signed(const net::Headers& headers) {
  net::Headers out;
  out.reserve(headers.size());
  for (const net::Header& header : headers) {
    std::string name = ascii_lower(header.name);
    if (!is_signed(name)) continue;
    const auto behind = std::ranges::upper_bound(out, name, {}, &net::Header::name);
    out.insert(behind, {std::move(name), squeeze(header.value)});
  }
  return out;
}

std::string signed_names(const net::Headers& sorted) {
  std::string names;
  for (const net::Header& header : sorted) {
    if (!names.empty()) names += ';';
    names += header.name;
  }
  return names;
}

// Without `.`, `..` and empty segments, and each segment percent-encoded (again): what is on the wire is encoded once.
std::string canonical_path(std::string_view path) {
  std::vector<std::string_view> segments;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string out;
  for (const std::string_view segment : segments) out.append("/").append(percent_encode(segment));
  if (out.empty() || path.ends_with('/')) out += '/';
  return out;
}

// Name and value as they are on the wire, sorted.
std::string canonical_query(std::string_view query) {
  std::vector<std::string> parts;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    std::string part(query.substr(0, end));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (part.empty()) continue;
    if (!part.contains('=')) part += '=';
    parts.push_back(std::move(part));
  }
  std::ranges::sort(parts);
  std::string out;
  for (const std::string& part : parts) out.append(out.empty() ? "" : "&").append(part);
  return out;
}

std::string canonical_text(std::string_view method, std::string_view path, std::string_view query,
                           const net::Headers& sorted, std::string_view body) {
  std::string text = fmt::format("{}\n{}\n{}\n", method, canonical_path(path), canonical_query(query));
  for (const net::Header& header : sorted) text.append(header.name).append(":").append(header.value).append("\n");
  text.append("\n").append(signed_names(sorted)).append("\n").append(hex_encode(sha256(body)));
  return text;
}

std::string date_of(std::string_view amz_date) { return std::string(amz_date.substr(0, 8)); }

}  // namespace

std::string amz_date(WallTime time) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

std::string canonical_request(std::string_view method, std::string_view path, std::string_view query,
                              net::Headers headers, std::string_view body) {
  return canonical_text(method, path, query, sorted_signed(headers), body);
}

SecretBytes signing_key(const Credentials& credentials, const SigningScope& scope, WallTime time) {
  SecretBytes key("AWS4");
  key.append(credentials.secret_access_key.reveal());
  const std::string date = date_of(amz_date(time));
  for (const std::string_view step : {std::string_view(date), std::string_view(scope.region),
                                      std::string_view(scope.service), std::string_view("aws4_request")}) {
    std::string next = hmac_sha256(key.reveal(), step);
    key = SecretBytes(next);
    wipe(next.data(), next.size());
  }
  return key;
}

Result<void> sign(net::Request& request, const Credentials& credentials, const SigningScope& scope, WallTime time) {
  return sign(request, credentials, scope, time, signing_key(credentials, scope, time));
}

Result<void> sign(net::Request& request, const Credentials& credentials, const SigningScope& scope, WallTime time,
                  const SecretBytes& key) {
  TRY(const net::Url url, net::parse_url(request.url));
  const std::string now = amz_date(time);
  request.headers.push_back({"X-Amz-Date", now});
  if (!credentials.session_token.empty()) {
    request.headers.push_back({"X-Amz-Security-Token", std::string(credentials.session_token.reveal())});
  }
  net::Headers to_sign = request.headers;
  to_sign.push_back({"Host", url.host_header()});
  const net::Headers sorted = sorted_signed(to_sign);

  const std::size_t mark = url.target.find('?');
  const std::string_view path = std::string_view(url.target).substr(0, mark);
  const std::string_view query = mark == std::string::npos ? "" : std::string_view(url.target).substr(mark + 1);
  const std::string canonical = canonical_text(request.method, path, query, sorted, request.body.reveal());
  const std::string credential_scope = fmt::format("{}/{}/{}/aws4_request", date_of(now), scope.region, scope.service);
  const std::string string_to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", now, credential_scope, hex_encode(sha256(canonical)));
  request.headers.push_back(
      {"Authorization",
       fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", credentials.access_key_id,
                   credential_scope, signed_names(sorted), hex_encode(hmac_sha256(key.reveal(), string_to_sign)))});
  return {};
}

}  // namespace rotor::providers::aws
