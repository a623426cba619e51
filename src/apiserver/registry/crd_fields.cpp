#include "apiserver/registry/crd_fields.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

namespace {

using Errors = std::vector<FieldError>;
using json::Object;
using json::Value;

constexpr std::size_t kMost = 8;

// `.`, `[` and `]` are tokens of their own.
std::vector<std::string_view> tokens_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto end = path.find_first_of(".[]");
    const std::size_t size = end == 0 ? 1 : end == std::string_view::npos ? path.size() : end;
    out.push_back(path.substr(0, size));
    path.remove_prefix(size);
  }
  return out;
}

const Object* step(const Object& schema, std::string_view name) {
  if (const Object* properties = child(schema, "properties")) return child(*properties, name);
  return child(schema, "additionalProperties");
}

struct Found {
  const Object* schema = nullptr;
  std::string root;
  std::string why;  // it is not found
};

Found find_field(const Object& schema, std::string_view path) {
  Found out{&schema, {}, {}};
  const auto tokens = tokens_of(path);
  for (std::size_t i = 0; i < tokens.size(); i += 2) {
    if (tokens[i] == "[") return {nullptr, {}, "array notation is not allowed"};
    if (tokens[i] != ".") return {nullptr, {}, fmt::format("expected [ or . but got: {}", tokens[i])};
    if (i + 1 == tokens.size()) return {nullptr, {}, "unexpected end of JSON path"};
    out.schema = step(*out.schema, tokens[i + 1]);
    if (out.schema == nullptr) return {nullptr, {}, "does not refer to a valid field"};
    if (i == 0) out.root = tokens[1];
  }
  return out;
}

bool may_be_selected(const Object& schema) {
  const std::string_view type = text(schema, "type");
  return type == "string" || type == "boolean" || type == "integer";
}

void check_fields(const json::Array& fields, const Object& schema, const std::string& at, Errors& errors) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string path = fmt::format("{}[{}].jsonPath", at, i);
    const std::string_view given = fields[i].is_object() ? text(fields[i].get_object(), "jsonPath") : "";
    if (given.empty()) {
      errors.push_back(field_required(path, ""));
      continue;
    }
    const Found found = find_field(schema, given);
    if (!found.why.empty()) {
      errors.push_back(field_invalid(path, Value(given), fmt::format("is an invalid path: {}", found.why)));
      continue;
    }
    if (found.root == "metadata")
      errors.push_back(field_invalid(path, Value(given), "must not point to fields in metadata"));
    if (!may_be_selected(*found.schema))
      errors.push_back(field_invalid(path, Value(given),
                                     "must point to a field of type string, boolean or integer. Enum string fields "
                                     "and strings with formats are allowed."));
    if (!seen.insert(given).second) errors.push_back(field_duplicate(path, Value(given)));
  }
  if (seen.size() > kMost) {
    errors.push_back(
        {"FieldValueTooMany", fmt::format("Too many: {}: must have at most {} items", seen.size(), kMost), at});
  }
}

const json::Array* fields_of(const Object& version) {
  const json::Array* fields = list(version, "selectableFields");
  return fields == nullptr || fields->empty() ? nullptr : fields;
}

bool same_fields(const json::Array* a, const json::Array* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

}  // namespace

const Object* schema_of(const Object& version) {
  const Object* schema = child(version, "schema");
  return schema == nullptr ? nullptr : child(*schema, "openAPIV3Schema");
}

void check_selectable_fields(const Object& spec, Errors& errors) {
  std::vector<const Object*> versions;
  if (const json::Array* all = list(spec, "versions")) {
    for (const Value& one : *all) {
      if (one.is_object() && schema_of(one.get_object()) != nullptr) versions.push_back(&one.get_object());
    }
  }
  if (versions.empty()) return;
  // What all versions share, the API server takes out of them before it looks: then it is at `spec` that it is wrong,
  // and fields that only some of the versions have are left without a schema.
  const Object& first = *versions.front();
  const bool one_schema =
      std::ranges::all_of(versions, [&](const Object* version) { return *schema_of(*version) == *schema_of(first); });
  const bool one_choice = std::ranges::all_of(
      versions, [&](const Object* version) { return same_fields(fields_of(*version), fields_of(first)); });
  if (one_choice) {
    const json::Array* fields = fields_of(first);
    if (fields == nullptr) return;
    if (one_schema) return check_fields(*fields, *schema_of(first), "spec.selectableFields", errors);
    errors.push_back(field_invalid("spec.selectableFields", "", "may only be set when validations.schema is included"));
    return;
  }
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const json::Array* fields = fields_of(*versions[i]);
    if (fields == nullptr) continue;
    const std::string at = fmt::format("spec.versions[{}].selectableFields", i);
    if (!one_schema) {
      check_fields(*fields, *schema_of(*versions[i]), at, errors);
    } else {
      errors.push_back(field_invalid(at, "", "may only be set when `version.schema.openAPIV3Schema` is not included"));
    }
  }
}

}  // namespace rotor::apiserver
