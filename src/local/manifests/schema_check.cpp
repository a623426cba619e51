#include "local/manifests/schema_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/crds.hpp"
#include "base/nearest.hpp"

namespace rotor::local {
namespace {

namespace schema = apiserver::schema;

constexpr std::string_view kExternalSecret = "ExternalSecret";

// The fields that stand where `path` (spec.data[0].remoteRef.ky) ends: what its last part may have been meant as.
std::vector<std::string> fields_beside(const schema::Schema& root, std::string_view path) {
  const schema::Schema* at = &root;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    std::string_view name = path.substr(0, dot);
    path.remove_prefix(dot + 1);
    const auto bracket = name.find('[');
    const auto property = at->properties.find(name.substr(0, bracket));
    if (property == at->properties.end()) return {};
    at = property->second.schema;
    if (bracket != std::string_view::npos) at = at->items ? at->items->schema : nullptr;
    if (at == nullptr) return {};
  }
  std::vector<std::string> names;
  for (const auto& [name, property] : at->properties) names.push_back(name);
  return names;
}

struct Meant {
  std::string path;   // as written
  std::string field;  // that stands there
};

std::optional<Meant> meant_by(const schema::KindSchema& kind, std::string_view warning) {
  constexpr std::string_view kUnknown = "unknown field \"";
  if (!warning.starts_with(kUnknown) || !warning.ends_with('"')) return std::nullopt;
  const std::string_view path = warning.substr(kUnknown.size(), warning.size() - kUnknown.size() - 1);
  auto field = nearest(path.substr(path.rfind('.') + 1), fields_beside(kind.whole(), path));
  return field ? std::optional(Meant{std::string(path), *std::move(field)}) : std::nullopt;
}

// YAML reads 1 and true as a number and a truth value where a text is wanted: a version, a variable.
void unquoted_texts(const schema::Schema& at, const json::Value& value, const std::string& path,
                    std::vector<std::string>& out) {
  if (at.kind == schema::Kind::kString && (value.is_bool() || value.is_number())) {
    const std::string written = json::serialize(value);
    out.push_back(fmt::format("write {0}: \"{1}\", in quotes: without them {1} is no text", path, written));
  } else if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      const auto property = at.properties.find(std::string_view(name));
      const bool known = property != at.properties.end();
      const schema::Schema* below = known ? property->second.schema : at.values ? at.values->schema : nullptr;
      if (below != nullptr) unquoted_texts(*below, member, fmt::format("{}.{}", path, std::string_view(name)), out);
    }
  } else if (const auto* array = value.if_array(); array != nullptr && at.items) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      unquoted_texts(*at.items->schema, (*array)[i], fmt::format("{}[{}]", path, i), out);
    }
  }
}

}  // namespace

Result<SchemaCheck> SchemaCheck::make() {
  SchemaCheck check;
  for (const std::string& text : api::crds()) {
    TRY(const json::Value crd, json::parse(text));
    const std::string_view group = json::find_string(crd, "spec.group");
    const std::string_view kind = json::find_string(crd, "spec.names.kind");
    for (const json::Value& version : json::find(crd, "spec.versions")->as_array()) {
      TRY(auto compiled, schema::compile(json::find(version, "schema.openAPIV3Schema")->as_object(), group,
                                         json::find_string(version, "name"), kind, true));
      check.kinds_.push_back(std::move(compiled));
    }
  }
  return check;
}

schema::KindSchemaPtr SchemaCheck::find(std::string_view api_version, std::string_view kind) const {
  const auto it = std::ranges::find_if(
      kinds_, [&](const auto& known) { return known->kind == kind && known->api_version() == api_version; });
  return it == kinds_.end() ? nullptr : *it;
}

bool SchemaCheck::knows(std::string_view api_version) const { return find(api_version, kExternalSecret) != nullptr; }

Result<SchemaCheck::Checked> SchemaCheck::check(json::Object object) const {
  const std::string api_version(json::find_string(object, "apiVersion"));
  const auto kind = find(api_version, kExternalSecret);
  if (kind == nullptr) return fail(Code::kInvalid, fmt::format("ExternalSecret of {} is unknown", api_version));
  auto decoded = schema::decode(*kind, std::move(object), schema::FieldValidation::kWarn);
  if (!decoded) return fail(Code::kInvalid, std::move(decoded).error().message);
  std::string faults;
  for (const auto& fault : schema::validate(*kind, decoded->object)) {
    faults += fmt::format("{}{}: {}", faults.empty() ? "" : "; ", fault.field, fault.message);
  }
  if (!faults.empty()) return fail(Code::kInvalid, std::move(faults));
  TRY(auto es, json::read<api::es::ExternalSecret>(json::serialize(decoded->object)));
  for (std::string& warning : decoded->warnings) {
    if (const auto meant = meant_by(*kind, warning)) warning += fmt::format("; did you mean \"{}\"?", meant->field);
  }
  return Checked{std::move(es), std::move(decoded->warnings)};
}

std::vector<std::string> SchemaCheck::meant(json::Object object) const {
  std::vector<std::string> out;
  const auto kind = find(json::find_string(object, "apiVersion"), json::find_string(object, "kind"));
  if (kind == nullptr) return out;
  const auto spec = kind->whole().properties.find("spec");
  if (const json::Value* written = object.if_contains("spec"); written && spec != kind->whole().properties.end()) {
    unquoted_texts(*spec->second.schema, *written, "spec", out);
  }
  for (const std::string& warning : schema::prune(*kind, object)) {
    const auto meant = meant_by(*kind, warning);
    if (meant) out.push_back(fmt::format("did you mean \"{}\" for {}?", meant->field, meant->path));
  }
  return out;
}

}  // namespace rotor::local
