#include "openclaw/builders/in_place.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/quote.hpp"
#include "json/document.hpp"
#include "openclaw/builders/config.hpp"
#include "openclaw/builders/init_config.hpp"
#include "openclaw/builders/parts.hpp"
#include "openclaw/file_references.hpp"
#include "openclaw/in_place/mark.hpp"
#include "openclaw/names.hpp"
#include "openclaw/variable_expansion.hpp"

namespace rotor::openclaw {
namespace {

// The variables that the program knows by itself, as far as they were tried without them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kWellKnown = {
    {{"ANTHROPIC_API_KEY", "anthropic"}, {"OPENAI_API_KEY", "openai"}}};
constexpr std::string_view kResolverName = "rotor";  // among secrets.providers
constexpr std::string_view kValuesFolder = "values/";
constexpr std::int32_t kOwnerAndGroup = 0440;

std::string delivery_of(const api::OpenClawInstance& instance) {
  const auto found = instance.metadata.annotations.find(kSecretDelivery);
  return found == instance.metadata.annotations.end() || found->second.empty() ? "restart" : found->second;
}

bool is_file_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

// What is used as a key when the configuration says this: the variable, or something else.
std::string variable_meant(const json::Value& api_key) {
  if (api_key.is_object()) {
    const bool of_environment = json::find_string(api_key, "source") == "env";
    return of_environment ? std::string(json::find_string(api_key, "id")) : std::string();
  }
  std::string_view text = api_key.is_string() ? std::string_view(api_key.get_string()) : std::string_view();
  if (text.starts_with("${") && text.ends_with("}")) return std::string(text.substr(2, text.size() - 3));
  return text.starts_with("$") ? std::string(text.substr(1)) : std::string();
}

// The providers' part of a configuration.
struct Providers {
  std::map<std::string, std::string, std::less<>> by_variable{};  // whose entry names the variable
  std::set<std::string, std::less<>> of_users{};                  // whose key is written otherwise: not ours to change
  std::set<std::string, std::less<>> named{};                     // that the assistant works with
  std::string rest;                                               // the configuration without all that
};

void add_models(const json::Value* model, Providers& out) {
  const auto add = [&out](const json::Value& id) {
    if (!id.is_string()) return;
    const std::string_view text = id.get_string();
    if (const auto slash = text.find('/'); slash != std::string_view::npos) out.named.emplace(text.substr(0, slash));
  };
  if (model == nullptr) return;
  add(*model);
  if (const json::Value* primary = json::find(*model, "primary")) add(*primary);
  const json::Value* others = json::find(*model, "fallbacks");
  if (others == nullptr || !others->is_array()) return;
  for (const json::Value& other : others->get_array()) add(other);
}

void add_provider(std::string_view name, json::Object& entry, Providers& out) {
  out.named.emplace(name);
  const json::Value* api_key = entry.if_contains("apiKey");
  const json::Value* auth = entry.if_contains("auth");
  const std::string variable = api_key == nullptr ? std::string() : variable_meant(*api_key);
  const bool other_login = auth != nullptr && !(auth->is_string() && auth->get_string() == "api-key");
  if (other_login || (api_key != nullptr && variable.empty())) {
    out.of_users.emplace(name);
    return;
  }
  if (api_key == nullptr) return;
  // Two providers with one key: which of them would be tried is not known.
  if (!out.by_variable.emplace(variable, name).second) out.of_users.emplace(name);
  entry.erase("apiKey");
}

std::optional<Providers> providers_of(std::string_view config) {
  auto document = json::parse(config);
  if (!document || !document->is_object()) return std::nullopt;
  Providers out;
  add_models(json::find(*document, "agents.defaults.model"), out);
  json::Value* models = document->get_object().if_contains("models");
  json::Value* all = models != nullptr && models->is_object() ? models->get_object().if_contains("providers") : nullptr;
  if (all != nullptr && all->is_object()) {
    for (auto& entry : all->get_object()) {
      if (entry.value().is_object()) add_provider(std::string_view(entry.key()), entry.value().get_object(), out);
    }
  }
  out.rest = json::serialize(*document);
  return out;
}

bool may_carry(const api::EnvFromSource& source, std::string_view variable) {
  return source.secret_ref && variable.size() > source.prefix.size() && variable.starts_with(source.prefix);
}

// Where the variable comes from, if that is one key of one Secret without which the pod does not start.
std::optional<InPlaceKey> source_of(const api::InstanceSpec& spec, const std::string& variable) {
  const auto by_name = [&variable](const api::EnvVar& entry) { return entry.name == variable; };
  const auto entry = std::ranges::find_if(spec.env.rbegin(), spec.env.rend(), by_name);
  if (entry != spec.env.rend()) {
    if (!entry->value_from || !entry->value_from->secret_key_ref) return std::nullopt;
    const api::KeySelector& from = *entry->value_from->secret_key_ref;
    if (from.optional.value_or(false) || from.name.empty()) return std::nullopt;
    return InPlaceKey{variable, {}, from.name, from.key};
  }
  std::optional<InPlaceKey> found;
  for (const api::EnvFromSource& source : spec.env_from) {
    if (!may_carry(source, variable)) continue;
    if (found || source.secret_ref->optional.value_or(false) || source.secret_ref->name.empty()) return std::nullopt;
    found = InPlaceKey{variable, {}, source.secret_ref->name, variable.substr(source.prefix.size())};
  }
  return found;
}

bool is_expanded(const api::InstanceSpec& spec, const std::string& variable) {
  return std::ranges::any_of(spec.env, [&variable](const api::EnvVar& entry) {
    return expanded_names(entry.value.value_or("")).contains(variable);
  });
}

// A variable and the provider that it is the key of, though the configuration does not say so.
void add_well_known(const api::InstanceSpec& spec, Providers& providers) {
  for (const auto& [variable, provider] : kWellKnown) {
    const bool written = std::ranges::find(spec.env, variable, &api::EnvVar::name) != spec.env.end();
    if (!written && !providers.named.contains(provider)) continue;
    const auto& bound = providers.by_variable;
    if (std::ranges::any_of(bound, [&](const auto& entry) { return entry.second == provider; })) continue;
    providers.by_variable.emplace(variable, provider);
  }
}

json::Object projected_key(const InPlaceKey& key) {
  const json::Object item{{"key", key.key}, {"path", fmt::format("{}{}", kValuesFolder, key.variable)}};
  return {{"secret", json::Object{{"name", key.secret}, {"items", json::Array{item}}}}};
}

json::Object projected_mark() {
  const std::string field = fmt::format("metadata.annotations['{}']", kInPlaceMark);
  const json::Object item{{"path", "mark"}, {"fieldRef", json::Object{{"apiVersion", "v1"}, {"fieldPath", field}}}};
  return {{"downwardAPI", json::Object{{"items", json::Array{item}}}}};
}

std::string text_of_lines(std::span<const std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(line).append(1, '\n');
  return text;
}

}  // namespace

