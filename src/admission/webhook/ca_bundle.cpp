#include "admission/webhook/ca_bundle.hpp"

#include <array>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/log.hpp"

namespace rotor::admission {
namespace {

constexpr kube::Resource kConfigurations{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations",
                                         "ValidatingWebhookConfiguration", false};
constexpr std::array<std::string_view, 2> kNames{"externalsecret-validate", "secretstore-validate"};
constexpr std::string_view kOurWebhooks = ".external-secrets.io";

enum class Published : std::uint8_t { kYes, kNotOurs };

Task<Result<Published>> publish_in(kube::Client& client, std::string_view name, std::string bundle_pem) {
  const kube::Key key{"", std::string(name)};
  auto body = co_await client.get(kConfigurations, key);
  if (!body && body.error().code == Code::kNotFound) co_return Published::kNotOurs;
  if (!body) co_return std::unexpected(std::move(body).error());
  CO_TRY(const json::Value configuration, json::parse(body->reveal()));
  if (!is_our_configuration(configuration)) {
    log::debug("a webhook configuration of another operator is left alone", {{"name", name}});
    co_return Published::kNotOurs;
  }
  const auto patch = bundle_patch(configuration, bundle_pem);
  if (!patch) co_return Published::kYes;
  CO_TRY_VOID(co_await client.patch(kConfigurations, key, kube::PatchType::kJson, SecretBytes(*patch)));
  log::info("webhook configuration has the CA bundle", {{"name", name}});
  co_return Published::kYes;
}

}  // namespace

std::optional<std::string> bundle_patch(const json::Value& configuration, std::string_view bundle_pem) {
  const json::Value* webhooks = json::find(configuration, "webhooks");
  if (webhooks == nullptr || !webhooks->is_array()) return std::nullopt;
  const std::string wanted = base64_encode(bundle_pem);
  json::Array patch;
  for (std::size_t i = 0; i < webhooks->get_array().size(); ++i) {
    const json::Value& webhook = webhooks->get_array()[i];
    const std::string_view name = json::find_string(webhook, "name");
    if (!name.ends_with(kOurWebhooks) || json::find_string(webhook, "clientConfig.caBundle") == wanted) continue;
    patch.push_back(json::Object{{"op", "test"}, {"path", fmt::format("/webhooks/{}/name", i)}, {"value", name}});
    patch.push_back(
        json::Object{{"op", "add"}, {"path", fmt::format("/webhooks/{}/clientConfig/caBundle", i)}, {"value", wanted}});
  }
  if (patch.empty()) return std::nullopt;
  return json::serialize(patch);
}

bool is_our_configuration(const json::Value& configuration) {
  const json::Value* labels = json::find(configuration, "metadata.labels");
  const json::Object* object = labels == nullptr ? nullptr : labels->if_object();
  const json::Value* name = object == nullptr ? nullptr : object->if_contains("app.kubernetes.io/name");
  return name != nullptr && name->is_string() && name->get_string() == "rotor";
}

Task<Result<bool>> publish_bundle(kube::Client& client, std::string bundle_pem) {
  bool published = false;
  for (const std::string_view name : kNames) {
    auto done = co_await publish_in(client, name, bundle_pem);
    if (!done) {
      co_return std::unexpected(
          std::move(done).error().prefixed(fmt::format("ValidatingWebhookConfiguration {}", name)));
    }
    published = published || *done == Published::kYes;
  }
  co_return published;
}

}  // namespace rotor::admission
