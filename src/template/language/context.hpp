// What a render may use and spend. Handed to every function; templates have no other world.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "template/go/value.hpp"
#include "template/language/budget.hpp"
#include "template/language/effort.hpp"

namespace rotor::tmpl {

// Ceilings of one render, counted, never timed: far above what a Secret of 1 MiB can need.
struct Limits {
  std::int64_t steps = 20'000'000;           // nodes evaluated and bytes worked on, roughly
  std::int64_t bytes = 256LL * 1024 * 1024;  // text and elements made by functions, in sum
  std::int64_t output = 16LL * 1024 * 1024;  // rendered text
  std::int64_t effort = 8'000;               // keys and password hashes, by what each costs: see effort.hpp
  int template_depth = 10'000;
};

// What has been used up of `steps`, `bytes` and `effort`; renders that belong together may share one.
struct Spent {
  std::int64_t steps = 0;
  std::int64_t bytes = 0;
  std::int64_t effort = 0;
};

// Fills the span with random bytes.
using Random = std::function<void(std::span<unsigned char>)>;

struct Environment {
  WallTime now;
  Random random;
  // Where to note that a result is not a function of the data alone: the clock was read or something random was made.
  bool* varied = nullptr;
};

class Context {
 public:
  Context(const Environment& environment, const Limits& limits, Spent& spent)
      : environment_(environment), limits_(limits), spent_(spent) {}
  ~Context();
  Context(const Context&) = delete;

  WallTime now() const {
    vary();
    return environment_.now;
  }
  std::string random_bytes(std::size_t size) const;
  std::uint64_t random_below(std::uint64_t bound) const;  // [0, bound), unbiased; bound > 0
  // The next render of the same data gives something else. Noted by all of the above; what a library draws at random
  // by itself (a new key) says it here.
  void vary() const {
    if (environment_.varied != nullptr) *environment_.varied = true;
  }

  // Each answers an over_budget error once its budget is gone.
  Result<void> spend_steps(std::int64_t count);
  Result<void> spend_bytes(std::size_t count);
  Result<void> spend_effort(Effort effort);
  // Is there room to make so many bytes? Asked before the work; what a function returns is charged to it afterwards.
  Result<void> allow_bytes(std::size_t count) const;
  // The same for one text, which has a ceiling of its own.
  Result<void> allow_text(std::size_t size) const;
  std::size_t bytes_left() const;
  std::int64_t steps_left() const;
  const Limits& limits() const { return limits_; }

  // A map changed in place can come to hold itself; it is emptied when the render ends.
  void remember(const Value& map) { changed_.push_back(map); }

 private:
  const Environment& environment_;
  const Limits& limits_;
  Spent& spent_;
  std::vector<Value> changed_;
};

}  // namespace rotor::tmpl
