// Template targets: `spec.target.template` over the fetched data, to a Secret or to any object. Pure: what
// `templateFrom` points at has been fetched, time and randomness are handed in.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "json/document.hpp"
#include "template/language/template.hpp"

namespace rotor::tmpl {

enum class TemplateAs : std::uint8_t { kValues, kKeysAndValues };

// One text of `templateFrom`: an item of a ConfigMap or Secret, or a literal (always kKeysAndValues).
struct TemplateItem {
  TemplateAs as = TemplateAs::kValues;
  std::string key;  // of the item, and of the value for kValues
  SecretBytes text;
  std::string target;    // case-insensitive, "" is Data for kValues; a path for generic targets
  std::string decoding;  // valuesDecodingStrategy: "", None, Base64, Base64URL, Auto
  bool literal = false;  // for generic targets: anything else is rendered twice, as today
};

// "Values" or "KeysAndValues"; the API server fills in the default, so that "" is an error here, as today.
Result<TemplateAs> parse_template_as(std::string_view text);

struct TemplateSpec {
  std::string engine_version = "v2";
  std::string type;
  bool merge = false;  // mergePolicy: Merge
  std::map<std::string, std::string> labels, annotations;
  std::vector<std::string> finalizers;
  std::vector<TemplateItem> from;  // in order of the list; in one entry ConfigMap items, Secret items, the literal
  std::map<std::string, std::string> data;
};

struct ApplyOptions {
  Delimiters delimiters;
  Limits limits;
};

// What a Secret is made of. In: what it holds already (see §7.3 steps 1–3 of today's order); out: the result.
struct SecretParts {
  SecretMap data;
  std::map<std::string, std::string> labels, annotations;
  std::vector<std::string> finalizers;
  std::string type;
};

// What may not be asked of a Secret: service account tokens, bootstrap tokens, unknown targets. All faults, joined by
// newlines. `targets`: those of templateFrom.
Result<void> check_secret_template(const TemplateSpec& spec, const std::vector<std::string>& targets);

// Which text of a TemplateSpec an error is about.
struct ApplyFailure {
  enum class In : std::uint8_t { kSpec, kFrom, kData, kLabels, kAnnotations };
  TemplateError error;  // names keys and positions
  In in = In::kSpec;
  std::size_t item = 0;  // of `from`
  std::string key{};     // of the map; what messages call the template
};

// `labels` and `annotations` of the result are rendered. On an error `out` is unusable.
std::expected<void, ApplyFailure> apply_to_secret(const TemplateSpec& spec, const SecretMap& fetched,
                                                  const Environment& environment, const ApplyOptions& options,
                                                  SecretParts& out);

// For target.manifest: `object` is changed by `from` and `data`; labels and annotations are copied as they are.
Result<void> apply_to_object(const TemplateSpec& spec, const SecretMap& fetched, const Environment& environment,
                             const ApplyOptions& options, json::Object& object);

// Without a template: a ConfigMap gets `data`, anything else `spec.data`.
Result<void> apply_data_to_object(const SecretMap& fetched, json::Object& object);

}  // namespace rotor::tmpl
