#include "kube/client/apply_body.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace rotor::kube {
namespace {

// The bytes that such a character begins with.
constexpr std::string_view kFirstBytes = "\x7F\xC2\xE2\xEF";

bool stays_as_it_is(char32_t c) {
  const bool line_break = c == 0x85 || c == 0x2028 || c == 0x2029;
  return !line_break && c != 0x7F && (c < 0x80 || c > 0x9F) && c != 0xFFFE && c != 0xFFFF;
}

}  // namespace

SecretBytes apply_body(SecretBytes json) {
  std::string_view rest = json.reveal();
  std::size_t at = rest.find_first_of(kFirstBytes);
  if (at == std::string_view::npos) return json;
  SecretBytes out;
  out.reserve(json.size() + 64);
  for (; at != std::string_view::npos; at = rest.find_first_of(kFirstBytes)) {
    const Rune rune = decode_rune(rest.substr(at));
    out.append(rest.substr(0, at));
    if (rune.valid && !stays_as_it_is(rune.value)) {
      out.append(fmt::format("\\u{:04x}", static_cast<std::uint32_t>(rune.value)));
    } else {
      out.append(rest.substr(at, rune.size));
    }
    rest.remove_prefix(at + rune.size);
  }
  out.append(rest);
  return out;
}

}  // namespace rotor::kube
