// What is said of an object before it is stored.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::admission {

struct Verdict {
  std::vector<std::string> violations{};  // one line each; none: it may be stored
  std::vector<std::string> warnings{};    // one line each, for whoever wrote it

  bool allowed() const { return violations.empty(); }
  // The first hundred: a person reads it, and an answer has its bounds.
  std::string message() const {
    constexpr std::size_t kMostLines = 100;
    const std::span<const std::string> shown = std::span(violations).first(std::min(violations.size(), kMostLines));
    const std::string text = fmt::format("{}", fmt::join(shown, "\n"));
    if (violations.size() <= kMostLines) return text;
    return fmt::format("{}\nand {} more", text, violations.size() - kMostLines);
  }
};

}  // namespace rotor::admission
