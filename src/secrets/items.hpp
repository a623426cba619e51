// What errors call the items of spec.dataFrom and spec.data.
#pragma once

#include <string>
#include <string_view>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"

namespace rotor::secrets {

// Does it take its values from a generator? find and extract go before.
bool generates(const api::es::DataFrom& from);

// spec.dataFrom[0].extract, spec.dataFrom[0].find, spec.dataFrom[0].sourceRef.generatorRef
std::string map_item(const api::es::DataFrom& from, std::size_t i);
std::string data_item(std::size_t i, const api::es::Data& d);  // spec.data[0] (key: openclaw/api-keys)

// What a search looked for, in the manifest's words: `path "prod/", name.regexp "^db", tags env=prod`.
std::string wanted_text(const api::es::Find& find);

// `error processing spec.data[0] (key: openclaw/api-keys), err: …`
std::string about_item(std::string_view message, std::string_view item);
Error in_item(Error error, std::string_view item);

}  // namespace rotor::secrets
