// Where in Vault a remote key lies. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/trim.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

inline constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

enum class Empty : std::uint8_t { kAllowed, kRefused };

// `text` as a path of Vault's: no slash at its ends, none doubled. Refused (kInvalid, naming `field`) are control
// characters and the segments "." and "..", with which a key would leave its mount.
Result<std::string> logical_path(std::string_view field, std::string_view text, Empty empty = Empty::kRefused);

// Of a key: what is read, and where its metadata lie.
Result<std::string> data_path(const Config& config, std::string_view key);
Result<std::string> metadata_path(const Config& config, std::string_view key);

// Names that a search finds are written below this, and it is what `list` is asked of.
struct SearchRoot {
  std::string prefix;  // of the names: empty, or ending in a slash
  std::string list;
};
Result<SearchRoot> search_root(const Config& config, std::string_view find_path);

// Of a name found below the root: what is read. Unlike a key it never begins with the mount.
Result<std::string> found_data_path(const Config& config, std::string_view name);
Result<std::string> found_metadata_path(const Config& config, std::string_view name);

// "/v1/secret/data/a%20b": every byte but unreserved ones and the slash encoded.
std::string request_path(std::string_view logical);

// The query of a version, `version=3`, or none for the latest. kInvalid when `version` is no version.
Result<std::string> version_query(const Config& config, std::string_view version);

}  // namespace rotor::providers::vault
