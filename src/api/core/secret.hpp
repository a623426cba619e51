// core/v1 Secret.
#pragma once

#include <optional>
#include <string>

#include "base/secret_bytes.hpp"
#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct Secret {
  std::string api_version = "v1";
  std::string kind = "Secret";
  kube::ObjectMeta metadata;
  SecretMap data;
  std::map<std::string, json::SecretText, std::less<>> string_data;  // write-only on the server
  std::string type;
  std::optional<bool> immutable;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::Secret> = {"", "v1", "secrets", "Secret", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::Secret);
}  // namespace rotor::json
