#include "secrets/template_spec.hpp"

#include <fmt/format.h>

namespace rotor::secrets {
namespace {

using api::es::Template;
using api::es::TemplateFrom;
using api::es::TemplateRef;

RenderFailure source_failure(std::string message, std::string field) {
  Error error{Code::kInvalid, fmt::format("could not apply template: {}: {}", kFetchingSources, message)};
  return {.error = std::move(error), .cause = std::move(message), .field = std::move(field)};
}

std::expected<void, RenderFailure> add_items(const TemplateFrom& from, const TemplateRef& ref, SourceName::Kind kind,
                                             const std::string& field, const TemplateSources& sources,
                                             TemplateSpecOf& out) {
  const bool secret = kind == SourceName::Kind::kSecret;
  const std::string_view what = secret ? "secret" : "configmap";
  const auto source = sources.find({kind, ref.name});
  if (source == sources.end()) {
    return std::unexpected(source_failure(fmt::format("{} \"{}\" not found", what, ref.name), field + ".name"));
  }
  for (std::size_t i = 0; i < ref.items.size(); ++i) {
    const api::es::TemplateItem& item = ref.items[i];
    TemplateSpecOf::Origin origin{fmt::format("{}.items[{}]", field, i), secret};
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

}  // namespace

std::expected<TemplateSpecOf, RenderFailure> gather_template(const Template& tmpl, const TemplateSources& sources) {
  TemplateSpecOf out;
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
    const std::string field = fmt::format("{}.templateFrom[{}]", kTemplateField, i);
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

}  // namespace rotor::secrets
