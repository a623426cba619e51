#include "providers/azure/cloud.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"

namespace rotor::providers::azure {
namespace {

struct Known {
  std::string_view name;
  std::string_view authority;
  std::string_view vault_suffix;
};

// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers
constexpr std::array<Known, 4> kClouds = {{
    {"PublicCloud", "https://login.microsoftonline.com/", "vault.azure.net"},
    {"USGovernmentCloud", "https://login.microsoftonline.us/", "vault.usgovcloudapi.net"},
    {"ChinaCloud", "https://login.chinacloudapi.cn/", "vault.azure.cn"},
    {"GermanCloud", "https://login.microsoftonline.de/", "vault.microsoftazure.de"},
}};

constexpr std::string_view kScopeSuffix = "/.default";

std::string without_trailing_slash(std::string text) {
  if (text.ends_with('/')) text.pop_back();
  return text;
}

Result<Cloud> custom_cloud(const CustomCloudConfig& config, PlainHttp plain) {
  constexpr std::string_view kField = "spec.provider.azurekv.customCloudConfig.activeDirectoryEndpoint";
  TRY(const net::Url url, check_endpoint(kField, config.active_directory_endpoint, plain));
  if (url.target.contains('?')) {
    return fail(Code::kInvalid, fmt::format("{}: a query (?…) has no place in it", kField));
  }
  Cloud cloud;
  cloud.authority = without_trailing_slash(config.active_directory_endpoint) + "/";
  if (!config.key_vault_endpoint.empty()) cloud.resource = without_trailing_slash(config.key_vault_endpoint);
  return cloud;
}

}  // namespace

Result<Cloud> cloud_of(const Config& config, PlainHttp plain) {
  const std::string_view name =
      config.environment_type.empty() ? "PublicCloud" : std::string_view(config.environment_type);
  if (name == "AzureStackCloud" && config.custom_cloud_config) return custom_cloud(*config.custom_cloud_config, plain);
  const auto* known = std::ranges::find(kClouds, name, &Known::name);
  if (known == kClouds.end()) {
    return fail(Code::kInvalid,
                fmt::format("spec.provider.azurekv.environmentType: there is no cloud \"{}\"; there are PublicCloud, "
                            "USGovernmentCloud, ChinaCloud, GermanCloud, and AzureStackCloud with customCloudConfig",
                            name));
  }
  return Cloud{std::string(known->authority), fmt::format("https://{}", known->vault_suffix),
               std::string(known->vault_suffix)};
}

Result<std::string> vault_address(const Config& config, PlainHttp plain) {
  constexpr std::string_view kField = "spec.provider.azurekv.vaultUrl";
  if (config.vault_url.empty()) {
    return fail(Code::kInvalid,
                fmt::format("{} is empty; it is the vault's address, like https://NAME.vault.azure.net", kField));
  }
  TRY(const net::Url url, check_endpoint(kField, config.vault_url, plain));
  const bool object = url.target.starts_with("/secrets/") || url.target.starts_with("/keys/") ||
                      url.target.starts_with("/certificates/");
  if (object || url.target.contains('?')) {
    return fail(
        Code::kInvalid,
        fmt::format("{}: \"{}\" is more than a vault's address; give https://{} alone, the object's name belongs "
                    "into remoteRef.key",
                    kField, config.vault_url, url.host_header()));
  }
  return without_trailing_slash(config.vault_url);
}

std::string scope_of(std::string_view resource) {
  return without_trailing_slash(std::string(resource)) + std::string(kScopeSuffix);
}

std::string resource_of(std::string_view scope) {
  if (scope.ends_with(kScopeSuffix)) scope.remove_suffix(kScopeSuffix.size());
  return std::string(scope);
}

bool is_below(std::string_view host, std::string_view parent) {
  if (parent.empty() || !host.ends_with(parent)) return false;
  host.remove_suffix(parent.size());
  return host.size() > 1 && host.ends_with('.');
}

}  // namespace rotor::providers::azure
