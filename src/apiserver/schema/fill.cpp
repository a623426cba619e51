#include "apiserver/schema/fill.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "apiserver/schema/member.hpp"
#include "base/ascii.hpp"

namespace rotor::apiserver::schema {

namespace {

// `a.b[].c` and `a[key.with.dots]`.
std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> out;
  std::string current;
  bool quoted = false;
  const auto flush = [&] {
    if (!current.empty()) out.push_back(std::exchange(current, {}));
  };
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (path.substr(i, 2) == "[]") {
      flush();
      out.emplace_back("[]");
      ++i;
    } else if (c == '[' || c == ']') {
      flush();
      quoted = c == '[';
    } else if (c == '.' && !quoted) {
      flush();
    } else {
      current += c;
    }
  }
  flush();
  return out;
}

std::string text_of(const json::Object& object, std::string_view path) {
  const json::Value* value = member_at(object, path);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Always for `:latest` and images without tag or digest, as the kubelet's documentation says.
json::Value image_pull_policy(const json::Object& container) {
  const std::string image = text_of(container, "image");
  if (image.find('@') != std::string::npos) return "IfNotPresent";
  const auto colon = image.rfind(':');
  const auto slash = image.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

json::Value policy_types(const json::Object& policy) {
  json::Array out{"Ingress"};
  const json::Value* egress = member_at(policy, "spec.egress");
  if (egress != nullptr && egress->is_array() && !egress->get_array().empty()) out.emplace_back("Egress");
  return out;
}

std::optional<json::Value> computed(const Fill& row, const json::Object& object) {
  if (row.value) return row.value;
  if (row.code == "image-pull-policy") return image_pull_policy(object);
  if (row.code == "policy-types") return policy_types(object);
  const json::Value* source = member_at(object, row.from.empty() ? row.lower : row.from);
  if (source == nullptr || source->is_null()) return std::nullopt;
  if (!source->is_string()) return *source;
  std::string text(source->get_string());
  if (!row.lower.empty()) text = ascii_lower(text);
  return json::Value(text + row.suffix);
}

bool holds(const Fill::Conditions& conditions, const json::Object& object) {
  return std::ranges::all_of(conditions, [&](const auto& c) { return text_of(object, c.first) == c.second; });
}

// `root` is the object the row is for; it is read before anything of it changes.
void set(std::span<const std::string> path, json::Object& object, const Fill& row, const json::Object& root) {
  json::Value* member = object.if_contains(path.front());
  const bool absent = member == nullptr || member->is_null();
  if (path.size() == 1) {
    if (!absent) return;
    if (auto value = computed(row, root)) object[path.front()] = *std::move(value);
    return;
  }
  const bool list = path[1] == "[]";
  if (absent && list) return;
  if (absent) member = &(object[path.front()] = json::Object{});
  if (!list && member->is_object()) return set(path.subspan(1), member->get_object(), row, root);
  if (!list || !member->is_array()) return;
  for (json::Value& item : member->get_array()) {
    if (item.is_object()) set(path.subspan(2), item.get_object(), row, root);
  }
}

Fill::Conditions conditions(const json::Object& row, std::string_view key) {
  Fill::Conditions out;
  if (const auto* member = row.if_contains(key); member != nullptr && member->is_object()) {
    for (const auto& [path, value] : member->get_object()) out.emplace_back(path, std::string(value.as_string()));
  }
  return out;
}

}  // namespace

Result<Fill> parse_fill(const json::Object& row) {
  Fill out;
  out.path = split(text_of(row, "path"));
  if (out.path.empty()) return fail(Code::kInternal, "a row of builtin_defaults.json has no path");
  if (const auto* value = row.if_contains("value")) out.value = *value;
  out.from = text_of(row, "from");
  out.lower = text_of(row, "lower");
  out.suffix = text_of(row, "suffix");
  out.code = text_of(row, "code");
  out.when = conditions(row, "when");
  out.unless = conditions(row, "unless");
  out.at_create = row.contains("create");
  return out;
}

void fill(const Fill& row, json::Object& object) {
  if (!holds(row.when, object) || (!row.unless.empty() && holds(row.unless, object))) return;
  set(row.path, object, row, object);
}

}  // namespace rotor::apiserver::schema
