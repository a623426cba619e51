// Tells when files or folders changed, however it is done: written in place, another file renamed over it, a symbolic
// link aimed elsewhere (the `..data` of a mounted Secret), the folder above removed and made anew.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor::local {

struct WatchPace {
  std::chrono::milliseconds quiet{100};  // several writes with less between them are one change
  std::chrono::milliseconds look{2000};  // where the kernel tells nothing (a network file system, no watches left)
};

class FileWatch {
 public:
  virtual ~FileWatch() = default;
  // Returns after something changed since the last return, or since the watch was made. Whoever reads the files
  // afterwards misses nothing.
  virtual Task<> changed() = 0;
  // The same once: false when a slow look was due and nothing changed.
  virtual Task<bool> looked() = 0;
  // Why changes show only at the slow look; nullopt when the kernel tells of them.
  virtual std::optional<std::string> limit() const = 0;
};

// A path that does not exist (yet) is waited for.
std::unique_ptr<FileWatch> watch_paths(const Executor& executor, Clock& clock, std::vector<std::string> paths,
                                       WatchPace pace = {});

// Every folder on the way to a file, symbolic links followed, and the names in it that lead there. The folder that a
// path names itself counts with all its names: "".
using WatchPoints = std::map<std::string, std::set<std::string>>;
WatchPoints watch_points(const std::vector<std::string>& paths);

// What a shell hands over with <(command) can be read once, and only while nothing else has to go on.
enum class Pipes : std::uint8_t { kRead, kRefused };

// At most 16 MiB. kNotFound, kDenied or kInvalid, with the path.
Result<std::string> read_text_file(const std::string& path, Pipes pipes = Pipes::kRefused);

}  // namespace rotor::local
