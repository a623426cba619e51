// What the server knows about the shape of a kind: compiled once, from the table of built-in kinds or from a CRD's
// structural schema, and read by decoding, defaulting, validation, strategic merge and server-side apply alike.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/registry/status.hpp"
#include "base/error.hpp"
#include "json/document.hpp"

namespace re2 {
class RE2;
}

namespace rotor::apiserver::schema {

enum class Kind : std::uint8_t { kAny, kObject, kList, kString, kInteger, kNumber, kBoolean, kIntOrString, kQuantity };
enum class ListType : std::uint8_t { kAtomic, kSet, kMap };

struct Schema;

// A member of an object, the items of a list or the values of a map: the shape and what the place adds to it.
struct Property {
  const Schema* schema = nullptr;
  std::optional<json::Value> default_value{};
  bool retain_keys = false;  // strategic merge: `$retainKeys` is honoured
  bool always = false;       // built-in: written also when empty or zero
  bool vanishes = false;     // built-in: left out when empty or zero
};

struct MemberRule;  // a check by code; see member_rule.hpp
struct Choice;      // likewise
struct Fill;        // a default that the API server sets by code; see fill.hpp

// A check written in CEL that we know by its text; see rules.hpp.
struct Rule {
  bool (*holds)(const json::Value& self) = nullptr;
  std::string rule;
  std::string message;
  std::string field_path;
  std::string reason;
};

struct Schema {
  std::string name{};  // of a built-in type
  Kind kind = Kind::kAny;
  const std::vector<Fill>* fills = nullptr;
  const std::vector<MemberRule>* rules_by_code = nullptr;
  const Choice* choice = nullptr;
  bool nullable = false;
  bool preserve_unknown = false;
  bool loose = false;       // below one that preserves: may be named by an apply, and is pruned then
  bool embedded = false;    // x-kubernetes-embedded-resource
  bool atomic_map = false;  // x-kubernetes-map-type: atomic
  std::map<std::string, Property, std::less<>> properties{};
  std::optional<Property> values{};  // additionalProperties
  bool values_forbidden = false;     // additionalProperties: false
  std::optional<Property> items{};
  ListType list_type = ListType::kAtomic;
  std::vector<std::string> list_keys{};
  bool merge = false;       // strategic merge joins lists of this sort
  std::string merge_key{};  // "" for lists of scalars
  std::vector<std::string> required{};

  std::vector<json::Value> one_of_values{};  // enum
  std::string format{};
  std::string pattern{};
  std::shared_ptr<const re2::RE2> expression{};
  std::optional<double> minimum{}, maximum{}, multiple_of{};
  bool exclusive_minimum = false, exclusive_maximum = false;
  std::optional<std::int64_t> min_length{}, max_length{}, min_items{}, max_items{}, min_properties{}, max_properties{};
  bool unique_items = false;
  std::vector<const Schema*> all_of{}, any_of{}, one_of{};
  const Schema* negated = nullptr;
  std::vector<Rule> rules{};
};

// One kind in one version. `custom` tells which of the two habits of the API server apply: built-in kinds decode into
// Go structs (null and unknown members vanish, empty structs appear), custom ones stay documents.
class KindSchema {
 public:
  std::string group, version, kind;
  bool custom = false;
  bool has_status_subresource = false;

  const Schema& root() const { return *root_; }
  // The same with apiVersion, kind and metadata among its properties, also for a custom kind.
  const Schema& whole() const { return whole_ != nullptr ? *whole_ : *root_; }
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }

  std::deque<Schema> nodes;  // owns what root() reaches, unless that is the shared table
  const Schema* root_ = nullptr;
  const Schema* whole_ = nullptr;
};
using KindSchemaPtr = std::shared_ptr<const KindSchema>;

// Null for a kind the table does not have. The table is built at the first call and never changes.
KindSchemaPtr builtin(std::string_view api_version, std::string_view kind);

// Any object of a kind whose shape is unknown: metadata is known, the rest is kept as it is.
KindSchemaPtr untyped(std::string_view api_version, std::string_view kind);

// From `spec.versions[i].schema.openAPIV3Schema` of a CRD. kInvalid when it holds a pattern that does not compile or a
// validation rule we have no check for: refused by name, never ignored. `status`: the version has the subresource.
Result<KindSchemaPtr> compile(const json::Object& open_api_schema, std::string_view group, std::string_view version,
                              std::string_view kind, bool status);

enum class FieldValidation : std::uint8_t { kIgnore, kWarn, kStrict };

enum class Source : std::uint8_t { kBody, kPatch };  // what the document came from: decides the words of a refusal

struct Decoded {
  json::Object object;
  std::vector<std::string> warnings;  // `unknown field "spec.a"`, `duplicate field "spec.b"`: for Warning headers
};

// A request's document as an object of its kind: duplicates and unknown members found and dropped, types of built-in
// kinds checked (400 in the server's words), nulls resolved, defaults filled in. What comes back is what validation,
// managedFields and the store work on. `duplicates` is duplicate_fields() of the text, where there was a text.
Answer<Decoded> decode(const KindSchema& schema, json::Object body, FieldValidation mode,
                       const std::vector<std::string>& duplicates = {}, Source source = Source::kBody);

// `duplicate field "spec.a"` for each member that the JSON text has twice in one object.
std::vector<std::string> duplicate_fields(std::string_view json_text);

// The parts of decode().
std::vector<std::string> prune(const KindSchema& schema, json::Object& object);  // `unknown field "spec.a"`
void apply_defaults(const KindSchema& schema, json::Object& object);
void normalize(const KindSchema& schema, json::Object& object);  // built-in kinds: as a Go struct would be written
std::optional<std::string> wrong_type(const KindSchema& schema, const json::Object& object);  // built-in kinds

// What the server itself sets in a new object after the creator's fields were booked (a namespace's finalizer, the
// phase of a new pod): to be called after track_update() or apply(), at create only.
void prepare_create(const KindSchema& schema, json::Object& object);

// Everything wrong with the object, in the server's words and order. Metadata is not looked at. `old` is the stored
// object for an update.
std::vector<FieldError> validate(const KindSchema& schema, const json::Object& object,
                                 const json::Object* old = nullptr);

}  // namespace rotor::apiserver::schema
