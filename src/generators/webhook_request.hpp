// The call of a Webhook generator: what its spec says, its templates rendered. Pure; templates may burn CPU, so it runs
// on a pool. Errors name fields and never quote what was rendered, for Secrets may stand in it.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "api/generators/webhook.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "net/http.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

// What cannot work whatever the Secrets hold.
Result<void> check_webhook(const api::gen::WebhookSpec& spec);

// spec.timeout; a minute when it is absent, and at most.
Result<std::chrono::milliseconds> webhook_timeout(const api::gen::WebhookSpec& spec);

// By the names that spec.secrets gives them.
using WebhookData = std::map<std::string, SecretMap, std::less<>>;

struct WebhookCall {
  net::Request request;
  std::string json_path;
};
Result<WebhookCall> render_webhook(const api::gen::WebhookSpec& spec, const WebhookData& data, WallTime now,
                                   providers::PlainHttp plain = providers::PlainHttp::kNearby);

// The message without the values of the Secrets: a transport may name what it was told to reach.
Error without_secrets(Error error, const WebhookData& data);

}  // namespace rotor::generators
