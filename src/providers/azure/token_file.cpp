#include "providers/azure/token_file.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "base/ascii.hpp"

namespace rotor::providers::azure {
namespace {

constexpr std::size_t kMost = 64U << 10;  // bytes; such a token has one or two thousand

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

Result<SecretBytes> read_token_file(const std::string& path) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kInvalid,
                fmt::format("unable to read token file {}: open {}: {} (AZURE_FEDERATED_TOKEN_FILE)", path, path, why));
  };
  std::error_code unreadable;
  const bool regular = std::filesystem::is_regular_file(path, unreadable);
  if (unreadable) return wrong(ascii_lower(unreadable.message()));
  if (!regular) return wrong("not a file");
  std::ifstream file(path, std::ios::binary);
  SecretBytes content;
  std::array<char, 4096> piece{};
  while (file && content.size() <= kMost) {
    file.read(piece.data(), piece.size());
    content.append({piece.data(), static_cast<std::size_t>(file.gcount())});
  }
  wipe(piece.data(), piece.size());
  if (!file.eof()) return wrong(content.size() > kMost ? "longer than a token" : "cannot be read");
  SecretBytes token(trim(content.reveal()));
  if (token.empty()) return wrong("empty");
  return token;
}

}  // namespace rotor::providers::azure
