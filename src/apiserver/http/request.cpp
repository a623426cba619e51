#include "apiserver/http/request.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"

namespace rotor::apiserver {

namespace {

std::string decode_query(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  auto out = percent_decode(spaced);
  return out ? *std::move(out) : spaced;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const auto at = text.find(separator);
    out.push_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

// One alternative of an Accept header.
struct Alternative {
  std::string type;
  std::string_view as, group, version;
};

Alternative parse_alternative(std::string_view text) {
  const auto parts = split(text, ';');
  Alternative out{ascii_lower(parts.front()), {}, {}, {}};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].starts_with("as=")) out.as = parts[i].substr(3);
    if (parts[i].starts_with("g=")) out.group = parts[i].substr(2);
    if (parts[i].starts_with("v=")) out.version = parts[i].substr(2);
  }
  return out;
}

Failure unknown_include(std::string_view include) {
  return bad_request(
      fmt::format("Unable to convert to Table as requested: includeObject: Invalid value: \"{}\": must be 'Metadata', "
                  "'Object', 'None', or empty",
                  include));
}

FieldError match_error(std::string_view why) { return field_forbidden("resourceVersionMatch", why); }

Answer<void> check_match(const ListRequest& in) {
  std::vector<FieldError> errors;
  const std::string& match = in.resource_version_match;
  const bool initial = in.send_initial_events.has_value();
  if (!match.empty() && match != "Exact" && match != "NotOlderThan") {
    errors.push_back(field_unsupported("resourceVersionMatch", match, {"Exact", "NotOlderThan", ""}));
  } else if (in.watch) {
    if (initial && match != "NotOlderThan") {
      errors.push_back(match_error("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    }
    if (!initial && !match.empty()) {
      errors.push_back(match_error("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    }
  } else if (initial) {
    errors.push_back(field_forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  } else if (!match.empty()) {
    if (in.resource_version.empty()) {
      errors.push_back(match_error("resourceVersionMatch is forbidden unless resourceVersion is provided"));
    } else if (!in.continue_token.empty()) {
      errors.push_back(match_error("resourceVersionMatch is forbidden when continue is provided"));
    } else if (match == "Exact" && in.resource_version == "0") {
      errors.push_back(match_error("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }
  }
  if (errors.empty()) return {};
  return refuse(invalid("meta.k8s.io", "ListOptions", "", errors));
}

// "" is 0.
Answer<std::int64_t> number(std::string_view text) {
  std::int64_t out = 0;
  if (text.empty()) return out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size()) return out;
  return refuse(
      bad_request(fmt::format("strconv.ParseInt: parsing \"{}\": {}", text,
                              error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax")));
}

}  // namespace

Query Query::parse(std::string_view query) {
  Query out;
  if (query.empty()) return out;
  for (const std::string_view item : split(query, '&')) {
    if (item.empty()) continue;
    const auto equals = item.find('=');
    out.items_.emplace_back(decode_query(item.substr(0, equals)),
                            equals == std::string_view::npos ? "" : decode_query(item.substr(equals + 1)));
  }
  return out;
}

std::string_view Query::get(std::string_view name) const {
  const auto it = std::ranges::find(items_, name, [](const auto& item) -> const std::string& { return item.first; });
  return it == items_.end() ? std::string_view() : it->second;
}

bool Query::has(std::string_view name) const {
  return std::ranges::any_of(items_, [&](const auto& item) { return item.first == name; });
}

bool Query::flag(std::string_view name) const {
  const std::string value = ascii_lower(get(name));
  return value == "1" || value == "t" || value == "true";
}

std::vector<std::string_view> Query::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : items_) {
    if (key == name) out.push_back(value);
  }
  return out;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty()) continue;
    auto decoded = percent_decode(part);
    out.push_back(decoded ? *std::move(decoded) : std::string(part));
  }
  return out;
}

std::optional<ResourcePath> parse_resource_path(const std::vector<std::string>& parts) {
  ResourcePath out;
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    out.version = parts[1];
    at = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    out.group = parts[1];
    out.version = parts[2];
    at = 3;
  } else {
    return std::nullopt;
  }
  if (parts[at] == "watch" && parts.size() > at + 1) {
    out.watch = true;
    ++at;
  }
  const std::size_t left = parts.size() - at;
  // namespaces/NAME and namespaces/NAME/status are the Namespace itself.
  const bool scoped =
      parts[at] == "namespaces" && left >= 3 && parts[at + 2] != "status" && parts[at + 2] != "finalize";
  if (scoped) {
    out.ns = parts[at + 1];
    at += 2;
  }
  out.resource = parts[at];
  if (parts.size() > at + 1) out.name = parts[at + 1];
  for (std::size_t i = at + 2; i < parts.size(); ++i) out.subresource += (i > at + 2 ? "/" : "") + parts[i];
  return out;
}

Answer<Accepted> negotiate(std::string_view accept, const Query& query) {
  Accepted out;
  const std::string_view include = query.get("includeObject");
  if (include == "None") out.include = Include::kNone;
  if (include == "Object") out.include = Include::kObject;
  const bool known = include.empty() || include == "None" || include == "Object" || include == "Metadata";
  if (trim(accept).empty()) return out;
  for (const std::string_view text : split(accept, ',')) {
    const Alternative one = parse_alternative(text);
    if (one.type == "application/yaml" && one.as.empty()) return out;
    if (one.type != "application/json" && one.type != "*/*" && one.type != "application/*") continue;
    const bool meta = one.group == "meta.k8s.io" && (one.version == "v1" || one.version == "v1beta1");
    if (one.as.empty()) return out;
    if (meta && one.as == "Table") {
      if (!known) return refuse(unknown_include(include));
      out.form = Form::kTable;
      return out;
    }
    if (meta && (one.as == "PartialObjectMetadata" || one.as == "PartialObjectMetadataList")) {
      out.form = Form::kPartial;
      return out;
    }
  }
  return refuse(not_acceptable("406: Not Acceptable\n\nAvailable representations: application/json, application/yaml"));
}

bool wants_yaml(std::string_view accept) {
  for (const std::string_view text : split(accept, ',')) {
    const Alternative one = parse_alternative(text);
    if (one.type == "application/yaml" && one.as.empty()) return true;
    if (one.type == "application/json" || one.type == "*/*" || one.type == "application/*") return false;
  }
  return false;
}

std::string media_type(std::string_view content_type) {
  return ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
}

std::string aggregated_discovery_version(std::string_view accept) {
  for (const std::string_view text : split(accept, ',')) {
    const Alternative one = parse_alternative(text);
    if (one.type == "application/json" && one.as == "APIGroupDiscoveryList" && one.group == "apidiscovery.k8s.io") {
      if (one.version == "v2" || one.version == "v2beta1") return std::string(one.version);
    } else if (one.type == "application/json" && one.as.empty()) {
      return {};
    }
  }
  return {};
}

Answer<ListRequest> list_request(const Query& query, bool watch) {
  TRY(const std::int64_t limit, number(query.get("limit")));
  TRY(const std::int64_t timeout, number(query.get("timeoutSeconds")));
  ListRequest out{.resource_version = std::string(query.get("resourceVersion")),
                  .resource_version_match = std::string(query.get("resourceVersionMatch")),
                  .continue_token = std::string(query.get("continue")),
                  .limit = limit > 0 ? static_cast<std::uint64_t>(limit) : 0,
                  .label_selector = std::string(query.get("labelSelector")),
                  .field_selector = std::string(query.get("fieldSelector")),
                  .timeout_seconds = timeout,
                  .watch = watch,
                  .bookmarks = query.flag("allowWatchBookmarks"),
                  .send_initial_events = std::nullopt};
  if (query.has("sendInitialEvents")) out.send_initial_events = query.flag("sendInitialEvents");
  TRY_VOID(check_match(out));
  const bool dated = !out.resource_version.empty() && out.resource_version != "0";
  if (!watch && dated && !out.continue_token.empty()) {
    return refuse(bad_request("specifying resource version is not allowed when using continue"));
  }
  return out;
}

Answer<std::optional<std::uint64_t>> parse_revision(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) {
    return refuse(
        bad_request(fmt::format("invalid resource version: resourceVersion: Invalid value: \"{0}\": strconv.ParseUint: "
                                "parsing \"{0}\": invalid "
                                "syntax",
                                text)));
  }
  return out;
}

}  // namespace rotor::apiserver
