// Folders that only the user can read, made without following what somebody else may have put in their way.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace rotor::local {

// One component of a path, and no way out of its folder: not empty, not `.` or `..`, no slash, no NUL, at most 255
// bytes.
bool is_plain_name(std::string_view name);

// Some components below a folder (`a/b`), each of them plain.
bool is_plain_path(std::string_view path);

// The folder and what is missing above it, 0700. kDenied: it is a symbolic link, no folder, or somebody else's.
Result<void> make_private_folder(const std::string& path);

// With all that is below it; symbolic links are removed and not followed, folders without a write bit are no obstacle.
// A folder that is not there is fine.
Result<void> remove_tree(const std::string& path);

// What is in the folder, but not the folder itself.
Result<void> empty_folder(const std::string& path);

}  // namespace rotor::local
