#include "local/manifests/file_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "local/manifests/manifests.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kItself = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_Q_OVERFLOW;
constexpr int kLongestBurst = 20;  // quiet periods: who never stops writing is read all the same

void add_stamp(const std::string& path, std::string& out) {
  struct stat s{};
  const int failed = stat(path.c_str(), &s);
  out += failed != 0 ? fmt::format("{}\n", path)
                     : fmt::format("{} {} {} {}.{} {}\n", path, s.st_dev, s.st_ino, s.st_mtim.tv_sec, s.st_mtim.tv_nsec,
                                   s.st_size);
}

// What a look at the files without reading them shows.
std::string stamp_of(const std::vector<std::string>& paths) {
  std::string out;
  for (const std::string& path : paths) {
    add_stamp(path, out);
    std::error_code error;
    std::set<std::string> names;
    for (fs::directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      if (is_manifest_name(at->path().filename().string())) names.insert(at->path().string());
    }
    for (const std::string& name : names) add_stamp(name, out);
  }
  return out;
}

class Watch final : public FileWatch {
 public:
  Watch(const Executor& executor, Clock& clock, std::vector<std::string> paths, WatchPace pace)
      : clock_(clock), paths_(std::move(paths)), pace_(pace), inotify_(executor) {
    const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
      limit_ = std::strerror(errno);
    } else {
      inotify_.assign(fd);
    }
    arm();
    stamp_ = stamp_of(paths_);
  }

  Task<> changed() override {
    while (!co_await looked()) {
    }
  }

  Task<bool> looked() override {
    // What others do in the folders on the way is passed over: it makes no slow look come sooner.
    const SteadyTime due = clock_.steady() + pace_.look;
    bool told = false;
    while (!told && clock_.steady() < due && co_await woken(due - clock_.steady())) told = drain();
    if (told) co_await until_quiet();
    arm();
    std::string now = stamp_of(paths_);
    const bool seen = now != stamp_;
    stamp_ = std::move(now);
    co_return told || seen;
  }

  std::optional<std::string> limit() const override { return limit_; }

 private:
  struct Point {
    std::string folder;
    std::set<std::string> names;
  };

  // True: the kernel has something to tell. False: `most` is over.
  Task<bool> woken(std::chrono::nanoseconds most) {
    using namespace asio::experimental::awaitable_operators;
    if (!inotify_.is_open()) {
      co_await clock_.sleep_for(most);
      co_return false;
    }
    const auto first = co_await (inotify_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable) ||
                                 clock_.sleep_for(most));
    co_return first.index() == 0;
  }

  Task<> until_quiet() {
    const SteadyTime end = clock_.steady() + kLongestBurst * pace_.quiet;
    SteadyTime until = clock_.steady() + pace_.quiet;
    while (clock_.steady() < until) {
      if (!co_await woken(until - clock_.steady())) co_return;
      if (drain()) until = std::min<SteadyTime>(clock_.steady() + pace_.quiet, end);
    }
  }

  // Takes what the kernel tells; does any of it concern us?
  bool drain() {
    bool ours = false;
    for (;;) {
      const ssize_t size = read(inotify_.native_handle(), buffer_.data(), buffer_.size());
      if (size <= 0) return ours;
      ours = concerns_us(static_cast<std::size_t>(size)) || ours;
    }
  }

  bool concerns_us(std::size_t size) const {
    bool ours = false;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      const char* name = event.len > 0 ? buffer_.data() + at + sizeof event : "";
      const auto point = points_.find(event.wd);
      const bool named = point != points_.end() && event.len > 0 && is_watched(point->second, name);
      ours = ours || (event.mask & kItself) != 0 || named;
      at += sizeof event + event.len;
    }
    return ours;
  }

  static bool is_watched(const Point& point, const std::string& name) {
    return point.names.contains(name) || (point.names.contains("") && is_manifest_name(name));
  }

  // The way may lead elsewhere by now. Watched first and looked at again, until both agree.
  void arm() {
    if (!inotify_.is_open()) return;
    WatchPoints wanted = watch_points(paths_);
    for (int again = 0; again < 3; ++again) {
      watch(wanted);
      WatchPoints now = watch_points(paths_);
      if (now == wanted) return;
      wanted = std::move(now);
    }
  }

  void watch(const WatchPoints& wanted) {
    std::map<int, Point> fresh;
    limit_.reset();
    for (const auto& [folder, names] : wanted) {
      const int id = inotify_add_watch(inotify_.native_handle(), folder.c_str(), kEvents);
      if (id >= 0) {
        fresh[id].folder = folder;
        fresh[id].names.insert(names.begin(), names.end());
      } else if (errno == ENOSPC) {
        limit_ = "fs.inotify.max_user_watches is reached";
      }
    }
    for (const auto& [id, point] : points_) {
      if (!fresh.contains(id)) inotify_rm_watch(inotify_.native_handle(), id);
    }
    points_ = std::move(fresh);
  }

  Clock& clock_;
  std::vector<std::string> paths_;
  WatchPace pace_;
  asio::posix::stream_descriptor inotify_;
  std::map<int, Point> points_;
  std::string stamp_;
  std::optional<std::string> limit_;
  std::array<char, 4096> buffer_{};
};

}  // namespace

std::unique_ptr<FileWatch> watch_paths(const Executor& executor, Clock& clock, std::vector<std::string> paths,
                                       WatchPace pace) {
  return std::make_unique<Watch>(executor, clock, std::move(paths), pace);
}

namespace {

constexpr std::size_t kLongest = 16U << 20;  // far above what manifests and values need

std::unexpected<Error> unreadable(const std::string& path, int why) {
  const Code code = why == ENOENT ? Code::kNotFound : why == EACCES ? Code::kDenied : Code::kInvalid;
  return fail(code, fmt::format("cannot read {}: {}", path, std::strerror(why)));
}

}  // namespace

Result<std::string> read_text_file(const std::string& path, Pipes pipes) {
  // Not blocking: a pipe whose writer never comes must not hold up everything else.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return unreadable(path, errno);
  struct stat what{};
  if (fstat(file.get(), &what) != 0) return unreadable(path, errno);
  if (S_ISDIR(what.st_mode) || (pipes == Pipes::kRefused && !S_ISREG(what.st_mode))) {
    return fail(Code::kInvalid, fmt::format("cannot read {}: it is not a file", path));
  }
  fcntl(file.get(), F_SETFL, O_RDONLY);
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    const ssize_t n = read(file.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(path, errno);
    if (n == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(n));
    if (text.size() > kLongest) {
      return fail(Code::kInvalid, fmt::format("cannot read {}: it is longer than {} MiB", path, kLongest >> 20));
    }
  }
}

}  // namespace rotor::local
