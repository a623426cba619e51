// Reading and changing the metadata of an object held as a document.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.hpp"

namespace rotor::apiserver {

// Objects in the store and in the watch history are shared and never change.
using ObjectPtr = std::shared_ptr<const json::Object>;

// Takes the object over; the values of a Secret are wiped when the last holder lets go (best effort).
ObjectPtr share(json::Object object);
void wipe_strings(json::Value& value) noexcept;

std::size_t weight_of(const json::Object& object);  // the memory it takes, about

const json::Object& metadata_of(const json::Object& object);  // an empty object when there is none
json::Object& metadata_of(json::Object& object);              // made when there is none

std::string_view text(const json::Object& object, std::string_view key);  // "" when absent or no string
const json::Object* child(const json::Object& object, std::string_view key);
const json::Array* list(const json::Object& object, std::string_view key);

std::string_view name_of(const json::Object& object);
std::string_view namespace_of(const json::Object& object);
std::string_view uid_of(const json::Object& object);
std::uint64_t revision_of(const json::Object& object);
bool is_deleting(const json::Object& object);
bool has_finalizer(const json::Object& object, std::string_view finalizer);
bool has_finalizers(const json::Object& object);
void add_finalizer(json::Object& object, std::string_view finalizer);
void remove_finalizer(json::Object& object, std::string_view finalizer);

struct Owner {
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view uid;
  bool blocks = false;
};
std::vector<Owner> owners_of(const json::Object& object);

// Equal but for managedFields' times and resourceVersion: such a write changes nothing.
bool same_content(const json::Object& a, const json::Object& b);

// `group/version` or `version`.
std::string api_version_of(std::string_view group, std::string_view version);
// "apps/v1" → {"apps", "v1"}; "v1" → {"", "v1"}.
std::pair<std::string_view, std::string_view> split_api_version(std::string_view api_version);

// Kind and apiVersion first, as the server writes them, in the version that was asked for.
void set_type(json::Object& object, std::string_view api_version, std::string_view kind);

}  // namespace rotor::apiserver
