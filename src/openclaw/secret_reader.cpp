#include "openclaw/secret_reader.hpp"

#include "json/document.hpp"
#include "openclaw/builders/objects.hpp"
#include "openclaw/names.hpp"

namespace rotor::openclaw {
namespace {

using Presence = ObservedSecret::Presence;

// The digest of the state holds for this very version, made with this key and for this usage: nothing to read.
const SecretEntry* believed(const SecretState* state, const std::string& name, const std::string& version,
                            const SecretReference& reference, const Digester* digester) {
  if (state == nullptr || digester == nullptr) return nullptr;
  const auto entry = state->secrets.find(name);
  if (entry == state->secrets.end() || entry->second.resource_version != version) return nullptr;
  const bool ours = entry->second.digest.starts_with(digester->key_id() + "-");
  return ours && entry->second.usage == usage_id(reference) ? &entry->second : nullptr;
}

bool remembered(const Memory& memory, const std::string& name, const std::string& version,
                const SecretReference& reference, const Digester* digester) {
  const auto seen = memory.secrets.find(name);
  if (seen == memory.secrets.end() || seen->second.observed.presence != Presence::kPresent) return false;
  if (seen->second.observed.resource_version != version || !(seen->second.reference == reference)) return false;
  if (digester == nullptr) return true;
  return seen->second.observed.digest.starts_with(digester->key_id() + "-");
}

// That operator counts it although its pods read it only when they start.
std::string tailscale_key_secret(const api::InstanceSpec& spec) {
  if (!block_enabled(spec.tailscale)) return {};
  const json::Value block = json::parse(spec.tailscale->text).value_or(nullptr);
  return std::string(json::find_string(block, "authKeySecretRef.name"));
}

}  // namespace

Task<ObservedSecrets> SecretReader::observe(std::string ns, References references,
                                            std::shared_ptr<const SecretState> state,
                                            std::shared_ptr<const Digester> digester, std::shared_ptr<Memory> memory) {
  ObservedSecrets out;
  for (const auto& [name, reference] : references) {
    kube::Key key{ns, name};
    ObservedSecret seen = co_await observe_one(std::move(key), reference, state, digester, memory);
    memory->secrets.insert_or_assign(name, SeenSecret{reference, seen});
    out.emplace(name, std::move(seen));
  }
  std::erase_if(memory->secrets, [&references](const auto& entry) { return !references.contains(entry.first); });
  co_return out;
}

Task<ObservedSecret> SecretReader::observe_one(kube::Key secret, SecretReference reference,
                                               std::shared_ptr<const SecretState> state,
                                               std::shared_ptr<const Digester> digester,
                                               std::shared_ptr<Memory> memory) {
  const auto mark = view_.secrets.get(secret);
  ObservedSecret seen;
  seen.absent_digest = absent_digest(secret.name, reference, digester.get());
  if (mark == nullptr) co_return seen;
  const std::string& version = mark->metadata.resource_version;
  if (remembered(*memory, secret.name, version, reference, digester.get())) {
    seen = memory->secrets.find(secret.name)->second.observed;
  } else if (const SecretEntry* entry = believed(state.get(), secret.name, version, reference, digester.get())) {
    seen.presence = Presence::kPresent;
    seen.digest = entry->digest;
    seen.start_digest = entry->start_digest;
    seen.content = entry->content;
    seen.immutable = entry->immutable;
    seen.resource_version = version;
  } else {
    seen = co_await reads_.observe(secret, version, std::move(reference), digester);
    if (seen.presence == Presence::kUnreadable) seen.resource_version = version;
  }
  seen.ignored = mark->ignored;
  co_return seen;
}

Task<Result<bool>> SecretReader::matches_unkeyed_hash(InstancePtr instance, std::string mark) {
  std::vector<std::string> names;
  for (const api::EnvFromSource& source : instance->spec.env_from) {
    if (source.secret_ref && !source.secret_ref->name.empty()) names.push_back(source.secret_ref->name);
  }
  names.push_back(gateway_secret_name(*instance));
  if (std::string key = tailscale_key_secret(instance->spec); !key.empty()) names.push_back(std::move(key));
  std::map<std::string, SecretMap> values;
  for (const std::string& name : names) {
    Result<api::Secret> found = co_await gate_.read(instance->metadata.ns, name);
    if (!found && found.error().code == Code::kNotFound) continue;
    if (!found) co_return std::unexpected(std::move(found).error().prefixed("reading Secret " + name));
    values.insert_or_assign(name, std::move(found->data));
  }
  std::vector<std::pair<std::string, const SecretMap*>> input;
  for (const std::string& name : names) {
    const auto data = values.find(name);
    input.emplace_back(name, data == values.end() ? nullptr : &data->second);
  }
  co_return unkeyed_hash(std::move(input)) == mark;
}

}  // namespace rotor::openclaw
