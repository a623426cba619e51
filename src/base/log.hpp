// Structured logging: a message that never varies and key-value pairs that do.
// Values are names, numbers and our own words; a SecretBytes cannot be passed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace rotor::log {

enum class Level : std::uint8_t { kDebug, kInfo, kWarn, kError, kOff };
enum class Format : std::uint8_t { kLogfmt, kJson };  // text on a terminal, JSON in a cluster

struct Field {
  std::string_view key;
  std::string value;
  bool quoted = true;  // false: a number or true/false, written bare in JSON

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), quoted(false) {}
  template <class N>
    requires std::is_arithmetic_v<N>
  Field(std::string_view k, N v) : key(k), value(std::to_string(v)), quoted(false) {}
};
using Fields = std::initializer_list<Field>;

// Called once, before any thread starts; until then lines of level info and above go to stderr as logfmt.
void configure(Level level, Format format);
bool enabled(Level level);

void write(Level level, std::string_view message, Fields fields);
inline void debug(std::string_view message, Fields fields = {}) { write(Level::kDebug, message, fields); }
inline void info(std::string_view message, Fields fields = {}) { write(Level::kInfo, message, fields); }
inline void warn(std::string_view message, Fields fields = {}) { write(Level::kWarn, message, fields); }
inline void error(std::string_view message, Fields fields = {}) { write(Level::kError, message, fields); }

// One line without its newline, every control byte and quote escaped: a value cannot forge a line or a key.
std::string format_line(Format format, Level level, WallTime now, std::string_view message, const Field* fields,
                        std::size_t count);

}  // namespace rotor::log
