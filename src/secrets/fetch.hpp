// What an ExternalSecret is made of, read: the answers of its stores, what its generators make, and the texts its
// templates come from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/store_versions.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "secrets/client_source.hpp"
#include "secrets/generator_source.hpp"
#include "secrets/template_sources.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

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

// Errors name the field: `error processing spec.data[0] (key: openclaw/api-keys), err: …`; absence likewise, and only
// when the store stated it. Unless deletionPolicy is Retain, an absent item is left out instead.
Task<providers::Lookup<Fetched>> fetch_all(ClientSource& clients, GeneratorSource& generators, ExternalSecretPtr es);

// What templates are read from. One that does not exist is left out: rendering names the field that wants it.
Task<Result<TemplateSources>> fetch_sources(kube::Client& client, std::string ns, std::vector<SourceName> names);

}  // namespace rotor::secrets
