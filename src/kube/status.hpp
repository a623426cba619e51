// From the API server's refusals to our errors.
#pragma once

#include <string_view>

#include "kube/object.hpp"
#include "net/http.hpp"

namespace rotor::kube {

// The Status of a refusal; one made from the HTTP status (reason empty) when the body is none.
Status read_status(int http_status, std::string_view body);

Code code_of(const Status& status);

// Is it about one object that is absent, rather than about a kind or path that is not served?
bool is_absent_object(const Status& status);

// `what` names the resource for answers that name nothing: "externalsecrets.external-secrets.io".
Error error_of(const Status& status, const net::Headers& headers, std::string_view what);

}  // namespace rotor::kube
