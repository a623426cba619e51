#include "providers/kubernetes/kubeconfig.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "json/yaml.hpp"
#include "providers/common/endpoint.hpp"

namespace rotor::providers::kubernetes {
namespace {

constexpr std::array<std::string_view, 6> kRefused{"exec",      "auth-provider",         "client-certificate",
                                                   "tokenFile", "certificate-authority", "client-key"};

// The first member anywhere in the document that must not be there; empty when there is none.
std::string_view refused_member(const json::YamlNode& node) {
  for (const json::YamlMember& member : node.members) {
    const auto* found = std::ranges::find(kRefused, std::string_view(member.key));
    if (found != kRefused.end()) return *found;
    if (const auto inside = refused_member(member.value); !inside.empty()) return inside;
  }
  for (const json::YamlNode& item : node.items) {
    if (const auto inside = refused_member(item); !inside.empty()) return inside;
  }
  return {};
}

Result<void> check_proxy(const std::string& url) {
  if (url.empty()) return {};
  const auto proxy = net::parse_url(url);
  if (!proxy) return std::unexpected(Error(proxy.error()).prefixed("authRef: proxy-url"));
  if (!is_metadata_host(proxy->host)) return {};
  return fail(Code::kInvalid, "authRef: proxy-url is an address of the node, not of a proxy");
}

}  // namespace

Result<kube::ConnectionConfig> inline_kubeconfig(const SecretBytes& text, PlainHttp plain) {
  auto document = json::parse_yaml_node(text.reveal());
  if (!document) return std::unexpected(std::move(document).error().prefixed("the kubeconfig of authRef"));
  if (const auto member = refused_member(*document); !member.empty()) {
    return fail(Code::kInvalid,
                fmt::format("the kubeconfig of authRef uses {}: only data inside it can be used (token, "
                            "client-certificate-data, client-key-data, certificate-authority-data)",
                            member));
  }
  TRY(kube::ConnectionConfig connection, kube::parse_kubeconfig(text.reveal(), "authRef"));
  TRY_VOID(check_endpoint("authRef: server", connection.server, plain));
  TRY_VOID(check_proxy(connection.proxy_url));
  return connection;
}

}  // namespace rotor::providers::kubernetes
