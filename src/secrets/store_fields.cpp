#include "secrets/store_fields.hpp"

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "json/unknown_fields.hpp"

namespace rotor::secrets {

std::vector<std::string> ignored_fields(const providers::ProviderRegistry& registry, const providers::Store& store) {
  std::vector<std::string> out;
  const json::TypeRef block = registry.block(store.provider);
  if (block == nullptr) return out;
  for (const json::UnknownField& field : json::unknown_fields(store.config.text, block())) {
    std::string text =
        fmt::format("spec.provider.{}.{} is no field that Rotor knows, so it is ignored", store.provider, field.path);
    if (const auto meant = nearest(field.name, field.known)) text += fmt::format("; did you mean \"{}\"?", *meant);
    out.push_back(std::move(text));
  }
  return out;
}

}  // namespace rotor::secrets
