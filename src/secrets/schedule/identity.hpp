// As whom a store is asked. Two consumers share an answer only when this is the same.
#pragma once

#include <string>
#include <string_view>

#include "secrets/store_view.hpp"

namespace rotor::secrets {

struct StoreName {
  std::string kind;
  std::string ns;
  std::string name;
  friend auto operator<=>(const StoreName&, const StoreName&) = default;
};

StoreName name_of(const StoreView& store);

// Does who logs in depend on the consumer's namespace? True unless the store's block proves otherwise: a selector
// without a namespace, or session tags that carry the consumer's.
bool depends_on_consumer(std::string_view config);

// The store's place and, where that decides about the login, the consumer's namespace.
std::string place_of(const StoreView& store, const std::string& consumer_ns);

// The same of one generation of the object: an edited or replaced store is another one.
std::string identity_of(const StoreView& store, const std::string& consumer_ns);

}  // namespace rotor::secrets
