// What `remoteRef.key` names: `NAME`, `secret/NAME`, `cert/NAME` or `key/NAME`.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor::providers::azure {

enum class Type : std::uint8_t { kSecret, kCertificate, kKey };

// What differs between the types on the wire.
struct TypeRow {
  Type type;
  std::string_view prefix;  // in remoteRef.key
  std::string_view path;    // "secrets"
  std::string_view value;   // the member of an answer that holds what we want
  std::string_view call;    // "GetSecret": the metric's label
};
const TypeRow& row_of(Type type);

struct ObjectName {
  Type type = Type::kSecret;
  std::string name;
  bool has_rest = false;  // more than two parts were given: the rest never counted
};

// kInvalid for another prefix, and for a name that no object can have: it would lead to another address.
Result<ObjectName> parse_key(std::string_view key);

// `remoteRef.version`: empty for the current one.
Result<void> check_version(std::string_view version);

}  // namespace rotor::providers::azure
