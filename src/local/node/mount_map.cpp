#include "local/node/mount_map.hpp"

#include <algorithm>
#include <filesystem>

namespace rotor::local {
namespace {

constexpr std::string_view kBefore = " \t\r\n\"'`=:,;([{<>|&@";   // a path may begin after these
constexpr std::string_view kAfter = "/ \t\r\n\"'`:,;()[]{}<>|&";  // a component ends before these
constexpr std::string_view kFileUrl = "file://";

bool begins_path(std::string_view before) {
  return before.empty() || kBefore.contains(before.back()) || before.ends_with(kFileUrl);
}

bool ends_component(std::string_view after) { return after.empty() || kAfter.contains(after.front()); }

}  // namespace

std::string tidy_path(std::string_view path) {
  std::string out = std::filesystem::path(path).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

void MountMap::add(std::string container_path, std::string local_path) {
  std::string path = tidy_path(container_path);
  std::erase_if(mounts_, [&path](const auto& mount) { return mount.first == path; });
  mounts_.emplace_back(std::move(path), std::move(local_path));
  std::ranges::stable_sort(mounts_, [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

// The deepest mount that `text` begins with, as whole components. The root is none: every path would name it.
const std::pair<std::string, std::string>* MountMap::mount_at(std::string_view text) const {
  const auto found = std::ranges::find_if(mounts_, [text](const auto& mount) {
    return mount.first.size() > 1 && text.starts_with(mount.first) && ends_component(text.substr(mount.first.size()));
  });
  return found == mounts_.end() ? nullptr : &*found;
}

std::optional<std::string> MountMap::local(std::string_view container_path) const {
  const std::string path = tidy_path(container_path);
  for (const auto& [from, to] : mounts_) {
    if (path == from) return to;
    if (path.starts_with(from) && path[from.size()] == '/') return to + path.substr(from.size());
  }
  return std::nullopt;
}

std::string MountMap::rewrite(std::string_view text, std::string_view dollar) const {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto* mount = text[at] == '/' && begins_path(text.substr(0, at)) ? mount_at(text.substr(at)) : nullptr;
    if (mount == nullptr) {
      out += text[at++];
      continue;
    }
    for (const char c : mount->second) {
      if (c == '$') {
        out += dollar;
      } else {
        out += c;
      }
    }
    at += mount->first.size();
  }
  return out;
}

}  // namespace rotor::local
