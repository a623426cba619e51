// Base64, base32, hexadecimal and digests. The decoders report errors as their result, as sprig's do.
#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/base32.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "template/functions/helpers.hpp"
#include "template/go/unicode.hpp"

namespace rotor::tmpl {

namespace {

std::string illegal(std::string_view encoding, std::size_t at) {
  return fmt::format("illegal {} data at input byte {}", encoding, at);
}

// Offsets in messages count what is left after CR and LF are dropped.
std::string base32_decode(std::string_view text) {
  std::string in;
  for (const char c : text) {
    if (c != '\r' && c != '\n') in += c;
  }
  std::string out;
  std::size_t at = 0;
  while (at < in.size()) {
    std::uint64_t bits = 0;
    std::size_t digits = 0;
    bool end = false;
    while (digits < 8 && !end) {
      if (at == in.size()) return illegal("base32", at - digits);
      const char c = in[at++];
      const std::size_t left = in.size() - at;
      if (c == '=' && digits >= 2 && left < 8) {
        if (left + digits < 7) return illegal("base32", in.size());
        for (std::size_t k = 0; k < 7 - digits; ++k) {
          if (left > k && in[at + k] != '=') return illegal("base32", at + k - 1);
        }
        if (digits == 1 || digits == 3 || digits == 6) return illegal("base32", at - 1);
        end = true;
        break;
      }
      const auto value = kBase32.find(c);
      if (value == std::string_view::npos) return illegal("base32", at - 1);
      bits |= static_cast<std::uint64_t>(value) << (35 - 5 * digits);
      ++digits;
    }
    for (std::size_t k = 0; k < digits * 5 / 8; ++k) out += static_cast<char>(bits >> (32 - 8 * k) & 0xFF);
    if (end) break;
  }
  return out;
}

Returned hexdec(Context&, Args a) {
  std::string out;
  const std::string& in = str(a, 0);
  for (std::size_t i = 0; i < in.size(); ++i) {
    const int d = hex_digit(in[i]);
    if (d < 0) {
      // Go shows the byte as a rune; the text is the result, not an error.
      const auto byte = static_cast<unsigned char>(in[i]);
      std::string shown = fmt::format("encoding/hex: invalid byte: U+{:04X}", byte);
      if (is_printable(byte)) {
        shown += " '";
        append_rune(shown, byte);
        shown += '\'';
      }
      return text(std::move(shown));
    }
    if (i % 2 == 1) out += static_cast<char>(hex_digit(in[i - 1]) << 4 | d);
  }
  if (in.size() % 2 == 1) return text("encoding/hex: odd length hex string");
  return text(std::move(out));
}

std::string sha512(std::string_view in) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(in.data(), in.size(), digest, &size, EVP_sha512(), nullptr);
  return {reinterpret_cast<char*>(digest), size};
}

std::string adler32(std::string_view in) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char c : in) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return fmt::format("{}", b << 16 | a);
}

Returned b64dec(Context&, Args a) {
  auto decoded = base64_decode(str(a, 0));
  return text(decoded ? *std::move(decoded) : std::move(decoded).error().message);
}

constexpr Function kEncodingsTable[] = {
    {"b64enc", "s", [](Context&, Args a) -> Returned { return text(base64_encode(str(a, 0))); }},
    {"b64dec", "s", b64dec},
    {"b32enc", "s", [](Context&, Args a) -> Returned { return text(base32_encode(str(a, 0))); }},
    {"b32dec", "s", [](Context&, Args a) -> Returned { return text(base32_decode(str(a, 0))); }},
    {"hexdec", "s", hexdec},
    {"sha1sum", "s", [](Context&, Args a) -> Returned { return text(hex_encode(sha1(str(a, 0)))); }},
    {"sha256sum", "s", [](Context&, Args a) -> Returned { return text(hex_encode(sha256(str(a, 0)))); }},
    {"sha512sum", "s", [](Context&, Args a) -> Returned { return text(hex_encode(sha512(str(a, 0)))); }},
    {"adler32sum", "s", [](Context&, Args a) -> Returned { return text(adler32(str(a, 0))); }},
};

}  // namespace

Table encoding_functions() { return kEncodingsTable; }

}  // namespace rotor::tmpl
