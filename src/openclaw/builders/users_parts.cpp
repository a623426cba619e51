#include "openclaw/builders/users_parts.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "api/core/quantity.hpp"
#include "json/document.hpp"
#include "openclaw/builders/image.hpp"

namespace rotor::openclaw {
namespace {

using json::Object;
using json::Value;

// A block that is carried as written, with one thing about it put right; anything else than an object stays.
void edit(api::OptionalRaw& block, const std::function<void(Object&)>& put_right) {
  if (!block) return;
  auto document = json::parse(block->text);
  if (!document || !document->is_object()) return;
  put_right(document->get_object());
  block->text = json::serialize(*document);
}

Object* member(Object& object, std::string_view name) {
  Value* found = object.if_contains(name);
  return found != nullptr && found->is_object() ? &found->get_object() : nullptr;
}

// A quantity may be written as a number.
std::string text_of(const Value& amount) {
  return amount.is_string() ? std::string(amount.get_string()) : json::serialize(amount);
}

void canonical_member(Object& object, std::string_view name) {
  Value* amount = object.if_contains(name);
  if (amount == nullptr) return;
  if (const auto canonical = api::canonical_quantity(text_of(*amount))) *amount = *canonical;
}

void canonical_members(Object* amounts) {
  if (amounts == nullptr) return;
  for (auto& member : *amounts) {
    if (const auto canonical = api::canonical_quantity(text_of(member.value()))) member.value() = *canonical;
  }
}

void canonical_amounts(std::map<std::string, json::Raw, std::less<>>& amounts) {
  for (auto& [name, raw] : amounts) {
    const auto amount = json::parse(raw.text);
    const auto canonical = amount ? api::canonical_quantity(text_of(*amount)) : std::nullopt;
    if (canonical) raw.text = json::quote(*canonical);
  }
}

// The items of a downwardAPI volume.
void canonical_divisors(Object& source) {
  Value* items = source.if_contains("items");
  if (items == nullptr || !items->is_array()) return;
  for (Value& item : items->get_array()) {
    if (!item.is_object()) continue;
    if (Object* field = member(item.get_object(), "resourceFieldRef")) canonical_member(*field, "divisor");
  }
}

void canonical_projection(Object& projected) {
  Value* sources = projected.if_contains("sources");
  if (sources == nullptr || !sources->is_array()) return;
  for (Value& source : sources->get_array()) {
    if (!source.is_object()) continue;
    if (Object* fields = member(source.get_object(), "downwardAPI")) canonical_divisors(*fields);
  }
}

void canonical_claim_template(Object& ephemeral) {
  Object* claim = member(ephemeral, "volumeClaimTemplate");
  Object* spec = claim != nullptr ? member(*claim, "spec") : nullptr;
  Object* wanted = spec != nullptr ? member(*spec, "resources") : nullptr;
  if (wanted == nullptr) return;
  canonical_members(member(*wanted, "requests"));
  canonical_members(member(*wanted, "limits"));
}

// A zero is a default: the API server puts its own value there.
void without_zeros(Object& probe) {
  for (const char* name : {"periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"}) {
    const Value* number = probe.if_contains(name);
    if (number != nullptr && *number == 0) probe.erase(name);
  }
}

std::string text_of(const api::ContainerPort& port) { return json::write(port); }

}  // namespace

std::vector<api::EnvVar> without_duplicates(std::vector<api::EnvVar> env) {
  std::set<std::string_view> seen;
  std::vector<api::EnvVar> kept;
  for (auto it = env.rbegin(); it != env.rend(); ++it) {
    if (seen.insert(it->name).second) kept.push_back(*it);
  }
  std::ranges::reverse(kept);
  return kept;
}

api::EnvVar users_variable(api::EnvVar variable) {
  if (!variable.value_from) return variable;
  edit(variable.value_from->resource_field_ref, [](Object& field) { canonical_member(field, "divisor"); });
  return variable;
}

api::Container users_container(api::Container container) {
  std::ranges::transform(container.env, container.env.begin(), users_variable);
  container.env = without_duplicates(std::move(container.env));
  if (container.image_pull_policy.empty() && !container.image.empty()) {
    container.image_pull_policy = usual_pull_policy(container.image);
  }
  std::set<std::string> ports;
  std::erase_if(container.ports, [&ports](const auto& port) { return !ports.insert(text_of(port)).second; });
  if (container.resources) {
    canonical_amounts(container.resources->limits);
    canonical_amounts(container.resources->requests);
  }
  for (auto* probe : {&container.liveness_probe, &container.readiness_probe, &container.startup_probe}) {
    edit(*probe, without_zeros);
  }
  return container;
}

api::Volume users_volume(api::Volume volume) {
  edit(volume.empty_dir, [](Object& folder) { canonical_member(folder, "sizeLimit"); });
  edit(volume.downward_api, canonical_divisors);
  edit(volume.projected, canonical_projection);
  edit(volume.ephemeral, canonical_claim_template);
  return volume;
}

std::vector<api::LocalObjectReference> users_pull_secrets(const std::vector<api::LocalObjectReference>& secrets) {
  std::set<std::string_view> seen;
  std::vector<api::LocalObjectReference> kept;
  for (const api::LocalObjectReference& secret : secrets) {
    if (seen.insert(secret.name).second) kept.push_back(secret);
  }
  return kept;
}

}  // namespace rotor::openclaw
