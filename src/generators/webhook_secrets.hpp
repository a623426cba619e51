// Whole Secrets for the templates of webhooks. A template sends what it reads to any server, so a Secret says itself
// that it may be read: by a label. Beside providers::ReferenceGate, which gives single values to fixed places.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"

namespace rotor::generators {

inline constexpr std::string_view kTypeLabel = "external-secrets.io/type";
inline constexpr std::string_view kWebhookType = "webhook";

class WebhookSecrets {
 public:
  virtual ~WebhookSecrets() = default;
  // Errors name the Secret, or the label that it lacks; never kNotFound.
  virtual Task<Result<SecretMap>> read(std::string consumer_ns, std::string name) = 0;
};

// Reads are direct, not cached.
std::unique_ptr<WebhookSecrets> make_webhook_secrets(kube::Client& client);

}  // namespace rotor::generators
