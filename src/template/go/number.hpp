// Numbers as Go's strconv reads and writes them. https://pkg.go.dev/strconv
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rotor::tmpl {

enum class NumberError : std::uint8_t { kSyntax, kRange };

struct ParsedInt {
  std::optional<std::int64_t> value;
  NumberError error = NumberError::kSyntax;
};
struct ParsedUint {
  std::optional<std::uint64_t> value;
  NumberError error = NumberError::kSyntax;
};
struct ParsedFloat {
  std::optional<double> value;
  NumberError error = NumberError::kSyntax;
};

// Base 0 detects 0x, 0o, 0b and a leading 0, and allows underscores between digits.
ParsedInt parse_int(std::string_view text, int base);
ParsedUint parse_uint(std::string_view text, int base);
ParsedFloat parse_float(std::string_view text);

// strconv.FormatFloat: 'e', 'E', 'f', 'g', 'G', 'b', 'x', 'X'; precision -1 is the shortest that reads back the same.
std::string format_float(double v, char format, int precision);
std::string format_float32(float v);  // 'g', shortest as a 32-bit float

// What `%v` prints.
inline std::string print_float(double v) { return format_float(v, 'g', -1); }

}  // namespace rotor::tmpl
