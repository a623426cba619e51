#include "apiserver/http/openapi.hpp"

#include <map>

#include <fmt/format.h>

namespace rotor::apiserver {

namespace {

using json::Array;
using json::Object;
using json::Value;

constexpr std::string_view kComponents = "#/components/schemas/";

Object type_of(std::string_view type, std::string_view format = {}) {
  Object out;
  out["type"] = type;
  if (!format.empty()) out["format"] = format;
  return out;
}

Object gvk(const ServedKind& kind, const ServedVersion& version) {
  Object out;
  out["group"] = kind.group;
  out["kind"] = kind.kind;
  out["version"] = version.version;
  return out;
}

// Turns compiled shapes into components: objects with members get a component each, named by the path where they were
// met first, and are referred to from everywhere else.
class Components {
 public:
  explicit Components(Object& out) : out_(out) {}

  void add_root(const std::string& name, const schema::Schema& root, const Object& own_gvk) {
    Object body = object_schema(name, root);
    body["x-kubernetes-group-version-kind"] = Array{own_gvk};
    out_[name] = std::move(body);
  }

 private:
  static std::string capital(std::string_view word) {
    std::string out(word);
    if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
    return out;
  }

  Object reference(const std::string& name, const schema::Schema& to) {
    auto it = names_.find(&to);
    if (it == names_.end()) {
      // A built-in type is called what it is called: `kubectl explain` shows the last word.
      const std::string own = to.name.empty() ? name : "io.k8s." + to.name;
      it = names_.emplace(&to, own).first;
      out_[own] = object_schema(own, to);
    }
    Object ref;
    ref["$ref"] = std::string(kComponents) + it->second;
    return ref;
  }

  Object object_schema(const std::string& name, const schema::Schema& from) {
    Object out = type_of("object");
    Object members;
    for (const auto& [key, property] : from.properties) {
      if (property.schema != nullptr) members[key] = place(name + capital(key), property);
    }
    out["properties"] = std::move(members);
    Array required;
    for (const std::string& key : from.required) required.push_back(Value(key));
    if (!required.empty()) out["required"] = std::move(required);
    return out;
  }

  // A member, item or value: the extensions of the place stand beside the reference.
  Object place(const std::string& name, const schema::Property& property) {
    const schema::Schema& to = *property.schema;
    if (to.kind == schema::Kind::kObject && !to.properties.empty()) {
      Object out;
      out["allOf"] = Array{reference(name, to)};
      if (property.default_value) out["default"] = *property.default_value;
      if (to.atomic_map) out["x-kubernetes-map-type"] = "atomic";
      if (property.retain_keys) out["x-kubernetes-patch-strategy"] = "retainKeys";
      return out;
    }
    Object out = leaf(name, to);
    if (property.default_value) out["default"] = *property.default_value;
    return out;
  }

  Object leaf(const std::string& name, const schema::Schema& to) {
    switch (to.kind) {
      case schema::Kind::kString:
        return type_of("string", to.format);
      case schema::Kind::kInteger:
        return type_of("integer", to.format);
      case schema::Kind::kNumber:
        return type_of("number", to.format);
      case schema::Kind::kBoolean:
        return type_of("boolean");
      case schema::Kind::kQuantity:
        return type_of("string");
      case schema::Kind::kIntOrString: {
        Object out;
        out["oneOf"] = Array{type_of("integer"), type_of("string")};
        out["format"] = "int-or-string";
        return out;
      }
      case schema::Kind::kList:
        return list_schema(name, to);
      case schema::Kind::kObject: {
        Object out = type_of("object");
        if (to.values && to.values->schema != nullptr) out["additionalProperties"] = place(name, *to.values);
        if (to.atomic_map) out["x-kubernetes-map-type"] = "atomic";
        return out;
      }
      case schema::Kind::kAny:
        break;
    }
    Object out;
    out["x-kubernetes-preserve-unknown-fields"] = true;
    return out;
  }

  Object list_schema(const std::string& name, const schema::Schema& to) {
    Object out = type_of("array");
    if (to.items && to.items->schema != nullptr) out["items"] = place(name, *to.items);
    switch (to.list_type) {
      case schema::ListType::kAtomic:
        out["x-kubernetes-list-type"] = "atomic";
        break;
      case schema::ListType::kSet:
        out["x-kubernetes-list-type"] = "set";
        break;
      case schema::ListType::kMap: {
        out["x-kubernetes-list-type"] = "map";
        Array keys;
        for (const std::string& key : to.list_keys) keys.push_back(Value(key));
        out["x-kubernetes-list-map-keys"] = std::move(keys);
        break;
      }
    }
    if (to.merge) {
      out["x-kubernetes-patch-strategy"] = "merge";
      if (!to.merge_key.empty()) out["x-kubernetes-patch-merge-key"] = to.merge_key;
    }
    return out;
  }

