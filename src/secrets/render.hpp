// From fetched values to what the Secret holds. Pure, and the only way there: the controller and `rotor template` both
// call it, so that what the one shows is what the other writes.
#pragma once

#include <expected>

#include "api/externalsecrets/external_secret.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "secrets/render_failure.hpp"
#include "secrets/template_sources.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

// Data, labels, annotations, finalizers and type, without the controller's own marks. An empty type is the live one's.
std::expected<tmpl::SecretParts, RenderFailure> render_secret(const api::es::ExternalSecret& es, SecretMap fetched,
                                                              const TemplateSources& sources,
                                                              const tmpl::Environment& environment,
                                                              const tmpl::Delimiters& delimiters);

// Does rendering run templates at all?
bool runs_templates(const api::es::ExternalSecret& es);

}  // namespace rotor::secrets
