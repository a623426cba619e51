#include "local/timeline.hpp"

#include <fmt/format.h>

namespace rotor::local {

void Timeline::say(std::string_view subject, std::string_view text) {
  const double seconds = std::chrono::duration<double>(clock_.steady() - began_).count();
  const std::string line = fmt::format("{:8.3f} s  {:<28}  {}\n", seconds, subject, text);
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

}  // namespace rotor::local
