#include "local/file_watch.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/inotify.h>

namespace rotor::local {
namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;

class Inotify final : public FileWatch {
 public:
  Inotify(Executor executor, int fd, std::string name) : stream_(executor, fd), name_(std::move(name)) {}

  Task<Result<void>> changed() override {
    for (;;) {
      auto [error, size] = co_await stream_.async_read_some(asio::buffer(buffer_), asio::as_tuple(asio::use_awaitable));
      if (error) co_return fail(Code::kCancelled, "watching the file: " + error.message());
      if (names_our_file(size)) co_return Result<void>{};
    }
  }

 private:
  bool names_our_file(std::size_t size) const {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      const char* name = buffer_.data() + at + sizeof event;
      if ((event.mask & IN_Q_OVERFLOW) != 0 || (event.len > 0 && name_ == name)) return true;
      at += sizeof event + event.len;
    }
    return false;
  }

  asio::posix::stream_descriptor stream_;
  std::string name_;
  std::array<char, 4096> buffer_{};
};

}  // namespace

Result<std::unique_ptr<FileWatch>> watch_file(Executor executor, std::string path) {
  const std::filesystem::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) return fail(Code::kUnavailable, fmt::format("cannot watch {}: {}", path, std::strerror(errno)));
  auto watch = std::make_unique<Inotify>(std::move(executor), fd, file.filename().string());
  if (inotify_add_watch(fd, folder.c_str(), kEvents) < 0) {
    return fail(Code::kUnavailable, fmt::format("cannot watch the folder {}: {}", folder, std::strerror(errno)));
  }
  return watch;
}

Result<std::string> read_text_file(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path)) {
    const int why = errno;
    const Code code = why == ENOENT ? Code::kNotFound : why == EACCES ? Code::kDenied : Code::kInvalid;
    return fail(code, fmt::format("cannot read {}: {}", path, why == 0 ? "it is not a file" : std::strerror(why)));
  }
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

}  // namespace rotor::local
