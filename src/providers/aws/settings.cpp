#include "providers/aws/settings.hpp"

#include <array>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace rotor::providers::aws {
namespace {

constexpr std::size_t kMaxFile = 1U << 20;

}  // namespace

std::string first_set(const EnvironmentVariables& environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::optional<std::string> value = environment(name);
    if (value && !value->empty()) return *value;
  }
  return {};
}

Result<SecretBytes> read_file(const std::string& path, std::string_view variable) {
  const auto cannot = [&] { return fail(Code::kInvalid, fmt::format("{}: cannot read the file {}", variable, path)); };
  std::error_code wrong;
  if (!std::filesystem::is_regular_file(path, wrong)) return cannot();  // a pipe would hold us up
  std::ifstream file(path, std::ios::binary);
  SecretBytes content;
  std::array<char, 4096> piece{};
  while (file && content.size() <= kMaxFile) {
    file.read(piece.data(), piece.size());
    content.append({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  wipe(piece.data(), piece.size());
  if (!file.eof() || content.size() > kMaxFile) return cannot();
  std::string_view text = content.reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return SecretBytes(text);
}

}  // namespace rotor::providers::aws
