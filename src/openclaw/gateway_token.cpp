// The gateway's token: is it in the Secret that has it, the user's or ours (builders/gateway_secret.cpp)?
#include <fmt/format.h>

#include "openclaw/memory.hpp"
#include "openclaw/names.hpp"
#include "openclaw/secret_reader.hpp"

namespace rotor::openclaw {
namespace {

bool brings_its_own(const api::OpenClawInstance& instance) {
  return instance.spec.gateway && !instance.spec.gateway->existing_secret.empty();
}

// The pass ends before the Secrets of the pod are looked at: what is said of them is not what was said before.
Finding not_known(std::string status, std::string reason, std::string message) {
  return {.condition = "SecretsReady",
          .status = std::move(status),
          .reason = std::move(reason),
          .message = std::move(message),
          .event = {},
          .stops = false};
}

Finding missing(const std::string& what) { return not_known("False", "SecretsMissing", "Missing secrets: " + what); }

// A pod that was given the token from this version proves that it is there.
bool known_from_state(const SecretState* state, const std::string& name, const std::string& version) {
  if (state == nullptr) return false;
  const auto entry = state->secrets.find(name);
  SecretReference token_only;
  token_only.required = true;
  token_only.keys.emplace(kTokenKey, true);
  return entry != state->secrets.end() && entry->second.resource_version == version && !entry->second.digest.empty() &&
         entry->second.usage == usage_id(token_only);
}

}  // namespace

Task<Result<bool>> SecretReader::has_token(InstancePtr instance, std::shared_ptr<const SecretState> state,
                                           std::shared_ptr<Memory> memory) {
  CO_TRY_VOID(co_await look_at_token(std::move(instance), std::move(state), memory));
  co_return memory->token_usable;
}

Task<Result<SecretBytes>> SecretReader::token(InstancePtr instance, std::shared_ptr<Memory> memory) {
  if (!memory->token) memory->token_version.clear();  // known to be there, but not what it is
  CO_TRY_VOID(co_await look_at_token(std::move(instance), nullptr, memory));
  co_return memory->token.value_or(SecretBytes{});
}

Task<Result<void>> SecretReader::look_at_token(InstancePtr instance, std::shared_ptr<const SecretState> state,
                                               std::shared_ptr<Memory> memory) {
  const kube::Key key{instance->metadata.ns, gateway_secret_name(*instance)};
  const bool own = brings_its_own(*instance);
  const auto mark = view_.secrets.get(key);
  if (mark == nullptr && own) {
    memory->obstacle = missing(key.name);
    memory->obstacle->event = "SecretNotFound";
    co_return fail(Code::kInvalid, fmt::format("gateway.existingSecret \"{}\" not found", key.name));
  }
  if (mark == nullptr) co_return fail(Code::kConflict, "the gateway token Secret changed meanwhile");
  const std::string version = mark->metadata.resource_version;
  if (memory->token_version != version) {
    memory->token.reset();
    memory->token_usable = known_from_state(state.get(), key.name, version);
    if (!memory->token_usable) {
      Result<SecretBytes> token = co_await read_token(key);
      if (!token) {
        memory->obstacle = not_known("Unknown", "SecretReadFailed",
                                     fmt::format("Cannot read secrets: {}; running pods are left alone", key.name));
        co_return std::unexpected(std::move(token).error());
      }
      memory->token = *std::move(token);
      memory->token_usable = !memory->token->empty();
    }
    memory->token_version = version;
  }
  if (own && !memory->token_usable) {
    memory->obstacle = missing(fmt::format("{} (key {})", key.name, kTokenKey));
    co_return fail(Code::kInvalid,
                   fmt::format("gateway.existingSecret \"{}\" missing key \"{}\"", key.name, kTokenKey));
  }
  co_return Result<void>{};
}

Task<Result<SecretBytes>> SecretReader::read_token(kube::Key key) {
  Result<api::Secret> secret = co_await gate_.read(key.ns, key.name);
  if (!secret) co_return std::unexpected(std::move(secret).error().prefixed("gateway token Secret " + key.name));
  const auto token = secret->data.find(kTokenKey);
  co_return token == secret->data.end() ? SecretBytes{} : token->second;
}

}  // namespace rotor::openclaw
