// The output of processes as the terminal shows it: as it is with one instance; in whole lines with the instance's name
// in front of each with several. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kube/object/object.hpp"

namespace rotor::local {

inline constexpr std::size_t kLongestLine = std::size_t{16} << 10;  // a longer one goes on in a line of its own

struct OutputLine {
  std::string text;
  bool whole = true;  // false: cut, its end is still to come
};

// Cuts bytes into lines and keeps a beginning until its end arrives.
class LineSplitter {
 public:
  std::vector<OutputLine> feed(std::string_view bytes);
  std::string_view pending() const { return pending_; }
  // What is left when no more will come.
  std::string take_pending() { return std::exchange(pending_, {}); }

 private:
  std::string pending_;
};

class OutputText {
 public:
  // `expected`: how many instances the manifests have, as far as that is known.
  OutputText(bool colour, std::size_t expected) : colour_(colour), expected_(expected) {}

  void join(const kube::Key& instance);  // it has output from now on
  bool several() const { return std::max(expected_, instances_.size()) > 1; }

  std::string raw(std::string_view bytes);
  std::string line(const kube::Key& instance, std::string_view text);

 private:
  std::string name_of(const kube::Key& instance) const;

  bool colour_;
  std::size_t expected_;
  std::vector<kube::Key> instances_;  // in the order they came: an instance keeps its colour
  bool mid_line_ = false;             // the last byte that was shown ends no line
};

// On a terminal that is none of `dumb`, unless NO_COLOR says otherwise (https://no-color.org).
bool wants_colour(bool terminal, std::string_view no_color, std::string_view term);

}  // namespace rotor::local
