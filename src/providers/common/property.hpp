// A property of a payload, as a look-up: there, stated not to be there, or not to be known.
#pragma once

#include <string>

#include "providers/client.hpp"
#include "template/lookup.hpp"

namespace rotor::providers {

// The whole payload for an empty property. A payload that cannot be read never says that something is absent: it is
// kInvalid, with `missing` in front.
Lookup<SecretBytes> property_of(tmpl::LookupRule rule, const SecretBytes& payload, std::string_view property,
                                std::string missing);

// The same over the data of a Kubernetes Secret: an exact key, else the text before the first dot is the key and the
// rest a path into its JSON.
Lookup<SecretBytes> property_of(const SecretMap& data, std::string_view property, std::string missing);

// dataFrom.extract: the members of a value that is a JSON object, of the version that the value is of. The error of any
// other value begins with `words` and names the key and the way out. `members`: of a back end with rules of its own.
using Members = Result<SecretMap> (*)(const SecretBytes& document);
Lookup<SecretMap> extracted(Lookup<SecretBytes> value, const RemoteRef& ref, std::string_view words,
                            Members members = tmpl::extract_members);
Error no_object(Error error, const RemoteRef& ref, std::string_view words = {});

}  // namespace rotor::providers
