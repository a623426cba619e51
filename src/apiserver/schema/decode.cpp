#include <algorithm>
#include <set>

#include "apiserver/schema/path.hpp"
#include "apiserver/schema/schema.hpp"
#include "json/reader.hpp"

namespace rotor::apiserver::schema {

namespace {

void walk(json::Reader& reader, const std::string& path, std::vector<std::string>& out) {
  if (reader.peek() == json::Kind::kObject) {
    std::set<std::string> seen;
    std::string key;
    reader.begin_object();
    while (reader.next_member(key)) {
      const std::string below = child_path(path, key);
      if (!seen.insert(key).second) out.push_back(fmt::format("duplicate field \"{}\"", below));
      walk(reader, below, out);
    }
  } else if (reader.peek() == json::Kind::kArray) {
    std::size_t i = 0;
    reader.begin_array();
    while (reader.next_element()) walk(reader, item_path(path, i++), out);
  } else {
    reader.read_raw();
  }
}

}  // namespace

std::vector<std::string> duplicate_fields(std::string_view json_text) {
  std::vector<std::string> out;
  json::Reader reader(json_text, 100);
  walk(reader, "", out);
  return reader.failed() ? std::vector<std::string>{} : out;
}

Answer<Decoded> decode(const KindSchema& schema, json::Object body, FieldValidation mode,
                       const std::vector<std::string>& duplicates, Source source) {
  const auto refused = [&](std::string_view why) {
    // The API server quotes the whole object here; it may hold secrets, so we do not.
    if (source == Source::kPatch) return refuse(invalid("", "", "", {field_invalid("patch", "…", why)}));
    return refuse(bad_request(
        fmt::format("{0} in version \"{1}\" cannot be handled as a {0}: {2}", schema.kind, schema.version, why)));
  };
  if (auto wrong = wrong_type(schema, body)) return refused(*wrong);
  Decoded out;
  std::vector<std::string> strict = duplicates;
  std::ranges::move(prune(schema, body), std::back_inserter(strict));
  if (mode == FieldValidation::kStrict && !strict.empty()) {
    return refused(fmt::format("strict decoding error: {}", fmt::join(strict, ", ")));
  }
  if (mode == FieldValidation::kWarn) out.warnings = std::move(strict);
  normalize(schema, body);
  apply_defaults(schema, body);
  if (!schema.custom) normalize(schema, body);
  out.object = std::move(body);
  return out;
}

}  // namespace rotor::apiserver::schema
