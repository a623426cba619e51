#include "apiserver/registry/crd.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apiserver/registry/crd_fields.hpp"
#include "base/ascii.hpp"

namespace rotor::apiserver {

namespace {

using Errors = std::vector<FieldError>;
using json::Object;
using json::Value;

Object& member(Object& object, std::string_view key) {
  Value& value = object[key];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

bool flag(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> strings(const Object& object, std::string_view key) {
  std::vector<std::string> out;
  if (const json::Array* all = list(object, key)) {
    for (const Value& one : *all) {
      if (one.is_string()) out.emplace_back(one.get_string());
    }
  }
  return out;
}

void complete_names(Object& names) {
  const std::string kind(text(names, "kind"));
  if (text(names, "singular").empty()) names["singular"] = ascii_lower(kind);
  if (text(names, "listKind").empty()) names["listKind"] = kind + "List";
}

bool has_status(const Object& version) {
  const Object* subresources = child(version, "subresources");
  return subresources != nullptr && subresources->contains("status");
}

std::string without_dot(std::string_view path) { return std::string(path.starts_with('.') ? path.substr(1) : path); }

std::optional<ScalePaths> scale_of(const Object& version) {
  const Object* subresources = child(version, "subresources");
  const Object* scale = subresources == nullptr ? nullptr : child(*subresources, "scale");
  if (scale == nullptr) return std::nullopt;
  return ScalePaths{without_dot(text(*scale, "specReplicasPath")), without_dot(text(*scale, "statusReplicasPath")),
                    without_dot(text(*scale, "labelSelectorPath"))};
}

void check_versions(const Object& spec, Errors& errors) {
  const json::Array* versions = list(spec, "versions");
  if (versions == nullptr || versions->empty()) {
    errors.push_back(field_required("spec.versions", ""));
    return;
  }
  std::size_t stored = 0;
  for (std::size_t i = 0; i < versions->size(); ++i) {
    const Object* version = (*versions)[i].if_object();
    if (version == nullptr) continue;
    const std::string at = fmt::format("spec.versions[{}]", i);
    if (text(*version, "name").empty()) errors.push_back(field_required(at + ".name", ""));
    if (flag(*version, "storage")) ++stored;
    if (schema_of(*version) == nullptr) {
      errors.push_back(field_required(at + ".schema.openAPIV3Schema", "schemas are required"));
    }
  }
  if (stored != 1) {
    errors.push_back(
        field_invalid("spec.versions", Value(*versions), "must have exactly one version marked as storage version"));
  }
}

Errors check_spec(const Object& crd, const Object& spec, const Object& names) {
  Errors errors;
  const std::string_view group = text(spec, "group");
  const std::string_view plural = text(names, "plural");
  const std::string scope(text(spec, "scope"));
  if (group.empty()) errors.push_back(field_required("spec.group", ""));
  if (plural.empty()) errors.push_back(field_required("spec.names.plural", ""));
  if (text(names, "kind").empty()) errors.push_back(field_required("spec.names.kind", ""));
  if (scope != "Namespaced" && scope != "Cluster") {
    errors.push_back(field_unsupported("spec.scope", scope, {"Cluster", "Namespaced"}));
  }
  if (name_of(crd) != fmt::format("{}.{}", plural, group)) {
    errors.push_back(
        field_invalid("metadata.name", Value(name_of(crd)), R"(must be spec.names.plural+"."+spec.group)"));
  }
  check_versions(spec, errors);
  check_selectable_fields(spec, errors);
  return errors;
}

Object condition(std::string_view type, std::string_view reason, std::string_view message, std::string_view now) {
  Object out;
  out["lastTransitionTime"] = now;
  out["message"] = message;
  out["reason"] = reason;
  out["status"] = "True";
  out["type"] = type;
  return out;
}

Failure crd_invalid(const Object& crd, const Errors& errors) {
  return invalid("apiextensions.k8s.io", "CustomResourceDefinition", name_of(crd), errors);
}

void set_status(Object& crd, const Object* old, std::string_view now) {
  Object status;
  if (old != nullptr && child(*old, "status") != nullptr) status = *child(*old, "status");
  const Object& spec = *child(crd, "spec");
  status["acceptedNames"] = *child(spec, "names");
  if (list(status, "conditions") == nullptr) {
    status["conditions"] =
        json::Array{condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                    condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)};
  }
  std::vector<std::string> stored = strings(status, "storedVersions");
  for (const Value& version : *list(spec, "versions")) {
    const std::string name(text(version.get_object(), "name"));
    if (flag(version.get_object(), "storage") && std::ranges::find(stored, name) == stored.end())
      stored.push_back(name);
  }
  json::Array all;
  for (const std::string& name : stored) all.push_back(Value(name));
  status["storedVersions"] = std::move(all);
  crd["status"] = std::move(status);
}

Result<Columns> columns_of(const Object& version) {
  const json::Array* all = list(version, "additionalPrinterColumns");
  if (all == nullptr || all->empty()) return default_columns();
  Columns out{name_column()};
  for (const Value& one : *all) {
    if (!one.is_object()) continue;
    const Object& column = one.get_object();
    const std::string_view path = text(column, "jsonPath");
    auto made = path_column(std::string(text(column, "name")), std::string(text(column, "type")), path);
    if (!made)
      return fail(Code::kInvalid, fmt::format("additionalPrinterColumns: jsonPath {}: {}", path, made.error().message));
    made->format = text(column, "format");
    made->description = text(column, "description");
    if (made->description.empty())
      made->description = fmt::format("Custom resource definition column (in JSONPath format): {}", path);
    const Value* priority = column.if_contains("priority");
    if (priority != nullptr && priority->is_int64()) made->priority = static_cast<int>(priority->get_int64());
    out.push_back(*std::move(made));
  }
  return out;
}

std::string deprecation_of(const Object& spec, const Object& version) {
  if (!flag(version, "deprecated")) return {};
  const std::string_view own = text(version, "deprecationWarning");
  if (!own.empty()) return std::string(own);
  const std::string_view group = text(spec, "group");
  const std::string_view kind = text(*child(spec, "names"), "kind");
  for (const Value& other : *list(spec, "versions")) {
    const Object& candidate = other.get_object();
    if (flag(candidate, "served") && !flag(candidate, "deprecated")) {
      return fmt::format("{0}/{1} {3} is deprecated; use {0}/{2} {3}", group, text(version, "name"),
                         text(candidate, "name"), kind);
    }
  }
  return fmt::format("{}/{} {} is deprecated", group, text(version, "name"), kind);
}

Result<ServedVersion> version_of(const Object& spec, const Object& version) {
  const std::string group(text(spec, "group"));
  const std::string name(text(version, "name"));
  const std::string kind(text(*child(spec, "names"), "kind"));
  const Object* open_api = schema_of(version);
  TRY(schema::KindSchemaPtr shape, schema::compile(*open_api, group, name, kind, has_status(version)));
  TRY(Columns columns, columns_of(version));
  ServedVersion out{
      .version = name, .schema = std::move(shape), .columns = std::move(columns), .status = has_status(version)};
  out.scale = scale_of(version);
  out.open_api = std::make_shared<const Object>(*open_api);
  out.deprecation = deprecation_of(spec, version);
  if (const json::Array* fields = list(version, "selectableFields")) {
    for (const Value& one : *fields) {
      std::string_view path = one.is_object() ? text(one.get_object(), "jsonPath") : std::string_view();
      if (path.starts_with('.')) path.remove_prefix(1);
      if (!path.empty()) out.selectable_fields.emplace_back(path);
    }
  }
  return out;
}

// v2 before v1, v1 before v1beta2, v1beta2 before v1beta1, before v1alpha1; anything else last, by name.
struct Priority {
  int stability = 0;
  int major = 0;
  int minor = 0;
  auto operator<=>(const Priority&) const = default;
};

Priority priority_of(std::string_view version) {
  Priority out;
  if (!version.starts_with('v')) return out;
  version.remove_prefix(1);
  const auto digits = [&] {
    int n = 0;
    while (!version.empty() && version.front() >= '0' && version.front() <= '9') {
      n = n * 10 + (version.front() - '0');
      version.remove_prefix(1);
    }
    return n;
  };
  out.major = digits();
  if (out.major == 0) return {};
  if (version.empty()) {
    out.stability = 3;
  } else if (version.starts_with("beta")) {
    out.stability = 2;
    version.remove_prefix(4);
  } else if (version.starts_with("alpha")) {
    out.stability = 1;
    version.remove_prefix(5);
  } else {
    return {};
  }
  out.minor = digits();
  return out;
}

}  // namespace

Answer<void> admit_crd(Object& crd, const Object* old, const Kinds& kinds, std::string_view now) {
  Object& spec = member(crd, "spec");
  Object& names = member(spec, "names");
  complete_names(names);
  member(spec, "conversion");
  if (text(*child(spec, "conversion"), "strategy").empty()) member(spec, "conversion")["strategy"] = "None";
  Errors errors = check_spec(crd, *child(crd, "spec"), *child(*child(crd, "spec"), "names"));
  if (text(*child(*child(crd, "spec"), "conversion"), "strategy") == "Webhook") {
    errors.push_back(
        field_invalid("spec.conversion.strategy", "Webhook", "the embedded API server converts with \"None\" only"));
  }
  if (!errors.empty()) return refuse(crd_invalid(crd, errors));
  const auto served = served_by(crd);
  if (!served) {
    return refuse(crd_invalid(crd, {field_invalid("spec.versions", "schema", served.error().message)}));
  }
  const KindPtr holder = kinds.find_kind(served->group, served->kind);
  if (holder != nullptr && holder->plural != served->plural) {
    return refuse(crd_invalid(crd, {field_invalid("spec.names.kind", Value(served->kind),
                                                  fmt::format("kind is already in use by {}", holder->plural))}));
  }
  set_status(crd, old, now);
  return {};
}

Result<ServedKind> served_by(const Object& crd) {
  const Object& spec = *child(crd, "spec");
  const Object& names = *child(spec, "names");
  ServedKind out{.group = std::string(text(spec, "group")),
                 .plural = std::string(text(names, "plural")),
                 .singular = std::string(text(names, "singular")),
                 .kind = std::string(text(names, "kind")),
                 .list_kind = std::string(text(names, "listKind")),
                 .short_names = strings(names, "shortNames"),
                 .categories = strings(names, "categories"),
                 .namespaced = text(spec, "scope") == "Namespaced",
                 .custom = true,
                 .counts_generation = true,
                 .storage_version = {},
                 .storage_key = {}};
  out.storage_key = resource_key(out.group, out.plural);
  for (const Value& one : *list(spec, "versions")) {
    const Object& version = one.get_object();
    if (flag(version, "storage")) out.storage_version = text(version, "name");
    if (!flag(version, "served")) continue;
    auto made = version_of(spec, version);
    if (!made) return std::unexpected(std::move(made).error().prefixed(text(version, "name")));
    out.versions.push_back(*std::move(made));
  }
  std::ranges::sort(out.versions, std::greater<>(), [](const ServedVersion& v) { return priority_of(v.version); });
  return out;
}

CrdController::CrdController(Registry& registry, Kinds& kinds) : registry_(registry), kinds_(kinds) {
  subscription_ = registry_.store().subscribe([this](std::string_view resource, const Change& change) {
    if (resource == "customresourcedefinitions.apiextensions.k8s.io") on_change(change);
  });
}

CrdController::~CrdController() { registry_.store().unsubscribe(subscription_); }

void CrdController::on_change(const Change& change) {
  auto served = served_by(*change.object);
  if (!served) return;  // admitted before, so this cannot be
  if (change.type != Change::Type::kDeleted) {
    if (change.previous == nullptr || *child(*change.previous, "spec") != *child(*change.object, "spec")) {
      kinds_.put(*std::move(served));
    }
    return;
  }
  std::vector<kube::Key> keys;
  for (const auto& [key, object] : registry_.store().objects(served->storage_key)) keys.push_back(key);
  for (const kube::Key& key : keys) registry_.store().erase(served->storage_key, key);
  kinds_.remove(served->group, served->plural);
}

}  // namespace rotor::apiserver
