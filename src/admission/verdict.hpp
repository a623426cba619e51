// What is said of an object before it is stored.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::admission {

struct Verdict {
  std::vector<std::string> violations{};  // one line each; none: it may be stored
  std::vector<std::string> warnings{};    // one line each, for whoever wrote it

  bool allowed() const { return violations.empty(); }
  std::string message() const { return fmt::format("{}", fmt::join(violations, "\n")); }
};

}  // namespace rotor::admission
