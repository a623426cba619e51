#include "secrets/schedule/identity.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/document.hpp"

namespace rotor::secrets {
namespace {

// What names an object of the cluster has a `name` or a `key`.
bool is_loose_selector(const json::Object& object) {
  const bool selects = object.contains("name") || object.contains("key");
  const json::Value* ns = object.if_contains("namespace");
  return selects && (ns == nullptr || !ns->is_string() || ns->as_string().empty());
}

bool depends(const json::Value& value) {
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, depends);
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  if (is_loose_selector(*object) || object->contains("sessionTagsPolicy")) return true;
  return std::ranges::any_of(*object, [](const auto& member) { return depends(member.value()); });
}

bool any_depends(const StoreView& store) {
  return std::ranges::any_of(store.spec.provider, [](const auto& one) { return depends_on_consumer(one.second.text); });
}

}  // namespace

StoreName name_of(const StoreView& store) { return {store.kind, store.metadata.ns, store.metadata.name}; }

bool depends_on_consumer(std::string_view config) {
  const auto parsed = json::parse(config);
  return !parsed || depends(*parsed);
}

std::string place_of(const StoreView& store, const std::string& consumer_ns) {
  const bool by_consumer = store.cluster() && any_depends(store);
  return fmt::format("{}/{}/{}/{}", store.kind, store.metadata.ns, store.metadata.name, by_consumer ? consumer_ns : "");
}

std::string identity_of(const StoreView& store, const std::string& consumer_ns) {
  return fmt::format("{}/{}/{}", place_of(store, consumer_ns), store.metadata.uid, store.metadata.generation);
}

}  // namespace rotor::secrets
