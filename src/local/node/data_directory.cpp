#include "local/node/data_directory.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "local/node/private_folder.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

// Marks a folder as one of ours, and is locked by the run that uses it.
constexpr std::string_view kMarker = ".rotor-run";
constexpr std::string_view kPodsFolder = "pods";
constexpr std::string_view kClaims = "claims";

// A folder that a person names may hold other things: then it is not ours to fill, let alone to empty.
Result<void> check_whose(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error) || fs::exists(fs::path(path) / kMarker, error)) return {};
  if (fs::is_directory(path, error) && fs::is_empty(path, error)) return {};
  return fail(Code::kDenied,
              fmt::format("{} holds other things than the folders of instances: name an empty or a new folder", path));
}

Result<int> lock(const std::string& path) {
  const std::string marker = fmt::format("{}/{}", path, kMarker);
  const int file = open(marker.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return fail(Code::kDenied, fmt::format("cannot open {}: {}", marker, std::strerror(errno)));
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  close(file);
  return fail(Code::kUnavailable,
              fmt::format("another `rotor run` has its instances' folders in {}: stop it, or name another folder with "
                          "--home",
                          path));
}

Result<std::string> folder(const std::string& root, const std::string& ns, std::string_view kind,
                           const std::string& name) {
  if (!is_plain_name(ns) || !is_plain_name(name)) {
    return fail(Code::kInvalid, fmt::format("\"{}\" in namespace \"{}\" cannot be the name of a folder", name, ns));
  }
  return fmt::format("{}/{}/{}/{}", root, ns, kind, name);
}

Result<std::string> make_folder(const std::string& root, const std::string& ns, std::string_view kind,
                                const std::string& name) {
  TRY(std::string path, folder(root, ns, kind, name));
  TRY_VOID(make_private_folder(fmt::format("{}/{}", root, ns)));
  TRY_VOID(make_private_folder(fmt::format("{}/{}/{}", root, ns, kind)));
  TRY_VOID(make_private_folder(path));
  return path;
}

}  // namespace

std::string data_directory(const std::string& run_directory) {
  const fs::path run(run_directory);
  const std::string name = run.filename().string();
  const std::string_view prefix = "run-";
  const std::string own = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  return (run.parent_path() / ("data-" + own)).string();
}

Result<DataFolder> DataFolder::open(DataFolderOptions options) {
  std::string path = fs::absolute(options.path).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  TRY_VOID(check_whose(path));
  TRY_VOID(make_private_folder(path));
  TRY(const int held, lock(path));
  DataFolder out(std::move(path), held, options.passing);
  out.remove_pods();  // of a run that was killed
  if (options.fresh) TRY_VOID(out.remove_all());
  return out;
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), passing_(other.passing_) {}

DataFolder::~DataFolder() {
  if (lock_ < 0) return;
  remove_pods();
  if (passing_) (void)remove_all();
  std::error_code error;
  for (const auto& ns : fs::directory_iterator(path_, error)) {
    rmdir((ns.path() / kClaims).c_str());  // empty ones only
    rmdir(ns.path().c_str());
  }
  std::size_t left = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path_, error)) ++left;
  if (left == 1) {
    unlink(fmt::format("{}/{}", path_, kMarker).c_str());
    rmdir(path_.c_str());
  }
  close(lock_);
}

Result<std::string> DataFolder::pod(const std::string& ns, const std::string& name) const {
  return make_folder(path_, ns, kPodsFolder, name);
}

Result<std::string> DataFolder::claim(const std::string& ns, const std::string& name) const {
  return make_folder(path_, ns, kClaims, name);
}

Result<void> DataFolder::remove_pod(const std::string& ns, const std::string& name) const {
  TRY(const std::string path, folder(path_, ns, kPodsFolder, name));
  return remove_tree(path);
}

Result<void> DataFolder::remove_all() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    if (entry.path().filename() != kMarker) TRY_VOID(remove_tree(entry.path().string()));
  }
  return {};
}

void DataFolder::remove_pods() const {
  std::error_code error;
  for (const auto& ns : fs::directory_iterator(path_, error)) {
    if (!ns.is_symlink(error)) (void)remove_tree((ns.path() / kPodsFolder).string());
  }
}

}  // namespace rotor::local
