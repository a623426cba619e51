// A .tar.gz in memory, as any tar reads it: files of one folder, each readable by its owner alone. The same files give
// the same bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace rotor::cli {

struct ArchivedFile {
  std::string name{};  // in the folder: "status.txt", "rotor/logs/rotor-0.log"
  std::string content{};
};

// kInvalid: a name that does not fit into a tar, or more than fits into an archive. kInternal: no memory to compress
// it.
Result<std::string> tar_gz(std::string_view folder, const std::vector<ArchivedFile>& files, WallTime time);

}  // namespace rotor::cli
