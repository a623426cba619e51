#include "secrets/values.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <utf8proc.h>

#include "base/encoding.hpp"
#include "base/utf8.hpp"

namespace rotor::secrets {
namespace {

constexpr std::size_t kLongestKey = 253;

bool is_letter_or_number(char32_t rune) {
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(rune));
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  return letter || (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

bool is_key_rune(char32_t rune) { return rune == U'-' || rune == U'.' || rune == U'_' || is_letter_or_number(rune); }

template <class Visit>
void each_rune(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    visit(rune, text.substr(0, rune.size));
    text.remove_prefix(rune.size);
  }
}

std::string convert_key(std::string_view key, bool unicode) {
  std::string out;
  each_rune(key, [&](const Rune& rune, std::string_view bytes) {
    if (rune.valid && is_key_rune(rune.value)) {
      out += bytes;
    } else if (unicode) {
      out += fmt::format("_U{:04x}_", static_cast<std::uint32_t>(rune.value));
    } else {
      out += '_';
    }
  });
  return out;
}

Result<void> check_key(std::string_view key) {
  constexpr std::string_view kTip = "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys)";
  if (key.size() > kLongestKey) {
    return fail(Code::kInvalid, fmt::format("{}: key has length {} but max is {}: (following is truncated): {}", kTip,
                                            key.size(), kLongestKey, key.substr(0, kLongestKey)));
  }
  std::string_view bad;
  each_rune(key, [&bad](const Rune& rune, std::string_view bytes) {
    if (bad.empty() && !(rune.valid && is_key_rune(rune.value))) bad = bytes;
  });
  if (bad.empty()) return {};
  return fail(Code::kInvalid,
              fmt::format("{}: key has invalid character {}, only alphanumeric, '-', '.' and '_' are allowed: {}", kTip,
                          bad, key));
}

Result<SecretBytes> decode_with(const SecretBytes& value, Base64 alphabet) {
  auto decoded = base64_decode(value.reveal(), alphabet);
  if (!decoded) return std::unexpected(std::move(decoded).error());
  SecretBytes secret(*decoded);
  wipe(decoded->data(), decoded->size());
  return secret;
}

Result<SecretBytes> decode_plainly(SecretBytes value, std::string_view strategy) {
  if (strategy.empty() || strategy == "None") return value;
  if (strategy == "Base64") return decode_with(value, Base64::kStandard);
  if (strategy == "Base64URL") return decode_with(value, Base64::kUrl);
  if (strategy != "Auto") {
    return fail(Code::kInvalid,
                fmt::format("decoding strategy {} is not supported: use Auto, Base64, Base64URL or None", strategy));
  }
  if (auto standard = decode_with(value, Base64::kStandard)) return standard;
  if (auto url = decode_with(value, Base64::kUrl)) return url;
  return value;
}

Error decoding_error(Error error, std::string_view strategy) {
  return std::move(error).prefixed(fmt::format("error applying decoding strategy {} to data", strategy));
}

}  // namespace

Result<SecretMap> convert_keys(SecretMap values, std::string_view strategy) {
  const bool unicode = strategy == "Unicode";
  if (!unicode && !strategy.empty() && strategy != "Default") return values;
  SecretMap out;
  for (auto& [key, value] : values) {
    std::string converted = convert_key(key, unicode);
    if (out.contains(converted)) {
      return fail(
          Code::kInvalid,
          fmt::format("error applying conversion strategy {} to keys: secret name collision during conversion: {}",
                      unicode ? "Unicode" : "Default", converted));
    }
    out.emplace(std::move(converted), std::move(value));
  }
  return out;
}

Result<SecretMap> check_keys(SecretMap values) {
  values.erase("");
  for (const auto& [key, value] : values) TRY_VOID(check_key(key));
  return values;
}

Result<SecretBytes> decode_value(SecretBytes value, std::string_view strategy) {
  auto decoded = decode_plainly(std::move(value), strategy);
  if (!decoded) return std::unexpected(decoding_error(std::move(decoded).error(), strategy));
  return decoded;
}

Result<SecretMap> decode_values(SecretMap values, std::string_view strategy) {
  for (auto& [key, value] : values) {
    auto decoded = decode_plainly(std::move(value), strategy);
    if (!decoded) {
      return std::unexpected(
          decoding_error(std::move(decoded).error().prefixed(fmt::format("failure decoding key {}", key)), strategy));
    }
    value = *std::move(decoded);
  }
  return values;
}

Result<void> check_null_bytes(std::string_view key, const SecretBytes& value, std::string_view policy) {
  if (policy != "Fail" || !value.reveal().contains('\0')) return {};
  return fail(Code::kInvalid,
              fmt::format("fetched secret value for key \"{}\" contains null bytes; use a text-safe format such as "
                          "PEM/base64 or leave nullBytePolicy unset for intentional binary data",
                          key));
}

Result<void> check_null_bytes(const SecretMap& values, std::string_view policy) {
  for (const auto& [key, value] : values) TRY_VOID(check_null_bytes(key, value, policy));
  return {};
}

}  // namespace rotor::secrets