bool wants_reload(const api::OpenClawInstance& instance) { return delivery_of(instance) == "reload"; }

std::string delivery_problem(const api::OpenClawInstance& instance) {
  const std::string word = delivery_of(instance);
  if (word == "restart" || word == "reload") return {};
  return fmt::format("annotation {}: unknown value {}: use restart or reload; restart is assumed", kSecretDelivery,
                     go_quote(word));
}

InPlaceKeys in_place_keys(const api::OpenClawInstance& instance, const Surroundings& around) {
  if (!wants_reload(instance)) return {};
  const api::InstanceSpec& spec = instance.spec;
  std::optional<Providers> providers = providers_of(users_config(spec, around));
  if (!providers) return {};
  add_well_known(spec, *providers);
  InPlaceKeys out;
  for (const auto& [variable, provider] : providers->by_variable) {
    if (providers->of_users.contains(provider) || !is_file_name(variable)) continue;
    if (is_expanded(spec, variable) || providers->rest.contains(variable)) continue;
    std::optional<InPlaceKey> key = source_of(spec, variable);
    if (!key) continue;
    key->provider = provider;
    out.push_back(*std::move(key));
  }
  return out;
}

void read_by_resolver(const InPlaceKeys& keys, JsonMembers& config) {
  if (keys.empty()) return;
  const json::Object resolver{{"source", "exec"},
                              {"command", kResolverFile},
                              {"passEnv", json::Array{"PATH"}},
                              {"env", json::Object{{"SECRET_DIR", kReloadValuesPath}}},
                              {"timeoutMs", 10000}};
  config.within("secrets", [&resolver](JsonMembers& secrets) {
    secrets.within("providers", [&resolver](JsonMembers& all) { all.set(kResolverName, json::serialize(resolver)); });
  });
  config.within("models", [&keys](JsonMembers& models) {
    models.within("providers", [&keys](JsonMembers& all) {
      for (const InPlaceKey& key : keys) {
        all.within(key.provider, [&key](JsonMembers& provider) {
          // With this word the key of the configuration comes before profiles and the environment.
          provider.set("auth", json::quote("api-key"));
          const json::Object reference{{"source", "exec"}, {"provider", kResolverName}, {"id", key.variable}};
          provider.set("apiKey", json::serialize(reference));
        });
      }
    });
  });
}

