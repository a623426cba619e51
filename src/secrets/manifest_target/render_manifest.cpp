#include "secrets/manifest_target/render_manifest.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/quote.hpp"
#include "secrets/manifest_target/manifest.hpp"
#include "secrets/marks.hpp"
#include "secrets/policies.hpp"
#include "secrets/template_spec.hpp"

namespace rotor::secrets {
namespace {

std::unexpected<RenderFailure> not_applied(Error error) {
  std::string cause = error.message;
  return std::unexpected(RenderFailure{.error = std::move(error).prefixed("could not apply template to manifest"),
                                       .cause = std::move(cause)});
}

// A ConfigMap and a Secret have no other places: an API server drops what stands elsewhere, and all would seem well.
Result<void> check_core_places(const kube::KindName& kind, const api::es::Template& tmpl) {
  if (kind.api_version != "v1" || (kind.kind != "ConfigMap" && kind.kind != "Secret")) return {};
  constexpr std::array<std::string_view, 4> kWords = {"", "data", "labels", "annotations"};
  constexpr std::array<std::string_view, 6> kMembers = {"data", "binaryData", "stringData",
                                                        "type", "immutable",  "metadata"};
  for (const auto& from : tmpl.template_from) {
    if (std::ranges::find(kWords, ascii_lower(from.target)) != kWords.end()) continue;
    const std::string_view first = std::string_view(from.target).substr(0, from.target.find_first_of(".["));
    if (std::ranges::find(kMembers, first) != kMembers.end()) continue;
    return fail(Code::kInvalid,
                fmt::format("templateFrom target={}: a {} has no such field, so that nothing of it would "
                            "be stored; write into data",
                            go_quote(from.target), kind.kind));
  }
  return {};
}

json::Object blank_object(const kube::KindName& kind) {
  json::Object object{{"apiVersion", kind.api_version}, {"kind", kind.kind}};
  object[kind.kind == "ConfigMap" || kind.kind == "Secret" ? "data" : "spec"] = json::Object{};
  return object;
}

// What others wrote stays; keys of `data` that this ExternalSecret wrote earlier go unless they are written again.
json::Object without_our_part(const ExternalSecret& es, const LiveObject& live) {
  json::Object object = live.object;
  object.erase("metadata");
  auto* data = object.if_contains("data");
  if (data == nullptr || !data->is_object()) return object;
  for (const std::string& key : fields_of(live.target.metadata, field_manager(es.metadata.name)).data) {
    data->get_object().erase(key);
  }
  return object;
}

json::Object strings(const kube::StringMap& map) {
  json::Object out;
  for (const auto& [name, value] : map) out[name] = value;
  return out;
}

json::Object& member(json::Object& object, std::string_view name) {
  json::Value& value = object[name];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

Result<void> copy_values(const kube::KindName& kind, const SecretMap& fetched, json::Object& object) {
  if (is_core_secret(kind)) {
    json::Object& data = member(object, "data");
    for (const auto& [key, value] : fetched) data[key] = base64_encode(value.reveal());
    return {};
  }
  for (const auto& [key, value] : fetched) {
    if (is_utf8(value.reveal())) continue;
    return fail(Code::kInvalid,
                fmt::format("the value of key {} is no text, and a {} holds nothing else: encode it by a "
                            "template (b64enc), or let spec.target.manifest name a v1 Secret",
                            go_quote(key), kind.kind));
  }
  return tmpl::apply_data_to_object(fetched, object);
}

bool is_text(const json::Value& value) {
  if (value.is_string()) return is_utf8(std::string_view(value.get_string()));
  if (value.is_array()) return std::ranges::all_of(value.get_array(), is_text);
  if (!value.is_object()) return true;
  return std::ranges::all_of(value.get_object(), [](const auto& entry) {
    return is_utf8(std::string_view(entry.key())) && is_text(entry.value());
  });
}

}  // namespace

std::expected<json::Object, RenderFailure> render_manifest(const ExternalSecret& es, const SecretMap& fetched,
                                                           const TemplateSources& sources,
                                                           const tmpl::Environment& environment,
                                                           const tmpl::Delimiters& delimiters, const LiveObject* live) {
  const kube::KindName kind = kind_name(es);
  const bool adds = keeps_foreign_keys(es) && live != nullptr;
  json::Object object = adds ? without_our_part(es, *live) : blank_object(kind);
  if (!es.spec.target.tmpl) {
    object["metadata"] =
        json::Object{{"labels", strings(es.metadata.labels)}, {"annotations", strings(es.metadata.annotations)}};
    if (auto copied = copy_values(kind, fetched, object); !copied) return not_applied(std::move(copied).error());
    return object;
  }
  if (auto allowed = check_target_paths(*es.spec.target.tmpl); !allowed) {
    return not_applied(std::move(allowed).error());
  }
  if (auto fits = check_core_places(kind, *es.spec.target.tmpl); !fits) return not_applied(std::move(fits).error());
  TRY(const TemplateSpecOf gathered, gather_template(*es.spec.target.tmpl, sources));
  auto applied = tmpl::apply_to_object(gathered.spec, fetched, environment, {delimiters, {}}, object);
  if (!applied) return not_applied(std::move(applied).error());
  if (!is_text(json::Value(object))) {
    return not_applied({Code::kInvalid, "a template makes a value that is no text (UTF-8): encode it with b64enc"});
  }
  return object;
}

}  // namespace rotor::secrets
