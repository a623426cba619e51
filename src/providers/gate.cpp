#include "providers/gate.hpp"

#include <memory>

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "api/core/service_account.hpp"
#include "json/document.hpp"

namespace rotor::providers {
namespace {

using api::es::SecretKeySelector;
using api::es::ServiceAccountSelector;

// A missing credential must never look like a missing remote secret: deletionPolicy acts on kNotFound.
Error as_reference_error(Error error) {
  if (error.code == Code::kNotFound) error.code = Code::kInvalid;
  return error;
}
Error as_reference_error(Error error, const std::string& context) {
  return as_reference_error(std::move(error)).prefixed(context);
}

Error no_namespace(std::string_view what, std::string_view name) {
  return {Code::kInvalid, fmt::format("{} \"{}\" has no namespace: a ClusterSecretStore used without a consumer needs "
                                      "the selector's namespace field",
                                      what, name)};
}

class ClientGate final : public ReferenceGate {
 public:
  ClientGate(kube::Client& client, std::string no_tokens) : client_(client), no_tokens_(std::move(no_tokens)) {}

  Task<Result<SecretBytes>> secret_value(Scope scope, SecretKeySelector ref) override {
    const std::string ns = resolve_namespace(scope, ref.ns);
    if (ns.empty()) co_return std::unexpected(no_namespace("Secret", ref.name));
    const std::string context = fmt::format("cannot get Kubernetes secret \"{}\" from namespace \"{}\"", ref.name, ns);
    if (ref.name.empty()) co_return fail(Code::kInvalid, context + ": name is empty");
    kube::Key key{ns, ref.name};
    auto secret = co_await kube::get<api::Secret>(client_, std::move(key));
    if (!secret) co_return std::unexpected(as_reference_error(std::move(secret).error(), context));
    const auto it = secret->data.find(ref.key);
    if (it == secret->data.end()) {
      co_return fail(Code::kInvalid, fmt::format("cannot find secret data for key: \"{}\"", ref.key));
    }
    co_return std::move(it->second);
  }

  Task<Result<kube::StringMap>> config_map(Scope scope, std::string name,
                                           std::optional<std::string> selector_ns) override {
    const std::string ns = resolve_namespace(scope, selector_ns);
    if (ns.empty()) co_return std::unexpected(no_namespace("ConfigMap", name));
    kube::Key object{ns, name};
    auto map = co_await kube::get<api::ConfigMap>(client_, std::move(object));
    if (!map) co_return std::unexpected(as_reference_error(std::move(map).error()));
    co_return std::move(map->data);
  }

  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, ServiceAccountSelector ref) override {
    CO_TRY(api::ServiceAccount account, co_await service_account(std::move(scope), std::move(ref)));
    co_return std::move(account.metadata.annotations);
  }

  Task<Result<std::vector<std::string>>> service_account_secrets(Scope scope, ServiceAccountSelector ref) override {
    CO_TRY(const api::ServiceAccount account, co_await service_account(std::move(scope), std::move(ref)));
    std::vector<std::string> names;
    for (const json::Raw& secret : account.secrets) {
      CO_TRY(const json::Value reference, json::parse(secret.text));
      if (const auto name = json::find_string(reference, "name"); !name.empty()) names.emplace_back(name);
    }
    co_return std::move(names);
  }

  Task<Result<kube::IssuedToken>> service_account_token(Scope scope, ServiceAccountSelector ref,
                                                        kube::TokenRequest request) override {
    if (!no_tokens_.empty()) co_return fail(Code::kInvalid, no_tokens_);
    const std::string ns = resolve_namespace(scope, ref.ns);
    if (ns.empty()) co_return std::unexpected(no_namespace("ServiceAccount", ref.name));
    kube::Key key{ns, ref.name};
    auto token = co_await client_.request_token(std::move(key), std::move(request));
    if (!token) {
      co_return std::unexpected(as_reference_error(
          std::move(token).error(),
          fmt::format("cannot create a token of ServiceAccount \"{}\" in namespace \"{}\"", ref.name, ns)));
    }
    co_return std::move(*token);
  }

 private:
  Task<Result<api::ServiceAccount>> service_account(Scope scope, ServiceAccountSelector ref) {
    const std::string ns = resolve_namespace(scope, ref.ns);
    if (ns.empty()) co_return std::unexpected(no_namespace("ServiceAccount", ref.name));
    kube::Key key{ns, ref.name};
    auto account = co_await kube::get<api::ServiceAccount>(client_, std::move(key));
    if (account) co_return std::move(account);
    Error error = std::move(account).error();
    // Where no token of it could be had either, making it would help nobody.
    if (error.code == Code::kNotFound && !no_tokens_.empty()) error.message += "; " + no_tokens_;
    co_return std::unexpected(as_reference_error(
        std::move(error), fmt::format("cannot get ServiceAccount \"{}\" from namespace \"{}\"", ref.name, ns)));
  }

  kube::Client& client_;
  std::string no_tokens_;
};

}  // namespace

std::string resolve_namespace(const Scope& scope, const std::optional<std::string>& selector_ns) {
  if (scope.cluster() && selector_ns && !selector_ns->empty()) return *selector_ns;
  return scope.consumer_ns;
}

std::unique_ptr<ReferenceGate> make_reference_gate(kube::Client& client, std::string no_tokens) {
  return std::make_unique<ClientGate>(client, std::move(no_tokens));
}

Result<void> check_selector_namespace(std::string_view store_kind, std::string_view store_ns,
                                      const std::optional<std::string>& selector_ns, NamespaceRule rule) {
  const bool given = selector_ns && !selector_ns->empty();
  if (store_kind == kClusterSecretStoreKind) {
    if (!given && rule == NamespaceRule::kStrict) return fail(Code::kInvalid, "cluster scope requires namespace");
    return {};
  }
  if (given && *selector_ns != store_ns) {
    return fail(
        Code::kInvalid,
        "namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore");
  }
  return {};
}

}  // namespace rotor::providers
