#include "providers/common/message.hpp"

#include "base/utf8.hpp"

namespace rotor::providers {
namespace {

constexpr std::size_t kMost = 1000;  // bytes

}  // namespace

std::string fit_message(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (out.size() + rune.size > kMost) return out += "…";
    const bool control = rune.value < 0x20 || rune.value == 0x7F;
    if (control || !rune.valid) {
      out += control ? " " : "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, rune.size);
    }
    text.remove_prefix(rune.size);
  }
  return out;
}

}  // namespace rotor::providers
