#include "providers/aws/settings.hpp"

#include <fmt/format.h>

#include "providers/common/small_file.hpp"

namespace rotor::providers::aws {
std::string first_set(const EnvironmentVariables& environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return *value;
  }
  return {};
}

Result<SecretBytes> read_file(const std::string& path, std::string_view variable) {
  auto content = read_small_file(path);
  if (content && *content) return without_line_end(**content);
  const std::string why = content ? "it does not exist" : content.error().message;
  return fail(Code::kInvalid, fmt::format("{}: cannot read the file {} ({})", variable, path, why));
}

}  // namespace rotor::providers::aws
