// From the API server's refusals to our errors.
#pragma once

#include <optional>
#include <string_view>

#include "kube/object/object.hpp"
#include "net/http.hpp"

namespace rotor::kube {

// The Status of a refusal; one made from the HTTP status (reason empty) when the body is none.
Status read_status(int http_status, std::string_view body);

// kGone from a write: the namespace is being deleted, or is not there at all. kInvalid also for what comes as 500 and
// can never work: too large, or not of the kind's shape.
Code code_of(const Status& status);

// Is it about one object that is absent, rather than about a kind or path that is not served?
bool is_absent_object(const Status& status);

// `what` names the resource for answers that name nothing: "externalsecrets.external-secrets.io".
// About "secrets", and what else is confidential, the server's own text is never told on: it may quote the object that
// is stored or the one that was sent. HTTP status, reason and fields are what is left, and for plain facts a sentence
// of ours about `name`.
Error error_of(const Status& status, const net::Headers& headers, std::string_view what, std::string_view name = {},
               bool confidential = false);

// The same for whatever else may quote an object of an unknown kind.
Error withheld_error_of(const Status& status, const net::Headers& headers);

}  // namespace rotor::kube
