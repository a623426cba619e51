// What the External Secrets controllers know of the cluster: watch caches, the indexes over them, and what was written
// but not seen back yet. Everything is read here and nowhere else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/externalsecrets/store.hpp"
#include "base/task.hpp"
#include "kube/runtime/cache.hpp"
#include "kube/runtime/signal.hpp"
#include "kube/runtime/watches.hpp"
#include "kube/shards/ownership.hpp"
#include "kube/shards/partly_kept.hpp"
#include "secrets/kept_external_secret.hpp"
#include "secrets/kept_target.hpp"
#include "secrets/manifest_target/manifest_watches.hpp"
#include "secrets/name_index.hpp"
#include "secrets/options.hpp"
#include "secrets/store_view.hpp"
#include "secrets/target.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

class World {
 public:
  // Called on the I/O thread for changes a controller must look at.
  struct Listeners {
    std::function<void(const kube::Key&, bool first_seen, const KeptExternalSecretPtr&)> external_secret;  // null: gone
    // An ExternalSecret was made, removed or edited, and by whom it is controlled: what ClusterExternalSecrets look at.
    // Not called for what this process changed in one that was there.
    std::function<void(const kube::Key&, const std::string& owner_before, const std::string& owner_after)> child;
    std::function<void(const kube::Key&)> target;      // an ExternalSecret whose target changed
    std::function<void(const kube::Key&)> unreadable;  // an ExternalSecret
    std::function<void(const kube::Key&)> readable;    // one of another replica's, as far as it is kept
    std::function<void(const StoreViewPtr& before, const StoreViewPtr& after)> store;
    std::function<void()> ready;  // once, when everything is listed
  };

  // Of ExternalSecrets that other replicas work on, and of their Secrets, what indexes need is kept, and no text.
  World(const Executor& executor, kube::Client& client, Clock& clock, const Options& options,
        const kube::Ownership& ownership);
  void listen(Listeners listeners) { listeners_ = std::move(listeners); }
  Task<> run();
  bool ready() const { return watches_.ready(); }
  std::vector<std::string> troubles() const { return watches_.troubles(); }
  // What is this replica's has changed: texts are dropped, and read where they are missing, those of Secrets first.
  void divide();

  // As the API server has it: why it cannot be read; null and no reason: there is none, or it is another replica's.
  struct Reading {
    ExternalSecretPtr es;
    std::string unreadable;
  };
  Reading read(const kube::Key& external_secret) const;
  ExternalSecretPtr external_secret(const kube::Key& key) const;
  bool has_external_secret(const kube::Key& key) const { return external_secrets_.get(key) != nullptr; }
  // This very one: not deleted since, nor another under its name.
  bool still_has(const ExternalSecret& es) const;
  // The ExternalSecrets that a ClusterExternalSecret controls, as the watch showed them.
  std::set<kube::Key> children_of(const std::string& cluster_external_secret) const;
  std::string why_unreadable(const kube::Key& external_secret) const { return read(external_secret).unreadable; }
  TargetPtr target(const kube::Key& key) const;  // a Secret
  // Secrets that carry the owner label of this ExternalSecret.
  std::vector<std::string> owned_by(const kube::Key& external_secret) const;
  using Kept = KeptExternalSecretPtr;
  const std::map<kube::Key, Kept>& external_secrets() const { return external_secrets_.all(); }
  ManifestWatches& manifests() { return manifests_; }
  StoreViewPtr store(const kube::Key& key) const;  // an empty namespace: a ClusterSecretStore
  std::vector<StoreViewPtr> stores() const;

  // The API server's answers to our writes.
  Result<void> wrote_external_secret(const SecretBytes& answer);
  Result<void> wrote_target(const SecretBytes& answer);

  // Null when there is none. `ns` is not looked at for a ClusterSecretStore.
  StoreViewPtr find(std::string_view kind, const std::string& ns, const std::string& name) const;
  // One that another replica works on, as it is at the API server; null when there is none.
  Task<Result<ExternalSecretPtr>> read_external_secret(kube::Key key);
  bool is_reduced(const kube::Key& external_secret) const;
  // A Secret that it has to do with was another replica's until now, and is not read yet: it is, then, and who listens
  // to targets hears of it.
  bool lacks_target(const kube::Key& external_secret);
  Task<Result<kube::StringMap>> namespace_labels(std::string ns);

 private:
  bool wants_text(const KeptExternalSecret& kept) const;
  bool wants_target(const KeptTarget& kept) const;
  Result<KeptExternalSecret> keep(std::string_view object_json);
  Result<KeptTarget> keep_target(std::string_view secret_json);
  bool is_complete() const { return part_of_targets_.incomplete().empty() && part_.incomplete().empty(); }
  Task<> complete();
  Task<Result<void>> complete_once();
  void watch_external_secrets();
  void watch_unreadable();
  void watch_targets();
  void follow_manifest(const kube::Key& key, const Kept& after);
  void watch_stores();
  void index_external_secret(const kube::Key& key, const Kept& before, const Kept& after);
  void tell_of_child(const kube::Key& key, const Kept& before, const Kept& after);
  using KeptTargetPtr = std::shared_ptr<const KeptTarget>;
  void index_target(const kube::Key& key, const KeptTargetPtr& before, const KeptTargetPtr& after);
  void target_changed(const kube::Key& key, const KeptTargetPtr& before, const KeptTargetPtr& after);

  kube::Client& client_;
  Clock& clock_;
  const kube::Ownership& ownership_;
  ExternalSecretKeeper keeper_;
  TargetKeeper target_keeper_;
  kube::Signal some_missing_;
  Listeners listeners_;
  kube::Cache<KeptExternalSecret> external_secrets_;
  kube::Cache<KeptTarget> targets_;
  kube::PartlyKept<KeptExternalSecret> part_;
  kube::PartlyKept<KeptTarget> part_of_targets_;
  kube::Cache<StoreView> stores_;
  kube::Cache<StoreView> cluster_stores_;
  ManifestWatches manifests_;
  bool generic_targets_;
  kube::Watches watches_;
  NameIndex by_target_;                                          // Secret → ExternalSecrets' names
  NameIndex by_owner_;                                           // owner hash → Secrets' names
  std::map<std::string, std::set<kube::Key>> by_cluster_owner_;  // ClusterExternalSecret → ExternalSecrets
};

}  // namespace rotor::secrets
