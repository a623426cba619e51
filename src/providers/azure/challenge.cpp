#include "providers/azure/challenge.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "net/url.hpp"
#include "providers/azure/cloud.hpp"

namespace rotor::providers::azure {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kBlanks = " \t,";

// A value up to its closing quote, with \x for x; or up to the next blank or comma.
std::string take_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    value = text.substr(0, text.find_first_of(kBlanks));
    text.remove_prefix(value.size());
    return value;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return value;
}

// `a="b", c=d e="f"`: separated by commas, blanks or both. The first of a name counts.
Parameters read_parameters(std::string_view text) {
  Parameters parameters;
  while (true) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBlanks)));
    const std::size_t end = text.find_first_of("= \t,");
    if (text.empty() || end == std::string_view::npos) return parameters;
    std::string name = ascii_lower(text.substr(0, end));
    text.remove_prefix(end);
    if (!text.starts_with('=')) continue;  // a word without a value
    text.remove_prefix(1);
    parameters.emplace(std::move(name), take_value(text));
  }
}

std::string first_of(const Parameters& parameters, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto it = parameters.find(name); it != parameters.end() && !it->second.empty()) return it->second;
  }
  return {};
}

// Either alphabet of base64, with or without padding.
std::string decoded(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.ends_with('=')) text.pop_back();
  return base64_decode(text, Base64::kRawStandard).value_or("");
}

}  // namespace

std::string Challenge::tenant() const {
  std::string_view url = authorization;
  while (url.ends_with('/')) url.remove_suffix(1);
  if (!net::parse_url(url)) return {};
  const std::string_view path = url.substr(url.find("://") + 3);
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(slash + 1));
}

std::optional<Challenge> read_challenge(const net::Headers& headers) {
  constexpr std::string_view kScheme = "bearer ";
  for (const net::Header& header : headers) {
    if (ascii_lower(header.name) != "www-authenticate" || !ascii_lower(header.value).starts_with(kScheme)) continue;
    const Parameters parameters = read_parameters(std::string_view(header.value).substr(kScheme.size()));
    Challenge challenge;
    challenge.authorization = first_of(parameters, {"authorization", "authorization_uri"});
    challenge.scope = first_of(parameters, {"scope"});
    const std::string resource = first_of(parameters, {"resource", "resource_id"});
    if (challenge.scope.empty() && !resource.empty()) challenge.scope = scope_of(resource);
    challenge.error = first_of(parameters, {"error"});
    challenge.claims = decoded(first_of(parameters, {"claims"}));
    return challenge;
  }
  return std::nullopt;
}

Result<void> check_scope_host(std::string_view scope, std::string_view vault_url) {
  const auto resource = net::parse_url(scope);
  const auto vault = net::parse_url(vault_url);
  if (resource && vault && is_below(vault->host, resource->host)) return {};
  return fail(
      Code::kDenied,
      fmt::format("spec.provider.azurekv.vaultUrl: {} asks for a token of {}, under whose name it does not stand; no "
                  "token is sent. If the address is right, set customCloudConfig.keyVaultEndpoint",
                  vault_url, resource ? resource->host : std::string("something that is no address")));
}

}  // namespace rotor::providers::azure
