#include "providers/vault/openbao_config.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#include "providers/vault/check.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::json {

using namespace providers::vault;

// What finds a field in Vault's logins finds it in OpenBao's.
static_assert(std::is_pointer_interconvertible_base_of_v<Auth, OpenBaoAuth>);

static Field as_in_vault(std::string_view name) {
  const auto fields = type_of<Auth>().fields;
  return *std::ranges::find(fields, name, &Field::name);
}

ROTOR_DESCRIBE(OpenBaoAuth, "How to log in: exactly one of appRole, tokenSecretRef and userPass.",
               as_in_vault("namespace"), as_in_vault("tokenSecretRef"), as_in_vault("appRole"),
               as_in_vault("userPass"));

ROTOR_DESCRIBE(OpenBaoConfig, "OpenBao: a KV mount.",
               field<&OpenBaoConfig::server>("server",
                                             {.required = true, .doc = "Address, for example https://openbao:8200."}),
               field<&OpenBaoConfig::path>("path", {.doc = "Path of the KV mount; kv when empty."}),
               field<&OpenBaoConfig::version>(
                   "version", {.default_json = R"("v2")", .one_of = {"v1", "v2"}, .doc = "Version of the KV engine."}),
               field<&OpenBaoConfig::ns>("namespace", {.doc = "Namespace of OpenBao."}),
               field<&OpenBaoConfig::ca_bundle>("caBundle", {.format = "byte", .doc = "Certificate authorities, PEM."}),
               field<&OpenBaoConfig::ca_provider>("caProvider", {.doc = "Where certificate authorities lie."}),
               field<&OpenBaoConfig::auth>("auth", {.doc = "How to log in."}));

}  // namespace rotor::json

namespace rotor::providers::vault {
namespace {

constexpr std::string_view kUsualMount = "kv";
constexpr std::string_view kVaultBlock = "spec.provider.vault";
constexpr std::string_view kBlock = "spec.provider.openBao";

Result<void> refuse_openbao(std::string_view what) { return fail(Code::kInvalid, fmt::format("{}: {}", kBlock, what)); }

Result<void> check_choices(const OpenBaoConfig& config) {
  if (!config.ca_bundle.empty() && config.ca_provider) {
    return refuse_openbao("at most one of the fields in [caBundle caProvider] may be set");
  }
  if (!config.auth) return {};
  const OpenBaoAuth& auth = *config.auth;
  if (auth.app_role.has_value() + auth.token.has_value() + auth.user_pass.has_value() != 1) {
    return refuse_openbao("auth: exactly one of the fields in [appRole tokenSecretRef userPass] must be set");
  }
  if (auth.app_role && auth.app_role->role_id.empty() != auth.app_role->role_ref.has_value()) {
    return refuse_openbao("auth.appRole: exactly one of the fields in [roleId roleRef] must be set");
  }
  return {};
}

bool takes_ca_of_consumer(const OpenBaoConfig& config, const Store& store) {
  const bool unnamed = config.ca_provider && config.ca_provider->ns.value_or("").empty();
  return unnamed && store.kind == kClusterSecretStoreKind;
}

}  // namespace

Error of_openbao(Error error) {
  for (auto at = error.message.find(kVaultBlock); at != std::string::npos; at = error.message.find(kVaultBlock, at)) {
    error.message.replace(at, kVaultBlock.size(), kBlock);
    at += kBlock.size();
  }
  return error;
}

Result<OpenBaoConfig> read_openbao_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") return fail(Code::kInvalid, "invalid OpenBao provider");
  Result<OpenBaoConfig> config = json::read<OpenBaoConfig>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed(kBlock));
  if (config->path.empty()) config->path = kUsualMount;
  TRY(config->path, logical_path(fmt::format("{}.path", kBlock), config->path));
  if (config->version.empty()) config->version = "v2";
  return config;
}

Config as_vault(const OpenBaoConfig& config, const Store& store, const std::string& consumer_ns) {
  Config out;
  out.server = config.server;
  out.path = config.path;
  out.version = config.version;
  out.ns = config.ns;
  out.ca_bundle = config.ca_bundle;
  out.ca_provider = config.ca_provider;
  if (takes_ca_of_consumer(config, store)) out.ca_provider->ns = consumer_ns;
  out.auth = config.auth;
  if (out.auth) complete(*out.auth);
  return out;
}

Result<void> check_openbao(const Store& store, const OpenBaoConfig& config, PlainHttp plain) {
  TRY_VOID(check_choices(config));
  const auto checked = check_config(store, as_vault(config, store, "of-the-consumer"), plain);
  if (!checked) return std::unexpected(of_openbao(checked.error()));
  return {};
}

bool openbao_depends_on_consumer(const OpenBaoConfig& config, const Store& store) {
  return depends_on_consumer(as_vault(config, store, "")) || takes_ca_of_consumer(config, store);
}

}  // namespace rotor::providers::vault
