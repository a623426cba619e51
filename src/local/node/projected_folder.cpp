#include "local/node/projected_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "local/node/private_folder.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kData = "..data";

std::unexpected<Error> failed(std::string_view doing, const std::string& path) {
  return fail(Code::kUnavailable, fmt::format("{} {}: {}", doing, path, std::strerror(errno)));
}

Result<void> write_all(int file, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const ssize_t size = write(file, rest.data(), rest.size());
    if (size < 0 && errno != EINTR) return failed("writing", path);
    if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

Result<void> write_file(const std::string& path, const VolumeFile& content) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return failed("making", path);
  Result<void> written = write_all(file, content.content.reveal(), path);
  if (written && fchmod(file, content.mode) != 0) written = failed("setting the mode of", path);
  close(file);
  return written;
}

bool holds(const std::string& path, const VolumeFile& wanted) {
  struct stat facts{};
  if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode) || (facts.st_mode & 07777) != wanted.mode ||
      static_cast<std::size_t>(facts.st_size) != wanted.content.size()) {
    return false;
  }
  const int file = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return false;
  SecretBytes found;
  char piece[4096];
  ssize_t size = 0;
  while ((size = read(file, piece, sizeof piece)) > 0) {
    found.append(std::string_view(piece, static_cast<std::size_t>(size)));
  }
  wipe(piece, sizeof piece);
  close(file);
  return found == wanted.content;
}

std::size_t count_files(const std::string& folder) {
  std::error_code error;
  std::size_t out = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) out += entry.is_directory() ? 0 : 1;
  return out;
}

bool is_current(const std::string& folder, const VolumeFiles& files) {
  const std::string now = fmt::format("{}/{}", folder, kData);
  if (!fs::exists(now) || count_files(now + "/") != files.size()) return false;
  for (const auto& [path, file] : files) {
    if (!holds(fmt::format("{}/{}", now, path), file)) return false;
  }
  return true;
}

Result<void> write_new(const std::string& folder, const VolumeFiles& files) {
  TRY_VOID(make_private_folder(folder));
  for (const auto& [path, file] : files) {
    if (!is_plain_path(path)) return fail(Code::kInvalid, fmt::format("\"{}\" cannot be the name of a file", path));
    const std::string whole = fmt::format("{}/{}", folder, path);
    TRY_VOID(make_private_folder(fs::path(whole).parent_path().string()));
    TRY_VOID(write_file(whole, file));
  }
  return {};
}

Result<void> point(const std::string& link, const std::string& target) {
  const std::string fresh = link + "_tmp";
  unlink(fresh.c_str());
  if (symlink(target.c_str(), fresh.c_str()) != 0) return failed("making", fresh);
  if (rename(fresh.c_str(), link.c_str()) != 0) return failed("making", link);
  return {};
}

// What programs see: `name` for each first component, through `..data`.
Result<void> show(const std::string& folder, const VolumeFiles& files) {
  std::set<std::string> names;
  for (const auto& [path, file] : files) names.insert(path.substr(0, path.find('/')));
  for (const std::string& name : names) {
    const std::string link = fmt::format("{}/{}", folder, name);
    if (!fs::is_symlink(fs::symlink_status(link))) TRY_VOID(point(link, fmt::format("{}/{}", kData, name)));
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("..") && !names.contains(name)) TRY_VOID(remove_tree(entry.path().string()));
  }
  return {};
}

}  // namespace

Result<bool> write_projected(const std::string& folder, const VolumeFiles& files) {
  if (is_current(folder, files)) return false;
  std::error_code error;
  const std::string old = fs::read_symlink(fmt::format("{}/{}", folder, kData), error).string();
  const std::string fresh = "..v" + hex_encode(random_bytes(8));
  TRY_VOID(write_new(fmt::format("{}/{}", folder, fresh), files));
  TRY_VOID(point(fmt::format("{}/{}", folder, kData), fresh));
  TRY_VOID(show(folder, files));
  if (is_plain_name(old)) TRY_VOID(remove_tree(fmt::format("{}/{}", folder, old)));
  return true;
}

}  // namespace rotor::local
