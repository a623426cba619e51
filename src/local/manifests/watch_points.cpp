#include <deque>
#include <filesystem>

#include "local/manifests/file_watch.hpp"
#include "local/manifests/manifests.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel counts
constexpr const char* kAnyName = "";

// Goes down component by component and notes each step; the end of the way when it is there.
std::optional<fs::path> follow(const fs::path& path, WatchPoints& points) {
  std::error_code error;
  const fs::path whole = fs::absolute(path, error);
  std::deque<fs::path> left(whole.begin(), whole.end());
  fs::path at = "/";
  for (int links = 0; !left.empty();) {
    const fs::path name = left.front();
    left.pop_front();
    if (name.empty() || name == "." || name == "/") continue;
    if (name == "..") {
      at = at.parent_path();
      continue;
    }
    points[at.string()].insert(name.string());
    const fs::path next = at / name;
    const fs::file_status status = fs::symlink_status(next, error);
    if (!fs::exists(status)) return std::nullopt;
    if (!fs::is_symlink(status)) {
      at = next;
      continue;
    }
    if (++links > kMostLinks) return std::nullopt;
    const fs::path target = fs::read_symlink(next, error);
    if (error) return std::nullopt;
    if (target.is_absolute()) at = "/";
    left.insert(left.begin(), target.begin(), target.end());
  }
  return at;
}

}  // namespace

WatchPoints watch_points(const std::vector<std::string>& paths) {
  WatchPoints points;
  for (const std::string& path : paths) {
    const auto end = follow(path, points);
    std::error_code error;
    if (!end || !fs::is_directory(*end, error)) continue;
    points[end->string()].insert(kAnyName);
    for (fs::directory_iterator at(*end, error), last; !error && at != last; at.increment(error)) {
      std::error_code ignored;
      if (at->is_symlink(ignored) && is_manifest_name(at->path().filename().string())) follow(at->path(), points);
    }
  }
  return points;
}

}  // namespace rotor::local
