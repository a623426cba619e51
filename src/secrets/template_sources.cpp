#include "secrets/template_sources.hpp"

#include <algorithm>

namespace rotor::secrets {

std::vector<SourceName> sources_of(const api::es::Template& tmpl) {
  std::vector<SourceName> names;
  const auto add = [&names](SourceName::Kind kind, const std::optional<api::es::TemplateRef>& ref) {
    if (!ref) return;
    SourceName name{kind, ref->name};
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  };
  for (const auto& from : tmpl.template_from) {
    add(SourceName::Kind::kConfigMap, from.config_map);
    add(SourceName::Kind::kSecret, from.secret);
  }
  return names;
}

}  // namespace rotor::secrets
