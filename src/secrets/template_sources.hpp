// What `templateFrom` points at: ConfigMaps and Secrets beside the ExternalSecret, fetched before anything is rendered.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "api/externalsecrets/template.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::secrets {

struct SourceName {
  enum class Kind : std::uint8_t { kConfigMap, kSecret } kind;
  std::string name;
  friend auto operator<=>(const SourceName&, const SourceName&) = default;
};
using TemplateSources = std::map<SourceName, SecretMap>;

// Each once, in order of first use.
std::vector<SourceName> sources_of(const api::es::Template& tmpl);

}  // namespace rotor::secrets
