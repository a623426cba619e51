// core/v1 ServiceAccount.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct ServiceAccount {
  std::string api_version = "v1";
  std::string kind = "ServiceAccount";
  kube::ObjectMeta metadata;
  std::vector<json::Raw> secrets;
  std::vector<json::Raw> image_pull_secrets;
  std::optional<bool> automount_service_account_token;
};

}  // namespace rotor::api

namespace rotor::kube {
template <>
inline constexpr Resource kResource<api::ServiceAccount> = {"", "v1", "serviceaccounts", "ServiceAccount", true};
}  // namespace rotor::kube

namespace rotor::json {
ROTOR_DESCRIBED(api::ServiceAccount);
}  // namespace rotor::json
