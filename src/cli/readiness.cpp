#include "cli/readiness.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rotor::cli {

std::string unseen_reason(bool all_listed, const std::vector<std::string>& troubles) {
  std::vector<std::string> each;
  for (const std::string& trouble : troubles) {
    if (std::ranges::find(each, trouble) == each.end()) each.push_back(trouble);
  }
  if (!all_listed && each.empty()) return "not everything is listed yet";
  if (!all_listed) return fmt::format("not everything is listed yet: {}", fmt::join(each, "; "));
  return each.empty() ? "" : fmt::format("changes are seen late, by listing again: {}", fmt::join(each, "; "));
}

}  // namespace rotor::cli
