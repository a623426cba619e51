#include "generators/md4.hpp"

#include <bit>
#include <cstdint>

#include "base/secret_bytes.hpp"

namespace rotor::generators {
namespace {

using State = std::array<std::uint32_t, 4>;

constexpr std::size_t kMd4Block = 64;

// https://www.rfc-editor.org/rfc/rfc1320 section 3.4: in each round every word once, in this order.
struct Round {
  std::uint32_t (*mix)(std::uint32_t x, std::uint32_t y, std::uint32_t z);
  std::uint32_t added;
  std::array<std::uint8_t, 16> words;
  std::array<std::uint8_t, 4> turns;
};

constexpr std::array<Round, 3> kMd4Rounds = {{
    {[](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return (x & y) | (~x & z); },
     0,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
     {3, 7, 11, 19}},
    {[](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return (x & y) | (x & z) | (y & z); },
     0x5a827999,
     {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
     {3, 5, 9, 13}},
    {[](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return x ^ y ^ z; },
     0x6ed9eba1,
     {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15},
     {3, 9, 11, 15}},
}};

void take_block(std::string_view block, State& state) {
  std::array<std::uint32_t, 16> words{};
  for (std::size_t i = 0; i < kMd4Block; ++i) {
    words.at(i / 4) |= static_cast<std::uint32_t>(static_cast<unsigned char>(block[i])) << (8 * (i % 4));
  }
  State s = state;
  for (const Round& round : kMd4Rounds) {
    for (std::size_t i = 0; i < 16; ++i) {
      const std::uint32_t sum = s[0] + round.mix(s[1], s[2], s[3]) + words.at(round.words.at(i)) + round.added;
      s = {s[3], std::rotl(sum, round.turns.at(i % 4)), s[1], s[2]};
    }
  }
  for (std::size_t i = 0; i < 4; ++i) state.at(i) += s.at(i);
}

}  // namespace

std::array<unsigned char, 16> md4(std::string_view bytes) {
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string padded(bytes);
  padded += '\x80';
  padded.resize((padded.size() + 8 + kMd4Block - 1) / kMd4Block * kMd4Block - 8);
  for (std::size_t i = 0; i < 8; ++i) padded += static_cast<char>((std::uint64_t{bytes.size()} * 8) >> (8 * i));
  for (std::size_t at = 0; at < padded.size(); at += kMd4Block) take_block(std::string_view(padded).substr(at), state);
  wipe(padded.data(), padded.size());
  std::array<unsigned char, 16> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out.at(i) = static_cast<unsigned char>(state.at(i / 4) >> (8 * (i % 4)));
  return out;
}

}  // namespace rotor::generators
