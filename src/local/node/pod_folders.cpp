#include "local/node/pod_folders.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "local/node/private_folder.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;

using Kind = PlannedVolume::Kind;

const PlannedVolume* find_volume(const PodPlan& plan, const std::string& name) {
  const auto found = std::ranges::find(plan.volumes, name, &PlannedVolume::name);
  return found == plan.volumes.end() ? nullptr : &*found;
}

bool is_optional(const PlannedVolume& volume) { return std::ranges::all_of(volume.sources, &PlannedSource::optional); }

Result<std::string> volume_folder(const DataFolder& data, const PodPlan& plan, const PlannedVolume& volume) {
  if (volume.kind == Kind::kClaim) return data.claim(plan.pod.ns, volume.claim);
  if (!is_plain_name(volume.name)) return fail(Code::kInvalid, "a volume's name cannot be the name of a folder");
  TRY(const std::string pod, data.pod(plan.pod.ns, plan.pod.name));
  std::string folder = fmt::format("{}/volumes/{}", pod, volume.name);
  TRY_VOID(make_private_folder(folder));
  return folder;
}

bool lies_in(const std::string& path, const std::string& folder) {
  std::error_code error;
  const std::string real = fs::weakly_canonical(path, error).string();
  const std::string root = fs::canonical(folder, error).string();
  return !error && (real == root || real.starts_with(root + "/"));
}

class Maker {
 public:
  Maker(const DataFolder& data, const PodPlan& plan, const VolumeObjects& objects)
      : data_(data), plan_(plan), objects_(objects) {}

  Result<PodFolders> make() {
    TRY(pod_, data_.pod(plan_.pod.ns, plan_.pod.name));
    for (const PlannedVolume& volume : plan_.volumes) {
      TRY(std::string folder, volume_folder(data_, plan_, volume));
      if (volume.kind == Kind::kFiles) {
        TRY(const VolumeFiles files, volume_files(volume, objects_));
        TRY_VOID(write_projected(folder, files));
      }
      folders_.insert_or_assign(volume.name, std::move(folder));
    }
    for (const PlannedMount& mount : plan_.mounts) {
      TRY(std::string path, local_path(mount));
      out_.mounts.add(mount.path, std::move(path));
    }
    TRY_VOID(make_home());
    TRY_VOID(link_nested());
    return std::move(out_);
  }

 private:
  static std::string describe(const PlannedMount& mount) {
    return fmt::format("volumeMounts: {} at {}: subPath \"{}\"", mount.volume, mount.path, mount.sub_path);
  }

  Result<std::string> local_path(const PlannedMount& mount) {
    const std::string& folder = folders_.at(mount.volume);
    if (mount.sub_path.empty()) return folder;
    const std::string sub = tidy_path(mount.sub_path);
    if (!is_plain_path(sub)) {
      return fail(Code::kInvalid, describe(mount) + " must be relative and stay in the volume");
    }
    std::string path = fmt::format("{}/{}", folder, sub);
    if (!lies_in(path, folder)) return fail(Code::kDenied, describe(mount) + " leads out of the volume through a link");
    const PlannedVolume& volume = *find_volume(plan_, mount.volume);
    if (volume.kind == Kind::kFiles) return copy_of(mount, volume, path);
    std::error_code error;
    if (!fs::exists(path, error)) TRY_VOID(make_private_folder(path));
    return path;
  }

  // Files mounted by subPath stay as they were when the process started, as with a kubelet.
  Result<std::string> copy_of(const PlannedMount& mount, const PlannedVolume& volume, const std::string& path) {
    std::string copy = fmt::format("{}/subpaths/{}", pod_, copies_++);
    TRY_VOID(remove_tree(copy));
    TRY_VOID(make_private_folder(copy));
    std::error_code error;
    if (!fs::exists(path, error)) {
      if (is_optional(volume)) return copy;
      return fail(Code::kNotFound, describe(mount) + " is no key of the volume");
    }
    copy += "/" + fs::path(path).filename().string();
    fs::copy(path, copy, fs::copy_options::recursive, error);
    if (error) return fail(Code::kUnavailable, fmt::format("{}: {}", describe(mount), error.message()));
    return copy;
  }

  Result<void> make_home() {
    if (const auto mounted = plan_.home.starts_with('/') ? out_.mounts.local(plan_.home) : std::nullopt) {
      out_.home = *mounted;
      std::error_code error;
      if (!fs::is_directory(out_.home, error)) TRY_VOID(make_private_folder(out_.home));
      return {};
    }
    out_.home = pod_ + "/home";
    TRY_VOID(make_private_folder(out_.home));
    if (plan_.home.starts_with('/') && tidy_path(plan_.home) != "/") out_.mounts.add(plan_.home, out_.home);
    return {};
  }

  // A mount that lies in another one, or in HOME, is a link there: programs that build the path themselves find it.
  Result<void> link_nested() {
    const auto mounts = out_.mounts.all();
    for (auto inner = mounts.rbegin(); inner != mounts.rend(); ++inner) {
      const auto outer = std::ranges::find_if(mounts, [&inner](const auto& other) {
        return other.first.size() > 1 && inner->first.starts_with(other.first + "/");
      });
      if (outer == mounts.end() || is_of_files(outer->second)) continue;
      TRY_VOID(link(outer->second + inner->first.substr(outer->first.size()), inner->second));
    }
    return {};
  }

  bool is_of_files(const std::string& path) const {
    if (path.starts_with(pod_ + "/subpaths/")) return true;
    return std::ranges::any_of(plan_.volumes, [&](const PlannedVolume& volume) {
      const std::string& folder = folders_.at(volume.name);
      return volume.kind == Kind::kFiles && (path == folder || path.starts_with(folder + "/"));
    });
  }

  static Result<void> link(const std::string& at, const std::string& target) {
    std::error_code error;
    const fs::path above = fs::path(at).parent_path();
    if (!fs::is_directory(above, error)) TRY_VOID(make_private_folder(above.string()));
    if (fs::is_symlink(fs::symlink_status(at, error))) fs::remove(at, error);
    rmdir(at.c_str());  // an empty folder gives way; anything else is the person's and stays
    fs::create_symlink(target, at, error);
    return {};
  }

  const DataFolder& data_;
  const PodPlan& plan_;
  const VolumeObjects& objects_;
  std::string pod_;
  std::map<std::string, std::string> folders_;
  int copies_ = 0;
  PodFolders out_;
};

}  // namespace

Result<PodFolders> make_pod_folders(const DataFolder& data, const PodPlan& plan, const VolumeObjects& objects) {
  return Maker(data, plan, objects).make();
}

std::vector<std::string> refresh_volumes(const DataFolder& data, const PodPlan& plan, const VolumeObjects& objects,
                                         std::vector<Error>& kept) {
  std::vector<std::string> out;
  for (const PlannedVolume& volume : plan.volumes) {
    if (volume.kind != Kind::kFiles) continue;
    auto folder = volume_folder(data, plan, volume);
    auto files = volume_files(volume, objects);
    auto changed = !folder  ? Result<bool>(std::unexpected(std::move(folder).error()))
                   : !files ? Result<bool>(std::unexpected(std::move(files).error()))
                            : write_projected(*folder, *files);
    if (!changed) {
      kept.push_back(std::move(changed).error());
    } else if (*changed) {
      out.push_back(volume.name);
    }
  }
  return out;
}

}  // namespace rotor::local
