// The directory of one run, and ours alone: made with mode 0700, never reached through a link, held by a lock for as
// long as the run lasts.
#pragma once

#include <map>
#include <string>
#include <utility>

#include <sys/types.h>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::apiserver {

// Which file it is, whatever its name.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

class RunDirectory {
 public:
  // Made when absent. kUnavailable when another process holds it; kDenied when it, its lock or a directory above it is
  // not safely ours.
  static Result<RunDirectory> claim(std::string path);

  // Mode 0600, whatever was there before.
  Result<void> write(const std::string& name, const SecretBytes& content);
  std::string path_of(std::string_view name) const;

  // What somebody did to it since: "was removed", "lost its kubeconfig". Empty when nothing.
  std::string damage() const;
  // Takes hold of it again, making what is missing; the files that were written are to be written again.
  Result<void> restore();

  // Deletes it with everything in it, unless somebody else's directory stands in its place by now.
  void remove();

 private:
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}
  Result<void> open();
  Result<void> lock(bool may_hold_files);
  bool is_in_place() const;

  std::string path_;
  Descriptor directory_;
  Descriptor lock_;
  std::map<std::string, FileIdentity> written_;
};

// One file of one's own, anywhere: mode 0600 from its first byte and in place only when it is whole; a link in its
// place is replaced, not followed.
Result<void> write_private(const std::string& path, const SecretBytes& content);

}  // namespace rotor::apiserver
