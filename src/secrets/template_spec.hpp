// `spec.target.template` with the texts it points at, as the template language takes it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/render_failure.hpp"
#include "secrets/template_sources.hpp"
#include "template/apply.hpp"

namespace rotor::secrets {

inline constexpr std::string_view kTemplateField = "spec.target.template";
inline constexpr std::string_view kFetchingSources = "error fetching templateFrom data";

struct TemplateSpecOf {
  // Where an item of `spec.from` stands in the manifest.
  struct Origin {
    std::string field;
    bool secret = false;
  };
  tmpl::TemplateSpec spec;
  std::vector<Origin> origins;  // beside spec.from
};

std::expected<TemplateSpecOf, RenderFailure> gather_template(const api::es::Template& tmpl,
                                                             const TemplateSources& sources);

}  // namespace rotor::secrets
