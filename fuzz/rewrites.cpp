// A pattern, a replacement and a text, a line each: matches are pieces of the text, replacing them by themselves
// changes nothing, and what stands between them with them is all of the text. The same as a rewrite of keys.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "template/go/regex.hpp"
#include "template/keys.hpp"
#include "template/rewrite.hpp"

using namespace rotor;
using namespace rotor::tmpl;

namespace {

std::string_view take_line(std::string_view& input) {
  const auto end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

void check_regex(std::string_view pattern, std::string_view replacement, std::string_view text) {
  const auto re = Regex::compile(pattern);
  if (!re) return;
  RegexBudget budget{.runs = 100'000, .bytes = 1 << 20};
  const auto found = re->find_all(text, -1, budget);
  if (re->matches(text) == found.empty()) std::abort();
  (void)re->replace_all(text, replacement, budget);
  if (re->replace_all(text, "${0}", budget) != text && !budget.spent()) std::abort();
  const auto pieces = re->split(text, -1, budget);
  std::size_t sum = 0;
  for (const std::string_view piece : pieces) sum += piece.size();
  if (sum > text.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string pattern(take_line(input));
  const std::string replacement(take_line(input));
  check_regex(pattern, replacement, input);
  static const Environment environment{WallTime(std::chrono::seconds(1'600'000'000)), [](std::span<unsigned char> out) {
                                         for (auto& byte : out) byte = 7;
                                       }};
  SecretMap keys;
  keys.emplace(std::string(input), SecretBytes("{\"k\":1}"));
  keys.emplace(replacement, SecretBytes(input));
  (void)rewrite({RewriteRegexp{pattern, replacement}, RewriteMerge{}}, keys, environment);
  (void)reverse_unicode(std::move(keys));
  return 0;
}
