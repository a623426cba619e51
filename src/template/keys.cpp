#include "template/keys.hpp"

#include <array>
#include <iterator>
#include <string>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

constexpr std::size_t kLongestKey = 253;
constexpr std::size_t kEscapeDigits = 5;

constexpr auto kAsciiKeyBytes = [] {
  std::array<bool, 128> table{};
  for (const char c : std::string_view("-._0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    table[static_cast<std::size_t>(c)] = true;
  return table;
}();

bool is_key_rune(const Rune& rune) {
  const char32_t r = rune.value;
  if (r < kAsciiKeyBytes.size()) return kAsciiKeyBytes[r];
  return rune.valid() && (is_letter(r) || is_number(r));
}

Rune take_rune(std::string_view& text) {
  const Rune rune = decode_rune(text);
  text.remove_prefix(static_cast<std::size_t>(rune.width));
  return rune;
}

std::string converted(std::string_view key, bool unicode) {
  std::string out;
  out.reserve(key.size() + key.size() / 2);
  std::string_view run = key;  // what may stay as it is, up to `rest`
  for (std::string_view rest = key; !rest.empty();) {
    const std::size_t before = rest.size();
    const Rune rune = take_rune(rest);
    if (is_key_rune(rune)) continue;
    out += run.substr(0, run.size() - before);
    run = rest;
    if (unicode)
      fmt::format_to(std::back_inserter(out), FMT_COMPILE("_U{:04x}_"), static_cast<std::uint32_t>(rune.value));
    else
      out += '_';
  }
  out += run;
  return out;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::string reversed(std::string_view key) {
  std::string out;
  while (!key.empty()) {
    std::size_t digits = 0;
    if (key.starts_with("_U")) {
      while (digits < kEscapeDigits && 2 + digits < key.size() && is_hex(key[2 + digits])) ++digits;
    }
    const bool escape = digits >= 4 && 2 + digits < key.size() && key[2 + digits] == '_';
    if (!escape) {
      out += key[0];
      key.remove_prefix(1);
      continue;
    }
    append_rune(out, static_cast<char32_t>(std::stoul(std::string(key.substr(2, digits)), nullptr, 16)));
    key.remove_prefix(digits + 3);
  }
  return out;
}

// Values move with their nodes: only keys are written anew. They come in order and mostly stay so.
Result<SecretMap> renamed(SecretMap values, const auto& name_for) {
  SecretMap out;
  while (!values.empty()) {
    auto node = values.extract(values.begin());
    node.key() = name_for(node.key());
    const std::size_t before = out.size();
    const auto at = out.insert(out.end(), std::move(node));
    if (out.size() == before)
      return rotor::fail(Code::kInvalid, "secret name collision during conversion: " + at->first);
  }
  return out;
}

Result<void> check_key(std::string_view key) {
  if (key.size() > kLongestKey) {
    return rotor::fail(Code::kInvalid, fmt::format("key has length {} but max is {}: (following is truncated): {}",
                                                   key.size(), kLongestKey, key.substr(0, kLongestKey)));
  }
  for (std::string_view rest = key; !rest.empty();) {
    const std::string_view before = rest;
    const Rune rune = take_rune(rest);
    if (is_key_rune(rune)) continue;
    return rotor::fail(Code::kInvalid,
                       fmt::format("key has invalid character {}, only alphanumeric, '-', '.' and '_' are allowed: {}",
                                   before.substr(0, static_cast<std::size_t>(rune.width)), key));
  }
  return {};
}

}  // namespace

Result<SecretMap> convert_keys(SecretMap values, std::string_view strategy) {
  const bool unicode = strategy == "Unicode";
  if (!unicode && !strategy.empty() && strategy != "Default") return values;
  return renamed(std::move(values), [unicode](const std::string& key) { return converted(key, unicode); });
}

Result<SecretMap> reverse_unicode(SecretMap values) { return renamed(std::move(values), reversed); }

Result<SecretMap> check_keys(SecretMap values) {
  values.erase("");
  for (const auto& [key, value] : values) TRY_VOID(check_key(key));
  return values;
}

Result<SecretBytes> decode_value(SecretBytes value, std::string_view strategy) {
  if (strategy.empty() || strategy == "None") return value;
  if (strategy == "Base64") return base64_decode_secret(value.reveal());
  if (strategy == "Base64URL") return base64_decode_secret(value.reveal(), Base64::kUrl);
  if (strategy != "Auto") {
    return rotor::fail(
        Code::kInvalid,
        fmt::format("decoding strategy {} is not supported: use Auto, Base64, Base64URL or None", strategy));
  }
  if (auto standard = base64_decode_secret(value.reveal())) return standard;
  if (auto url = base64_decode_secret(value.reveal(), Base64::kUrl)) return url;
  return value;
}

Result<SecretMap> decode_values(SecretMap values, std::string_view strategy) {
  for (auto& [key, value] : values) {
    auto decoded = decode_value(std::move(value), strategy);
    if (!decoded) return std::unexpected(std::move(decoded).error().prefixed("failure decoding key " + key));
    value = *std::move(decoded);
  }
  return values;
}

Result<void> check_null_bytes(std::string_view key, const SecretBytes& value, std::string_view policy) {
  if (policy != "Fail" || !value.reveal().contains('\0')) return {};
  return rotor::fail(
      Code::kInvalid,
      fmt::format("fetched secret value for key \"{}\" contains null bytes; use a text-safe format such as "
                  "PEM/base64 or leave nullBytePolicy unset for intentional binary data",
                  key));
}

Result<void> check_null_bytes(const SecretMap& values, std::string_view policy) {
  for (const auto& [key, value] : values) TRY_VOID(check_null_bytes(key, value, policy));
  return {};
}

}  // namespace rotor::tmpl
