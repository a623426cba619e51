// spec.target.template of an ExternalSecret: how the Secret is made from what the store holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"

namespace rotor::api::es {

struct TemplateMetadata {
  StringMap labels;
  StringMap annotations;
  std::vector<std::string> finalizers;
};

struct TemplateItem {
  std::string key;
  std::string template_as;  // Values (also when empty), KeysAndValues
};
struct TemplateRef {
  std::string name;
  std::vector<TemplateItem> items;
};
struct TemplateFrom {
  std::optional<TemplateRef> config_map;
  std::optional<TemplateRef> secret;
  std::string target = "Data";  // Data, Annotations, Labels; a path for manifests. Empty: nowhere, which is an error
  std::optional<std::string> literal;
  std::string values_decoding_strategy;
};

struct Template {
  std::string type;
  std::string engine_version;  // v2
  std::optional<TemplateMetadata> metadata;
  std::string merge_policy;  // Replace (also when empty), Merge
  StringMap data;
  std::vector<TemplateFrom> template_from;
};

namespace v1beta1 {
struct TemplateMetadata : es::TemplateMetadata {};
struct TemplateFrom : es::TemplateFrom {};
struct Template {
  std::string type;
  std::string engine_version;
  std::optional<TemplateMetadata> metadata;
  std::string merge_policy;
  StringMap data;
  std::vector<TemplateFrom> template_from;
};
}  // namespace v1beta1

}  // namespace rotor::api::es

namespace rotor::json {
ROTOR_DESCRIBED(api::es::TemplateMetadata);
ROTOR_DESCRIBED(api::es::TemplateItem);
ROTOR_DESCRIBED(api::es::TemplateRef);
ROTOR_DESCRIBED(api::es::TemplateFrom);
ROTOR_DESCRIBED(api::es::Template);
ROTOR_DESCRIBED(api::es::v1beta1::TemplateMetadata);
ROTOR_DESCRIBED(api::es::v1beta1::TemplateFrom);
ROTOR_DESCRIBED(api::es::v1beta1::Template);
}  // namespace rotor::json
