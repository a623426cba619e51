// Bytes of a JSON string that stand for themselves, passed over eight at a time. Internal to this room.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace rotor::json {

enum class Plain : std::uint8_t {
  kInJson,  // printable ASCII but `"` and `\`
  kInHtml,  // and but `<`, `>` and `&`
};

// A word with `byte` in each of its eight bytes.
constexpr std::uint64_t eight_of(unsigned char byte) { return 0x0101010101010101U * byte; }

static_assert(std::endian::native == std::endian::little, "the first byte of a text is the lowest of its word");

// Marks the top bit of each of the eight bytes of `word` that is less than `limit`, which is at most 128. The lowest
// mark is right; bytes after it may be marked falsely.
constexpr std::uint64_t any_below(std::uint64_t word, unsigned char limit) {
  return (word - eight_of(limit)) & ~word & eight_of(0x80);
}
constexpr std::uint64_t any_is(std::uint64_t word, char c) {
  return any_below(word ^ eight_of(static_cast<unsigned char>(c)), 1);
}

template <Plain kPlain>
constexpr bool is_plain(char c) {
  const bool json = static_cast<unsigned char>(c) >= 0x20 && static_cast<signed char>(c) >= 0 && c != '"' && c != '\\';
  if constexpr (kPlain == Plain::kInJson) return json;
  return json && c != '<' && c != '>' && c != '&';
}

template <Plain kPlain>
constexpr std::uint64_t not_plain(std::uint64_t word) {
  std::uint64_t other = (word & eight_of(0x80)) | any_below(word, 0x20) | any_is(word, '"') | any_is(word, '\\');
  if constexpr (kPlain == Plain::kInHtml) other |= any_is(word, '<') | any_is(word, '>') | any_is(word, '&');
  return other;
}

// How many bytes at the beginning of `text` are plain.
template <Plain kPlain>
std::size_t plain_run(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t other = not_plain<kPlain>(word);
    if (other != 0) return at + static_cast<std::size_t>(std::countr_zero(other)) / 8;
  }
  while (at < text.size() && is_plain<kPlain>(text[at])) ++at;
  return at;
}

}  // namespace rotor::json
