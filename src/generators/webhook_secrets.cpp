#include "generators/webhook_secrets.hpp"

#include <fmt/format.h>

#include "api/core/secret.hpp"

namespace rotor::generators {
namespace {

Result<void> check_label(const kube::StringMap& labels, const std::string& name) {
  const auto label = labels.find(kTypeLabel);
  if (label == labels.end()) {
    return fail(Code::kInvalid,
                fmt::format("secret does not contain needed label '{0}: {1}'. Update secret label to use it with "
                            "webhook: kubectl label secret {2} {0}={1}",
                            kTypeLabel, kWebhookType, name));
  }
  if (label->second == kWebhookType) return {};
  return fail(Code::kInvalid, fmt::format("secret type is not 'webhook': label {} of Secret \"{}\" is \"{}\"",
                                          kTypeLabel, name, label->second));
}

class ClientSecrets final : public WebhookSecrets {
 public:
  explicit ClientSecrets(kube::Client& client) : client_(client) {}

  Task<Result<SecretMap>> read(std::string consumer_ns, std::string name) override {
    const std::string ns = consumer_ns;
    kube::Key key{std::move(consumer_ns), name};
    auto secret = co_await kube::get<api::Secret>(client_, std::move(key));
    if (!secret) {
      Error error = std::move(secret).error();
      if (error.code == Code::kNotFound) {  // a credential, not what a store has
        co_return fail(
            Code::kInvalid,
            fmt::format(
                "failed to get clustersecretstore webhook secret {}: there is none in namespace {}; make it there, "
                "with the label {}: webhook, or correct spec.secrets of the Webhook",
                name, ns, kTypeLabel));
      }
      co_return std::unexpected(
          std::move(error).prefixed(fmt::format("failed to get clustersecretstore webhook secret {}", name)));
    }
    CO_TRY_VOID(check_label(secret->metadata.labels, name));
    co_return std::move(secret->data);
  }

 private:
  kube::Client& client_;
};

}  // namespace

std::unique_ptr<WebhookSecrets> make_webhook_secrets(kube::Client& client) {
  return std::make_unique<ClientSecrets>(client);
}

}  // namespace rotor::generators
