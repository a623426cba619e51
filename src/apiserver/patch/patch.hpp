// Changing an object by a patch, and the book-keeping of who set which field. Pure: documents in, documents out.
//
// Order of a write, as the API server does it:
//   body or patched document → schema::decode → reset of what the endpoint may not change (status, metadata)
//   → schema::validate → track_update or what apply() returned → store
// https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply
#pragma once

#include <string>
#include <string_view>

#include "apiserver/registry/status.hpp"
#include "apiserver/schema/schema.hpp"
#include "json/document.hpp"

namespace rotor::apiserver::patch {

// RFC 7396 (`application/merge-patch+json`).
void json_merge_patch(json::Value& target, const json::Value& patch);

// RFC 6902 (`application/json-patch+json`); `document` is the patch: an array of operations. 400 for a document that
// is no JSON patch, 422 for one that cannot be applied to this object.
Answer<json::Value> json_patch(json::Value target, const json::Value& document);

// `application/strategic-merge-patch+json`: lists merge by the keys of the schema; `$patch`, `$retainKeys`,
// `$deleteFromPrimitiveList/x`, `$setElementOrder/x`. Built-in kinds only: a custom kind answers 415 elsewhere.
Answer<json::Object> strategic_merge_patch(json::Object target, const json::Object& patch,
                                           const schema::KindSchema& schema);

// Who writes, through which endpoint, and when.
struct Write {
  std::string manager;        // ?fieldManager=, else the first word of the User-Agent
  std::string subresource{};  // "", "status", "scale"
  std::string now;            // RFC 3339, whole seconds
};

// The default manager of a request without ?fieldManager=: the User-Agent up to the first `/`, at most 128 bytes of it.
std::string default_manager(std::string_view user_agent);

// After create (`live` null), update and every patch but apply: sets `updated.metadata.managedFields`. What `updated`
// carries there counts as the API server lets it count: `[{}]` and `[]` strip, absent keeps the live ones.
// Times stay as they were when nothing else changed.
void track_update(const schema::KindSchema& schema, const json::Object* live, json::Object& updated,
                  const Write& write);

struct Applied {
  json::Object object;  // decoded and defaulted, with managedFields; to be validated and stored
  bool changed = true;  // false: the same as `live`, times included, nothing to store
};

// Server-side apply (`application/apply-patch+yaml`). `live` null: create. 409 with one cause for each contested field,
// unless `force`. 400 for another apiVersion, for managedFields in the configuration and for what is not of the kind.
Answer<Applied> apply(const schema::KindSchema& schema, const json::Object* live, const json::Object& configuration,
                      const Write& write, bool force);

}  // namespace rotor::apiserver::patch
