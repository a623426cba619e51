// Tells when a file was saved, however the editor does it (written in place, or another file renamed over it).
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor::local {

class FileWatch {
 public:
  virtual ~FileWatch() = default;
  // Returns after the file was written, replaced or removed; several at once are one. Linux inotify on its folder.
  virtual Task<Result<void>> changed() = 0;
};

Result<std::unique_ptr<FileWatch>> watch_file(Executor executor, std::string path);

Result<std::string> read_text_file(const std::string& path);  // kNotFound, kDenied or kInvalid, with the path

}  // namespace rotor::local
