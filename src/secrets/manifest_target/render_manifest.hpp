// From fetched values to the object that spec.target.manifest names, without marks and owners. Pure.
#pragma once

#include <expected>

#include "base/secret_bytes.hpp"
#include "json/document.hpp"
#include "secrets/render_failure.hpp"
#include "secrets/target.hpp"
#include "secrets/template_sources.hpp"
#include "secrets/views.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

// The object that is there.
struct LiveObject {
  Target target;
  json::Object object;
};

// Of its metadata the result has the labels and annotations this ExternalSecret wants. `live`: what Merge and
// CreateOrMerge add to; null: there is none.
std::expected<json::Object, RenderFailure> render_manifest(const ExternalSecret& es, const SecretMap& fetched,
                                                           const TemplateSources& sources,
                                                           const tmpl::Environment& environment,
                                                           const tmpl::Delimiters& delimiters, const LiveObject* live);

}  // namespace rotor::secrets
