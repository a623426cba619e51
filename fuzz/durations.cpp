// Durations and times: what is read and written again reads the same.
#include <cstdlib>
#include <string_view>

#include "base/duration.hpp"
#include "base/time.hpp"

using namespace rotor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto duration = parse_duration(text)) {
    const auto again = parse_duration(format_duration(*duration));
    if (!again || *again != *duration) std::abort();
  }
  if (const auto time = parse_time(text)) (void)format_micro_time(*time);
  return 0;
}
