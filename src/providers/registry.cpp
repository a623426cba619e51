#include "providers/registry.hpp"

#include <utility>

namespace rotor::providers {

ProviderRegistry::ProviderRegistry(std::initializer_list<ProviderRow> rows, const Services& services) {
  for (const ProviderRow& row : rows) add(std::string(row.name), row.make(services));
}

void ProviderRegistry::add(std::string name, std::unique_ptr<Provider> provider) {
  providers_.insert_or_assign(std::move(name), std::move(provider));
}

Provider* ProviderRegistry::find(std::string_view name) const {
  if (stand_in_) return stand_in_.get();
  const auto it = providers_.find(name);
  return it == providers_.end() ? nullptr : it->second.get();
}

}  // namespace rotor::providers
