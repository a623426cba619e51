// The directory of one run: made with mode 0700, held by a lock for as long as the run lasts.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::apiserver {

class RunDirectory {
 public:
  // kUnavailable when another process holds it.
  static Result<RunDirectory> claim(std::string path);
  ~RunDirectory();
  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory& operator=(RunDirectory&&) = delete;

  // Mode 0600, whatever was there before.
  Result<void> write(std::string_view name, const SecretBytes& content) const;
  std::string path_of(std::string_view name) const;

 private:
  RunDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_ = -1;
};

}  // namespace rotor::apiserver
