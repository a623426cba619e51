#include "template/apply.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "template/go/json.hpp"
#include "template/go/quote.hpp"
#include "template/go/yaml_value.hpp"
#include "template/keys.hpp"
#include "template/object_path.hpp"

namespace rotor::tmpl {

namespace {

Value data_value(const SecretMap& fetched) {
  Map members;
  for (const auto& [key, bytes] : fetched) members.emplace(key, Value::text(std::string(bytes.reveal())));
  return Value::map(std::move(members), Type::kStringMap);
}

class Renderer {
 public:
  Renderer(const SecretMap& fetched, const Environment& environment, const ApplyOptions& options)
      : data_(data_value(fetched)), environment_(environment), options_(options) {}

  // `key` names the template in messages.
  Placed<std::string> render(std::string_view key, std::string_view text) const {
    const auto in_words = [&](TemplateError e, std::string_view verb) {
      return std::unexpected(
          prefixed(std::move(e),
                   fmt::format("unable to execute template at key {0}: unable to {1} template at key {0}", key, verb)));
    };
    auto parsed = Template::parse(key, text, options_.delimiters);
    if (!parsed) return in_words(std::move(parsed).error(), "parse");
    auto rendered = parsed->render(data_, environment_, {.limits = options_.limits, .spent = &spent_});
    if (!rendered) return in_words(std::move(rendered).error(), "execute");
    return rendered;
  }

  // The values one item of templateFrom stands for.
  Placed<SecretMap> values(const TemplateItem& item) const {
    TRY(std::string rendered, render(name_of(item), item.text.reveal()));
    SecretMap out;
    if (item.as == TemplateAs::kValues) {
      TRY(out[item.key], decode(item, item.key, std::move(rendered)));
      return out;
    }
    auto pairs = read_yaml_strings(rendered);
    if (!pairs)
      return std::unexpected(std::move(pairs).error().prefixed("could not unmarshal template to 'map[string][]byte'"));
    for (auto& [key, value] : *pairs) {
      TRY(out[key], decode(item, key, std::move(value)));
    }
    return out;
  }

  static Result<SecretBytes> decode(const TemplateItem& item, std::string_view key, std::string value) {
    auto v = decode_value(SecretBytes(value), item.decoding);
    wipe(value.data(), value.size());
    if (!v)
      return std::unexpected(
          std::move(v).error().prefixed(fmt::format("failed to decode rendered template value for key {}", key)));
    return v;
  }

  // Today's messages quote the whole text of a literal; ours say which kind it was.
  static std::string_view name_of(const TemplateItem& item) {
    return item.key.empty() ? "literal" : std::string_view(item.key);
  }

 private:
  Value data_;
  const Environment& environment_;
  const ApplyOptions& options_;
  mutable Spent spent_;  // by all templates of one target
};

Result<void> check_engine(const TemplateSpec& spec) {
  if (spec.engine_version.empty() || spec.engine_version == "v2") return {};
  return rotor::fail(Code::kInvalid,
                     fmt::format("unsupported template engine version: {}; use v2", spec.engine_version));
}

json::Object& object_at(json::Object& parent, std::string_view key) {
  json::Value& v = parent[key];
  if (!v.is_object()) v.emplace_object();
  return v.get_object();
}

void ensure_metadata(json::Object& object) {
  json::Object& metadata = object_at(object, "metadata");
  for (const char* name : {"labels", "annotations"}) object_at(metadata, name);
}

json::Value to_json(const Value& v) {
  switch (v.type()) {
    case Type::kNil:
      return nullptr;
    case Type::kBool:
      return v.boolean();
    case Type::kString:
      return json::Value(v.text());
    case Type::kFloat64:
      return v.real();
    case Type::kUint64:
      return v.unsigned_integer();
    default:
      break;
  }
  if (v.is_signed()) return v.integer();
  if (v.is_list()) {
    json::Array out;
    for (std::size_t i = 0; i < v.size(); ++i) out.push_back(to_json(v.at(i)));
    return out;
  }
  json::Object out;
  for (const auto& [key, member] : v.members()) out[key] = to_json(member);
  return out;
}

// An empty target is Data for a single value; pairs that are given an empty path have no place to go.
std::string part_of(const TemplateItem& item) {
  return item.target.empty() && item.as == TemplateAs::kValues ? "data" : ascii_lower(item.target);
}

// One object of any kind as the target.
class ObjectTarget {
 public:
  ObjectTarget(const Renderer& renderer, json::Object& object) : renderer_(renderer), object_(object) {}

  Placed<void> apply(const TemplateItem& item) {
    const std::string target = part_of(item);
    if (item.as == TemplateAs::kValues) return apply_value(item, target);
    if (target == "data" || target == "labels" || target == "annotations") return apply_pairs(item, target);
    return apply_document(item);
  }

