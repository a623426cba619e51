// What the items of an ExternalSecret were answered, and what it comes to. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store_versions.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "providers/client.hpp"
#include "secrets/policies.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// The store that an item names, or that of all items.
api::es::StoreRef store_of_item(const ExternalSecret& es, const std::optional<api::es::SourceRef>& source);

// An item that a store has nothing for, where that is no error.
struct Gap {
  std::string missing;  // in the words of MissingProviderSecret; empty: a search without a hit
  std::string note;     // what it is about, for who reads about it
};

// What stores and generators answered, as they answered it: beside spec.dataFrom and spec.data, item by item.
struct Fetched {
  std::vector<SecretMap> data_from;
  std::vector<std::optional<SecretBytes>> data;
  std::vector<Gap> gaps{};
  std::vector<std::string> altered{};  // which item is another value than its store holds, and how
  // Beside both: which version of what it was; without a version where nobody says.
  std::vector<api::es::SourceVersion> data_from_sources{};
  std::vector<api::es::SourceVersion> data_sources{};

  std::vector<api::es::SourceVersion> sources() const;  // those that have a version
};

// Beside spec.dataFrom and spec.data.
struct Answers {
  std::vector<providers::Lookup<SecretMap>> data_from;
  std::vector<providers::Lookup<SecretBytes>> data;
};

// An error: with this answer the object comes to nothing.
template <class T>
Result<void> goes_on(const ExternalSecret& es, const providers::Lookup<T>& answer) {
  if (answer || (answer.absent() && !retains(es))) return {};
  return fail(Code::kInvalid, "an item has no value");
}

// The first item without a value speaks for all; those behind it may have been left unread.
providers::Lookup<Fetched> assembled(const ExternalSecret& es, Answers answers);

}  // namespace rotor::secrets
