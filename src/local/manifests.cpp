#include "local/manifests.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "json/yaml.hpp"
#include "local/file_watch.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using kube::Resource;

constexpr std::string_view kFieldManager = "rotor-run";
constexpr std::string_view kExternalSecrets = "external-secrets.io";

constexpr Resource kNamespace = {"", "v1", "namespaces", "Namespace", false};

constexpr auto kKinds = std::to_array<Resource>({
    kNamespace,
    {"", "v1", "secrets", "Secret"},
    {"", "v1", "configmaps", "ConfigMap"},
    {"", "v1", "serviceaccounts", "ServiceAccount"},
    {"", "v1", "services", "Service"},
    {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"},
    {"apps", "v1", "statefulsets", "StatefulSet"},
    {"apps", "v1", "deployments", "Deployment"},
    {"rbac.authorization.k8s.io", "v1", "roles", "Role"},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false},
    {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"},
    {"networking.k8s.io", "v1", "ingresses", "Ingress"},
    {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"},
    {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false},
    {kExternalSecrets, "v1", "secretstores", "SecretStore"},
    {kExternalSecrets, "v1beta1", "secretstores", "SecretStore"},
    {kExternalSecrets, "v1", "clustersecretstores", "ClusterSecretStore", false},
    {kExternalSecrets, "v1beta1", "clustersecretstores", "ClusterSecretStore", false},
    {kExternalSecrets, "v1", "externalsecrets", "ExternalSecret"},
    {kExternalSecrets, "v1beta1", "externalsecrets", "ExternalSecret"},
    {"openclaw.rocks", "v1alpha1", "openclawinstances", "OpenClawInstance"},
});

std::string text_at(const json::Object& object, std::string_view path) {
  return std::string(json::find_string(json::Value(object), path));
}

bool is_manifest_file(const fs::path& path) {
  static constexpr std::array<std::string_view, 3> kEndings = {".yaml", ".yml", ".json"};
  return std::ranges::find(kEndings, path.extension().string()) != kEndings.end();
}

Result<std::vector<std::string>> files_of(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return fail(Code::kNotFound, fmt::format("-f {}: no such file or folder", path));
  if (!fs::is_directory(path)) return std::vector{path};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    if (entry.is_regular_file() && is_manifest_file(entry.path())) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  if (files.empty())
    return fail(Code::kNotFound, fmt::format("-f {}: no .yaml, .yml or .json file in this folder", path));
  return files;
}

void add_document(json::YamlDocument document, const std::string& file, Manifests& out) {
  const std::string origin = fmt::format("{}:{}", file, document.line);
  if (!document.value.is_object()) {
    out.broken.push_back({Code::kInvalid, origin + ": a manifest is a mapping with apiVersion, kind and metadata"});
    return;
  }
  json::Object& object = document.value.as_object();
  if (text_at(object, "kind") == "List") {
    const json::Value* items = object.if_contains("items");
    if (items != nullptr && items->is_array()) {
      for (const json::Value& item : items->as_array()) add_document({item, document.line}, file, out);
    }
    return;
  }
  for (const std::string_view field : {"apiVersion", "kind", "metadata.name"}) {
    if (text_at(object, field).empty()) {
      out.broken.push_back({Code::kInvalid, fmt::format("{}: {} is missing", origin, field)});
      return;
    }
  }
  out.good.push_back({std::move(object), origin});
}

void read_file(const std::string& file, Manifests& out) {
  const auto text = read_text_file(file);
  if (!text) {
    out.broken.push_back(text.error());
    return;
  }
  json::YamlStream stream = json::parse_yaml_leniently(*text);
  for (Error& error : stream.errors) out.broken.push_back(std::move(error).prefixed(file));
  for (json::YamlDocument& document : stream.documents) add_document(std::move(document), file, out);
}

std::string describe(const json::Object& object) {
  return fmt::format("{} {}", text_at(object, "kind"), text_at(object, "metadata.name"));
}

Task<Result<void>> apply_one(kube::Client& client, json::Object object) {
  const auto resource = resource_of(text_at(object, "apiVersion"), text_at(object, "kind"));
  if (!resource) {
    co_return fail(Code::kInvalid, fmt::format("{} of {} is not a kind that `rotor run` serves",
                                               text_at(object, "kind"), text_at(object, "apiVersion")));
  }
  kube::Key key{text_at(object, "metadata.namespace"), text_at(object, "metadata.name")};
  if (!resource->namespaced) key.ns.clear();
  SecretBytes body(json::serialize(object));
  kube::WriteOptions options{.field_manager = std::string(kFieldManager), .force = true};
  auto answer = co_await client.patch(*resource, key, kube::PatchType::kApply, std::move(body), options);
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return Result<void>{};
}

json::Object make_namespace(const std::string& name) {
  return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
}

// A namespaced object without a namespace goes to `default`, as kubectl would send it.
void fill_namespace(json::Object& object) {
  const auto resource = resource_of(text_at(object, "apiVersion"), text_at(object, "kind"));
  if (!resource || !resource->namespaced || !text_at(object, "metadata.namespace").empty()) return;
  object["metadata"].as_object()["namespace"] = "default";
}

// Namespaces that some manifest names and none defines.
std::set<std::string> undefined_namespaces(const std::vector<Manifest>& manifests) {
  std::set<std::string> named;
  for (const Manifest& m : manifests) named.insert(text_at(m.object, "metadata.namespace"));
  for (const Manifest& m : manifests) {
    if (text_at(m.object, "kind") == "Namespace") named.erase(text_at(m.object, "metadata.name"));
  }
  for (const char* present : {"", "default", "kube-system"}) named.erase(present);
  return named;
}

}  // namespace

Result<Manifests> read_manifests(const std::vector<std::string>& paths) {
  Manifests out;
  for (const std::string& path : paths) {
    TRY(const std::vector<std::string> files, files_of(path));
    for (const std::string& file : files) read_file(file, out);
  }
  return out;
}

std::optional<Resource> resource_of(std::string_view api_version, std::string_view kind) {
  const auto it =
      std::ranges::find_if(kKinds, [&](const Resource& r) { return r.kind == kind && r.api_version() == api_version; });
  return it == kKinds.end() ? std::nullopt : std::optional(*it);
}

Task<Applied> apply_manifests(kube::Client& client, Manifests manifests) {
  Applied out;
  for (Manifest& m : manifests.good) fill_namespace(m.object);
  for (const std::string& name : undefined_namespaces(manifests.good)) {
    auto made = co_await apply_one(client, make_namespace(name));
    if (made) out.created_namespaces.push_back(name);
  }
  for (const bool namespaces : {true, false}) {
    for (const Manifest& m : manifests.good) {
      if ((text_at(m.object, "kind") == "Namespace") != namespaces) continue;
      auto applied = co_await apply_one(client, m.object);
      if (applied) {
        ++out.count;
      } else {
        out.refused.push_back(std::move(applied).error().prefixed(fmt::format("{}: {}", m.origin, describe(m.object))));
      }
    }
  }
  co_return out;
}

}  // namespace rotor::local
