// What a request asks for: the parts of its path, its query, the form of the answer it accepts.
// https://kubernetes.io/docs/reference/using-api/api-concepts/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/http/table.hpp"
#include "apiserver/registry/status.hpp"

namespace rotor::apiserver {

// Decoded query parameters; the first of a name counts.
class Query {
 public:
  static Query parse(std::string_view query);

  std::string_view get(std::string_view name) const;  // "" when absent
  bool has(std::string_view name) const;
  bool flag(std::string_view name) const;  // Go's booleans: 1, t, true; absent or else: false
  std::vector<std::string_view> all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// A path under /api/v1 or /apis/GROUP/VERSION.
struct ResourcePath {
  std::string group;
  std::string version;
  std::string ns;
  std::string resource;
  std::string name;
  std::string subresource;
  bool watch = false;  // the old /watch/ prefix
};

// Nothing for paths that name no resource (discovery, /version, …).
std::optional<ResourcePath> parse_resource_path(const std::vector<std::string>& parts);
// Percent-decoded segments, empty ones left out.
std::vector<std::string> split_path(std::string_view path);

enum class Form : std::uint8_t { kObject, kTable, kPartial };

struct Accepted {
  Form form = Form::kObject;
  Include include = Include::kMetadata;  // of tables
};

// From Accept and ?includeObject=; 406 when nothing that is asked for can be had.
Answer<Accepted> negotiate(std::string_view accept, const Query& query);
// "application/json" without parameters.
std::string media_type(std::string_view content_type);
// Is YAML what is wanted first of all that can be had?
bool wants_yaml(std::string_view accept);
// Does Accept ask for the aggregated discovery document? Answers the version, "v2" or "v2beta1", else "".
std::string aggregated_discovery_version(std::string_view accept);

struct ListRequest {
  std::string resource_version;
  std::string resource_version_match;
  std::string continue_token;
  std::uint64_t limit = 0;
  std::string label_selector;
  std::string field_selector;
  std::int64_t timeout_seconds = 0;
  bool watch = false;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
};
// Parses and checks the combinations the server refuses.
Answer<ListRequest> list_request(const Query& query, bool watch);

// "" is no revision; BadRequest for what is no number.
Answer<std::optional<std::uint64_t>> parse_revision(std::string_view text);

}  // namespace rotor::apiserver