 private:
  Placed<void> apply_value(const TemplateItem& item, const std::string& target) {
    TRY(const auto values, renderer_.values(item));
    const std::string_view text = values.begin()->second.reveal();
    if (target == "data" || target == "spec") {
      put(object_at(object_, target), item.key, text);
    } else if (target == "labels" || target == "annotations") {
      object_at(object_at(object_, "metadata"), target)[item.key] = text;
    } else {
      TRY(const ObjectPath path, parse_object_path(item.target));
      TRY(json::Value * leaf, reach(object_, path, item.target));
      const auto parsed = read_yaml_as_json(text, false);
      *leaf = parsed ? to_json(*parsed) : json::Value(text);
    }
    ensure_metadata(object_);
    return {};
  }

  Placed<void> apply_pairs(const TemplateItem& item, const std::string& target) {
    TRY(const auto values, renderer_.values(item));
    json::Object& parent = target == "data" ? object_ : object_at(object_, "metadata");
    json::Object& into = object_at(parent, target);
    for (const auto& [key, value] : values) {
      if (target == "data")
        put(into, key, value.reveal());
      else
        into[key] = value.reveal();
    }
    ensure_metadata(object_);
    return {};
  }

  // Any YAML at a path: a single segment is replaced, two mappings further down are merged at their top level.
  Placed<void> apply_document(const TemplateItem& item) {
    TRY(const std::string rendered, renderer_.render(Renderer::name_of(item), item.text.reveal()));
    auto parsed = read_yaml_as_json(rendered, false);
    if (!parsed) return std::unexpected(std::move(parsed).error().prefixed("could not unmarshal template YAML"));
    TRY(const ObjectPath path, parse_object_path(item.target));
    TRY(json::Value * leaf, reach(object_, path, item.target));
    json::Value value = to_json(*parsed);
    if (path.size() > 1 && leaf->is_object() && value.is_object()) {
      for (auto& [key, member] : value.get_object()) leaf->get_object()[key] = std::move(member);
    } else {
      *leaf = std::move(value);
    }
    return {};
  }

  // Data of a core Secret is bytes, of anything else text.
  void put(json::Object& into, std::string_view key, std::string_view text) {
    into[key] = is_secret() ? base64_encode(text) : text;
  }

  bool is_secret() const {
    const auto* kind = object_.if_contains("kind");
    const auto* version = object_.if_contains("apiVersion");
    return kind != nullptr && version != nullptr && *kind == "Secret" && *version == "v1";
  }

