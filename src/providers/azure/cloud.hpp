// Which Azure a store lives in: where logins go, what tokens are for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/url.hpp"
#include "providers/azure/config.hpp"

namespace rotor::providers::azure {

struct Cloud {
  std::string authority;                // "https://login.microsoftonline.com/"
  std::optional<std::string> resource;  // "https://vault.azure.net", no slash at the end; absent: the vault says
  std::string vault_suffix;             // "vault.azure.net"; empty: not known
};

// kInvalid names the field.
Result<Cloud> cloud_of(const Config& config, PlainHttp plain);

// The vault's address without a slash at the end. kInvalid when no token may be sent there, or when it is the address
// of one of its objects.
Result<std::string> vault_address(const Config& config, PlainHttp plain);

// "https://vault.azure.net" → "https://vault.azure.net/.default".
std::string scope_of(std::string_view resource);
std::string resource_of(std::string_view scope);

// Is `host` below `parent` ("a.vault.azure.net" is below "vault.azure.net", nothing is below itself)?
bool is_below(std::string_view host, std::string_view parent);

}  // namespace rotor::providers::azure
