#include "local/node/pod_storage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "base/encoding.hpp"

namespace rotor::local {
namespace {

using std::chrono::seconds;

constexpr int kWorkers = 4;

References references_of(const std::vector<PlannedVolume>& volumes) {
  References out;
  for (const PlannedVolume& volume : volumes) {
    for (const PlannedSource& source : volume.sources) {
      if (source.kind == PlannedSource::Kind::kSecret) out.secrets.insert(source.name);
      if (source.kind == PlannedSource::Kind::kConfigMap) out.config_maps.insert(source.name);
    }
  }
  return out;
}

SecretMap contents_of(const api::ConfigMap& map) {
  SecretMap out;
  for (const auto& [key, value] : map.data) out.emplace(key, SecretBytes(value));
  for (const auto& [key, value] : map.binary_data) {
    if (auto bytes = base64_decode_secret(value)) out.insert_or_assign(key, *std::move(bytes));
  }
  return out;
}

// The container's own environment, for HOME and subPathExpr.
Result<Known> environment_of(const api::Container& container, const EnvironmentSources& sources) {
  TRY(const Environment own, build_environment(container, sources));
  Known out;
  for (const Variable& variable : own) out.insert_or_assign(variable.name, variable);
  return out;
}

Result<std::vector<PlannedMount>> mounts_of(const api::Container& container, const Known& environment) {
  std::vector<PlannedMount> out;
  for (const api::VolumeMount& mount : container.volume_mounts) {
    PlannedMount planned{mount.name, mount.mount_path, mount.sub_path};
    if (!mount.sub_path_expr.empty()) {
      planned.sub_path = expand(mount.sub_path_expr, environment).value.reveal();
      if (planned.sub_path.empty() || planned.sub_path.contains("$(")) {
        return fail(Code::kInvalid,
                    fmt::format("volumeMounts: {} at {}: subPathExpr names a variable that the container does not have",
                                mount.name, mount.mount_path));
      }
    }
    out.push_back(std::move(planned));
  }
  return out;
}

Result<PodPlan> plan_pod(const api::Pod& pod, const api::Container& container, const EnvironmentSources& sources) {
  PodPlan out{.pod = pod.metadata.key()};
  TRY(out.volumes, plan_volumes(pod.spec, container));
  TRY(const Known environment, environment_of(container, sources));
  TRY(out.mounts, mounts_of(container, environment));
  if (const auto home = environment.find("HOME"); home != environment.end()) out.home = home->second.value.reveal();
  return out;
}

}  // namespace

bool brings_others(const SecretValues& shown, const SecretValues& now) {
  return std::ranges::any_of(now, [&shown](const auto& entry) {
    const auto before = shown.find(entry.first);
    return before == shown.end() || before->second != entry.second;
  });
}

References volume_references(const api::PodSpec& pod, const api::Container& container) {
  const auto volumes = plan_volumes(pod, container);
  return volumes ? references_of(*volumes) : References{};
}

PodStorage::PodStorage(kube::Client& client, Clock& clock, Timeline& timeline, DataFolder data)
    : client_(client),
      timeline_(timeline),
      data_(std::move(data)),
      queue_(clock, "local-volumes", kWorkers, [this](kube::Key key) { return refresh(std::move(key)); },
             {.first = seconds(1), .most = seconds(30)}) {}

Task<> PodStorage::run() { co_await queue_.run(); }

Task<Result<LocalContainer>> PodStorage::prepare(std::shared_ptr<const api::Pod> pod, api::Container container,
                                                 EnvironmentSources sources) {
  const kube::Key key = pod->metadata.key();
  const std::uint64_t number = ++preparations_;
  if (const auto old = pods_.find(key); old != pods_.end() && old->second.uid != pod->metadata.uid) remove(key);
  CO_TRY(PodPlan plan, plan_pod(*pod, container, sources));
  References references = references_of(plan.volumes);
  std::optional<SecretValues> before = shown(key);
  const std::uint64_t look = looks_;
  pods_.insert_or_assign(
      key, Pod{pod->metadata.uid, number, plan, references, sources.pod, std::move(pod), std::move(before)});
  CO_TRY(VolumeObjects objects, co_await gather(key.ns, std::move(references)));
  if (!is_current(key, number)) co_return fail(Code::kCancelled, "the pod went while its volumes were made");
  objects.pod = sources.pod;
  hold_back(pods_.at(key), objects);
  CO_TRY(const PodFolders folders, make_pod_folders(data_, plan, objects));
  pods_.at(key).made = true;
  pods_.at(key).looked = look;
  co_return localize(std::move(container), std::move(sources), folders.mounts, folders.home);
}

void PodStorage::remove(const kube::Key& pod) {
  if (pods_.erase(pod) == 0) return;
  queue_.forget(pod);
  if (auto removed = data_.remove_pod(pod.ns, pod.name); !removed) timeline_.fail(pod.text(), removed.error().message);
}

void PodStorage::remove_all() {
  while (!pods_.empty()) remove(kube::Key(pods_.begin()->first));
}

void PodStorage::changed(const kube::Key& object, std::set<std::string> References::* names) {
  for (const auto& [key, pod] : pods_) {
    if (key.ns == object.ns && (pod.references.*names).contains(object.name)) queue_.add(key);
  }
}

bool PodStorage::is_current(const kube::Key& key, std::uint64_t number) const {
  const auto found = pods_.find(key);
  return found != pods_.end() && found->second.number == number;
}

Task<kube::Outcome> PodStorage::refresh(kube::Key key) {
  const auto before = pods_.find(key);
  if (before == pods_.end() || !before->second.made) co_return kube::Outcome::done();
  const std::uint64_t number = before->second.number;
  const std::uint64_t look = looks_;
  auto objects = co_await gather(key.ns, before->second.references);
  if (!is_current(key, number)) co_return kube::Outcome::done();
  if (!objects) co_return kube::Outcome::failed();
  Pod& pod = pods_.at(key);
  objects->pod = pod.meta;
  hold_back(pod, *objects);
  pod.looked = look;
  std::vector<Error> kept;
  for (const std::string& name : refresh_volumes(data_, pod.plan, *objects, kept)) {
    timeline_.say(key.text(), fmt::format("volume \"{}\": its files are new", name));
  }
  std::string why;
  for (const Error& error : kept) why += (why.empty() ? "" : "; ") + error.message;
  if (!why.empty() && why != pod.kept) timeline_.fail(key.text(), why + "; the files stay as they were");
  pod.kept = std::move(why);
  co_return kube::Outcome::done();
}

std::uint64_t PodStorage::look_again(const kube::Key& pod) {
  queue_.add(pod);
  return ++looks_;
}

bool PodStorage::has_looked(const kube::Key& pod, std::uint64_t look) const {
  const auto found = pods_.find(pod);
  return found == pods_.end() || found->second.looked >= look;
}

bool PodStorage::holds_back(const kube::Key& pod) const {
  const auto found = pods_.find(pod);
  return found != pods_.end() && found->second.held;
}

std::optional<SecretValues> PodStorage::shown(const kube::Key& pod) const {
  const auto found = pods_.find(pod);
  return found == pods_.end() ? std::nullopt : found->second.shown;
}

void PodStorage::hold_back(Pod& pod, VolumeObjects& objects) const {
  if (!may_show_) return;
  pod.held = pod.shown && !may_show_(pod.object, *pod.shown, objects.secrets);
  if (pod.held) {
    objects.secrets = *pod.shown;
  } else {
    pod.shown = objects.secrets;
  }
}

Task<Result<VolumeObjects>> PodStorage::gather(std::string ns, References references) {
  VolumeObjects out;
  for (const std::string& name : references.secrets) {
    auto secret = co_await kube::get<api::Secret>(client_, {ns, name});
    if (secret) {
      out.secrets.emplace(name, std::move(secret->data));
    } else if (secret.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(secret).error().prefixed("reading secret " + name));
    }
  }
  for (const std::string& name : references.config_maps) {
    auto map = co_await kube::get<api::ConfigMap>(client_, {ns, name});
    if (map) {
      out.config_maps.emplace(name, contents_of(*map));
    } else if (map.error().code != Code::kNotFound) {
      co_return std::unexpected(std::move(map).error().prefixed("reading configmap " + name));
    }
  }
  co_return out;
}

}  // namespace rotor::local
