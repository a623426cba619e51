// The documents that tell clients which kinds there are: one aggregated list, and the older one per group and version.
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
#pragma once

#include <optional>

#include "apiserver/registry/kinds.hpp"

namespace rotor::apiserver {

// `core`: the document of /api, else that of /apis. `version`: "v2" or "v2beta1".
json::Object aggregated_discovery(const Kinds& kinds, bool core, std::string_view version);

json::Object api_versions(std::string_view server_address);                         // /api
json::Object api_group_list(const Kinds& kinds);                                    // /apis
std::optional<json::Object> api_group(const Kinds& kinds, std::string_view group);  // /apis/GROUP
// /api/v1, /apis/GROUP/VERSION
std::optional<json::Object> api_resource_list(const Kinds& kinds, std::string_view group, std::string_view version);

json::Object version_info();

// Subresources a kind answers besides its own endpoint.
struct Subresource {
  std::string name;
  std::string group, version, kind;  // of what it answers; empty group and version: the kind's own
  std::vector<std::string> verbs;
};
std::vector<Subresource> subresources_of(const ServedKind& kind, const ServedVersion& version);

}  // namespace rotor::apiserver
