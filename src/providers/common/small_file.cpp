#include "providers/common/small_file.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace rotor::providers {
namespace {

constexpr std::size_t kMost = 1U << 20;

std::unexpected<Error> wrong(const std::string& path, std::string_view why) {
  return fail(Code::kInvalid, fmt::format("cannot read the file {}: {}", path, why));
}

}  // namespace

Result<std::optional<SecretBytes>> read_small_file(const std::string& path) {
  // Without blocking: a pipe would otherwise wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0) return wrong(path, errno == EACCES ? "not allowed" : "it cannot be opened");
  struct stat about{};
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) return wrong(path, "it is no file");
  SecretBytes content;
  std::array<char, 4096> piece{};
  while (content.size() <= kMost) {
    const ssize_t size = ::read(file.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return wrong(path, "reading it failed");
    if (size == 0) break;
    content.append({piece.data(), static_cast<std::size_t>(size)});
  }
  wipe(piece.data(), piece.size());
  if (content.size() > kMost) return wrong(path, "it is larger than 1 MiB");
  return std::optional(std::move(content));
}

SecretBytes without_line_end(const SecretBytes& text) {
  std::string_view rest = text.reveal();
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return SecretBytes(rest);
}

}  // namespace rotor::providers
