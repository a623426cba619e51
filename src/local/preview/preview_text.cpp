#include "local/preview/preview_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "local/preview/template_error.hpp"
#include "template/go/unicode.hpp"
#include "template/go/yaml_value.hpp"

namespace rotor::local {
namespace {

using YamlValue = tmpl::Value;
using Texts = std::map<std::string, std::string>;

std::string type_of(const tmpl::SecretParts& parts) { return parts.type.empty() ? "Opaque" : parts.type; }

// Text that YAML can show as it is: UTF-8 without control characters.
bool is_text(std::string_view bytes) {
  while (!bytes.empty()) {
    const tmpl::Rune rune = tmpl::decode_rune(bytes);
    const bool control = rune.value < 0x20 && rune.value != '\n' && rune.value != '\t';
    if (!rune.valid() || control || rune.value == 0x7F) return false;
    bytes.remove_prefix(static_cast<std::size_t>(rune.width));
  }
  return true;
}

void add_texts(std::string& out, std::string_view title, const Texts& texts) {
  if (texts.empty()) return;
  out += fmt::format("{}:\n", title);
  for (const auto& [name, text] : texts) out += fmt::format("  {}: {}\n", name, text);
}

std::string sizes_of(const tmpl::SecretParts& parts) {
  if (parts.data.empty()) return "data: none\n";
  std::size_t widest = 0;
  for (const auto& [key, value] : parts.data) widest = std::max(widest, key.size());
  std::string out = "data:\n";
  for (const auto& [key, value] : parts.data) {
    out += fmt::format("  {:<{}}  {} byte{}\n", key, widest, value.size(), value.size() == 1 ? "" : "s");
  }
  return out;
}

std::string summary(const Preview& preview, const tmpl::SecretParts& parts) {
  std::string out = fmt::format("Secret {}/{}\n", namespace_of(preview.es.metadata), preview.es.target_name());
  out += fmt::format("type: {}\n", type_of(parts));
  add_texts(out, "labels", parts.labels);
  add_texts(out, "annotations", parts.annotations);
  for (std::size_t i = 0; i < parts.finalizers.size(); ++i) {
    out += fmt::format("{}  - {}\n", i == 0 ? "finalizers:\n" : "", parts.finalizers[i]);
  }
  return out + sizes_of(parts);
}

YamlValue to_value(const Texts& texts) {
  tmpl::Map members;
  for (const auto& [name, text] : texts) members.emplace(name, YamlValue::text(text));
  return YamlValue::map(std::move(members));
}

// Binary goes into `data` in base64, text into `stringData`, which the API server takes for the same.
std::string manifest(const Preview& preview, const tmpl::SecretParts& parts) {
  tmpl::Map metadata;
  metadata.emplace("name", YamlValue::text(preview.es.target_name()));
  metadata.emplace("namespace", YamlValue::text(namespace_of(preview.es.metadata)));
  if (!parts.labels.empty()) metadata.emplace("labels", to_value(parts.labels));
  if (!parts.annotations.empty()) metadata.emplace("annotations", to_value(parts.annotations));
  if (!parts.finalizers.empty()) metadata.emplace("finalizers", YamlValue::strings(parts.finalizers));
  Texts text, binary;
  for (const auto& [key, value] : parts.data) {
    const std::string_view bytes = value.reveal();
    if (is_text(bytes)) {
      text.emplace(key, bytes);
    } else {
      binary.emplace(key, base64_encode(bytes));
    }
  }
  tmpl::Map secret;
  secret.emplace("apiVersion", YamlValue::text("v1"));
  secret.emplace("kind", YamlValue::text("Secret"));
  secret.emplace("metadata", YamlValue::map(std::move(metadata)));
  secret.emplace("type", YamlValue::text(type_of(parts)));
  if (!binary.empty()) secret.emplace("data", to_value(binary));
  if (!text.empty()) secret.emplace("stringData", to_value(text));
  return tmpl::write_yaml(YamlValue::map(std::move(secret))).value_or("") + "\n";
}

}  // namespace

std::string describe_secret(const Preview& preview, ShowValues show) {
  if (!preview.outcome) return {};
  return show == ShowValues::kYes ? manifest(preview, *preview.outcome) : summary(preview, *preview.outcome);
}

std::string describe_failure(const Preview& preview) {
  if (preview.outcome) return {};
  const secrets::RenderFailure& failure = preview.outcome.error();
  std::string out = fmt::format("{}: ExternalSecret {}/{}: ", preview.origin, namespace_of(preview.es.metadata),
                                preview.es.metadata.name);
  const std::string& cause = failure.cause.empty() ? failure.error.message : failure.cause;
  if (failure.field.empty()) return out + cause + "\n";
  if (!failure.fault) return out + fmt::format("{}: {}\n", failure.field, cause);
  const TemplateText text{failure.text.reveal(), failure.from_secret};
  return out + fmt::format("{}\n{}\n", failure.field, explain(*failure.fault, text, preview.fields));
}

}  // namespace rotor::local
