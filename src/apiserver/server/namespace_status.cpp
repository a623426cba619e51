#include "apiserver/server/namespace_status.hpp"

#include <array>

#include <fmt/format.h>

namespace rotor::apiserver {

namespace {

struct Condition {
  std::string_view type;
  bool status;
  std::string_view reason;
  std::string message;
};

std::string counted(const std::map<std::string, std::size_t, std::less<>>& counts) {
  std::string out;
  for (const auto& [name, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, name);
  return out;
}

std::array<Condition, 5> conditions_for(const NamespaceContent& content) {
  const bool waits = !content.finalizers.empty();
  const bool remains = !content.empty();
  return {
      {{"NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "every kind that is served was looked at"},
       {"NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
        "every group and version could be read"},
       {"NamespaceDeletionContentFailure", false, "ContentDeleted",
        "everything in the namespace is deleted or marked for it"},
       {"NamespaceContentRemaining", remains, remains ? "SomeResourcesRemain" : "ContentRemoved",
        remains ? fmt::format("still there: {}", counted(content.resources)) : "nothing is left"},
       {"NamespaceFinalizersRemaining", waits, waits ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
        waits ? fmt::format("objects wait for these finalizers to be removed: {}", counted(content.finalizers))
              : "no object waits for a finalizer"}}};
}

json::Object* find(json::Array& conditions, std::string_view type) {
  for (json::Value& one : conditions) {
    if (one.is_object() && text(one.get_object(), "type") == type) return &one.get_object();
  }
  return nullptr;
}

void put(json::Array& conditions, const Condition& wanted, std::string_view now) {
  const std::string_view status = wanted.status ? "True" : "False";
  json::Object* at = find(conditions, wanted.type);
  if (at == nullptr) at = &conditions.emplace_back(json::Object{{"type", wanted.type}}).get_object();
  if (text(*at, "status") != status) {
    (*at)["status"] = status;
    (*at)["lastTransitionTime"] = now;
  }
  (*at)["reason"] = wanted.reason;
  (*at)["message"] = wanted.message;
}

}  // namespace

void NamespaceContent::add(std::string_view resource, const json::Object& object) {
  ++resources[std::string(resource)];
  const json::Array* names = list(metadata_of(object), "finalizers");
  if (names == nullptr) return;
  for (const json::Value& name : *names) {
    if (name.is_string()) ++finalizers[std::string(name.get_string())];
  }
}

void set_namespace_conditions(json::Object& ns, const NamespaceContent& content, std::string_view now) {
  json::Value& status = ns["status"];
  if (!status.is_object()) status = json::Object{};
  json::Value& conditions = status.get_object()["conditions"];
  if (!conditions.is_array()) conditions = json::Array{};
  for (const Condition& wanted : conditions_for(content)) put(conditions.get_array(), wanted, now);
}

}  // namespace rotor::apiserver
