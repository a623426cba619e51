#include "api/core/env_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace rotor::api {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Where `text` stops being UTF-8.
std::size_t first_invalid_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = decode_rune(text.substr(at));
    if (!rune.valid) return at;
    at += rune.size;
  }
  return kNone;
}

}  // namespace

bool is_env_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f && c != '='; });
}

std::string env_value_problem(std::string_view name, const SecretBytes& value) {
  const std::string_view text = value.reveal();
  if (const std::size_t entry = name.size() + 1 + text.size(); entry > kEnvEntryBytes) {
    return fmt::format("is too long: with its name {} bytes, a process takes {}", entry, kEnvEntryBytes);
  }
  if (const std::size_t at = text.find('\0'); at != kNone) return fmt::format("holds a NUL byte at position {}", at);
  if (const std::size_t at = first_invalid_byte(text); at != kNone) {
    return fmt::format("is not UTF-8 text from position {} on", at);
  }
  return {};
}

}  // namespace rotor::api
