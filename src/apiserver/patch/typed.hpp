// Objects as server-side apply sees them: a tree whose nodes are leaves (scalars, atomic lists and maps), maps, and
// lists whose items have an identity. The operations on that tree, each a pure function.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
#pragma once

#include <string>
#include <vector>

#include "apiserver/schema/schema.hpp"
#include "kube/object/fields.hpp"

namespace rotor::apiserver::patch::typed {

using kube::FieldSet;
using schema::Schema;

enum class Shape : std::uint8_t { kLeaf, kMap, kList };
Shape shape(const Schema& schema, const json::Value& value);

// The schema of a member; null when the schema does not declare it.
const Schema* member(const Schema& schema, std::string_view name);
kube::PathElement element(const Schema& list, const json::Value& item);

// What is wrong with a configuration that somebody applies, each with its path: `.spec.a: field not declared in
// schema`. `quiet`: values stay out of the messages.
std::vector<std::string> check(const Schema& schema, const json::Value& value, bool quiet);

// Every field a configuration names.
FieldSet fields(const Schema& schema, const json::Value& value);

struct Difference {
  FieldSet added, modified, removed;
};
Difference compare(const Schema& schema, const json::Value& before, const json::Value& after);

// `over` laid over `base`: leaves from `over`, maps and lists joined.
json::Value merge(const Schema& schema, const json::Value& base, const json::Value& over);

// The value without the members of the set. Null when nothing is left of it.
json::Value without(const Schema& schema, const json::Value& value, const FieldSet& gone);

// The set with every declared member that has something below it as a member itself.
FieldSet with_named(const Schema& schema, const FieldSet& set);

}  // namespace rotor::apiserver::patch::typed
