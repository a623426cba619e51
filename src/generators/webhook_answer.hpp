// What the server of a Webhook generator answered. Pure; errors quote nothing of a body.
#pragma once

#include <string_view>

#include "net/http.hpp"
#include "providers/client.hpp"
#include "providers/common/call.hpp"

namespace rotor::generators {

// 2xx and 404 are answers.
providers::Judgement judge_webhook(const net::Response& response);

// Absence: 404. `json_path` as rendered, `shown` as it stands in the spec.
providers::Lookup<SecretMap> webhook_values(const net::Response& response, std::string_view json_path,
                                            std::string_view shown);

}  // namespace rotor::generators
