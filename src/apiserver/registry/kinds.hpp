// Which kinds the server serves: the built-in ones, and those that CustomResourceDefinitions add while it runs.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apiserver/http/table.hpp"
#include "apiserver/registry/names.hpp"
#include "apiserver/schema/schema.hpp"

namespace rotor::apiserver {

// Where the scale subresource finds its numbers, as dotted paths.
struct ScalePaths {
  std::string wanted, there;
  std::string selector;  // "": spec.selector.matchLabels as text
};

struct ServedVersion {
  std::string version;
  schema::KindSchemaPtr schema;
  Columns columns;
  std::vector<std::string> selectable_fields{};    // "spec.target.name"
  bool status = false;                             // has the status subresource
  std::optional<ScalePaths> scale{};               // has the scale subresource
  std::string deprecation{};                       // the Warning of a deprecated version
  std::shared_ptr<const json::Object> open_api{};  // a CRD's schema, as written
};

struct ServedKind {
  std::string group;
  std::string plural;
  std::string singular;
  std::string kind;
  std::string list_kind;
  std::vector<std::string> short_names{};
  std::vector<std::string> categories{};
  bool namespaced = true;
  bool custom = false;
  bool create_only = false;  // reviews: answered, never stored
  bool counts_generation = false;
  bool returns_deleted = false;   // DELETE answers with the object, not with a Status
  bool create_on_update = false;  // PUT of a new name creates
  bool orphans = false;           // a DELETE that says nothing of dependents leaves them
  NameRule name_rule = NameRule::kSubdomain;
  std::string storage_version;
  std::string storage_key;                // what the store calls it: "secrets", "leases.coordination.k8s.io"
  std::vector<ServedVersion> versions{};  // the preferred one first

  const ServedVersion* version(std::string_view name) const;
  std::string storage_api_version() const { return api_version_of(group, storage_version); }
};
using KindPtr = std::shared_ptr<const ServedKind>;

// "secrets", "leases.coordination.k8s.io".
std::string resource_key(std::string_view group, std::string_view plural);

class Kinds {
 public:
  Kinds();  // the built-in ones

  KindPtr find(std::string_view group, std::string_view plural) const;
  KindPtr find_kind(std::string_view group, std::string_view kind) const;
  void put(ServedKind kind);
  void remove(std::string_view group, std::string_view plural);

  // By group (core first), then plural.
  std::vector<KindPtr> all() const;

  // Differs whenever the set of kinds may differ, also between two runs of the server: clients cache by it.
  std::string openapi_tag() const { return run_ + std::to_string(generation_); }

 private:
  std::map<std::pair<std::string, std::string>, KindPtr, std::less<>> kinds_;
  std::string run_;
  std::uint64_t generation_ = 0;
};

std::vector<ServedKind> builtin_kinds();

}  // namespace rotor::apiserver
