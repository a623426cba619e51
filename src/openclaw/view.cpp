#include "openclaw/view.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "json/reader.hpp"
#include "openclaw/names.hpp"
#include "openclaw/rollout/history.hpp"

namespace rotor::openclaw {
namespace {

bool says_true(const StringMap& annotations, std::string_view name) {
  const auto value = annotations.find(name);
  return value != annotations.end() && value->second == "true";
}

bool is_secret(const kube::Resource& resource) { return resource == kube::kResource<api::Secret>; }

kube::ListOptions our_own() { return {.label_selector = fmt::format("{}={}", kManagedBy, kOperatorName)}; }

kube::ListOptions our_pods() {
  return {.label_selector = fmt::format("app.kubernetes.io/name=openclaw,{}={}", kManagedBy, kOperatorName)};
}

kube::ListOptions labelled(std::string_view label) { return {.label_selector = std::string(label)}; }

kube::ListOptions metadata_only() {
  kube::ListOptions options;
  options.metadata_only = true;
  return options;
}

// Objects of one kind, of one instance and of the next, are much alike.
Live::Decoder packing() {
  return [packer = std::make_shared<TextPacker>()](std::string_view text) -> Result<LiveObject> {
    TRY(LiveObject live, read_live(text));
    live.text = packer->pack(text);
    return live;
  };
}

Live::Decoder dividing(kube::Resource resource, Live::Decoder read_whole, KeptWhole is_whole) {
  if (!is_whole) return read_whole;
  return [resource, read_whole = std::move(read_whole), is_whole = std::move(is_whole)](std::string_view text) {
    const auto id = kube::read_identity(text);
    return id && !is_whole(id->key.ns) ? read_reduced(resource, text) : read_whole(text);
  };
}

LiveObject by_identity(kube::ObjectIdentity id) {
  LiveObject out{.metadata = {}, .text = {}, .partial = true};
  out.metadata.ns = std::move(id.key.ns);
  out.metadata.name = std::move(id.key.name);
  out.metadata.resource_version = std::move(id.resource_version);
  return out;
}

std::string_view member_of(std::string_view object_json, std::string_view wanted, std::string_view otherwise) {
  json::Reader reader(object_json);
  std::string name;
  reader.begin_object();
  while (reader.next_member(name)) {
    const std::string_view value = reader.read_raw();
    if (name == wanted) return value;
  }
  return otherwise;
}

}  // namespace

Result<LiveObject> read_live(std::string_view object_json) {
  TRY(kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  object.metadata.managed_fields.clear();
  return LiveObject{std::move(object.metadata), std::string(object_json)};
}

LiveObject reduce(const kube::Resource& resource, const LiveObject& whole) {
  const kube::ObjectMeta& metadata = whole.metadata;
  LiveObject out = by_identity({metadata.key(), metadata.resource_version});
  if (resource != kube::kResource<api::StatefulSet>) return out;
  const auto history = metadata.annotations.find(kSecretHistory);
  if (history != metadata.annotations.end()) out.metadata.annotations.insert(*history);
  const std::string text = whole.text.unpack();
  const std::string_view replicas = member_of(member_of(text, "spec", "{}"), "replicas", "1");
  out.text = PackedText(fmt::format(R"({{"metadata":{{"generation":{}}},"spec":{{"replicas":{}}},"status":{}}})",
                                    metadata.generation, replicas, member_of(text, "status", "{}")));
  return out;
}

Result<LiveObject> read_reduced(const kube::Resource& resource, std::string_view object_json) {
  if (resource != kube::kResource<api::StatefulSet>) {
    TRY(kube::ObjectIdentity id, kube::read_identity(object_json));
    return by_identity(std::move(id));
  }
  TRY(const LiveObject whole, read_live(object_json));
  return reduce(resource, whole);
}

Result<SecretMark> read_mark(std::string_view object_json) {
  TRY(const kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  SecretMark mark;
  mark.metadata = {object.metadata.ns, object.metadata.name, object.metadata.resource_version};
  mark.ignored = says_true(object.metadata.annotations, kIgnoreRotation) ||
                 says_true(object.metadata.annotations, kReloaderIgnore);
  return mark;
}

Result<ConfigMapMark> read_config_map_mark(std::string_view object_json) {
  TRY(const kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  return ConfigMapMark{{object.metadata.ns, object.metadata.name, object.metadata.resource_version}};
}

const kube::OwnerReference* controller_of(const LiveObject& object) {
  const auto& owners = object.metadata.owner_references;
  const auto controls = [](const kube::OwnerReference& owner) { return owner.controller.value_or(false); };
  const auto found = std::ranges::find_if(owners, controls);
  return found == owners.end() ? nullptr : &*found;
}

View::View(kube::Client& client, Clock& clock, kube::Namespaces watched, ManagedKinds kinds, KeptWhole is_whole)
    : instances(client, clock, watched, is_whole),
      secrets(client, clock, watched, metadata_only(), read_mark, kube::kResource<api::Secret>),
      config_maps(client, clock, watched, metadata_only(), read_config_map_mark, kube::kResource<api::ConfigMap>),
      proofs(client, clock, watched, labelled(kProofOf), read_proof_mark, kube::kResource<api::Job>),
      pods(client, clock, watched, our_pods(), read_pod_glimpse, kube::kResource<api::Pod>) {
  for (const ManagedKind& kind : kinds) {
    if (is_secret(kind.resource) || std::ranges::find(owned, kind.resource, &Owned::resource) != owned.end()) continue;
    const Live::Decoder read_whole = packing();
    auto cache = std::make_unique<Live>(client, clock, watched, our_own(),
                                        dividing(kind.resource, read_whole, is_whole), kind.resource);
    owned.push_back({kind.resource, our_own(), read_whole, std::move(cache)});
  }
  watches.add(instances.cache());
  for (const Owned& kind : owned) watches.add(*kind.cache);
  watches.add(secrets);
  watches.add(config_maps);
  watches.add(proofs);
  watches.add(pods);
}

View::Owned& View::owned_of(const kube::Resource& resource) {
  const auto found = std::ranges::find(owned, resource, &Owned::resource);
  if (found != owned.end()) return *found;
  throw std::logic_error("no managed kind has the resource " + std::string(resource.plural));
}

Live& View::live(const kube::Resource& resource) { return *owned_of(resource).cache; }

// Whole in any case: whoever writes works on it.
Result<LivePtr> View::remember(const kube::Resource& resource, const SecretBytes& answer) {
  if (!is_secret(resource)) {
    Owned& kind = owned_of(resource);
    TRY(LiveObject written, kind.read_whole(answer.reveal()));
    return kind.cache->wrote(std::move(written));
  }
  TRY_VOID(secrets.wrote(answer));
  return LivePtr{};
}

}  // namespace rotor::openclaw
