#include "admission/webhook/ca_bundle.hpp"

#include <array>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/log.hpp"

namespace rotor::admission {
namespace {

constexpr std::string_view kRegistration = "admissionregistration.k8s.io";
constexpr kube::Resource kValidating{kRegistration, "v1", "validatingwebhookconfigurations",
                                     "ValidatingWebhookConfiguration", false};
constexpr kube::Resource kMutating{kRegistration, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration",
                                   false};

struct Configuration {
  kube::Resource resource;
  std::string_view name;
  bool optional = false;  // whoever has not registered it need not let us see it
};
constexpr std::array<Configuration, 4> kConfigurations{{{kValidating, "externalsecret-validate"},
                                                        {kValidating, "secretstore-validate"},
                                                        {kValidating, "openclaw-operator-validating-webhook"},
                                                        {kMutating, "openclaw-operator-mutating-webhook", true}}};

bool is_our_webhook(std::string_view name) {
  return name.ends_with(".external-secrets.io") || name.ends_with(".openclaw.rocks");
}

enum class Published : std::uint8_t { kYes, kNotOurs };

Task<Result<Published>> publish_in(kube::Client& client, Configuration in, std::string bundle_pem) {
  const kube::Key key{"", std::string(in.name)};
  auto body = co_await client.get(in.resource, key);
  if (!body && body.error().code == Code::kNotFound) co_return Published::kNotOurs;
  if (!body) co_return std::unexpected(std::move(body).error());
  CO_TRY(const json::Value configuration, json::parse(body->reveal()));
  if (!is_our_configuration(configuration)) {
    log::debug("a webhook configuration of another operator is left alone", {{"name", in.name}});
    co_return Published::kNotOurs;
  }
  const auto patch = bundle_patch(configuration, bundle_pem);
  if (!patch) co_return Published::kYes;
  CO_TRY_VOID(co_await client.patch(in.resource, key, kube::PatchType::kJson, SecretBytes(*patch)));
  log::info("webhook configuration has the CA bundle", {{"name", in.name}});
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
    if (!is_our_webhook(name) || json::find_string(webhook, "clientConfig.caBundle") == wanted) continue;
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
  for (const Configuration& in : kConfigurations) {
    auto done = co_await publish_in(client, in, bundle_pem);
    const bool unseen = !done && (done.error().code == Code::kDenied || done.error().code == Code::kUnavailable);
    if (unseen && in.optional) continue;
    if (!done) {
      co_return std::unexpected(std::move(done).error().prefixed(fmt::format("{} {}", in.resource.kind, in.name)));
    }
    published = published || *done == Published::kYes;
  }
  co_return published;
}

}  // namespace rotor::admission
