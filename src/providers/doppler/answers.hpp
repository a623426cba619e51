// What Doppler answers. https://docs.doppler.com/reference
#pragma once

#include <string>

#include "json/describe.hpp"
#include "net/http.hpp"
#include "providers/client.hpp"

namespace rotor::providers::doppler {

// An answer without success: `Doppler API Client Error (HTTP 401): Invalid Auth token`.
Error error_of(const net::Response& response);

// The messages that an answer of Doppler's own carries, a line each; empty when it has none.
std::string messages_of(const net::Response& response);

// Something is wrong with what came: `Doppler API Client Error: <what>`.
Error client_error(Code code, std::string what);

// A download: name → value, texts all of them.
Result<SecretMap> read_secrets(const SecretBytes& body);

// May this body be the file of all secrets in that format? An error when not.
Result<void> check_file(const SecretBytes& body, std::string_view format);

// Upper-case letters, digits and underscores, no digit first: what a secret can be called in Doppler.
bool is_secret_name(std::string_view name);

}  // namespace rotor::providers::doppler
