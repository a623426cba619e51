#include "secrets/render.hpp"

#include <fmt/format.h>

#include "admission/external_secret.hpp"
#include "secrets/template_spec.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using api::es::Template;
using In = tmpl::ApplyFailure::In;

SecretBytes text_at(const std::map<std::string, std::string>& texts, const std::string& key) {
  const auto it = texts.find(key);
  return it == texts.end() ? SecretBytes() : SecretBytes(it->second);
}

// The error in the words of today's operator, and which text of the manifest it is about.
RenderFailure explain(tmpl::ApplyFailure failure, const TemplateSpecOf& gathered) {
  RenderFailure out;
  out.cause = failure.error.message;
  out.fault = failure.error.fault;
  std::string_view step = "could not execute template: could not execute template";
  switch (failure.in) {
    case In::kSpec:
      step = "";
      break;
    case In::kFrom:
      step = kFetchingSources;
      out.field = gathered.origins[failure.item].field;
      out.text = gathered.spec.from[failure.item].text;
      out.from_secret = gathered.origins[failure.item].secret;
      break;
    case In::kData:
      out.field = fmt::format("{}.data[{}]", kTemplateField, failure.key);
      out.text = text_at(gathered.spec.data, failure.key);
      break;
    case In::kLabels:
      out.field = fmt::format("{}.metadata.labels[{}]", kTemplateField, failure.key);
      out.text = text_at(gathered.spec.labels, failure.key);
      break;
    case In::kAnnotations:
      out.field = fmt::format("{}.metadata.annotations[{}]", kTemplateField, failure.key);
      out.text = text_at(gathered.spec.annotations, failure.key);
      break;
  }
  Error error = std::move(failure.error);
  if (!step.empty()) error = std::move(error).prefixed(step);
  out.error = std::move(error).prefixed("could not apply template");
  return out;
}

}  // namespace

std::expected<tmpl::SecretParts, RenderFailure> render_secret(const ExternalSecret& es, SecretMap fetched,
                                                              const TemplateSources& sources,
                                                              const tmpl::Environment& environment,
                                                              const tmpl::Delimiters& delimiters) {
  tmpl::SecretParts parts;
  if (!es.spec.target.tmpl) {
    parts.labels = {es.metadata.labels.begin(), es.metadata.labels.end()};
    parts.annotations = {es.metadata.annotations.begin(), es.metadata.annotations.end()};
    parts.data = std::move(fetched);
    return parts;
  }
  if (auto allowed = admission::check_template(es); !allowed) {
    return std::unexpected(RenderFailure{.error = std::move(allowed).error()});
  }
  TRY(const TemplateSpecOf gathered, gather_template(*es.spec.target.tmpl, sources));
  auto applied = tmpl::apply_to_secret(gathered.spec, fetched, environment, {delimiters, {}}, parts);
  if (!applied) return std::unexpected(explain(std::move(applied).error(), gathered));
  return parts;
}

bool runs_templates(const ExternalSecret& es) {
  const auto& tmpl = es.spec.target.tmpl;
  if (!tmpl) return false;
  const bool metadata = tmpl->metadata && (!tmpl->metadata->labels.empty() || !tmpl->metadata->annotations.empty());
  return metadata || !tmpl->data.empty() || !tmpl->template_from.empty();
}

}  // namespace rotor::secrets
