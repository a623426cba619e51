// AdmissionReview, v1 and v1beta1: a question of the API server, and our answer.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
#pragma once

#include <string>

#include "admission/kinds.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::admission {

// The answer's text; whether the object is allowed stands in it. kInvalid: the question cannot be understood, and the
// message says why without quoting it.
Result<std::string> answer_review(const JudgedKind& kind, const SecretBytes& question,
                                  const providers::ProviderRegistry& registry);

// Of a defaulting webhook: a JSON patch that fills in what is not set; everything is allowed.
Result<std::string> answer_defaults(const JudgedKind& kind, const SecretBytes& question);

}  // namespace rotor::admission
