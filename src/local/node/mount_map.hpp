// Where the paths of a container are on this machine, and texts that name them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rotor::local {

class MountMap {
 public:
  // Both absolute. A deeper mount wins over the one it lies in; a path given twice is the later one's.
  void add(std::string container_path, std::string local_path);

  // The local path of a path at or below a mount; nothing when it is outside of all of them.
  std::optional<std::string> local(std::string_view container_path) const;

  // `text` with every path at or below a mount replaced. A path stands by itself, in quotes, after `=`, `:`, `,` and
  // their like, and in `file://` URLs; within a longer word or path it is left alone. `dollar`: what a `$` of a local
  // path becomes (`$$` where the text is expanded afterwards).
  std::string rewrite(std::string_view text, std::string_view dollar = "$") const;

  const std::vector<std::pair<std::string, std::string>>& all() const { return mounts_; }  // deepest first

 private:
  const std::pair<std::string, std::string>* mount_at(std::string_view text) const;

  std::vector<std::pair<std::string, std::string>> mounts_;
};

// Without a slash at the end, doubled slashes and `.` components: how mounts are compared.
std::string tidy_path(std::string_view path);

}  // namespace rotor::local
