#include "base/encoding.hpp"

#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace rotor {
namespace {

constexpr std::string_view kStandardAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNone = 0xFF;
constexpr std::uint32_t kNotADigit = 64;  // or more: digits have six bits

constexpr std::array<std::uint8_t, 256> reverse_table(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr auto kStandardReverse = reverse_table(kStandardAlphabet);
constexpr auto kUrlReverse = reverse_table(kUrlAlphabet);

bool is_url(Base64 a) { return a == Base64::kUrl || a == Base64::kRawUrl; }
bool is_padded(Base64 a) { return a == Base64::kStandard || a == Base64::kUrl; }

// Decodes quantum by quantum, as Go does, so that the offset of the reported byte is Go's.
class Base64Decoder {
 public:
  Base64Decoder(std::string_view text, Base64 alphabet)
      : text_(text), table_(is_url(alphabet) ? kUrlReverse : kStandardReverse), padded_(is_padded(alphabet)) {}

  // False when the text is wrong; bad_at() is then the offset of the offending byte.
  template <class Out>
  bool decode(Out& out) {
    while (!ended_) {
      take_plain_quanta(out);
      std::array<std::uint8_t, 4> digits{};
      int count = 0;
      if (!read_quantum(digits, count)) return false;
      if (count == 0) return true;
      const std::uint32_t bits = static_cast<std::uint32_t>(digits[0]) << 18U |
                                 static_cast<std::uint32_t>(digits[1]) << 12U |
                                 static_cast<std::uint32_t>(digits[2]) << 6U | digits[3];
      const std::array<char, 3> bytes = {static_cast<char>(bits >> 16U), static_cast<char>(bits >> 8U),
                                         static_cast<char>(bits)};
      out.append(std::string_view(bytes.data(), static_cast<std::size_t>(count - 1)));
    }
    return true;
  }

  std::size_t bad_at() const { return bad_at_; }

 private:
  // Four digits at a time as long as nothing else comes between them, with one append for many.
  template <class Out>
  void take_plain_quanta(Out& out) {
    std::array<char, 192> bytes{};
    std::size_t size = 0;
    for (; text_.size() - at_ >= 4; at_ += 4) {
      const auto digit = [this](std::size_t i) {
        return std::uint32_t{table_[static_cast<unsigned char>(text_[at_ + i])]};
      };
      if ((digit(0) | digit(1) | digit(2) | digit(3)) >= kNotADigit) break;
      const std::uint32_t bits = digit(0) << 18U | digit(1) << 12U | digit(2) << 6U | digit(3);
      bytes[size++] = static_cast<char>(bits >> 16U);
      bytes[size++] = static_cast<char>(bits >> 8U);
      bytes[size++] = static_cast<char>(bits);
      if (size < bytes.size()) continue;
      out.append(std::string_view(bytes.data(), std::exchange(size, 0)));
    }
    out.append(std::string_view(bytes.data(), size));
    wipe(bytes.data(), bytes.size());
  }

  bool wrong(std::size_t at) {
    bad_at_ = at;
    return false;
  }

  void skip_newlines() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  bool read_quantum(std::array<std::uint8_t, 4>& digits, int& count) {
    while (count < 4) {
      skip_newlines();
      if (at_ == text_.size()) return end_of_input(count);
      const char c = text_[at_++];
      const std::uint8_t digit = table_[static_cast<unsigned char>(c)];
      if (digit != kNone) {
        digits[static_cast<std::size_t>(count++)] = digit;
        continue;
      }
      if (c != '=' || !padded_) return wrong(at_ - 1);
      return read_padding(count);
    }
    return true;
  }

  bool end_of_input(int count) {
    ended_ = true;
    if (count == 0) return true;
    if (count == 1 || padded_) return wrong(at_ - static_cast<std::size_t>(count));
    return true;
  }

  bool read_padding(int count) {
    ended_ = true;
    if (count < 2) return wrong(at_ - 1);
    if (count == 2) {
      skip_newlines();
      if (at_ == text_.size()) return wrong(text_.size());
      if (text_[at_] != '=') return wrong(at_ - 1);
      ++at_;
    }
    skip_newlines();
    return at_ == text_.size() || wrong(at_);
  }

  std::string_view text_;
  const std::array<std::uint8_t, 256>& table_;
  bool padded_;
  bool ended_ = false;
  std::size_t at_ = 0;
  std::size_t bad_at_ = 0;
};

template <class Out>
Result<Out> decode_base64(std::string_view text, Base64 alphabet) {
  Out out;
  out.reserve(text.size() / 4 * 3 + 3);
  Base64Decoder decoder(text, alphabet);
  if (!decoder.decode(out)) {
    return fail(Code::kInvalid, fmt::format("illegal base64 data at input byte {}", decoder.bad_at()));
  }
  return out;
}

template <class Out>
Out encode_base64(std::string_view bytes, Base64 alphabet) {
  const std::string_view digits = is_url(alphabet) ? kUrlAlphabet : kStandardAlphabet;
  Out out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    std::array<char, 4> quantum = {'=', '=', '=', '='};
    for (std::size_t k = 0; k <= left; ++k) quantum[k] = digits[bits >> (18 - 6 * k) & 0x3FU];
    out.append(std::string_view(quantum.data(), is_padded(alphabet) ? 4 : left + 1));
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::string base64_encode(std::string_view bytes, Base64 alphabet) {
  return encode_base64<std::string>(bytes, alphabet);
}

SecretBytes base64_encode_secret(std::string_view bytes) {
  return encode_base64<SecretBytes>(bytes, Base64::kStandard);
}

Result<std::string> base64_decode(std::string_view text, Base64 alphabet) {
  return decode_base64<std::string>(text, alphabet);
}

Result<SecretBytes> base64_decode_secret(std::string_view text, Base64 alphabet) {
  return decode_base64<SecretBytes>(text, alphabet);
}

std::string hex_encode(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = kDigits[byte >> 4U];
    out[2 * i + 1] = kDigits[byte & 0xFU];
  }
  return out;
}

Result<std::string> hex_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    if (high < 0) return fail(Code::kInvalid, fmt::format("illegal hexadecimal digit at input byte {}", i));
    if (i + 1 == text.size()) return fail(Code::kInvalid, "odd number of hexadecimal digits");
    const int low = hex_digit(text[i + 1]);
    if (low < 0) return fail(Code::kInvalid, fmt::format("illegal hexadecimal digit at input byte {}", i + 1));
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(Code::kInvalid, fmt::format("invalid percent escape at input byte {}", i));
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

bool is_utf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  while (!text.empty()) {
    std::uint64_t next = 0;
    if (text.size() >= sizeof next) {
      std::memcpy(&next, text.data(), sizeof next);
      if ((next & kHighBits) == 0) {  // ASCII, eight bytes at a time
        text.remove_prefix(sizeof next);
        continue;
      }
    }
    const Rune rune = decode_rune(text);
    if (!rune.valid) return false;
    text.remove_prefix(rune.size);
  }
  return true;
}

}  // namespace rotor
