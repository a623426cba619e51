// What the pods of the local node have on disk: prepared before a process starts, kept current while it runs, removed
// with the pod. Runs on the I/O thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/core/pod.hpp"
#include "kube/client/client.hpp"
#include "kube/runtime/queue.hpp"
#include "local/node/data_directory.hpp"
#include "local/node/local_container.hpp"
#include "local/node/pod_folders.hpp"
#include "local/timeline.hpp"

namespace rotor::local {

// The Secrets and ConfigMaps that the container's volumes are made of, the optional ones included.
References volume_references(const api::PodSpec& pod, const api::Container& container);

// The values of Secrets that files are made of, by name.
using SecretValues = std::map<std::string, SecretMap, std::less<>>;

// Is a value among them that was not shown? One that is gone brings none: files that need it stay as they are.
bool brings_others(const SecretValues& shown, const SecretValues& now);

// Everything referred to outlives it.
class PodStorage {
 public:
  PodStorage(kube::Client& client, Clock& clock, Timeline& timeline, DataFolder data);

  Task<> run();  // follows changed objects, until cancelled

  // The folders for `container` of the pod, and the container with the paths it has here. Another uid is another pod:
  // nothing of the one before is left but its claims. kNotFound, kInvalid: what the pod waits for.
  Task<Result<LocalContainer>> prepare(std::shared_ptr<const api::Pod> pod, api::Container container,
                                       EnvironmentSources sources);

  // Asked at every look at what files of Secrets show: false leaves them as they are, until look_again().
  using MayShow = std::function<bool(const std::shared_ptr<const api::Pod>& pod, const SecretValues& shown,
                                     const SecretValues& now)>;
  void ask_before(MayShow may_show) { may_show_ = std::move(may_show); }
  // The number of the look that this orders.
  std::uint64_t look_again(const kube::Key& pod);
  // Whether one is over that began after that order; a pod without files has nothing to look at.
  bool has_looked(const kube::Key& pod, std::uint64_t look) const;
  // Whether the last look left them as they were because it was told to.
  bool holds_back(const kube::Key& pod) const;
  // What the files of the pod show; kept for whom ask_before() named.
  std::optional<SecretValues> shown(const kube::Key& pod) const;

  void remove(const kube::Key& pod);  // it is gone
  void remove_all();

  void secret_changed(const kube::Key& secret) { changed(secret, &References::secrets); }
  void config_map_changed(const kube::Key& map) { changed(map, &References::config_maps); }

 private:
  struct Pod {
    std::string uid;
    std::uint64_t number = 0;  // of the preparation: an older one's answers are not used
    PodPlan plan;
    References references;
    kube::ObjectMeta meta;
    std::shared_ptr<const api::Pod> object;
    std::optional<SecretValues> shown{};
    bool held = false;         // what they show is older than what there is, as the last look was told
    std::uint64_t looked = 0;  // the newest order that a look which is over began after
    bool made = false;         // its folders stand
    std::string kept{};        // why files were left as they were, as said last
  };

  void changed(const kube::Key& object, std::set<std::string> References::* names);
  Task<kube::Outcome> refresh(kube::Key key);
  Task<Result<VolumeObjects>> gather(std::string ns, References references);
  bool is_current(const kube::Key& key, std::uint64_t number) const;
  void hold_back(Pod& pod, VolumeObjects& objects) const;

  kube::Client& client_;
  Timeline& timeline_;
  DataFolder data_;
  kube::Queue queue_;
  MayShow may_show_;
  std::map<kube::Key, Pod> pods_;
  std::uint64_t preparations_ = 0;
  std::uint64_t looks_ = 0;  // that were ordered
};

}  // namespace rotor::local
