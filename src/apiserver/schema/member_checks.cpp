#include "apiserver/schema/member_checks.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "apiserver/registry/names.hpp"
#include "apiserver/schema/member.hpp"
#include "apiserver/schema/path.hpp"
#include "apiserver/schema/quantity.hpp"

namespace rotor::apiserver::schema {

namespace {

const json::Object* object_in(const json::Value* value) { return value == nullptr ? nullptr : value->if_object(); }

void labels(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  if (const auto* all = object_in(value)) validate_labels(*all, path, errors);
}

// The server leaves `metadata` out of these paths.
void template_metadata(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  const json::Object* metadata = object_in(value);
  if (metadata == nullptr) return;
  const std::string above = path.substr(0, path.rfind('.'));
  if (const auto* all = object_in(metadata->if_contains("labels")))
    validate_labels(*all, child_path(above, "labels"), errors);
  if (const auto* all = object_in(metadata->if_contains("annotations")))
    validate_annotations(*all, child_path(above, "annotations"), errors);
}

void size_limit(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  if (value == nullptr || !value->is_string() || !(compare_quantities(value->get_string(), "0") < 0)) return;
  errors.push_back(field_forbidden(path, "SizeLimit field must be a valid resource quantity"));
}

void access_modes(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  static const std::vector<std::string_view> kKnown = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                       "ReadWriteOncePod"};
  if (is_blank(value)) return errors.push_back(field_required(path, "at least 1 access mode is required"));
  const json::Array* modes = value->if_array();
  if (modes == nullptr) return;
  for (const json::Value& mode : *modes) {
    if (!mode.is_string() || std::ranges::find(kKnown, std::string_view(mode.get_string())) != kKnown.end()) continue;
    errors.push_back(field_unsupported(path, mode.get_string(), kKnown));
  }
  const bool lone = std::ranges::find(*modes, json::Value("ReadWriteOncePod")) != modes->end();
  if (lone && modes->size() > 1)
    errors.push_back(field_forbidden(path, "may not use ReadWriteOncePod with other access modes"));
}

// The server leaves `requests` out of this path.
void claimed_storage(const json::Value* value, const std::string& path, std::vector<FieldError>& errors) {
  const std::string at = path + "[storage]";
  const json::Value* storage = value == nullptr ? nullptr : json::find(*value, "requests.storage");
  if (storage == nullptr) return errors.push_back(field_required(at, ""));
  if (storage->is_string() && compare_quantities(storage->get_string(), "0") <= 0)
    errors.push_back(field_invalid(at, *storage, "must be greater than zero"));
}

void succeeds_at_once(const json::Value* probe, const std::string& path, std::vector<FieldError>& errors) {
  const json::Value* times = probe == nullptr ? nullptr : json::find(*probe, "successThreshold");
  if (times != nullptr && times->is_int64() && times->get_int64() > 1)
    errors.push_back(field_invalid(child_path(path, "successThreshold"), *times, "must be 1"));
}

constexpr std::pair<std::string_view, MemberCheck> kMemberChecks[] = {
    {"labels", labels},
    {"template-metadata", template_metadata},
    {"size-limit", size_limit},
    {"access-modes", access_modes},
    {"claimed-storage", claimed_storage},
    {"succeeds-at-once", succeeds_at_once},
    {"container-resources", check_container_resources},
    {"pod-resources", check_pod_resources}};

}  // namespace

MemberCheck member_check_of(std::string_view name) {
  const auto* row = std::ranges::find(kMemberChecks, name, &std::pair<std::string_view, MemberCheck>::first);
  if (row == std::end(kMemberChecks)) throw std::logic_error(fmt::format("rules of built-in kinds: no check {}", name));
  return row->second;
}

}  // namespace rotor::apiserver::schema