// What envFrom brings under the name is hidden by an empty variable, which the program takes for none.
void deliver_in_place(const InPlaceKeys& keys, api::Container& main) {
  if (keys.empty()) return;
  for (const InPlaceKey& key : keys) {
    std::erase_if(main.env, [&key](const api::EnvVar& entry) { return entry.name == key.variable; });
    if (!main.env_from.empty()) main.env.push_back({key.variable, std::nullopt, std::nullopt});
  }
  main.volume_mounts.push_back(read_only(mount(kReloadValues, kReloadValuesPath)));
  main.volume_mounts.push_back(read_only(mount(kReloadTools, kReloadToolsPath)));
}

std::vector<api::Volume> in_place_volumes(const InPlaceKeys& keys) {
  if (keys.empty()) return {};
  json::Array sources;
  for (const InPlaceKey& key : keys) sources.push_back(projected_key(key));
  sources.push_back(projected_mark());
  api::Volume values;
  values.name = kReloadValues;
  values.projected = json::Raw{json::serialize(json::Object{{"sources", sources}, {"defaultMode", kOwnerAndGroup}})};
  api::Volume tools;
  tools.name = kReloadTools;
  tools.empty_dir = json::Raw{R"({"medium":"Memory"})"};  // values that were loaded lie there
  return {std::move(values), std::move(tools)};
}

std::map<std::string, std::string, std::less<>> delivered_keys(const api::PodSpec& pod, std::string_view secret) {
  std::map<std::string, std::string, std::less<>> out;
  const auto volume = std::ranges::find(pod.volumes, kReloadValues, &api::Volume::name);
  if (volume == pod.volumes.end()) return out;
  for (const FileReference& file : files_of(*volume)) {
    if (file.name == secret && file.path.starts_with(kValuesFolder)) {
      out.emplace(file.path.substr(kValuesFolder.size()), file.key);
    }
  }
  return out;
}

void write_resolver(api::Container& init) {
  init.volume_mounts.push_back(mount(kReloadTools, kReloadToolsPath));
  init.command.back() +=
      fmt::format("printf %s {} > {}.new\nchmod 0700 {}.new\nmv -f {}.new {}\n", shell_quoted(in_place_resolver()),
                  kResolverFile, kResolverFile, kResolverFile, kResolverFile);
}

api::Container build_secret_reload(const api::Container& main, const std::string& token_secret) {
  api::Container c;
  c.name = kReloadContainer;
  c.image = main.image;
  c.image_pull_policy = main.image_pull_policy;
  c.command = {"node", "-e", in_place_reload()};
  // It speaks to the gateway as any command of the program does: home, configuration and the gateway's token.
  for (const api::EnvVar& entry : main.env) {
    const bool speaks = entry.name == "HOME" || entry.name == kTokenVariable || entry.name == "NODE_EXTRA_CA_CERTS" ||
                        entry.name.starts_with("OPENCLAW_");
    if (speaks) c.env.push_back(entry);
  }
  if (!token_secret.empty()) {
    api::EnvVar& key = c.env.emplace_back(api::EnvVar{"ROTOR_RELOAD_KEY", std::nullopt, api::EnvVarSource{}});
    key.value_from->secret_key_ref =
        api::KeySelector{.name = token_secret, .key = std::string(kTokenKey), .optional = std::nullopt};
  }
  c.resources = resources({.cpu = "10m", .memory = "64Mi"}, {.cpu = "1", .memory = "1Gi"});
  for (api::VolumeMount shared : main.volume_mounts) {
    if (shared.name == kReloadTools) shared.read_only = std::nullopt;
    const bool of_ours = shared.name == "data" || shared.name == "tmp" || shared.name == "ca-bundle" ||
                         shared.name == kReloadValues || shared.name == kReloadTools;
    if (of_ours) c.volume_mounts.push_back(std::move(shared));
  }
  c.security_context = main.security_context;
  return c;
}

std::string in_place_resolver() { return text_of_lines(in_place_resolver_lines()); }
std::string in_place_reload() { return text_of_lines(in_place_reload_lines()); }

}  // namespace rotor::openclaw
