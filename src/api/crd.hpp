// CustomResourceDefinitions as they are applied: the frame around the schemas that descriptions give.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/describe.hpp"
#include "kube/object/object.hpp"

namespace rotor::api {

struct PrinterColumn {
  std::string_view name;
  std::string_view type;  // string, date, integer, …
  std::string_view json_path;
};

struct CrdVersion {
  std::string_view name;
  bool served = true;
  bool storage = true;
  bool deprecated = false;
  json::TypeRef spec = nullptr;
  json::TypeRef status = nullptr;  // null: no status and no status subresource
  bool status_subresource = true;
  std::vector<PrinterColumn> columns{};
  std::vector<std::string_view> selectable_fields{};
};

struct CrdNames {
  std::string_view group;
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  std::vector<std::string_view> short_names{};
  std::vector<std::string_view> categories{};
  bool namespaced = true;
  kube::StringMap labels{};  // of the CustomResourceDefinition itself
};

// JSON text. `description` stands at the root of every version's schema.
std::string crd(const CrdNames& names, std::string_view description, std::span<const CrdVersion> versions);

}  // namespace rotor::api
