// Name, label and annotation rules. Each check answers "" or the sentence the API server gives.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

std::string check_subdomain(std::string_view name);       // RFC 1123 subdomain: most objects
std::string check_label_name(std::string_view name);      // RFC 1123 label: namespaces, services, stateful sets
std::string check_path_segment(std::string_view name);    // RBAC
std::string check_qualified_name(std::string_view name);  // label and annotation keys
std::string check_label_value(std::string_view value);
// What the server says of one name in several sentences.
std::vector<std::string> qualified_name_errors(std::string_view name);
std::vector<std::string> port_name_errors(std::string_view name);  // IANA service names: ports of containers
std::string check_config_key(std::string_view key);                // keys of Secrets and ConfigMaps
std::string check_env_name(std::string_view name);
std::string check_pod_field(std::string_view path);   // what a container may learn of its own pod
std::string check_inner_path(std::string_view path);  // of a file in a volume

enum class NameRule : std::uint8_t { kSubdomain, kLabel, kPathSegment };
std::string check_name(NameRule rule, std::string_view name);

void validate_labels(const json::Object& labels, const std::string& path, std::vector<FieldError>& errors);
void validate_annotations(const json::Object& annotations, const std::string& path, std::vector<FieldError>& errors);

// Name, generateName, labels, annotations, owner references, finalizers. `custom`: of a kind that a CRD defines, where
// finalizers need no domain.
void validate_metadata(const json::Object& object, NameRule rule, bool custom, std::vector<FieldError>& errors);

// New finalizers that should have a domain and a path.
std::vector<std::string> finalizer_warnings(const json::Object& object, const json::Object* old);

}  // namespace rotor::apiserver
