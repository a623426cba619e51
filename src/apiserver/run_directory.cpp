#include "apiserver/run_directory.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rotor::apiserver {

namespace {

std::string reason() { return std::strerror(errno); }

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

}  // namespace

Result<RunDirectory> RunDirectory::claim(std::string path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Code::kUnavailable, fmt::format("making the directory {}: {}", path, error.message()));
  ::chmod(path.c_str(), S_IRWXU);
  const std::string lock_path = path + "/lock";
  const int file = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return fail(Code::kUnavailable, fmt::format("opening {}: {}", lock_path, reason()));
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = holder_of(file);
    ::close(file);
    return fail(Code::kUnavailable,
                fmt::format("another rotor{} already uses the directory {}: stop it, or choose another directory",
                            holder, path));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(file, 0) == 0) (void)write_all(file, pid, lock_path);
  return RunDirectory(std::move(path), file);
}

RunDirectory::~RunDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept : path_(std::move(other.path_)), lock_(other.lock_) {
  other.lock_ = -1;
}

std::string RunDirectory::path_of(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

Result<void> RunDirectory::write(std::string_view name, const SecretBytes& content) const {
  const std::string path = path_of(name);
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return fail(Code::kUnavailable, fmt::format("writing {}: {}", fresh, reason()));
  Result<void> out = write_all(file, content.reveal(), fresh);
  ::close(file);
  if (out && ::rename(fresh.c_str(), path.c_str()) != 0) {
    return fail(Code::kUnavailable, fmt::format("writing {}: {}", path, reason()));
  }
  return out;
}

}  // namespace rotor::apiserver
