// Field paths as messages show them: `spec.env[0].name`, `metadata.labels[a.b/c]`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace rotor::apiserver::schema {

inline std::string child_path(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}
inline std::string item_path(std::string_view path, std::size_t i) { return fmt::format("{}[{}]", path, i); }

}  // namespace rotor::apiserver::schema
