// The one hash of the External Secrets API: SHA3-224 over Go's `%+v` rendering, 56 hex digits. Used for the data-hash
// annotation, the owner label and syncedResourceVersion, so that marks on objects are identical to today's operator's.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::json {

using StringMap = std::map<std::string, std::string, std::less<>>;

std::string object_hash(std::string_view text);
std::string object_hash(const SecretMap& data);  // a map of byte slices
std::string object_hash(const Value& value);     // maps sorted by key bytes, numbers as Go prints them

// hash of the struct {annotations, labels}, in that order.
std::string metadata_hash(const StringMap& annotations, const StringMap& labels);

}  // namespace rotor::json
