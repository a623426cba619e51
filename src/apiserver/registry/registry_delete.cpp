// DELETE: preconditions, grace, finalizers.
#include <fmt/format.h>

#include "apiserver/registry/registry.hpp"
#include "apiserver/registry/update_rules.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {

namespace {

Answer<void> check_preconditions(const ServedKind& kind, const json::Object& object, const DeleteRequest& request) {
  if (!request.uid.empty() && request.uid != uid_of(object)) {
    return refuse(conflict(kind.group, kind.kind, name_of(object),
                           fmt::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                                       "object might have been deleted and then recreated",
                                       request.uid, uid_of(object))));
  }
  const std::string_view revision = text(metadata_of(object), "resourceVersion");
  if (!request.resource_version.empty() && request.resource_version != revision) {
    return refuse(conflict(kind.group, kind.kind, name_of(object),
                           fmt::format("the ResourceVersion in the precondition ({}) does not match the "
                                       "ResourceVersion in record ({}). The object might have been modified",
                                       request.resource_version, revision)));
  }
  return {};
}

// Foreground and Orphan are finalizers that the garbage collector answers; Background takes both away.
void set_propagation(json::Object& object, std::string_view propagation) {
  if (propagation.empty()) return;
  remove_finalizer(object, "orphan");
  remove_finalizer(object, "foregroundDeletion");
  if (propagation == "Orphan") add_finalizer(object, "orphan");
  if (propagation == "Foreground") add_finalizer(object, "foregroundDeletion");
}

// How long the node has to stop a Pod; nothing to wait for when no node has it or it has ended.
std::int64_t grace_of(const json::Object& pod, const DeleteRequest& request) {
  const json::Object* spec = child(pod, "spec");
  const json::Object* status = child(pod, "status");
  if (spec == nullptr || text(*spec, "nodeName").empty()) return 0;
  const std::string_view phase = status == nullptr ? std::string_view() : text(*status, "phase");
  if (phase == "Failed" || phase == "Succeeded") return 0;
  if (request.grace_seconds) return *request.grace_seconds;
  const json::Value* own = spec->if_contains("terminationGracePeriodSeconds");
  return own != nullptr && own->is_int64() ? own->get_int64() : 30;
}

void mark(json::Object& object, WallTime now, std::int64_t grace) {
  json::Object& meta = metadata_of(object);
  const bool again = is_deleting(object);
  meta["deletionTimestamp"] = format_time(now + std::chrono::seconds(grace));
  meta["deletionGracePeriodSeconds"] = grace;
  json::Value* generation = meta.if_contains("generation");
  if (!again && generation != nullptr && generation->is_int64()) *generation = generation->get_int64() + 1;
}

}  // namespace

Answer<Removed> Registry::remove(const Target& target, const DeleteRequest& request) {
  const ServedKind& kind = *target.kind;
  TRY(const ObjectPtr stored, get(target));
  TRY_VOID(check_preconditions(kind, *stored, request));
  if (kind.kind == "Namespace" && kind.group.empty() &&
      (target.name == "default" || target.name.starts_with("kube-"))) {
    return refuse(forbidden("", "namespaces", target.name, "this namespace may not be deleted"));
  }
  json::Object updated = *stored;
  const bool says_nothing = request.propagation.empty() && !is_deleting(updated);
  set_propagation(updated, says_nothing && kind.orphans ? "Orphan" : request.propagation);
  const bool is_pod = kind.kind == "Pod" && !kind.custom;
  const bool is_namespace = kind.kind == "Namespace" && !kind.custom;
  const std::int64_t grace = is_pod ? grace_of(updated, request) : 0;
  if (!is_deleting(updated)) {
    mark(updated, clock_.now(), grace);
  } else if (is_pod) {
    const json::Value* left = metadata_of(updated).if_contains("deletionGracePeriodSeconds");
    const bool shorter = left != nullptr && left->is_int64() && grace < left->get_int64();
    if (request.grace_seconds && shorter) mark(updated, clock_.now(), grace);
  }
  if (is_namespace) {
    json::Value& status = updated["status"];
    if (!status.is_object()) status.emplace_object();
    status.get_object()["phase"] = "Terminating";
  }
  const bool gone = may_go_now(updated);
  if (request.dry_run) return Removed{share(std::move(updated)), gone};
  if (gone) {
    ObjectPtr last = store_.erase(kind.storage_key, key_of(target));
    return Removed{is_pod ? share(std::move(updated)) : std::move(last), true};
  }
  if (same_content(*stored, updated)) return Removed{stored, false};
  return Removed{store_.write(kind.storage_key, std::move(updated)), false};
}

}  // namespace rotor::apiserver
