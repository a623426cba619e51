#include "apiserver/registry/names.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "api/core/env_rules.hpp"
#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

namespace {

bool lower_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool alnum(char c) { return lower_alnum(c) || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view s) {
  return !s.empty() && lower_alnum(s.front()) && lower_alnum(s.back()) &&
         std::ranges::all_of(s, [](char c) { return lower_alnum(c) || c == '-'; });
}

bool is_subdomain(std::string_view s) {
  while (true) {
    const auto dot = s.find('.');
    if (!is_label(s.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    s.remove_prefix(dot + 1);
  }
}

bool is_qualified_part(std::string_view s) {
  return !s.empty() && alnum(s.front()) && alnum(s.back()) &&
         std::ranges::all_of(s, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// The server counts bytes for all, but says so only of labels.
std::string too_long(std::size_t limit) { return fmt::format("must be no more than {} characters", limit); }
std::string too_long_label(std::size_t limit) { return fmt::format("must be no more than {} bytes", limit); }

constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kQualifiedRule =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
    "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kLabelValueRule =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kConfigKeyRule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

}  // namespace

std::string check_subdomain(std::string_view name) {
  if (name.size() > 253) return too_long(253);
  return is_subdomain(name) ? std::string() : std::string(kSubdomainRule);
}

std::string check_label_name(std::string_view name) {
  if (name.size() > 63) return too_long(63);
  if (is_label(name)) return {};
  return is_subdomain(name) ? std::string("must not contain dots") : std::string(kLabelRule);
}

std::string check_path_segment(std::string_view name) {
  if (name == ".") return "may not be '.'";
  if (name == "..") return "may not be '..'";
  for (const char bad : {'/', '%'}) {
    if (name.find(bad) != std::string_view::npos) return fmt::format("may not contain '{}'", bad);
  }
  return {};
}

std::vector<std::string> qualified_name_errors(std::string_view name) {
  std::vector<std::string> out;
  const auto slash = name.find('/');
  if (slash != std::string_view::npos) {
    if (name.find('/', slash + 1) != std::string_view::npos) {
      return {
          "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "
          "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
          "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. "
          "'example.com/MyName')"};
    }
    const std::string_view prefix = name.substr(0, slash);
    if (prefix.empty()) return {"prefix part must be non-empty"};
    if (prefix.size() > 253) out.push_back("prefix part " + too_long_label(253));
    if (!is_subdomain(prefix)) out.push_back("prefix part " + std::string(kSubdomainRule));
    name.remove_prefix(slash + 1);
  }
  if (name.empty()) out.emplace_back("name part must be non-empty");
  if (name.size() > 63) out.push_back("name part " + too_long_label(63));
  if (!is_qualified_part(name)) out.push_back("name part " + std::string(kQualifiedRule));
  return out;
}

std::string check_qualified_name(std::string_view name) {
  std::vector<std::string> errors = qualified_name_errors(name);
  return errors.empty() ? std::string() : std::move(errors.front());
}

std::vector<std::string> port_name_errors(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::vector<std::string> out;
  if (name.size() > 15) out.push_back(too_long(15));
  if (name.empty() || !std::ranges::all_of(name, [](char c) { return lower_alnum(c) || c == '-'; }))
    out.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (std::ranges::none_of(name, lower)) out.emplace_back("must contain at least one letter (a-z)");
  if (name.contains("--")) out.emplace_back("must not contain consecutive hyphens");
  if (name.starts_with('-') || name.ends_with('-')) out.emplace_back("must not begin or end with a hyphen");
  return out;
}

std::string check_label_value(std::string_view value) {
  if (value.size() > 63) return too_long_label(63);
  return value.empty() || is_qualified_part(value) ? std::string() : std::string(kLabelValueRule);
}

std::string check_config_key(std::string_view key) {
  if (key.size() > 253) return too_long(253);
  const bool ok =
      !key.empty() && std::ranges::all_of(key, [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
  if (!ok) return std::string(kConfigKeyRule);
  if (key == ".") return "must not be '.'";
  if (key == "..") return "must not be '..'";
  if (key.starts_with("..")) return "must not start with '..'";
  return {};
}

std::string check_env_name(std::string_view name) {
  return name.empty() || api::is_env_name(name)
             ? std::string()
             : "a valid environment variable name must consist only of printable ASCII characters other than '='";
}

std::string check_pod_field(std::string_view path) {
  static constexpr std::string_view kKnown[] = {
      "metadata.annotations", "metadata.labels", "metadata.name",      "metadata.namespace",
      "metadata.uid",         "spec.nodeName",   "spec.restartPolicy", "spec.serviceAccountName",
      "spec.schedulerName",   "status.phase",    "status.hostIP",      "status.hostIPs",
      "status.podIP",         "status.podIPs",   "spec.host"};
  const std::string_view plain = path.ends_with("']") ? path.substr(0, path.find("['")) : path;
  const bool subscript = plain.size() != path.size();
  const bool known = std::ranges::find(kKnown, plain) != std::end(kKnown);
  if (known && (!subscript || plain == "metadata.annotations" || plain == "metadata.labels")) return {};
  return fmt::format("error converting fieldPath: field label not supported: {}", plain);
}

std::string check_inner_path(std::string_view path) {
  if (path.starts_with('/')) return "must be a relative path";
  for (const auto part : std::views::split(path, '/')) {
    if (std::string_view(part) == "..") return "must not contain '..'";
  }
  return path.starts_with("..") ? "must not start with '..'" : "";
}

std::string check_name(NameRule rule, std::string_view name) {
  switch (rule) {
    case NameRule::kSubdomain:
      return check_subdomain(name);
    case NameRule::kLabel:
      return check_label_name(name);
    case NameRule::kPathSegment:
      return check_path_segment(name);
  }
  return {};
}

void validate_labels(const json::Object& labels, const std::string& path, std::vector<FieldError>& errors) {
  for (const auto& label : labels) {
    for (const std::string& why : qualified_name_errors(label.key())) {
      errors.push_back(field_invalid(path, json::Value(label.key()), why));
    }
    const std::string_view value = text(labels, label.key());
    if (std::string why = check_label_value(value); !why.empty()) {
      errors.push_back(field_invalid(path, json::Value(value), why));
    }
  }
}

void validate_annotations(const json::Object& annotations, const std::string& path, std::vector<FieldError>& errors) {
  constexpr std::size_t kLimit = 256U << 10;
  std::size_t total = 0;
  for (const auto& one : annotations) {
    std::string key(one.key());
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string& why : qualified_name_errors(key)) {
      errors.push_back(field_invalid(path, json::Value(one.key()), why));
    }
    total += one.key().size() + text(annotations, one.key()).size();
  }
  if (total > kLimit) {
    errors.push_back({"FieldValueTooLong", fmt::format("Too long: may not be more than {} bytes", kLimit), path});
  }
}

namespace {

void validate_owners(const json::Object& object, std::vector<FieldError>& errors) {
  const json::Array* all = list(metadata_of(object), "ownerReferences");
  if (all == nullptr) return;
  std::size_t controllers = 0;
  const std::string at = "metadata.ownerReferences";
  for (const json::Value& one : *all) {
    const json::Object* ref = one.if_object();
    if (ref == nullptr) continue;
    if (text(*ref, "apiVersion").empty()) {
      errors.push_back(field_invalid(at + ".apiVersion", "", "version must not be empty"));
    }
    for (const char* part : {"kind", "name", "uid"}) {
      if (text(*ref, part).empty()) errors.push_back(field_invalid(at + "." + part, "", "must not be empty"));
    }
    if (text(*ref, "kind") == "Event" && (text(*ref, "apiVersion") == "v1")) {
      errors.push_back(field_invalid(at, json::Value(*ref), "/v1, Kind=Event is disallowed from being an owner"));
    }
    const json::Value* controller = ref->if_contains("controller");
    if (controller != nullptr && controller->is_bool() && controller->get_bool()) ++controllers;
  }
  if (controllers > 1) {
    errors.push_back(field_invalid("metadata.ownerReferences", json::Value(*all),
                                   "Only one reference can have Controller set to true."));
  }
}

bool is_standard(std::string_view finalizer) {
  return finalizer == "orphan" || finalizer == "foregroundDeletion" || finalizer == "kubernetes";
}

void validate_finalizers(const json::Object& meta, bool custom, std::vector<FieldError>& errors) {
  const json::Array* all = list(meta, "finalizers");
  if (all == nullptr) return;
  bool orphan = false;
  bool foreground = false;
  for (const json::Value& one : *all) {
    if (!one.is_string()) continue;
    const std::string_view finalizer(one.get_string());
    orphan = orphan || finalizer == "orphan";
    foreground = foreground || finalizer == "foregroundDeletion";
    if (std::string why = check_qualified_name(finalizer); !why.empty()) {
      errors.push_back(field_invalid("metadata.finalizers", one, why));
    }
  }
  if (orphan && foreground) {
    errors.push_back(field_invalid("metadata.finalizers", json::Value(*all),
                                   "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  for (std::size_t i = 0; i < all->size() && !custom; ++i) {
    const json::Value& one = (*all)[i];
    if (!one.is_string() || std::string_view(one.get_string()).contains('/') || is_standard(one.get_string())) continue;
    errors.push_back(field_invalid(fmt::format("metadata.finalizers[{}]", i), one,
                                   "name is neither a standard finalizer name nor is it fully qualified"));
  }
}

}  // namespace

void validate_metadata(const json::Object& object, NameRule rule, bool custom, std::vector<FieldError>& errors) {
  const json::Object& meta = metadata_of(object);
  const std::string_view name = text(meta, "name");
  const std::string_view generate = text(meta, "generateName");
  if (!generate.empty()) {
    // A prefix may end in what a whole name may not.
    std::string probe(generate);
    if (probe.ends_with('-')) probe.back() = 'a';
    if (std::string why = check_name(rule, probe); !why.empty()) {
      errors.push_back(field_invalid("metadata.generateName", json::Value(generate), why));
    }
  }
  if (name.empty()) {
    errors.push_back(field_required("metadata.name", "name or generateName is required"));
  } else if (std::string why = check_name(rule, name); !why.empty()) {
    errors.push_back(field_invalid("metadata.name", json::Value(name), why));
  }
  if (const auto* labels = child(meta, "labels")) validate_labels(*labels, "metadata.labels", errors);
  if (const auto* annotations = child(meta, "annotations"))
    validate_annotations(*annotations, "metadata.annotations", errors);
  validate_owners(object, errors);
  validate_finalizers(meta, custom, errors);
}

std::vector<std::string> finalizer_warnings(const json::Object& object, const json::Object* old) {
  std::vector<std::string> out;
  const json::Array* all = list(metadata_of(object), "finalizers");
  if (all == nullptr) return out;
  for (const json::Value& one : *all) {
    if (!one.is_string() || is_standard(one.get_string())) continue;
    const std::string_view name = one.get_string();
    if (name.contains('/') || (old != nullptr && has_finalizer(*old, name))) continue;
    out.push_back(
        fmt::format("metadata.finalizers: \"{}\": prefer a domain-qualified finalizer name{} to avoid "
                    "accidental conflicts with other finalizer writers",
                    name, name.contains('.') ? " including a path (/)" : ""));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace rotor::apiserver
