#include "providers/registry.hpp"

#include <utility>
#include <vector>

#include "base/side_by_side.hpp"

namespace rotor::providers {
namespace {

// Is there to say of each store what to use instead, and reads nothing: no name to recommend.
constexpr std::string_view kOnlyRefuses = "onepasswordSDK";

}  // namespace

ProviderRegistry::ProviderRegistry(std::initializer_list<ProviderRow> rows, const Services& services) {
  for (const ProviderRow& row : rows) add(std::string(row.name), row.make(services));
}

void ProviderRegistry::add(std::string name, std::unique_ptr<Provider> provider) {
  providers_.insert_or_assign(std::move(name), std::move(provider));
}

Provider* ProviderRegistry::find(std::string_view name) const {
  const auto it = providers_.find(name);
  if (it == providers_.end()) return nullptr;
  return stand_in_ ? stand_in_.get() : it->second.get();
}

namespace {

Task<Result<void>> closed(Provider& provider) {
  co_await provider.close();
  co_return Result<void>();
}

}  // namespace

Task<> ProviderRegistry::close() {
  std::vector<Provider*> all;
  for (const auto& [name, provider] : providers_) all.push_back(provider.get());
  co_await side_by_side(all.size(), all.size(), [&all](std::size_t i) { return closed(*all[i]); });
}

json::TypeRef ProviderRegistry::block(std::string_view name) const {
  const auto it = providers_.find(name);
  return it == providers_.end() ? nullptr : it->second->block();
}

std::vector<std::string> ProviderRegistry::names() const {
  std::vector<std::string> names;
  for (const auto& [name, provider] : providers_) {
    if (name != kOnlyRefuses) names.push_back(name);
  }
  return names;
}

}  // namespace rotor::providers
