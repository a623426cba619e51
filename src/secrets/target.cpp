#include "secrets/target.hpp"

#include "json/object_hash.hpp"
#include "kube/object/fields.hpp"
#include "secrets/marks.hpp"

namespace rotor::secrets {
namespace {

constexpr std::string_view kManagerPrefix = "externalsecrets.external-secrets.io/";

const std::string* value_of(const kube::StringMap& map, std::string_view name) {
  const auto it = map.find(name);
  return it == map.end() ? nullptr : &it->second;
}

void collect(const kube::FieldSet* set, std::set<std::string, std::less<>>& names) {
  if (set == nullptr) return;
  for (const auto& child : set->children()) {
    if (child.element.kind() == kube::PathElement::Kind::kField) names.insert(child.element.name());
  }
}

const kube::FieldSet* below(const kube::FieldSet* set, std::string_view name) {
  return set == nullptr ? nullptr : set->below(kube::PathElement::field(name));
}

}  // namespace

void keep_our_fields(kube::ObjectMeta& metadata) {
  std::erase_if(metadata.managed_fields, [](const auto& entry) { return !entry.manager.starts_with(kManagerPrefix); });
}

OwnedFields fields_of(const kube::ObjectMeta& metadata, std::string_view manager) {
  OwnedFields owned;
  for (const auto& entry : metadata.managed_fields) {
    if (entry.manager != manager) continue;
    const auto set = kube::FieldSet::parse(entry.fields_v1.text);
    if (!set) continue;  // written by the API server alone; an unreadable entry owns nothing
    const auto* meta = below(&*set, "metadata");
    collect(below(meta, "labels"), owned.labels);
    collect(below(meta, "annotations"), owned.annotations);
    collect(below(&*set, "data"), owned.data);
  }
  return owned;
}

const std::string* Target::label(std::string_view name) const { return value_of(metadata.labels, name); }
const std::string* Target::annotation(std::string_view name) const { return value_of(metadata.annotations, name); }

bool Target::managed() const {
  const auto* value = label(kManagedLabel);
  return value != nullptr && *value == kManagedValue;
}

bool Target::hash_matches() const {
  const auto* value = annotation(kDataHashAnnotation);
  return value != nullptr && *value == actual_hash;
}

Target to_target(api::Secret secret) {
  Target target;
  target.actual_hash = json::object_hash(secret.data);
  target.metadata = std::move(secret.metadata);
  keep_our_fields(target.metadata);
  target.type = std::move(secret.type);
  target.immutable = secret.immutable;
  return target;
}

Result<Target> decode_target(std::string_view secret_json) {
  TRY(api::Secret secret, json::read<api::Secret>(secret_json));
  return to_target(std::move(secret));
}

}  // namespace rotor::secrets
