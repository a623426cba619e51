#include "apiserver/registry/update_rules.hpp"

#include <fmt/format.h>

#include "apiserver/registry/meta.hpp"

namespace rotor::apiserver {

void keep_system_fields(const json::Object& live, json::Object& updated, std::vector<FieldError>& errors) {
  const json::Object& before = metadata_of(live);
  json::Object& meta = metadata_of(updated);
  for (const char* field : {"uid", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    const json::Value* old = before.if_contains(field);
    const json::Value* now = meta.if_contains(field);
    if (now != nullptr && !now->is_null() && (old == nullptr || *old != *now)) {
      errors.push_back(field_invalid(fmt::format("metadata.{}", field), *now, "field is immutable"));
    }
  }
  for (const char* field : {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
                            "resourceVersion"}) {
    const json::Value* old = before.if_contains(field);
    if (old == nullptr) {
      meta.erase(field);
    } else {
      meta[field] = *old;
    }
  }
  meta.erase("selfLink");
}

void keep_status(const json::Object& live, json::Object& updated) {
  if (const json::Value* status = live.if_contains("status")) {
    updated["status"] = *status;
  } else {
    updated.erase("status");
  }
}

void keep_all_but_status(const ServedKind& kind, const json::Object& live, json::Object& updated) {
  json::Object out = live;
  if (json::Value* status = updated.if_contains("status")) {
    out["status"] = std::move(*status);
  } else {
    out.erase("status");
  }
  json::Object& meta = metadata_of(updated);
  if (!kind.custom) {
    out["metadata"] = std::move(meta);
  } else if (json::Value* managed = meta.if_contains("managedFields")) {
    metadata_of(out)["managedFields"] = std::move(*managed);
  } else {
    metadata_of(out).erase("managedFields");
  }
  updated = std::move(out);
}

namespace {

json::Object desired(const ServedKind& kind, const json::Object& object) {
  json::Object out = object;
  out.erase("metadata");
  if (!kind.custom || kind.versions.front().status) out.erase("status");
  return out;
}

}  // namespace

void count_generation(const ServedKind& kind, const json::Object& live, json::Object& updated) {
  if (!kind.counts_generation || desired(kind, live) == desired(kind, updated)) return;
  json::Value& generation = metadata_of(updated)["generation"];
  generation = generation.is_int64() ? generation.get_int64() + 1 : 1;
}

void validate_finalizers_kept(const json::Object& live, const json::Object& updated, std::vector<FieldError>& errors) {
  const json::Array* now = list(metadata_of(updated), "finalizers");
  if (!is_deleting(live) || now == nullptr) return;
  std::string added;
  for (const json::Value& one : *now) {
    if (!one.is_string() || has_finalizer(live, one.get_string())) continue;
    added += fmt::format("{}\"{}\"", added.empty() ? "" : ", ", std::string_view(one.get_string()));
  }
  if (added.empty()) return;
  errors.push_back(field_forbidden("metadata.finalizers",
                                   fmt::format("no new finalizers can be added if the object is being deleted, found "
                                               "new finalizers []string{{{}}}",
                                               added)));
}

bool may_go_now(const json::Object& object) {
  if (!is_deleting(object) || has_finalizers(object)) return false;
  const json::Value* grace = metadata_of(object).if_contains("deletionGracePeriodSeconds");
  if (grace != nullptr && grace->is_int64() && grace->get_int64() > 0) return false;
  const json::Object* spec = child(object, "spec");
  const json::Array* finalizers =
      text(object, "kind") == "Namespace" && spec != nullptr ? list(*spec, "finalizers") : nullptr;
  return finalizers == nullptr || finalizers->empty();
}

}  // namespace rotor::apiserver
