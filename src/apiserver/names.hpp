// Name, label and annotation rules. Each check answers "" or the sentence the API server gives.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apiserver/status.hpp"

namespace rotor::apiserver {

std::string check_subdomain(std::string_view name);       // RFC 1123 subdomain: most objects
std::string check_label_name(std::string_view name);      // RFC 1123 label: namespaces, services' newer rule
std::string check_service_name(std::string_view name);    // RFC 1035 label
std::string check_path_segment(std::string_view name);    // RBAC
std::string check_qualified_name(std::string_view name);  // label and annotation keys
std::string check_label_value(std::string_view value);
std::string check_config_key(std::string_view key);  // keys of Secrets and ConfigMaps

enum class NameRule : std::uint8_t { kSubdomain, kLabel, kService, kPathSegment };
std::string check_name(NameRule rule, std::string_view name);

// Name, generateName, labels, annotations, owner references, finalizers.
void validate_metadata(const json::Object& object, NameRule rule, std::vector<FieldError>& errors);

}  // namespace rotor::apiserver
