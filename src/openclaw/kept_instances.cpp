#include "openclaw/kept_instances.hpp"

#include <utility>

namespace rotor::openclaw {
namespace {

KeptInstance without_tree(KeptInstance::Identity identity) { return {.metadata = std::move(identity)}; }

Result<KeptInstance> read_identity_alone(std::string_view instance_json) {
  TRY(kube::ObjectIdentity id, kube::read_identity(instance_json));
  return without_tree({std::move(id.key.ns), std::move(id.key.name), {}, std::move(id.resource_version)});
}

Result<KeptInstance> read_tree(std::string_view instance_json) {
  TRY(api::OpenClawInstance instance, kube::read_for_cache<api::OpenClawInstance>(instance_json));
  const kube::ObjectMeta& metadata = instance.metadata;
  KeptInstance kept = without_tree({metadata.ns, metadata.name, metadata.uid, metadata.resource_version});
  kept.whole = std::make_shared<const api::OpenClawInstance>(std::move(instance));
  return kept;
}

KeptInstances::Cache::Decoder dividing_instances(KeptWhole is_whole) {
  if (!is_whole) return read_tree;
  return [is_whole = std::move(is_whole)](std::string_view instance_json) -> Result<KeptInstance> {
    TRY(KeptInstance small, read_identity_alone(instance_json));
    return is_whole(small.metadata.ns) ? read_tree(instance_json) : std::move(small);
  };
}

InstancePtr tree_of(const KeptInstances::Cache::Ptr& kept) { return kept == nullptr ? nullptr : kept->whole; }

}  // namespace

KeptInstances::KeptInstances(kube::Client& client, Clock& clock, const kube::Namespaces& watched, KeptWhole is_whole)
    : cache_(client, clock, watched, {}, dividing_instances(std::move(is_whole)),
             kube::kResource<api::OpenClawInstance>) {}

InstancePtr KeptInstances::get(const kube::Key& key) const { return tree_of(cache_.get(key)); }

// Whole in any case: whoever writes works on it.
Result<InstancePtr> KeptInstances::wrote(const SecretBytes& answer) {
  TRY(KeptInstance kept, read_tree(answer.reveal()));
  return cache_.wrote(std::move(kept))->whole;
}

void KeptInstances::on_change(Listener listener) {
  cache_.on_change([listener = std::move(listener)](const kube::Key& key, const auto& before, const auto& after) {
    if (after != nullptr && after->whole == nullptr) return;
    if (tree_of(before) != nullptr || after != nullptr) listener(key, tree_of(before), tree_of(after));
  });
}

void KeptInstances::on_broken(Cache::Broken fn) {
  broken_ = fn;
  cache_.on_broken(std::move(fn));
}

kube::PartlyKept<KeptInstance>::Rules KeptInstances::rules(KeptWhole is_whole) {
  return {.is_whole = [is_whole = std::move(is_whole)](const KeptInstance& kept) { return is_whole(kept.metadata.ns); },
          .read_whole = [this](std::string_view instance_json) { return read_or_mark(instance_json); },
          .reduce = [](const KeptInstance& kept) { return without_tree(kept.metadata); },
          .marks_broken = true};
}

// Nobody is to wait for what cannot be read.
Result<KeptInstance> KeptInstances::read_or_mark(std::string_view instance_json) const {
  auto read = read_tree(instance_json);
  if (read) return read;
  TRY(KeptInstance kept, read_identity_alone(instance_json));
  kept.unreadable = true;
  if (broken_) broken_(kept.metadata.key(), read.error());
  return kept;
}

}  // namespace rotor::openclaw
