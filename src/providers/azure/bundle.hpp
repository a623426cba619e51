// One object as a vault answers it, and what an ExternalSecret can take of it. Pure.
// https://learn.microsoft.com/rest/api/keyvault/
#pragma once

#include <string>
#include <string_view>

#include "base/secret_bytes.hpp"
#include "providers/azure/object.hpp"
#include "providers/client.hpp"

namespace rotor::providers::azure {

struct Bundle {
  SecretBytes value;   // a secret's text, a certificate's DER, a key as JWK
  SecretMap metadata;  // tags, and attribute.created, .expires, .notBefore, .updated
  std::string version{};
};

// kUnavailable when the answer is not the object that was asked for, whole.
Result<Bundle> read_bundle(const ObjectName& object, std::string_view version, const SecretBytes& body);

// The value, or what `ref.property` names in it.
Result<SecretBytes> pick_value(const Bundle& bundle, Type type, const RemoteRef& ref);

// metadataPolicy Fetch: all as one JSON object, or what `property` names.
Result<SecretBytes> pick_metadata(const SecretMap& metadata, const std::string& property);

// The same for dataFrom.extract: NAME_TAG, and NAME_TAG_MEMBER for a tag that is a JSON object of texts.
SecretMap spread_metadata(const SecretMap& metadata, const std::string& name);

}  // namespace rotor::providers::azure
