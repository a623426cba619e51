// The key of a service account, as Google hands it out in a JSON file, and the JWTs it signs. RFC 7523.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "json/describe.hpp"

namespace rotor::providers::gcp {

struct ServiceAccountKey {
  std::string type;
  std::string client_email;
  std::string private_key_id;
  json::SecretText private_key;  // PEM
  std::string token_uri;
};

// kInvalid says which member of the JSON is wrong, and quotes none of it.
Result<ServiceAccountKey> read_service_account_key(const SecretBytes& json, PlainHttp plain);

// What the token service takes for an access token.
Result<SecretBytes> make_assertion(const ServiceAccountKey& key, WallTime now);

// What Secret Manager itself takes for an access token, for an hour: no token service needs to be reached.
Result<SecretBytes> make_self_signed_token(const ServiceAccountKey& key, WallTime now);

// By which the service account tells `audience` who it is, for ten minutes.
Result<SecretBytes> make_identity_token(const ServiceAccountKey& key, std::string_view audience, WallTime now);

// The member `type` of one of Google's JSON files, fit for a message.
std::string name_of_type(std::string_view type);

}  // namespace rotor::providers::gcp

namespace rotor::json {
ROTOR_DESCRIBED(providers::gcp::ServiceAccountKey);
}  // namespace rotor::json
