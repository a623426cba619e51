// Where the output of pods comes from. Whoever runs pods hands one to the embedded server, which asks it from its own
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "kube/object/object.hpp"

namespace rotor::apiserver {

struct LogLine {
  std::uint64_t number = 0;  // from 1, in its run
  WallTime time{};
  std::string text{};  // without the line's end
  bool whole = true;   // false: the line goes on in the next one
};

struct LogPiece {
  std::vector<LogLine> lines;
  bool ended = false;  // nothing will come after these
};

// The runs of a pod's container whose output is kept. 0: none.
struct LogRuns {
  std::uint64_t current = 0;
  std::uint64_t previous = 0;
};

// Every function may be called from any thread and does not block.
class LogSource {
 public:
  virtual ~LogSource() = default;
  virtual LogRuns runs(const kube::Key& pod) const = 0;
  // Lines of a run with numbers above `after`, oldest first, up to about `most` bytes. A run that is not kept (any
  // more) has ended.
  virtual LogPiece read(const kube::Key& pod, std::uint64_t run, std::uint64_t after, std::size_t most) const = 0;
};

}  // namespace rotor::apiserver
