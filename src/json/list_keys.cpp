#include "json/list_keys.hpp"

namespace rotor::json {

std::vector<std::string_view> list_keys(const FieldRules& rules) {
  std::vector<std::string_view> keys;
  std::string_view rest = rules.list_map_key;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    keys.push_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return keys;
}

const Type& unwrapped(const Type& type) {
  const Type* inner = &type;
  while (inner->shape == Shape::kOptional || inner->shape == Shape::kBox) inner = &inner->element();
  return *inner;
}

const Field* find_field(const Type& type, std::string_view name) {
  for (const Field& field : type.fields) {
    if (!field.name.empty()) {
      if (field.name == name) return &field;
      continue;
    }
    if (const Field* embedded = find_field(unwrapped(field.type()), name)) return embedded;
  }
  return nullptr;
}

}  // namespace rotor::json