  Object& out_;
  std::map<const schema::Schema*, std::string> names_;
};

Array query_parameters(bool patch) {
  Array out;
  for (const char* name : {"dryRun", "fieldManager", "fieldValidation"}) {
    Object one;
    one["name"] = name;
    one["in"] = "query";
    one["schema"] = type_of("string");
    out.push_back(std::move(one));
  }
  if (patch) {
    Object force;
    force["name"] = "force";
    force["in"] = "query";
    force["schema"] = type_of("boolean");
    out.push_back(std::move(force));
  }
  return out;
}

Object operation(const ServedKind& kind, const ServedVersion& version, std::string_view action,
                 const std::string& component) {
  Object schema;
  schema["$ref"] = std::string(kComponents) + component;
  Object media;
  media["schema"] = std::move(schema);
  Object content;
  content["application/json"] = std::move(media);
  Object ok;
  ok["description"] = "OK";
  ok["content"] = std::move(content);
  Object responses;
  responses["200"] = std::move(ok);
  Object out;
  if (action != "get" && action != "list") out["parameters"] = query_parameters(action == "patch");
  out["responses"] = std::move(responses);
  out["x-kubernetes-action"] = action;
  out["x-kubernetes-group-version-kind"] = gvk(kind, version);
  return out;
}

void add_paths(Object& paths, const ServedKind& kind, const ServedVersion& version, const std::string& component) {
  const std::string root =
      kind.group.empty() ? "/api/" + version.version : "/apis/" + kind.group + "/" + version.version;
  const std::string collection = root + (kind.namespaced ? "/namespaces/{namespace}/" : "/") + kind.plural;
  const auto op = [&](std::string_view action) { return operation(kind, version, action, component); };
  Object many;
  if (!kind.create_only) many["get"] = op("list");
  many["post"] = op("post");
  paths[collection] = std::move(many);
  if (kind.create_only) return;
  if (kind.namespaced) {
    Object everywhere;
    everywhere["get"] = op("list");
    paths[root + "/" + kind.plural] = std::move(everywhere);
  }
  Object one;
  one["get"] = op("get");
  one["put"] = op("put");
  one["patch"] = op("patch");
  one["delete"] = op("delete");
  paths[collection + "/{name}"] = one;
  if (version.status) {
    one.erase("delete");
    paths[collection + "/{name}/status"] = std::move(one);
  }
}

std::string component_name(const ServedKind& kind, const ServedVersion& version) {
  return fmt::format("{}.{}.{}", kind.group.empty() ? "core" : kind.group, version.version, kind.kind);
}

// A CRD's schema with what every object has.
Object custom_component(const ServedKind& kind, const ServedVersion& version) {
  Object out = *version.open_api;
  Value& members = out["properties"];
  if (!members.is_object()) members.emplace_object();
  Object meta = type_of("object");
  meta["description"] = "Standard object metadata.";
  for (const char* field : {"apiVersion", "kind"}) {
    if (!members.get_object().contains(field)) members.get_object()[field] = type_of("string");
  }
  members.get_object()["metadata"] = std::move(meta);
  out["x-kubernetes-group-version-kind"] = Array{gvk(kind, version)};
  return out;
}

std::string path_of(std::string_view group, std::string_view version) {
  return group.empty() ? fmt::format("api/{}", version) : fmt::format("apis/{}/{}", group, version);
}

}  // namespace

Object openapi_index(const Kinds& kinds) {
  // The hash lets clients keep a document; it changes with the set of kinds.
  Object paths;
  for (const KindPtr& kind : kinds.all()) {
    for (const ServedVersion& version : kind->versions) {
      const std::string path = path_of(kind->group, version.version);
      Object entry;
      entry["serverRelativeURL"] = fmt::format("/openapi/v3/{}?hash={}", path, kinds.openapi_tag());
      paths[path] = std::move(entry);
    }
  }
  Object out;
  out["paths"] = std::move(paths);
  return out;
}

std::optional<Object> openapi_document(const Kinds& kinds, std::string_view group, std::string_view version) {
  Object paths;
  Object schemas;
  Components components(schemas);
  for (const KindPtr& kind : kinds.all()) {
    const ServedVersion* at = kind->version(version);
    if (kind->group != group || at == nullptr) continue;
    const std::string name = component_name(*kind, *at);
    if (at->open_api != nullptr) {
      schemas[name] = custom_component(*kind, *at);
    } else {
      components.add_root(name, at->schema->root(), gvk(*kind, *at));
    }
    add_paths(paths, *kind, *at, name);
  }
  if (paths.empty()) return std::nullopt;
  Object info;
  info["title"] = "Kubernetes";
  info["version"] = "v1.36.3";
  Object parts;
  parts["schemas"] = std::move(schemas);
  Object out;
  out["openapi"] = "3.0.0";
  out["info"] = std::move(info);
  out["paths"] = std::move(paths);
  out["components"] = std::move(parts);
  return out;
}

}  // namespace rotor::apiserver
