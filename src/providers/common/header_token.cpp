#include "providers/common/header_token.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace rotor::providers {

Result<SecretBytes> header_token(std::string_view field, const SecretBytes& value) {
  std::string_view text = value.reveal();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.empty()) return fail(Code::kInvalid, fmt::format("{}: the token in the Secret is empty", field));
  const auto bad = std::ranges::find_if(text, [](char c) { return c <= ' ' || c == 0x7F; });
  if (bad != text.end()) {
    return fail(Code::kInvalid, fmt::format("{}: the token in the Secret holds a space, a line break or another "
                                            "character that no token has (byte {} of {}): store the token alone",
                                            field, bad - text.begin() + 1, text.size()));
  }
  return SecretBytes(text);
}

}  // namespace rotor::providers
