#include "apiserver/http/discovery.hpp"

#include <algorithm>
#include <map>

namespace rotor::apiserver {

namespace {

using json::Array;
using json::Object;
using json::Value;

const std::vector<std::string> kAllVerbs{"create", "delete", "deletecollection", "get",
                                         "list",   "patch",  "update",           "watch"};

Array texts(const std::vector<std::string>& all) {
  Array out;
  for (const std::string& one : all) out.push_back(Value(one));
  return out;
}

Array verbs_of(const ServedKind& kind) {
  return texts(kind.create_only ? std::vector<std::string>{"create"} : kAllVerbs);
}

Object group_version_kind(std::string_view group, std::string_view version, std::string_view kind) {
  Object out;
  out["group"] = group;
  out["version"] = version;
  out["kind"] = kind;
  return out;
}

Object aggregated_resource(const ServedKind& kind, const ServedVersion& version) {
  Object out;
  out["resource"] = kind.plural;
  out["responseKind"] = group_version_kind(kind.group, version.version, kind.kind);
  out["scope"] = kind.namespaced ? "Namespaced" : "Cluster";
  out["singularResource"] = kind.singular;
  out["verbs"] = verbs_of(kind);
  if (!kind.short_names.empty()) out["shortNames"] = texts(kind.short_names);
  if (!kind.categories.empty()) out["categories"] = texts(kind.categories);
  Array below;
  for (const Subresource& one : subresources_of(kind, version)) {
    Object sub;
    sub["subresource"] = one.name;
    sub["responseKind"] = group_version_kind(one.version.empty() ? kind.group : one.group,
                                             one.version.empty() ? version.version : one.version, one.kind);
    sub["verbs"] = texts(one.verbs);
    below.push_back(std::move(sub));
  }
  if (!below.empty()) out["subresources"] = std::move(below);
  return out;
}

// Versions of a group, preferred first, each with its kinds.
using Versions = std::vector<std::pair<std::string, std::vector<std::pair<KindPtr, const ServedVersion*>>>>;

std::map<std::string, Versions> groups_of(const Kinds& kinds) {
  std::map<std::string, Versions> out;
  for (const KindPtr& kind : kinds.all()) {
    Versions& versions = out[kind->group];
    for (const ServedVersion& version : kind->versions) {
      auto it = std::ranges::find(versions, version.version,
                                  [](const auto& entry) -> const std::string& { return entry.first; });
      if (it == versions.end()) it = versions.insert(versions.end(), {version.version, {}});
      it->second.emplace_back(kind, &version);
    }
  }
  return out;
}

Object group_entry(const std::string& group, const Versions& versions) {
  Array all;
  for (const auto& [name, served] : versions) {
    Object one;
    one["groupVersion"] = api_version_of(group, name);
    one["version"] = name;
    all.push_back(std::move(one));
  }
  Object out;
  out["name"] = group;
  out["preferredVersion"] = all.front();
  out["versions"] = std::move(all);
  return out;
}

Object list_entry(const ServedKind& kind) {
  Object out;
  out["name"] = kind.plural;
  out["singularName"] = kind.singular;
  out["namespaced"] = kind.namespaced;
  out["kind"] = kind.kind;
  out["verbs"] = verbs_of(kind);
  if (!kind.short_names.empty()) out["shortNames"] = texts(kind.short_names);
  if (!kind.categories.empty()) out["categories"] = texts(kind.categories);
  return out;
}

Object list_entry(const ServedKind& kind, const Subresource& sub) {
  Object out;
  out["name"] = kind.plural + "/" + sub.name;
  out["singularName"] = "";
  out["namespaced"] = kind.namespaced;
  if (!sub.version.empty()) {
    out["group"] = sub.group;
    out["version"] = sub.version;
  }
  out["kind"] = sub.kind;
  out["verbs"] = texts(sub.verbs);
  return out;
}

}  // namespace

std::vector<Subresource> subresources_of(const ServedKind& kind, const ServedVersion& version) {
  std::vector<Subresource> out;
  if (version.status) out.push_back({"status", {}, {}, kind.kind, {"get", "patch", "update"}});
  if (version.scale) out.push_back({"scale", "autoscaling", "v1", "Scale", {"get", "patch", "update"}});
  if (kind.storage_key == "serviceaccounts") {
    out.push_back({"token", "authentication.k8s.io", "v1", "TokenRequest", {"create"}});
  }
  if (kind.storage_key == "pods") {
    const std::vector<std::string> streams{"create", "get"};
    out.push_back({"attach", {}, "v1", "PodAttachOptions", streams});
    out.push_back({"exec", {}, "v1", "PodExecOptions", streams});
    out.push_back({"log", {}, {}, kind.kind, {"get"}});
    out.push_back({"portforward", {}, "v1", "PodPortForwardOptions", streams});
  }
  return out;
}

Object aggregated_discovery(const Kinds& kinds, bool core, std::string_view version) {
  Array items;
  for (const auto& [group, versions] : groups_of(kinds)) {
    if (group.empty() != core) continue;
    Array all;
    for (const auto& [name, served] : versions) {
      Array resources;
      for (const auto& [kind, at] : served) resources.push_back(aggregated_resource(*kind, *at));
      Object one;
      one["version"] = name;
      one["resources"] = std::move(resources);
      one["freshness"] = "Current";
      all.push_back(std::move(one));
    }
    Object meta;
    if (!core) meta["name"] = group;
    Object item;
    item["metadata"] = std::move(meta);
    item["versions"] = std::move(all);
    items.push_back(std::move(item));
  }
  Object out;
  out["kind"] = "APIGroupDiscoveryList";
  out["apiVersion"] = std::string("apidiscovery.k8s.io/") + std::string(version);
  out["metadata"] = Object();
  out["items"] = std::move(items);
  return out;
}

Object api_versions(std::string_view server_address) {
  Object address;
  address["clientCIDR"] = "0.0.0.0/0";
  address["serverAddress"] = server_address;
  Object out;
  out["kind"] = "APIVersions";
  out["versions"] = Array{"v1"};
  out["serverAddressByClientCIDRs"] = Array{std::move(address)};
  return out;
}

Object api_group_list(const Kinds& kinds) {
  Array groups;
  for (const auto& [group, versions] : groups_of(kinds)) {
    if (!group.empty()) groups.push_back(group_entry(group, versions));
  }
  Object out;
  out["kind"] = "APIGroupList";
  out["apiVersion"] = "v1";
  out["groups"] = std::move(groups);
  return out;
}

std::optional<Object> api_group(const Kinds& kinds, std::string_view group) {
  const auto groups = groups_of(kinds);
  const auto it = groups.find(std::string(group));
  if (it == groups.end() || group.empty()) return std::nullopt;
  Object entry = group_entry(it->first, it->second);
  Object out;
  out["kind"] = "APIGroup";
  out["apiVersion"] = "v1";
  for (auto& member : entry) out[member.key()] = std::move(member.value());
  return out;
}

std::optional<Object> api_resource_list(const Kinds& kinds, std::string_view group, std::string_view version) {
  Array resources;
  for (const KindPtr& kind : kinds.all()) {
    const ServedVersion* at = kind->version(version);
    if (kind->group != group || at == nullptr) continue;
    resources.push_back(list_entry(*kind));
    for (const Subresource& one : subresources_of(*kind, *at)) resources.push_back(list_entry(*kind, one));
  }
  if (resources.empty()) return std::nullopt;
  Object out;
  out["kind"] = "APIResourceList";
  out["apiVersion"] = "v1";
  out["groupVersion"] = api_version_of(group, version);
  out["resources"] = std::move(resources);
  return out;
}

Object version_info() {
  Object out;
  out["major"] = "1";
  out["minor"] = "36";
  out["gitVersion"] = "v1.36.3+rotor";
  out["gitCommit"] = "";
  out["gitTreeState"] = "clean";
  out["buildDate"] = "1970-01-01T00:00:00Z";
  out["goVersion"] = "";
  out["compiler"] = "clang";
#if defined(__aarch64__)
  out["platform"] = "linux/arm64";
#else
  out["platform"] = "linux/amd64";
#endif
  return out;
}

}  // namespace rotor::apiserver
