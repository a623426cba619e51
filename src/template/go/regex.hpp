// Regular expressions with Go's syntax and Go's rules for matching, replacing and splitting, on RE2: linear time.
// https://pkg.go.dev/regexp/syntax
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace re2 {
class RE2;
}

namespace rotor::tmpl {

// What matching again and again may cost; each match is a run over what is left of the text.
struct RegexBudget {
  std::int64_t runs = INT64_MAX / 2;  // in units of kBytesPerRun bytes
  std::size_t bytes = SIZE_MAX;       // of a result
  bool too_large = false;             // met the ceiling on bytes
  static constexpr std::size_t kBytesPerRun = 128;
  bool spent() const { return too_large || runs < 0; }
};

class Regex {
 public:
  // kInvalid "error parsing regexp: missing closing ]: `[`".
  static Result<Regex> compile(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Is there a match anywhere in `text`?
  bool matches(std::string_view text) const;

  // What follows stops early when `budget` is spent.

  // The first `limit` matches (all when negative) from left to right; an empty match right behind another is left out.
  std::vector<std::string_view> find_all(std::string_view text, int limit, RegexBudget& budget) const;

  // Every match replaced; in `replacement` $1, ${1}, $name and ${name} are groups and $$ is a dollar sign.
  std::string replace_all(std::string_view text, std::string_view replacement, RegexBudget& budget) const;
  std::string replace_all_literal(std::string_view text, std::string_view replacement, RegexBudget& budget) const;

  // The pieces between matches: at most `limit` of them, all when negative, none when zero.
  std::vector<std::string_view> split(std::string_view text, int limit, RegexBudget& budget) const;

  int size() const;  // instructions of the compiled program

 private:
  explicit Regex(std::unique_ptr<re2::RE2> re);
  class Subject;
  class Groups;
  template <class Replace>
  std::string replace(std::string_view text, RegexBudget& budget, Replace expand) const;
  void expand(std::string& out, std::string_view replacement, const Groups& groups, RegexBudget& budget) const;
  std::vector<std::pair<std::size_t, std::size_t>> find_spans(std::string_view text, int limit,
                                                              RegexBudget& budget) const;

  std::unique_ptr<re2::RE2> re_;
};

// Go's syntax in RE2's: named groups written (?<n>…), property names in any spelling. Refuses what only RE2 knows.
Result<std::string> to_re2_syntax(std::string_view pattern);

}  // namespace rotor::tmpl
