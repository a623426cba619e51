#include "apiserver/server/run_directory.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rotor::apiserver {

namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr const char* kLock = "lock";

std::string reason() { return std::strerror(errno); }

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

std::optional<FileIdentity> identity_of(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? std::optional(identity_of(status)) : std::nullopt;
}

std::optional<FileIdentity> identity_at(int directory, const std::string& name) {
  struct stat status{};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return identity_of(status);
}

// Who holds the lock, as it wrote itself down.
std::string holder_of(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size() - 1, 0);
  return size > 0 ? fmt::format(" (process {})", std::string(text.data(), static_cast<std::size_t>(size)))
                  : std::string();
}

Result<void> write_all(int file, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const ssize_t size = ::write(file, rest.data(), rest.size());
    if (size < 0 && errno != EINTR) return fail(Code::kUnavailable, fmt::format("writing {}: {}", path, reason()));
    if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

Result<void> make_parents(const std::filesystem::path& path) {
  std::filesystem::path at;
  for (const std::filesystem::path& part : path) {
    at /= part;
    if (::mkdir(at.c_str(), S_IRWXU) == 0 || errno == EEXIST || std::filesystem::is_directory(at)) continue;
    return fail(Code::kUnavailable, fmt::format("making the directory {}: {}", at.string(), reason()));
  }
  return {};
}

// Us, the administrator, and whoever owns `/` (that is the administrator too, as seen from a user namespace).
bool is_trusted(uid_t owner) {
  struct stat root{};
  return owner == ::geteuid() || owner == 0 || (::stat("/", &root) == 0 && owner == root.st_uid);
}

// Whoever may rename things in a directory above could put another one in this one's place.
Result<void> check_above(int directory, const std::string& path) {
  Descriptor at(::openat(directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::optional<FileIdentity> below = identity_of(directory);
  for (;;) {
    struct stat status{};
    if (!at || ::fstat(at.get(), &status) != 0) {
      return fail(Code::kUnavailable, fmt::format("looking above the directory {}: {}", path, reason()));
    }
    if (below == identity_of(status)) return {};  // the root
    const bool open_to_all = (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (open_to_all || !is_trusted(status.st_uid)) {
      return fail(Code::kDenied,
                  fmt::format("the directory {} cannot be used: a directory above it {}, who could exchange it; "
                              "choose another one",
                              path,
                              open_to_all ? std::string("may be written by everybody")
                                          : fmt::format("belongs to another user ({})", status.st_uid)));
    }
    below = identity_of(status);
    at = Descriptor(::openat(at.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
}

bool is_empty(int directory) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // with a position of its own
  DIR* entries = copy < 0 ? nullptr : ::fdopendir(copy);
  if (entries == nullptr) return false;
  std::size_t count = 0;
  while (::readdir(entries) != nullptr) ++count;
  ::closedir(entries);
  return count <= 2;  // itself and the one above
}

// A device would be gone for the whole machine: /dev/null, and what /dev/stdout leads to.
Result<void> check_replaceable(int directory, const std::string& name, const std::string& path) {
  struct stat status{};
  if (::fstatat(directory, name.c_str(), &status, 0) != 0 || S_ISREG(status.st_mode)) return {};
  return fail(Code::kInvalid, fmt::format("writing {}: it is there and no ordinary file; name another one", path));
}

// A new file of that name in `directory`; what was there before is replaced when it is whole.
Result<FileIdentity> replace_file(int directory, const std::string& name, const std::string& path,
                                  const SecretBytes& content) {
  TRY_VOID(check_replaceable(directory, name, path));
  const std::string fresh = name + ".new";
  ::unlinkat(directory, fresh.c_str(), 0);
  const Descriptor file(
      ::openat(directory, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file) return fail(Code::kUnavailable, fmt::format("writing {}: {}", path, reason()));
  Result<void> written = write_all(file.get(), content.reveal(), path);
  const std::optional<FileIdentity> identity = identity_of(file.get());
  if (written && identity && ::renameat(directory, fresh.c_str(), directory, name.c_str()) == 0) return *identity;
  if (written) written = fail(Code::kUnavailable, fmt::format("writing {}: {}", path, reason()));
  ::unlinkat(directory, fresh.c_str(), 0);
  return std::unexpected(std::move(written).error());
}

}  // namespace

Result<RunDirectory> RunDirectory::claim(std::string path) {
  std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  if (whole.filename().empty()) whole = whole.parent_path();  // a slash at the end
  RunDirectory out(whole.string());
  TRY_VOID(out.open());
  TRY_VOID(out.lock(false));
  return out;
}

Result<void> RunDirectory::open() {
  const std::filesystem::path whole(path_);
  TRY_VOID(make_parents(whole.parent_path()));
  const Descriptor parent(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const std::string name = whole.filename().string();
  if (!parent || (::mkdirat(parent.get(), name.c_str(), S_IRWXU) != 0 && errno != EEXIST)) {
    return fail(Code::kUnavailable, fmt::format("making the directory {}: {}", path_, reason()));
  }
  Descriptor fresh(::openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fresh) {
    const bool link = errno == ELOOP || errno == ENOTDIR;
    return fail(link ? Code::kDenied : Code::kUnavailable,
                fmt::format("opening the directory {}: {}; remove it, or choose another one", path_,
                            link ? std::string("it is a link or no directory") : reason()));
  }
  struct stat status{};
  if (::fstat(fresh.get(), &status) != 0) return fail(Code::kUnavailable, reason());
  if (status.st_uid != ::geteuid()) {
    return fail(Code::kDenied,
                fmt::format("the directory {} belongs to another user ({}): choose another one", path_, status.st_uid));
  }
  TRY_VOID(check_above(fresh.get(), path_));
  if (::fchmod(fresh.get(), S_IRWXU) != 0) {
    return fail(Code::kUnavailable, fmt::format("closing the directory {} to others: {}", path_, reason()));
  }
  directory_ = std::move(fresh);
  return {};
}

Result<void> RunDirectory::lock(bool may_hold_files) {
  const std::string path = path_of(kLock);
  // Everything in it goes at the end of the run.
  if (!may_hold_files && !identity_at(directory_.get(), kLock) && !is_empty(directory_.get())) {
    return fail(Code::kDenied, fmt::format("the directory {} holds files that are not of a run: choose an empty or a "
                                           "new one",
                                           path_));
  }
  Descriptor file(
      ::openat(directory_.get(), kLock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, kOwnerOnly));
  struct stat status{};
  const bool opened = file && ::fstat(file.get(), &status) == 0;
  if (!opened && errno != ELOOP) return fail(Code::kUnavailable, fmt::format("opening {}: {}", path, reason()));
  if (!opened || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || status.st_nlink != 1) {
    return fail(Code::kDenied, fmt::format("{} is a link or not a file of ours: remove it", path));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::kUnavailable,
                fmt::format("another rotor{} already uses the directory {}: stop it, or choose another directory",
                            holder_of(file.get()), path_));
  }
  const std::string pid = std::to_string(::getpid());
  // Only a help for messages: the lock itself holds without a number in it.
  if (::ftruncate(file.get(), 0) == 0) {
    [[maybe_unused]] const auto noted = write_all(file.get(), pid, path);
  }
  lock_ = std::move(file);
  return {};
}

std::string RunDirectory::path_of(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

Result<void> RunDirectory::write(const std::string& name, const SecretBytes& content) {
  TRY(written_[name], replace_file(directory_.get(), name, path_of(name), content));
  return {};
}

bool RunDirectory::is_in_place() const { return identity_at(AT_FDCWD, path_) == identity_of(directory_.get()); }

std::string RunDirectory::damage() const {
  if (!is_in_place()) return identity_at(AT_FDCWD, path_) ? "was replaced by another one" : "was removed";
  if (identity_at(directory_.get(), kLock) != identity_of(lock_.get())) return "lost its lock";
  for (const auto& [name, identity] : written_) {
    const auto now = identity_at(directory_.get(), name);
    if (!now) return fmt::format("lost its {}", name);
    if (now != identity) return fmt::format("had its {} replaced", name);
  }
  return {};
}

Result<void> RunDirectory::restore() {
  if (!is_in_place()) {
    // Held only when it could be claimed: it may be another run's by now.
    TRY(*this, claim(path_));
    return {};
  }
  if (identity_at(directory_.get(), kLock) != identity_of(lock_.get())) return lock(true);
  return {};
}

void RunDirectory::remove() {
  if (!directory_ || !is_in_place()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  written_.clear();
}

Result<void> write_private(const std::string& path, const SecretBytes& content) {
  const std::filesystem::path whole = std::filesystem::absolute(path);
  const Descriptor parent(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!parent) return fail(Code::kUnavailable, fmt::format("writing {}: {}", path, reason()));
  TRY_VOID(replace_file(parent.get(), whole.filename().string(), path, content));
  return {};
}

}  // namespace rotor::apiserver
