#include "api/crd.hpp"

#include <algorithm>

namespace rotor::api {
namespace {

using json::Writer;

void member(Writer& w, std::string_view key, std::string_view value) {
  w.key(key);
  w.string(value);
}

void strings(Writer& w, std::string_view key, const std::vector<std::string_view>& values) {
  if (values.empty()) return;
  w.key(key);
  w.begin_array();
  for (const std::string_view v : values) w.string(v);
  w.end_array();
}

void names_block(Writer& w, const CrdNames& names) {
  w.key("names");
  w.begin_object();
  strings(w, "categories", names.categories);
  member(w, "kind", names.kind);
  member(w, "listKind", std::string(names.kind) + "List");
  member(w, "plural", names.plural);
  strings(w, "shortNames", names.short_names);
  member(w, "singular", names.singular);
  w.end_object();
}

void columns(Writer& w, const std::vector<PrinterColumn>& list) {
  if (list.empty()) return;
  w.key("additionalPrinterColumns");
  w.begin_array();
  for (const PrinterColumn& c : list) {
    w.begin_object();
    member(w, "jsonPath", c.json_path);
    member(w, "name", c.name);
    member(w, "type", c.type);
    w.end_object();
  }
  w.end_array();
}

void root_schema(Writer& w, std::string_view description, const CrdVersion& version) {
  w.key("schema");
  w.begin_object();
  w.key("openAPIV3Schema");
  w.begin_object();
  member(w, "description", description);
  w.key("properties");
  w.begin_object();
  w.key("apiVersion");
  w.raw(R"({"type":"string"})");
  w.key("kind");
  w.raw(R"({"type":"string"})");
  w.key("metadata");
  w.raw(R"({"type":"object"})");
  w.key("spec");
  w.raw(json::schema(version.spec()));
  if (version.status != nullptr) {
    w.key("status");
    w.raw(json::schema(version.status()));
  }
  w.end_object();
  member(w, "type", "object");
  w.end_object();
  w.end_object();
}

void selectable(Writer& w, const std::vector<std::string_view>& paths) {
  if (paths.empty()) return;
  w.key("selectableFields");
  w.begin_array();
  for (const std::string_view path : paths) {
    w.begin_object();
    member(w, "jsonPath", path);
    w.end_object();
  }
  w.end_array();
}

void version_block(Writer& w, std::string_view description, const CrdVersion& version) {
  w.begin_object();
  columns(w, version.columns);
  if (version.deprecated) {
    w.key("deprecated");
    w.boolean(true);
  }
  member(w, "name", version.name);
  root_schema(w, description, version);
  // kube-apiserver 1.36 takes fields that all versions list alike out of them and then misses their common schema:
  // "spec.selectableFields: may only be set when validations.schema is included". In another order they are not alike.
  auto paths = version.selectable_fields;
  if (!version.storage) std::ranges::reverse(paths);
  selectable(w, paths);
  w.key("served");
  w.boolean(version.served);
  w.key("storage");
  w.boolean(version.storage);
  if (version.status != nullptr && version.status_subresource) {
    w.key("subresources");
    w.raw(R"({"status":{}})");
  }
  w.end_object();
}

}  // namespace

std::string crd(const CrdNames& names, std::string_view description, std::span<const CrdVersion> versions) {
  std::string out;
  Writer w(out);
  w.begin_object();
  member(w, "apiVersion", "apiextensions.k8s.io/v1");
  member(w, "kind", "CustomResourceDefinition");
  w.key("metadata");
  w.begin_object();
  if (!names.labels.empty()) {
    w.key("labels");
    w.raw(json::write(names.labels));
  }
  member(w, "name", std::string(names.plural) + "." + std::string(names.group));
  w.end_object();
  w.key("spec");
  w.begin_object();
  member(w, "group", names.group);
  names_block(w, names);
  member(w, "scope", names.namespaced ? "Namespaced" : "Cluster");
  w.key("versions");
  w.begin_array();
  for (const CrdVersion& version : versions) version_block(w, description, version);
  w.end_array();
  w.end_object();
  w.end_object();
  return out;
}

}  // namespace rotor::api
