// What an ExternalSecret may ask for, beyond what its schema says. Pure.
#pragma once

#include "admission/verdict.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"

namespace rotor::admission {

// Everything that is wrong with it. v1beta1 has no rules of its own.
Verdict judge_external_secret(const api::es::ExternalSecret& es);

// What spec.target.template must not be, whatever it renders: all of it, a line each. The controller asks this as well:
// an object may be older than its admission.
Result<void> check_template(const api::es::ExternalSecret& es);

}  // namespace rotor::admission
