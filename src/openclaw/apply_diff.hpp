// Would a server-side apply of `desired` change `live`? Decided from the object alone, so that nothing is sent when
// nothing changed: every field we want is there as we want it, and we own no field that we no longer want.
#pragma once

#include <string_view>

#include "json/describe.hpp"
#include "json/document.hpp"
#include "kube/object/fields.hpp"

namespace rotor::openclaw {

// Is everything in `desired`, a document of `type`, found in `live`? More in `live` (defaults, others' fields and list
// items) is no difference. Items of a list are told apart by the keys that its description names (`list_map_key`);
// without any, a list is one value. `false`, 0 and empty values are values: where they are absent, `owned` (what we
// wrote) tells whether the API server left out what we sent, which is no difference, or somebody took it away.
bool contains(const json::Type& type, const json::Value& live, const json::Value& desired,
              const kube::FieldSet& owned = {});

// Does `owned` name a field that `desired` does not have?
bool owns_more(const kube::FieldSet& owned, const json::Value& desired);

// What `manager` owns, by apply or by an update, from metadata.managedFields; empty when it never wrote the object.
kube::FieldSet owned_fields(const json::Value& live, std::string_view manager);

// `owned`: the owned_fields() of `live`, which may stand as a list shows it: without apiVersion and kind.
bool apply_changes(const json::Type& type, const json::Value& live, const json::Value& desired,
                   const kube::FieldSet& owned);

// The same for one part of the object, `spec.template` for example.
bool apply_changes_part(const json::Type& type, const json::Value& live, const json::Value& desired,
                        const kube::FieldSet& owned, std::initializer_list<std::string_view> path);

}  // namespace rotor::openclaw
