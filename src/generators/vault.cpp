#include "generators/vault.hpp"

#include <array>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "generators/vault_answer.hpp"
#include "json/reader.hpp"
#include "providers/vault/connect.hpp"
#include "providers/vault/paths.hpp"

namespace rotor::generators {
namespace {

namespace vault = providers::vault;
using api::gen::VaultDynamicSecretSpec;
using providers::Lookup;

// The workshop of stores speaks of a store's fields; here they stand elsewhere. The first that fits a place counts.
constexpr auto kInOurWords = std::to_array<std::array<std::string_view, 2>>({
    {"spec.provider.vault.path or version", "spec.path"},
    {"spec.provider.vault.path", "spec.path"},
    {"spec.provider.vault", "spec.provider"},
    {"a SecretStore", "a VaultDynamicSecret"},
    {"a ClusterSecretStore", "a ClusterGenerator"},
});

Error in_our_words(Error error) {
  for (const auto& [theirs, ours] : kInOurWords) {
    for (auto at = error.message.find(theirs); at != std::string::npos; at = error.message.find(theirs, at)) {
      error.message.replace(at, theirs.size(), ours);
      at += ours.size();
    }
  }
  return error;
}

std::string query_of(const VaultDynamicSecretSpec& spec) {
  std::string query;
  for (const auto& [name, values] : spec.get_parameters) {
    for (const std::string& value : values) {
      query += fmt::format("{}{}={}", query.empty() ? "" : "&", percent_encode(name), percent_encode(value));
    }
  }
  return query;
}

Result<SecretBytes> body_of(const VaultDynamicSecretSpec& spec) {
  if (!spec.parameters || spec.parameters->text == "null") return SecretBytes("{}");
  json::Reader reader(spec.parameters->text);
  if (reader.peek() == json::Kind::kObject) return SecretBytes(spec.parameters->text);
  return fail(Code::kInvalid, "spec.parameters must be an object");
}

Result<vault::Ask> call_of(const VaultDynamicSecretSpec& spec) {
  const std::string method = spec.method.empty() ? "GET" : spec.method;
  vault::Ask call{.name = "ReadDynamicSecret", .method = method, .path = {}, .may_be_nothing = true};
  TRY(call.path, vault::logical_path("spec.path", spec.path));
  if (method == "GET") {
    call.query = query_of(spec);
  } else if (method != "LIST" && method != "DELETE") {
    call.name = "WriteDynamicSecret";
    call.repeatable = false;  // each makes another certificate, user or token
    call.method = "PUT";
    TRY(call.body, body_of(spec));
  }
  return call;
}

// The generator as the store that its block would be. It is of no kind, so nothing leaves the consumer's namespace.
providers::Store store_of(const VaultDynamicSecretSpec& spec, const Order& order) {
  providers::Store store;
  store.ns = order.consumer_ns;
  store.name = order.name;
  store.provider = "vault";
  store.config = *spec.provider;
  if (spec.retry_settings) {
    store.max_retries = spec.retry_settings->max_retries;
    store.retry_interval = spec.retry_settings->retry_interval;
  }
  return store;
}

class VaultGenerator final : public Generator {
 public:
  explicit VaultGenerator(const providers::Services& services) : shared_(services) {}

  Task<Lookup<Made>> generate(Order order) override {
    CO_TRY(const VaultDynamicSecretSpec spec, read_spec<VaultDynamicSecretSpec>(order.spec));
    if (!spec.provider || spec.provider->text == "null" || spec.provider->text == "{}") {
      co_return fail(Code::kInvalid,
                     "no Vault provider config in spec: write spec.provider, which is what "
                     "spec.provider.vault of a SecretStore is");
    }
    CO_TRY(vault::Ask call, call_of(spec));
    auto session = co_await connect(spec, order);
    if (!session) {
      co_return std::unexpected(in_our_words(std::move(session).error()).prefixed("unable to setup Vault client"));
    }
    Result<net::Response> response = co_await (*session)->call(std::move(call));
    if (!response) {
      co_return std::unexpected(in_our_words(std::move(response).error()).prefixed("unable to get dynamic secret"));
    }
    auto values = dynamic_values(spec, *response);
    if (!values) co_return std::unexpected(std::move(values).error().prefixed("unable to get dynamic secret"));
    if (*values) co_return Made{**std::move(values)};
    if (spec.allow_empty_response) co_return Made{};
    co_return fail(Code::kInvalid,
                   "unable to get dynamic secret: empty response from Vault; if that is good, set "
                   "spec.allowEmptyResponse: true");
  }

 private:
  Task<Result<std::unique_ptr<vault::Session>>> connect(VaultDynamicSecretSpec spec, Order order) {
    providers::Store store = store_of(spec, order);
    CO_TRY(vault::Config config, vault::read_config(store));
    vault::forget_namespaces(config);
    providers::StoreContext context{std::move(store), order.consumer_ns, order.gate, order.allow_controller_identity};
    co_return co_await vault::connect(shared_, std::move(context), std::move(config));
  }

  vault::Shared shared_;
};

}  // namespace

std::unique_ptr<Generator> make_vault(const providers::Services& services, Pool&) {
  return std::make_unique<VaultGenerator>(services);
}

}  // namespace rotor::generators
