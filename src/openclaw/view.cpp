#include "openclaw/view.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "openclaw/names.hpp"

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

}  // namespace

Result<LiveObject> read_live(std::string_view object_json) {
  TRY(kube::PartialObject object, json::read<kube::PartialObject>(object_json));
  object.metadata.managed_fields.clear();
  return LiveObject{std::move(object.metadata), std::string(object_json)};
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

View::View(kube::Client& client, Clock& clock, kube::Namespaces watched, ManagedKinds kinds)
    : instances(client, clock, watched, kube::ListOptions{}),
      secrets(client, clock, watched, metadata_only(), read_mark, kube::kResource<api::Secret>),
      config_maps(client, clock, watched, metadata_only(), read_config_map_mark, kube::kResource<api::ConfigMap>),
      proofs(client, clock, watched, labelled(kProofOf), read_proof_mark, kube::kResource<api::Job>),
      pods(client, clock, watched, our_pods(), read_pod_glimpse, kube::kResource<api::Pod>) {
  for (const ManagedKind& kind : kinds) {
    const auto same = [&kind](const auto& entry) { return entry.first == kind.resource; };
    if (is_secret(kind.resource) || std::ranges::any_of(owned, same)) continue;
    owned.emplace_back(kind.resource,
                       std::make_unique<Live>(client, clock, watched, our_own(), packing(), kind.resource));
  }
  watches.add(instances);
  for (const auto& [resource, cache] : owned) watches.add(*cache);
  watches.add(secrets);
  watches.add(config_maps);
  watches.add(proofs);
  watches.add(pods);
}

Live& View::live(const kube::Resource& resource) {
  for (const auto& [of, cache] : owned) {
    if (of == resource) return *cache;
  }
  throw std::logic_error("no managed kind has the resource " + std::string(resource.plural));
}

Result<LivePtr> View::remember(const kube::Resource& resource, const SecretBytes& answer) {
  if (!is_secret(resource)) return live(resource).wrote(answer);
  TRY_VOID(secrets.wrote(answer));
  return LivePtr{};
}

}  // namespace rotor::openclaw
