// What an ExternalSecret is made of, read: the answers of its stores, what its generators make, and the texts its
// templates come from.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/task.hpp"
#include "kube/client/client.hpp"
#include "secrets/answers.hpp"
#include "secrets/client_source.hpp"
#include "secrets/generator_source.hpp"
#include "secrets/template_sources.hpp"
#include "secrets/views.hpp"

namespace rotor::secrets {

// Errors name the field: `error processing spec.data[0] (key: openclaw/api-keys), err: …`; absence likewise, and only
// when the store stated it. Unless deletionPolicy is Retain, an absent item is left out instead.
Task<providers::Lookup<Fetched>> fetch_all(ClientSource& clients, GeneratorSource& generators, ExternalSecretPtr es);

// What templates are read from. One that does not exist is left out: rendering names the field that wants it.
Task<Result<TemplateSources>> fetch_sources(kube::Client& client, std::string ns, std::vector<SourceName> names);

}  // namespace rotor::secrets
