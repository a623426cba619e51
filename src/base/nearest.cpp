#include "base/nearest.hpp"

#include <algorithm>
#include <vector>

#include "base/ascii.hpp"

namespace rotor {
namespace {

constexpr std::size_t kLongestWord = 64;

// Optimal string alignment.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// One that the word goes on from, like roleArn from role: the longest.
std::optional<std::string> beginning_of(std::string_view lower, std::span<const std::string> known) {
  constexpr std::size_t kShortest = 4;
  const std::string* found = nullptr;
  for (const std::string& candidate : known) {
    const bool begins = candidate.size() >= kShortest && lower.starts_with(ascii_lower(candidate));
    if (begins && (found == nullptr || candidate.size() > found->size())) found = &candidate;
  }
  return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  if (word.size() > kLongestWord) return std::nullopt;
  const std::string wanted = ascii_lower(word);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestWord) continue;
    const std::size_t edits = distance(wanted, ascii_lower(candidate));
    if (edits >= best) continue;
    best = edits;
    found = candidate;
  }
  return found ? found : beginning_of(wanted, known);
}

}  // namespace rotor
