#include "providers/aws/secrets_manager_search.hpp"

#include <algorithm>

namespace rotor::providers::aws {
namespace {

constexpr std::size_t kMostFilters = 10;
constexpr std::size_t kMostBytes = 512;

// A filter's value; a `!` in front would turn it around.
bool can_be_filtered(std::string_view value) {
  return !value.empty() && value.size() <= kMostBytes && !value.starts_with('!') &&
         std::ranges::all_of(value, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view(" :_@/+=.-!").contains(c);
         });
}

}  // namespace

Result<Search> plan_search(const FindRequest& wanted) {
  const bool by_tags = wanted.tags && !wanted.tags->empty();
  if (!wanted.name_regexp && !by_tags) {
    return fail(Code::kInvalid, "unexpected find operator: find needs a name or tags");
  }
  Search search;
  const std::string path = wanted.path.value_or("");
  const bool path_filter = can_be_filtered(path);
  if (by_tags) {
    for (const auto& [key, value] : *wanted.tags) {
      search.tags.emplace(key, value);
      const bool fits = search.filters.size() + 2 + (path_filter ? 1 : 0) <= kMostFilters;
      if (!fits || !can_be_filtered(key) || !can_be_filtered(value)) continue;
      search.filters.emplace_back("tag-key", key);
      search.filters.emplace_back("tag-value", value);
    }
  }
  if (path_filter) {
    search.filters.emplace_back("name", path);
  } else {
    search.beginning = path;
  }
  search.reads_at_once = path_filter && !by_tags;
  return search;
}

bool matches(const Search& search, const ListedSecret& secret) {
  return secret.name.starts_with(search.beginning) && std::ranges::all_of(search.tags, [&](const auto& tag) {
           const auto it = secret.tags.find(tag.first);
           return it != secret.tags.end() && it->second == tag.second;
         });
}

}  // namespace rotor::providers::aws
