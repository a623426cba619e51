#include "providers/onepassword/config.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "providers/common/endpoint.hpp"

namespace rotor::json {

using namespace providers::onepassword;

ROTOR_DESCRIBE(SecretRefAuth, "A token kept in a Secret.",
               field<&SecretRefAuth::connect_token>("connectTokenSecretRef",
                                                    {.required = true,
                                                     .doc = "An access token of the Connect server."}));

ROTOR_DESCRIBE(Auth, "How to log in.",
               field<&Auth::secret_ref>("secretRef", {.required = true, .doc = "With a token kept in a Secret."}));

ROTOR_DESCRIBE(Config, "Vaults of 1Password, by a Connect server.",
               field<&Config::connect_host>("connectHost",
                                            {.required = true, .doc = "The address of the Connect server."}),
               field<&Config::vaults>("vaults", {.required = true,
                                                 .doc = "Vaults by name or id; the lowest number is searched first."}),
               field<&Config::auth>("auth", {.required = true, .doc = "How to log in."}));

}  // namespace rotor::json

namespace rotor::providers::onepassword {
namespace {

constexpr std::string_view kInvalidStore = "received invalid 1Password SecretStore resource";
constexpr std::string_view kHostField = "spec.provider.onepassword.connectHost";

Result<void> check_token(const Store& store, const api::es::SecretKeySelector& ref) {
  if (ref.name.empty()) return fail(Code::kInvalid, fmt::format("missing: {}.name", kTokenField));
  if (ref.key.empty()) return fail(Code::kInvalid, fmt::format("missing: {}.key", kTokenField));
  auto checked = check_selector_namespace(store.kind, store.ns, ref.ns, NamespaceRule::kStrict);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(kTokenField));
  return {};
}

Result<void> check_vaults(const Config& config) {
  if (config.vaults.empty())
    return fail(Code::kInvalid, "must be at least one vault: spec.provider.onepassword.vaults");
  std::set<std::int64_t> numbers;
  for (const auto& [vault, number] : config.vaults) {
    if (!numbers.insert(number).second) {
      return fail(
          Code::kInvalid,
          fmt::format("vault order numbers must be unique: spec.provider.onepassword.vaults has {} twice", number));
    }
  }
  return {};
}

Result<void> check_host(const Config& config, PlainHttp plain) {
  const auto host = check_endpoint(kHostField, config.connect_host, plain);
  if (!host) return std::unexpected(Error(host.error()).prefixed("unable to parse URL"));
  if (host->target.contains('?')) {
    return fail(Code::kInvalid, fmt::format("unable to parse URL: {}: a query (?…) does not belong there", kHostField));
  }
  return {};
}

Result<void> check(const Store& store, const Config& config, PlainHttp plain) {
  TRY_VOID(check_token(store, config.auth.secret_ref.connect_token));
  TRY_VOID(check_vaults(config));
  return check_host(config, plain);
}

}  // namespace

std::vector<std::string> Config::vaults_in_order() const {
  std::vector<std::string> names;
  for (const auto& [vault, number] : vaults) names.push_back(vault);
  std::ranges::sort(names, {}, [this](const std::string& name) { return vaults.at(name); });
  return names;
}

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid, fmt::format("{}: nil spec.provider.onepassword", kInvalidStore));
  }
  auto config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.onepassword"));
  return config;
}

Result<void> check_config(const Store& store, const Config& config, PlainHttp plain) {
  auto checked = check(store, config, plain);
  if (!checked) return std::unexpected(std::move(checked).error().prefixed(kInvalidStore));
  return {};
}

bool looks_like_id(std::string_view text) {
  return text.size() == 26 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

}  // namespace rotor::providers::onepassword
