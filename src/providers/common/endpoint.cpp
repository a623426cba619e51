#include "providers/common/endpoint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/quote.hpp"
#include "net/reach.hpp"

namespace rotor::providers {
namespace {

namespace ip = boost::asio::ip;

constexpr std::array<std::string_view, 4> kMetadataNames{"metadata", "metadata.google.internal", "instance-data",
                                                         "instance-data.ec2.internal"};

std::string bare(std::string_view host) {
  std::string name = ascii_lower(host);
  while (name.ends_with('.')) name.pop_back();
  return name;
}

// What the resolver makes an address of without asking anybody: 127.1, 0x7f.1 and 2852039166 are such.
bool looks_numeric(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  if (last.starts_with("0x")) return true;
  return !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<ip::address> address_of(std::string_view host) {
  boost::system::error_code wrong;
  const auto address = ip::make_address(std::string(host), wrong);
  if (wrong) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6()));
  }
  return address;
}

// NAME, NAME.NAMESPACE.svc or NAME.NAMESPACE.svc.cluster.local: names that only a cluster's own DNS answers.
bool in_cluster(std::string_view name) {
  if (!name.contains('.') && !name.contains(':')) return true;
  const bool service = name.ends_with(".svc") || name.ends_with(".svc.cluster.local");
  return service && std::ranges::count(name.substr(0, name.rfind(".svc")), '.') >= 1;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  const std::string name = bare(host);
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  const auto address = address_of(name);
  return address && address->is_loopback();
}

bool is_metadata_host(std::string_view host) {
  const std::string name = bare(host);
  if (std::ranges::find(kMetadataNames, name) != kMetadataNames.end()) return true;
  const auto address = address_of(name);
  if (!address) return looks_numeric(name);
  return net::is_node_address(*address);
}

Result<net::Url> check_endpoint(std::string_view field, std::string_view url, PlainHttp plain) {
  const auto authority_at = url.find("://");
  const auto authority = authority_at == std::string_view::npos ? std::string_view() : url.substr(authority_at + 3);
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalid, fmt::format("{}: {} {}", field, go_quote(url), why));
  };
  if (authority.substr(0, authority.find_first_of("/?#")).contains('@')) {
    return fail(Code::kInvalid, fmt::format("{}: an address with a user name in it is refused; credentials have fields "
                                            "of their own",
                                            field));
  }
  if (url.contains('#')) return wrong("has a fragment (#…), which no server sees; leave it out");
  auto parsed = net::parse_url(url);
  if (!parsed) return std::unexpected(std::move(parsed).error().prefixed(field));
  if (is_metadata_host(parsed->host)) return wrong("is an address of the node, not of a store");
  const bool nearby = is_loopback_host(parsed->host) || in_cluster(bare(parsed->host));
  if (parsed->scheme == "http" && !nearby && plain == PlainHttp::kNearby) {
    return wrong(
        "would send credentials in the clear; use https, or the name of a Service in the cluster (NAME.NAMESPACE.svc), "
        "or start Rotor with --allow-plain-http-endpoints");
  }
  return parsed;
}

std::string without_trailing_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

bool same_origin(std::string_view one, std::string_view other) {
  const auto a = net::parse_url(one);
  const auto b = net::parse_url(other);
  return a && b && a->origin() == b->origin();
}

}  // namespace rotor::providers
