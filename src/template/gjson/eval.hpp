// The evaluator behind lookup(): one per look-up.
#pragma once

#include <string_view>

#include "template/gjson/path.hpp"
#include "template/gjson/scan.hpp"

namespace rotor::gjson {

class Deeper {
 public:
  Deeper(int& depth, Scratch& scratch) : depth_(depth), scratch_(scratch) { ++depth_; }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  bool too_deep() const { return !scratch_.descend(depth_); }

 private:
  int& depth_;
  Scratch& scratch_;
};

class Evaluator {
 public:
  // What `path` names in `json`; does not exist when there is nothing, or the look-up became too costly.
  Found get(std::string_view json, std::string_view path);
  Scratch& scratch() { return scratch_; }

 private:
  // A walk through one document: what was found, and the pipe that is to be applied to it.
  struct Walk {
    std::string_view json;
    Found value;
    std::string_view pipe;
    bool piped = false;
  };
  enum class Outcome : std::uint8_t { kNothing, kUnclear, kDone, kRest };

  Outcome get_special(std::string_view json, std::string_view path, Found& value, std::string_view& rest);
  bool run_modifier(std::string_view json, std::string_view path, std::string_view& result, std::string_view& rest);
  bool multipath(std::string_view json, std::string_view path, Found& value, std::string_view& rest);
  Walk walk(std::string_view json, std::string_view path);

  // Where reading went on to (behind the end when a string did not end), whether the value was found, and whether
  // the text is too broken to go on.
  struct Stop {
    std::size_t at;
    bool hit;
    bool broken = false;
  };
  Stop object(Walk& walk, std::size_t at, std::string_view path);
  Stop array(Walk& walk, std::size_t at, std::string_view path);
  Stop value(Walk& walk, std::size_t at, bool descend, bool hit, std::string_view rest);

  bool query_element(Walk& walk, ArrayStep& step, const Found& element, SecretBytes& collected);
  bool query_matches(const Query& query, Found value);
  void each_element(Walk& walk, ArrayStep& step, const std::vector<std::size_t>& starts);
  bool end_of_array(Walk& walk, ArrayStep& step, const std::vector<std::size_t>& starts, std::int64_t count,
                    SecretBytes& collected);

  Scratch scratch_;
  int depth_ = 0;
};

// The modifiers; `run` gives their output. Implemented in gjson_modifiers.cpp.
std::string_view run(std::string_view name, std::string_view json, std::string_view argument, Evaluator& evaluator);

// `@pretty`: width for arrays on one line, prefix and indent of white space, members sorted.
struct PrettyOptions {
  std::int64_t width = 80;
  SecretBytes prefix;
  SecretBytes indent{"  "};
  bool sort_keys = false;
};
SecretBytes pretty(std::string_view json, const PrettyOptions& options, Scratch& scratch);
SecretBytes ugly(std::string_view json);

}  // namespace rotor::gjson
