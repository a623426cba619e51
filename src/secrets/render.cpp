#include "secrets/render.hpp"

#include <fmt/format.h>

#include "admission/external_secret.hpp"

namespace rotor::secrets {
namespace {

using api::es::ExternalSecret;
using api::es::Template;
using api::es::TemplateFrom;
using api::es::TemplateRef;
using In = tmpl::ApplyFailure::In;
using Spec = std::expected<tmpl::TemplateSpec, RenderFailure>;

constexpr std::string_view kTemplate = "spec.target.template";
constexpr std::string_view kFetching = "error fetching templateFrom data";

// One item of `from`, and where it stands in the manifest.
struct Origin {
  std::string field;
  bool secret = false;
};
struct Gathered {
  tmpl::TemplateSpec spec;
  std::vector<Origin> origins;  // beside spec.from
};

RenderFailure source_failure(std::string message, std::string field) {
  Error error{Code::kInvalid, fmt::format("could not apply template: {}: {}", kFetching, message)};
  return {.error = std::move(error), .cause = std::move(message), .field = std::move(field)};
}

std::expected<void, RenderFailure> add_items(const TemplateFrom& from, const TemplateRef& ref, SourceName::Kind kind,
                                             const std::string& field, const TemplateSources& sources, Gathered& out) {
  const bool secret = kind == SourceName::Kind::kSecret;
  const std::string_view what = secret ? "secret" : "configmap";
  const auto source = sources.find({kind, ref.name});
  if (source == sources.end()) {
    return std::unexpected(source_failure(fmt::format("{} \"{}\" not found", what, ref.name), field + ".name"));
  }
  for (std::size_t i = 0; i < ref.items.size(); ++i) {
    const api::es::TemplateItem& item = ref.items[i];
    Origin origin{fmt::format("{}.items[{}]", field, i), secret};
    const auto text = source->second.find(item.key);
    if (text == source->second.end()) {
      return std::unexpected(
          source_failure(fmt::format("error in {} {}: missing key {}", what, ref.name, item.key), origin.field));
    }
    auto as = tmpl::TemplateAs::kValues;
    if (!item.template_as.empty()) {
      auto parsed = tmpl::parse_template_as(item.template_as);
      if (!parsed) return std::unexpected(source_failure(std::move(parsed).error().message, origin.field));
      as = *parsed;
    }
    out.spec.from.push_back({.as = as,
                             .key = item.key,
                             .text = text->second,
                             .target = from.target,
                             .decoding = from.values_decoding_strategy});
    out.origins.push_back(std::move(origin));
  }
  return {};
}

std::expected<Gathered, RenderFailure> gather(const Template& tmpl, const TemplateSources& sources) {
  Gathered out;
  out.spec.engine_version = tmpl.engine_version;
  out.spec.type = tmpl.type;
  out.spec.merge = tmpl.merge_policy == "Merge";
  out.spec.data = {tmpl.data.begin(), tmpl.data.end()};
  if (tmpl.metadata) {
    out.spec.labels = {tmpl.metadata->labels.begin(), tmpl.metadata->labels.end()};
    out.spec.annotations = {tmpl.metadata->annotations.begin(), tmpl.metadata->annotations.end()};
    out.spec.finalizers = tmpl.metadata->finalizers;
  }
  for (std::size_t i = 0; i < tmpl.template_from.size(); ++i) {
    const TemplateFrom& from = tmpl.template_from[i];
    const std::string field = fmt::format("{}.templateFrom[{}]", kTemplate, i);
    if (from.config_map) {
      TRY_VOID(add_items(from, *from.config_map, SourceName::Kind::kConfigMap, field + ".configMap", sources, out));
    }
    if (from.secret) {
      TRY_VOID(add_items(from, *from.secret, SourceName::Kind::kSecret, field + ".secret", sources, out));
    }
    if (from.literal) {
      out.spec.from.push_back({.as = tmpl::TemplateAs::kKeysAndValues,
                               .key = "",
                               .text = SecretBytes(*from.literal),
                               .target = from.target,
                               .decoding = from.values_decoding_strategy,
                               .literal = true});
      out.origins.push_back({field + ".literal"});
    }
  }
  return out;
}

SecretBytes text_at(const std::map<std::string, std::string>& texts, const std::string& key) {
  const auto it = texts.find(key);
  return it == texts.end() ? SecretBytes() : SecretBytes(it->second);
}

// The error in the words of today's operator, and which text of the manifest it is about.
RenderFailure explain(tmpl::ApplyFailure failure, const Gathered& gathered) {
  RenderFailure out;
  out.cause = failure.error.message;
  out.fault = failure.error.fault;
  std::string_view step = "could not execute template: could not execute template";
  switch (failure.in) {
    case In::kSpec:
      step = "";
      break;
    case In::kFrom:
      step = kFetching;
      out.field = gathered.origins[failure.item].field;
      out.text = gathered.spec.from[failure.item].text;
      out.from_secret = gathered.origins[failure.item].secret;
      break;
    case In::kData:
      out.field = fmt::format("{}.data[{}]", kTemplate, failure.key);
      out.text = text_at(gathered.spec.data, failure.key);
      break;
    case In::kLabels:
      out.field = fmt::format("{}.metadata.labels[{}]", kTemplate, failure.key);
      out.text = text_at(gathered.spec.labels, failure.key);
      break;
    case In::kAnnotations:
      out.field = fmt::format("{}.metadata.annotations[{}]", kTemplate, failure.key);
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
  TRY(const Gathered gathered, gather(*es.spec.target.tmpl, sources));
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
