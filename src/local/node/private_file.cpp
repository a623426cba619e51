#include "local/node/private_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "local/manifests/file_watch.hpp"

namespace rotor::local {
namespace {

std::unexpected<Error> not_written(const std::string& path) {
  return fail(Code::kUnavailable, fmt::format("writing {}: {}", path, std::strerror(errno)));
}

}  // namespace

Result<void> write_private_file(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  (void)unlink(fresh.c_str());
  {
    const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return not_written(path);
    while (!text.empty()) {
      const ssize_t written = write(file.get(), text.data(), text.size());
      if (written < 0 && errno != EINTR) return not_written(path);
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) return not_written(path);
  return {};
}

std::optional<std::string> read_private_file(const std::string& path) {
  Result<std::string> text = read_text_file(path);
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

}  // namespace rotor::local
