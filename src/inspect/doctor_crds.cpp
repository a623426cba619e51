// CRDs: what is stored and served, what they lack, and who would take them away.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "inspect/doctor.hpp"

namespace rotor::inspect {
namespace {

constexpr std::string_view kCrd = "CRD";
constexpr std::string_view kApplyOurs = "kubectl apply --server-side --force-conflicts -f deploy/crds";
constexpr std::size_t kFieldsNamed = 3;

std::string name_of_crd(const json::Value& crd) {
  return fmt::format("customresourcedefinition/{}", json::find_string(crd, "metadata.name"));
}

const json::Array& array_at(const json::Value& value, std::string_view path) {
  static const json::Array kEmpty;
  const json::Value* found = json::find(value, path);
  return found != nullptr && found->is_array() ? found->get_array() : kEmpty;
}

// A key with dots in it, which a path cannot name.
std::string_view annotation_of(const json::Value& crd, std::string_view name) {
  const json::Value* annotations = json::find(crd, "metadata.annotations");
  const json::Object* object = annotations == nullptr ? nullptr : annotations->if_object();
  const json::Value* value = object == nullptr ? nullptr : object->if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const json::Value* version_of(const json::Value& crd, std::string_view name) {
  for (const json::Value& version : array_at(crd, "spec.versions")) {
    if (json::find_string(version, "name") == name) return &version;
  }
  return nullptr;
}

bool is_served(const json::Value* version) {
  const json::Value* served = version == nullptr ? nullptr : json::find(*version, "served");
  return served != nullptr && served->is_bool() && served->get_bool();
}

// The shortest paths of fields that ours describes and theirs does not. A part that theirs keeps as it is lacks
// nothing.
void lacking(const json::Value& ours, const json::Value& theirs, const std::string& path,
             std::vector<std::string>& out) {
  if (const json::Value* keeps = json::find(theirs, "x-kubernetes-preserve-unknown-fields"); keeps != nullptr) return;
  if (const json::Value* items = json::find(ours, "items"); items != nullptr) {
    const json::Value* theirs_of = json::find(theirs, "items");
    return theirs_of == nullptr ? void() : lacking(*items, *theirs_of, path + "[]", out);
  }
  const json::Value* properties = json::find(ours, "properties");
  if (properties == nullptr || !properties->is_object()) return;
  const json::Value* known = json::find(theirs, "properties");
  for (const auto& [name, schema] : properties->get_object()) {
    const json::Object* object = known == nullptr ? nullptr : known->if_object();
    const json::Value* same = object == nullptr ? nullptr : object->if_contains(name);
    const std::string at = path.empty() ? std::string(name) : fmt::format("{}.{}", path, std::string_view(name));
    if (same == nullptr) {
      out.push_back(at);
    } else {
      lacking(schema, *same, at, out);
    }
  }
}

std::string some_of(const std::vector<std::string>& names) {
  const auto shown = std::min(names.size(), kFieldsNamed);
  std::string out =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

Diagnoses stored_versions(const json::Value& theirs, const json::Value& ours) {
  Diagnoses out;
  for (const json::Value& stored : array_at(theirs, "status.storedVersions")) {
    const std::string_view version = stored.is_string() ? std::string_view(stored.get_string()) : std::string_view();
    if (version.empty() || version_of(ours, version) != nullptr) continue;
    const std::string_view plural = json::find_string(theirs, "spec.names.plural");
    out.push_back(
        {std::string(kCrd), name_of_crd(theirs),
         fmt::format("objects may be stored as {}, which Rotor's CRD has not: the API server will refuse that CRD",
                     version),
         fmt::format("store them anew (kubectl get {} -A -o json | kubectl replace -f -), then take {} out of "
                     "status.storedVersions (kubectl patch --subresource=status)",
                     plural, version)});
  }
  return out;
}

Diagnoses versions(const json::Value& theirs, const json::Value& ours) {
  Diagnoses out;
  for (const json::Value& version : array_at(ours, "spec.versions")) {
    const std::string_view name = json::find_string(version, "name");
    if (!is_served(&version)) continue;
    const json::Value* same = version_of(theirs, name);
    if (!is_served(same)) {
      out.push_back(
          {std::string(kCrd), name_of_crd(theirs), fmt::format("does not serve {}", name), std::string(kApplyOurs)});
      continue;
    }
    const json::Value* our_schema = json::find(version, "schema.openAPIV3Schema");
    const json::Value* their_schema = json::find(*same, "schema.openAPIV3Schema");
    std::vector<std::string> fields;
    if (our_schema != nullptr && their_schema != nullptr) lacking(*our_schema, *their_schema, "", fields);
    std::erase_if(fields, [](const std::string& field) { return !field.starts_with("spec"); });
    if (fields.empty()) continue;
    out.push_back(
        {std::string(kCrd), name_of_crd(theirs),
         fmt::format("is older: {} knows no {}, which is dropped from what people apply", name, some_of(fields)),
         std::string(kApplyOurs)});
  }
  return out;
}

Diagnoses conversion(const json::Value& theirs) {
  if (json::find_string(theirs, "spec.conversion.strategy") != "Webhook") return {};
  const json::Value* service = json::find(theirs, "spec.conversion.webhook.clientConfig.service");
  const std::string asked = service == nullptr ? std::string("a URL")
                                               : fmt::format("Service {}/{}", json::find_string(*service, "namespace"),
                                                             json::find_string(*service, "name"));
  return {
      {std::string(kCrd), name_of_crd(theirs),
       fmt::format("is converted by {}: once nobody answers there, its objects can be neither read nor written", asked),
       fmt::format("before the other operator stops: {}", kApplyOurs)}};
}

Diagnoses owned_by_helm(const json::Value& theirs) {
  const std::string_view release = annotation_of(theirs, "meta.helm.sh/release-name");
  if (release.empty() || annotation_of(theirs, "helm.sh/resource-policy") == "keep") return {};
  const std::string_view ns = annotation_of(theirs, "meta.helm.sh/release-namespace");
  return {{std::string(kCrd), name_of_crd(theirs),
           fmt::format("belongs to the Helm release {}/{}: `helm uninstall` deletes it, with it every object of its "
                       "kind, and with those the Secrets that they own",
                       ns, release),
           fmt::format("do not uninstall that release: scale its Deployments to 0, and forget it with kubectl -n {} "
                       "delete secret -l owner=helm,name={}",
                       ns, release)}};
}

void append(Diagnoses& out, Diagnoses more) {
  for (Diagnosis& one : more) out.push_back(std::move(one));
}

}  // namespace

Diagnoses examine_crd(const json::Value& theirs, const json::Value& ours) {
  Diagnoses out = stored_versions(theirs, ours);
  append(out, versions(theirs, ours));
  append(out, conversion(theirs));
  append(out, owned_by_helm(theirs));
  return out;
}

Diagnosis absent_crd(std::string_view name) {
  return {std::string(kCrd), fmt::format("customresourcedefinition/{}", name), "is not there",
          "the chart brings it, unless installCRDs=false; or kubectl apply --server-side -f deploy/crds"};
}

Diagnoses examine_unknown_kind(const json::Value& crd, std::size_t count) {
  if (count == 0) return {};
  return {{"objects", std::string(json::find_string(crd, "metadata.name")),
           fmt::format("{} of them, and Rotor has no {} yet", count, json::find_string(crd, "spec.names.kind")),
           "they are left alone; keep the other operator for them, or do without"}};
}

}  // namespace rotor::inspect
