// How far a replicated cluster was when it last answered us: sent back, so that a server that lags behind does not
// answer. https://developer.hashicorp.com/vault/docs/enterprise/consistency
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rotor::providers::vault {

// `known` with what an answer's X-Vault-Index says: the newer of two comparable states, both when neither is newer.
std::vector<std::string> merge_state(const std::vector<std::string>& known, const std::string& state);

}  // namespace rotor::providers::vault
