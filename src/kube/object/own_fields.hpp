// What a controller changes in an object that users own: its finalizer and its status. As merge patches that name the
// resourceVersion which was read, because a list is replaced whole and a status must not undo somebody else's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/describe.hpp"
#include "json/merge_patch.hpp"
#include "kube/object/object.hpp"

namespace rotor::kube {

bool has_finalizer(const ObjectMeta& metadata, std::string_view finalizer);

// nullopt when it is there already, or already gone.
std::optional<std::string> add_finalizer_patch(const ObjectMeta& metadata, std::string_view finalizer);
std::optional<std::string> remove_finalizer_patch(const ObjectMeta& metadata, std::string_view finalizer);

// `patch` is what becomes of status; nullopt for "{}".
std::optional<std::string> wrap_status_patch(const ObjectMeta& metadata, std::string_view patch);

// For the status subresource; nullopt when nothing differs.
template <class Status>
std::optional<std::string> status_patch(const ObjectMeta& metadata, const Status& before, const Status& after) {
  return wrap_status_patch(metadata, json::merge_patch(json::write(before), json::write(after)));
}

}  // namespace rotor::kube