  const Renderer& renderer_;
  json::Object& object_;
};

Placed<void> apply_item(const Renderer& renderer, const TemplateItem& item, SecretParts& out) {
  const std::string target = part_of(item);
  if (target != "data" && target != "labels" && target != "annotations") {
    json::Object nowhere;  // checked like any other, but a Secret has no such part
    return ObjectTarget(renderer, nowhere).apply(item);
  }
  TRY(auto values, renderer.values(item));
  for (auto& [key, value] : values) {
    if (target == "data")
      out.data.insert_or_assign(key, std::move(value));
    else
      (target == "labels" ? out.labels : out.annotations).insert_or_assign(key, std::string(value.reveal()));
  }
  return {};
}

std::string second_render_failed(std::string_view key, const Error& e) {
  const std::string_view why = is_over_budget(e) ? "over budget" : "the details are withheld, for they quote data";
  return fmt::format("rendering the result of key {} once more as a template: {}", key, why);
}

}  // namespace

Result<TemplateAs> parse_template_as(std::string_view text) {
  if (text == "Values") return TemplateAs::kValues;
  if (text == "KeysAndValues") return TemplateAs::kKeysAndValues;
  return rotor::fail(Code::kInvalid, fmt::format("unknown scope '{}': expected 'Values' or 'KeysAndValues'", text));
}

Result<void> check_secret_template(const TemplateSpec& spec, const std::vector<std::string>& targets) {
  std::vector<std::string> faults;
  constexpr std::string_view kToken = "kubernetes.io/service-account-token";
  constexpr std::string_view kName = "kubernetes.io/service-account.name";
  if (spec.type == kToken) {
    if (spec.annotations.contains(std::string(kName))) {
      faults.push_back(fmt::format("template.type={} with annotation {} is not allowed", quote(kToken), quote(kName)));
    }
    if (std::ranges::any_of(targets, [](const std::string& t) { return ascii_lower(t) == "annotations"; })) {
      faults.push_back(
          fmt::format("template.type={} with templateFrom target=\"Annotations\" is not allowed", quote(kToken)));
    }
  }
  if (spec.type == "bootstrap.kubernetes.io/token")
    faults.push_back(fmt::format("template.type={} is not allowed", quote(spec.type)));
  for (const std::string& target : targets) {
    const std::string t = ascii_lower(target);
    if (t.empty() || t == "data" || t == "annotations" || t == "labels") continue;
    faults.push_back(
        fmt::format("templateFrom target={} is not allowed when targeting a Secret, must be one of \"Data\", "
                    "\"Annotations\" or \"Labels\"",
                    quote(target)));
  }
  if (faults.empty()) return {};
  return rotor::fail(Code::kInvalid, fmt::format("{}", fmt::join(faults, "\n")));
}

std::expected<void, ApplyFailure> apply_to_secret(const TemplateSpec& spec, const SecretMap& fetched,
                                                  const Environment& environment, const ApplyOptions& options,
                                                  SecretParts& out) {
  using In = ApplyFailure::In;
  if (auto known = check_engine(spec); !known) return std::unexpected(ApplyFailure{std::move(known).error()});
  const Renderer renderer(fetched, environment, options);
  if (!spec.type.empty()) out.type = spec.type;
  out.finalizers.insert(out.finalizers.end(), spec.finalizers.begin(), spec.finalizers.end());
  if (spec.merge || (spec.data.empty() && spec.from.empty())) {
    for (const auto& [key, value] : fetched) out.data.insert_or_assign(key, value);
  }
  for (std::size_t i = 0; i < spec.from.size(); ++i) {
    auto applied = apply_item(renderer, spec.from[i], out);
    if (!applied) {
      return std::unexpected(
          ApplyFailure{std::move(applied).error(), In::kFrom, i, std::string(Renderer::name_of(spec.from[i]))});
    }
  }
  const auto render_all = [&](const auto& texts, In in, const auto& store) -> std::expected<void, ApplyFailure> {
    for (const auto& [key, text] : texts) {
      auto rendered = renderer.render(key, text);
      if (!rendered) return std::unexpected(ApplyFailure{std::move(rendered).error(), in, 0, key});
      store(key, *std::move(rendered));
    }
    return {};
  };
  const auto into_data = [&out](const std::string& key, std::string rendered) {
    out.data.insert_or_assign(key, SecretBytes(rendered));
    wipe(rendered.data(), rendered.size());
  };
  const auto into = [](std::map<std::string, std::string>& map) {
    return [&map](const std::string& key, std::string rendered) { map.insert_or_assign(key, std::move(rendered)); };
  };
  TRY_VOID(render_all(spec.data, In::kData, into_data));
  TRY_VOID(render_all(spec.labels, In::kLabels, into(out.labels)));
  TRY_VOID(render_all(spec.annotations, In::kAnnotations, into(out.annotations)));
  return {};
}

Result<void> apply_to_object(const TemplateSpec& spec, const SecretMap& fetched, const Environment& environment,
                             const ApplyOptions& options, json::Object& object) {
  TRY_VOID(check_engine(spec));
  const Renderer renderer(fetched, environment, options);
  if (!spec.labels.empty() || !spec.annotations.empty()) {
    json::Object& metadata = object_at(object, "metadata");
    for (const auto& [key, value] : spec.labels) object_at(metadata, "labels")[key] = value;
    for (const auto& [key, value] : spec.annotations) object_at(metadata, "annotations")[key] = value;
  }
  ObjectTarget target(renderer, object);
  for (const TemplateItem& item : spec.from) {
    if (item.literal) {
      TRY_VOID(target.apply(item));
      continue;
    }
    // First into a scratch Secret, then each result once more as a template of its own.
    TRY(auto values, renderer.values(item));
    for (auto& [key, value] : values) {
      auto applied = target.apply(
          {.as = TemplateAs::kValues, .key = key, .text = std::move(value), .target = item.target, .decoding = ""});
      // What is a template now was data before: its errors would quote it.
      if (!applied) return rotor::fail(Code::kInvalid, second_render_failed(key, applied.error()));
    }
  }
  for (const auto& [key, text] : spec.data) {
    TRY_VOID(target.apply(
        {.as = TemplateAs::kValues, .key = key, .text = SecretBytes(text), .target = "data", .decoding = ""}));
  }
  return {};
}

Result<void> apply_data_to_object(const SecretMap& fetched, json::Object& object) {
  const auto* kind = object.if_contains("kind");
  const bool config_map = kind != nullptr && *kind == "ConfigMap";
  json::Object& data = object_at(config_map ? object : object_at(object, "spec"), "data");
  for (const auto& [key, value] : fetched) data[key] = json::Value(value.reveal());
  return {};
}

}  // namespace rotor::tmpl
