// Regular expressions with Go's syntax and Go's rules for matching, replacing and splitting, on RE2: linear time.
// https://pkg.go.dev/regexp/syntax
#pragma once

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

class Regex {
 public:
  // kInvalid "error parsing regexp: missing closing ]: `[`".
  static Result<Regex> compile(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  // Is there a match anywhere in `text`?
  bool matches(std::string_view text) const;

  // The first `limit` matches (all when negative) from left to right; an empty match right behind another is left out.
  std::vector<std::string_view> find_all(std::string_view text, int limit) const;

  // Every match replaced; in `replacement` $1, ${1}, $name and ${name} are groups and $$ is a dollar sign.
  std::string replace_all(std::string_view text, std::string_view replacement) const;
  std::string replace_all_literal(std::string_view text, std::string_view replacement) const;

  // The pieces between matches: at most `limit` of them, all when negative, none when zero.
  std::vector<std::string_view> split(std::string_view text, int limit) const;

 private:
  explicit Regex(std::unique_ptr<re2::RE2> re);
  class Subject;
  template <class Replace>
  std::string replace(std::string_view text, Replace expand) const;
  void expand(std::string& out, std::string_view replacement, const std::vector<std::string_view>& groups) const;
  std::vector<std::pair<std::size_t, std::size_t>> find_spans(std::string_view text, int limit) const;

  std::unique_ptr<re2::RE2> re_;
};

// Go's syntax in RE2's: named groups written (?<n>…), property names in any spelling. Refuses what only RE2 knows.
Result<std::string> to_re2_syntax(std::string_view pattern);

}  // namespace rotor::tmpl
