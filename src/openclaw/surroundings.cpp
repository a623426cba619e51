#include "openclaw/surroundings.hpp"

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/config_document.hpp"

namespace rotor::openclaw {

const std::string* Surroundings::text(std::string_view config_map, std::string_view key) const {
  const auto found = config_maps.find(config_map);
  if (found == config_maps.end() || found->second == nullptr) return nullptr;
  const auto value = found->second->find(key);
  return value == found->second->end() ? nullptr : &value->second;
}

std::set<std::string> named_config_maps(const api::InstanceSpec& spec) {
  std::set<std::string> names;
  if (spec.config && spec.config->config_map_ref) names.insert(spec.config->config_map_ref->name);
  if (!spec.workspace) return names;
  if (spec.workspace->config_map_ref) names.insert(spec.workspace->config_map_ref->name);
  for (const api::AdditionalWorkspace& more : spec.workspace->additional_workspaces) {
    if (more.config_map_ref) names.insert(more.config_map_ref->name);
  }
  return names;
}

Task<Result<SurroundingsPtr>> SurroundingsReader::gather(InstancePtr instance, std::shared_ptr<Memory> memory) {
  auto around = std::make_shared<Surroundings>();
  const std::set<std::string> names = memory->settled.config_maps;
  for (const std::string& name : names) {
    CO_TRY(around->config_maps[name], co_await config_map({instance->metadata.ns, name}));
  }
  const bool told = token_belongs_in_config(*instance) && !config_trusts_proxy(users_config(instance->spec, *around));
  if (told) {
    CO_TRY(around->token, co_await secrets_.token(instance, memory));
  }
  co_return around;
}

// A mark may be on its way still: before a ConfigMap counts as missing, the API server is asked.
Task<Result<SurroundingsReader::Texts>> SurroundingsReader::config_map(kube::Key key) {
  const auto mark = view_.config_maps.get(key);
  const auto known = known_.find(key);
  if (mark != nullptr && known != known_.end() && known->second.version == mark->metadata.resource_version) {
    if (Texts texts = known->second.texts.lock()) co_return texts;
  }
  const Result<api::ConfigMap> found = co_await kube::get<api::ConfigMap>(client_, key);
  if (!found && found.error().code == Code::kNotFound) co_return Texts{};
  if (!found) co_return std::unexpected(Error(found.error()).prefixed(fmt::format("ConfigMap \"{}\"", key.name)));
  auto texts = std::make_shared<const api::StringMap>(found->data);
  std::erase_if(known_, [](const auto& entry) { return entry.second.texts.expired(); });
  known_.insert_or_assign(std::move(key), Known{found->metadata.resource_version, texts});
  co_return texts;
}

}  // namespace rotor::openclaw
