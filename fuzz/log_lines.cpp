// A log line is one line, whatever its message and values hold; as JSON it is one valid document.
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "json/reader.hpp"

using namespace rotor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view message = text.substr(0, size / 2);
  const log::Field fields[] = {{"key", text.substr(size / 2)}, {"number", 1}};
  for (const log::Format format : {log::Format::kLogfmt, log::Format::kJson}) {
    const std::string line = log::format_line(format, log::Level::kInfo, WallTime{}, message, fields, 2);
    if (line.find_first_of("\n\r") != std::string::npos || !is_utf8(line)) std::abort();
    if (format == log::Format::kJson && !json::validate(line)) std::abort();
  }
  return 0;
}
