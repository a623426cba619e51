// What Vault answers: the envelope around every document, and the texts of a refusal. Pure.
// https://developer.hashicorp.com/vault/api-docs#http-status-codes
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"

namespace rotor::providers::vault {

struct Envelope {
  std::optional<std::string_view> data;  // as written; nullopt also for null
  std::optional<std::string_view> auth;  // likewise
  bool lists_errors = false;
  std::vector<std::string> errors;
  std::vector<std::string> warnings;

  // The server's own word that there is nothing: 404 with an empty list of errors.
  bool says_nothing() const { return lists_errors && errors.empty() && warnings.empty() && !data; }
  // A KV version 2 mount was asked as if it were anything else.
  bool warns_of_versions() const;
};

// Slices of `body`, which must outlive it. Nullopt when it is no JSON object.
std::optional<Envelope> read_envelope(const SecretBytes& body);

// Has the server made something that ends with the token? True also where the body may only look so.
bool names_a_lease(const SecretBytes& body);

// A member of a JSON object, as written; nullopt when it is not there. The last duplicate counts.
std::optional<std::string_view> member_of(std::string_view object, std::string_view name);
std::string text_member(std::string_view object, std::string_view name);  // empty when it is no string

// The error of an answer that is none: in the words users of the vendor's tools know, without anything of the body but
// its error texts. 403 is kUnauthenticated when Vault does not know the token, and kDenied when a policy refuses.
Error refusal(std::string_view method, std::string_view url, const net::Response& response);

}  // namespace rotor::providers::vault
