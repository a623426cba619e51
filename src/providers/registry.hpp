// The providers of this process, by the property under spec.provider that names each.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "providers/provider.hpp"

namespace rotor::providers {

// A row of the registration table.
struct ProviderRow {
  std::string_view name;  // the property under spec.provider
  std::unique_ptr<Provider> (*make)(const Services& services);
};

class ProviderRegistry {
 public:
  ProviderRegistry() = default;
  ProviderRegistry(std::initializer_list<ProviderRow> rows, const Services& services);

  void add(std::string name, std::unique_ptr<Provider> provider);
  // Answers for every store of every provider that is registered (a values file).
  void set_stand_in(std::unique_ptr<Provider> provider) { stand_in_ = std::move(provider); }

  Provider* find(std::string_view name) const;  // null: not registered
  // What the block of that back end may hold, whoever answers for it; null: anything, or nobody knows.
  json::TypeRef block(std::string_view name) const;
  std::vector<std::string> names() const;

  // Provider::close() of all, one beside the other.
  Task<> close();

 private:
  std::map<std::string, std::unique_ptr<Provider>, std::less<>> providers_;
  std::unique_ptr<Provider> stand_in_;
};

}  // namespace rotor::providers
