// The grammar of property paths: splitting a path into its first component and what is left.
#pragma once

#include <string_view>
#include <vector>

#include "base/secret_bytes.hpp"

namespace rotor::gjson {

// What follows a component: nothing, a `.`-joined rest that applies to it, or a `|`-joined pipe that applies to the
// result as a whole.
struct Step {
  Step() = default;
  Step(Step&&) = default;  // moving keeps what `part` points to
  Step& operator=(Step&&) = default;

  SecretBytes unescaped;  // holds `part` when it had escapes
  std::string_view part;
  std::string_view rest;
  std::string_view pipe;
  bool more = false;
  bool piped = false;
  bool wild = false;
};
Step object_step(std::string_view path);

struct Query {
  bool on = false;
  bool all = false;
  std::string_view path;
  std::string_view op;
  std::string_view value;
  SecretBytes unescaped;  // holds `value` when it had escapes
};

struct ArrayStep {
  Step step;
  bool hash = false;  // the component has a `#`: not an index
  bool each = false;  // `#.key`: key of every element
  std::string_view key;
  Query query;
};
ArrayStep array_step(std::string_view path);

// Splits at the first `|` outside of queries; false when there is none.
bool split_pipe(std::string_view path, std::string_view& left, std::string_view& right);

struct SubPath {
  std::string_view name;
  std::string_view path;
};
// `{a,b}` or `[a,b]` at the start of `path`; `rest` is what follows. False when the brackets do not close.
bool sub_paths(std::string_view path, std::vector<SubPath>& out, std::string_view& rest);
std::string_view last_name(std::string_view path);
bool is_simple_name(std::string_view name);

bool is_modifier(std::string_view name);

}  // namespace rotor::gjson
