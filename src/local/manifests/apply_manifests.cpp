#include "local/manifests/apply_manifests.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

namespace rotor::local {
namespace {

constexpr std::string_view kFieldManager = "rotor-run";
constexpr std::array<std::string_view, 2> kStay = {"Namespace", "CustomResourceDefinition"};

// Who reads others, behind them.
constexpr std::array<std::string_view, 3> kReaders = {"ClusterExternalSecret", "ExternalSecret", "OpenClawInstance"};

std::optional<kube::Resource> kind_of(const json::Object& object) {
  return resource_of(json::find_string(object, "apiVersion"), json::find_string(object, "kind"));
}

kube::Key key_of(const kube::Resource& resource, const json::Object& object) {
  std::string ns(json::find_string(object, "metadata.namespace"));
  if (!resource.namespaced) ns.clear();
  if (resource.namespaced && ns.empty()) ns = "default";
  return {std::move(ns), std::string(json::find_string(object, "metadata.name"))};
}

// A webhook says each thing that is wrong on a line of its own.
std::string in_one_line(std::string text) {
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, "; ");
  return text;
}

Refusal refusal(Manifest manifest, Error error) {
  error.message = in_one_line(std::move(error.message));
  error =
      std::move(error).prefixed(fmt::format("{}: {} {}", manifest.origin, json::find_string(manifest.object, "kind"),
                                            json::find_string(manifest.object, "metadata.name")));
  return {std::move(manifest), std::move(error)};
}

Task<Result<void>> apply_one(kube::Client& client, json::Object object) {
  const auto resource = kind_of(object);
  if (!resource) co_return fail(Code::kInvalid, "it is of a kind that `rotor run` does not serve");
  kube::Key key = key_of(*resource, object);
  if (resource->namespaced) object["metadata"].as_object()["namespace"] = key.ns;
  SecretBytes body(json::serialize(object));
  kube::WriteOptions options{.field_manager = std::string(kFieldManager), .force = true};
  auto answer = co_await client.patch(*resource, key, kube::PatchType::kApply, std::move(body), options);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>{};
}

Task<Result<void>> remove_one(kube::Client& client, json::Object object) {
  const auto resource = kind_of(object);
  if (!resource) co_return Result<void>{};
  auto removed = co_await client.remove(*resource, key_of(*resource, object));
  if (!removed && removed.error().code != Code::kNotFound) co_return removed;
  co_return Result<void>{};
}

// A create, not an apply: what a manifest of an earlier reading says about the namespace stays as it is.
Task<bool> make_namespace(kube::Client& client, std::string name) {
  const json::Object object{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
  const auto made = co_await client.create(*resource_of("v1", "Namespace"), "", SecretBytes(json::serialize(object)));
  co_return made.has_value();
}

bool is_namespace(const Manifest& manifest) { return json::find_string(manifest.object, "kind") == "Namespace"; }

// Namespaces that some manifest names and none defines.
std::set<std::string> undefined_namespaces(const std::vector<Manifest>& manifests, const Standing& standing) {
  std::set<std::string> named;
  for (const Manifest& m : manifests) named.emplace(json::find_string(m.object, "metadata.namespace"));
  for (const Manifest& m : manifests) {
    if (is_namespace(m)) named.erase(std::string(json::find_string(m.object, "metadata.name")));
  }
  for (const auto& [id, m] : standing) {
    if (is_namespace(m)) named.erase(id.key.name);
  }
  for (const char* present : {"", "default", "kube-system"}) named.erase(present);
  return named;
}

// The objects of one kind on the server; nullopt when they cannot be listed.
Task<std::optional<std::map<kube::Key, bool>>> list_keys(kube::Client& client, kube::Resource resource) {
  std::map<kube::Key, bool> out;  // is it being deleted?
  std::map<kube::Key, bool>* const found = &out;
  const auto listed =
      co_await kube::list_all(client, resource, "", {.metadata_only = true}, [found](std::string_view text) {
        if (const auto object = json::read<kube::PartialObject>(text)) {
          found->insert_or_assign(object->metadata.key(), object->metadata.deleting());
        }
      });
  if (!listed) co_return std::nullopt;
  co_return out;
}

std::ptrdiff_t place_of(const Manifest& manifest) {
  const std::string_view kind = json::find_string(manifest.object, "kind");
  if (std::ranges::find(kStay, kind) != kStay.end()) return 0;
  const auto* const reader = std::ranges::find(kReaders, kind);
  return reader == kReaders.end() ? 1 : 2 + (reader - kReaders.begin());
}

}  // namespace

ObjectId id_of(const Manifest& manifest) {
  const auto resource = kind_of(manifest.object);
  if (!resource) return {};
  return {std::string(resource->group), std::string(resource->kind), key_of(*resource, manifest.object)};
}

ManifestChanges changes_between(const Standing& standing, const Manifests& fresh) {
  ManifestChanges out;
  std::map<ObjectId, const Manifest*> wanted;  // of two documents for one object the later one counts, as when applied
  for (const Manifest& m : fresh.good) wanted[id_of(m)] = &m;
  for (const Manifest& m : fresh.good) {
    const ObjectId id = id_of(m);
    if (wanted.at(id) != &m) continue;
    const auto before = standing.find(id);
    if (before == standing.end()) {
      out.added.push_back(m);
    } else if (before->second.object != m.object) {
      out.changed.push_back(m);
    }
  }
  for (const auto& [id, manifest] : standing) {
    const bool stays = std::ranges::find(kStay, id.kind) != kStay.end() ||
                       std::ranges::find(fresh.broken, manifest.file, &BrokenManifest::file) != fresh.broken.end();
    if (!stays && !wanted.contains(id)) out.removed.push_back(manifest);
  }
  return out;
}

std::vector<Manifest> in_order(std::vector<Manifest> manifests) {
  std::ranges::stable_sort(manifests, {}, place_of);
  return manifests;
}

Task<Applied> apply_manifests(kube::Client& client, std::vector<Manifest> manifests, Standing standing) {
  Applied out;
  for (const std::string& name : undefined_namespaces(manifests, standing)) {
    if (co_await make_namespace(client, name)) out.created_namespaces.push_back(name);
  }
  for (Manifest& m : in_order(std::move(manifests))) {
    auto applied = co_await apply_one(client, m.object);
    if (applied) {
      out.done.push_back(std::move(m));
    } else {
      out.refused.push_back(refusal(std::move(m), std::move(applied).error()));
    }
  }
  co_return out;
}

Task<std::vector<Manifest>> find_missing(kube::Client& client, Standing standing) {
  std::vector<Manifest> out;
  const auto namespaces = co_await list_keys(client, *resource_of("v1", "Namespace"));
  if (!namespaces) co_return out;
  std::map<std::pair<std::string, std::string>, std::optional<std::map<kube::Key, bool>>> there;
  for (const auto& [id, manifest] : standing) {
    const auto resource = kind_of(manifest.object);
    if (!resource) continue;
    const auto [kind, first] = there.try_emplace({id.group, id.kind});
    if (first) kind->second = co_await list_keys(client, *resource);
    if (!kind->second || kind->second->contains(id.key)) continue;
    const auto around = namespaces->find({"", id.key.ns});
    const bool going = around != namespaces->end() && around->second;
    if (!going) out.push_back(manifest);
  }
  co_return out;
}

Task<Applied> remove_manifests(kube::Client& client, std::vector<Manifest> manifests) {
  Applied out;
  for (Manifest& m : manifests) {
    auto removed = co_await remove_one(client, m.object);
    if (removed) {
      out.done.push_back(std::move(m));
    } else {
      out.refused.push_back(refusal(std::move(m), std::move(removed).error()));
    }
  }
  co_return out;
}

}  // namespace rotor::local
