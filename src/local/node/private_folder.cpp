#include "local/node/private_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 255;

// The folder as it is, opened without following a link in its last component.
Result<void> check_and_close_to_others(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) {
    const bool other = errno == ELOOP || errno == ENOTDIR;
    const std::string_view why = other ? "it is no folder but a link or a file; remove it, or choose another place"
                                       : std::string_view(std::strerror(errno));
    return fail(Code::kDenied, fmt::format("cannot use the folder {}: {}", path, why));
  }
  struct stat facts{};
  const bool known = fstat(folder, &facts) == 0;
  const bool own = known && facts.st_uid == geteuid();
  const bool closed = own && ((facts.st_mode & 07777) == S_IRWXU || fchmod(folder, S_IRWXU) == 0);
  close(folder);
  if (closed) return {};
  return fail(Code::kDenied,
              fmt::format("cannot use the folder {}: it belongs to another user; choose another place", path));
}

// A program may have taken its own write bit off a folder (a module cache does).
void open_folders(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(path, error))) return;
  fs::permissions(path, fs::perms::owner_all, fs::perm_options::add | fs::perm_options::nofollow, error);
  if (error) fs::permissions(path, fs::perms::owner_all, fs::perm_options::add, error);
  for (const auto& entry : fs::directory_iterator(path, error)) open_folders(entry.path());
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

bool is_plain_path(std::string_view path) {
  if (path.ends_with('/')) return false;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    if (!is_plain_name(name)) return false;
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (path.empty()) return true;
  }
  return false;
}

Result<void> make_private_folder(const std::string& path) {
  std::error_code error;
  const fs::path above = fs::path(path).parent_path();
  if (!above.empty() && !fs::exists(above, error)) TRY_VOID(make_private_folder(above.string()));
  if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return fail(Code::kUnavailable, fmt::format("cannot make the folder {}: {}", path, std::strerror(errno)));
  }
  return check_and_close_to_others(path);
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) {
    open_folders(path);
    fs::remove_all(path, error);
  }
  if (error) return fail(Code::kUnavailable, fmt::format("cannot remove {}: {}", path, error.message()));
  return {};
}

Result<void> empty_folder(const std::string& path) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path, error)) TRY_VOID(remove_tree(entry.path().string()));
  return {};
}

}  // namespace rotor::local
