#include "apiserver/registry/registry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apiserver/http/warnings.hpp"
#include "apiserver/registry/events.hpp"
#include "apiserver/registry/stored_size.hpp"
#include "apiserver/registry/strategy.hpp"
#include "apiserver/registry/update_rules.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {

namespace {

std::string random_suffix() {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::string out;
  for (const char byte : random_bytes(5)) out += kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
  return out;
}

bool shows_events(const ServedKind& kind) { return kind.group == "events.k8s.io"; }

// What a client may not choose on create.
void fill_system_fields(json::Object& object, const std::string& now) {
  json::Object& meta = metadata_of(object);
  for (const char* field : {"deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"}) {
    meta.erase(field);
  }
  meta["uid"] = random_uuid();
  meta["creationTimestamp"] = now;
  const std::string_view prefix = text(meta, "generateName");
  if (text(meta, "name").empty() && !prefix.empty()) {
    meta["name"] = std::string(prefix.substr(0, 58)) + random_suffix();
  }
}

Failure invalid_for(const Target& target, const json::Object& object, const std::vector<FieldError>& errors) {
  // Both groups of events are one kind within.
  const std::string_view group = shows_events(*target.kind) ? std::string_view() : target.kind->group;
  return invalid(group, target.kind->kind, name_of(object), errors);
}

// What the API server calls a group within: "core", "apps", "rbac".
std::string_view internal_group(std::string_view group) {
  if (group.empty() || group == "events.k8s.io") return "core";
  return group.substr(0, group.find('.'));
}

}  // namespace

Failure modified(const ServedKind& kind, std::string_view name) {
  return conflict(kind.group, kind.plural, name,
                  "the object has been modified; please apply your changes to the latest version and try again");
}

Answer<void> check_type(const Target& target, json::Object& body) {
  const ServedKind& kind = *target.kind;
  const std::string wanted = api_version_of(kind.group, target.version->version);
  const std::string api_version(text(body, "apiVersion"));
  const std::string given(text(body, "kind"));
  if (kind.custom) {
    if (given.empty()) {
      return refuse(bad_request(fmt::format(
          "the object provided is unrecognized (must be of type {}): Object 'Kind' is missing", kind.kind)));
    }
    if (api_version != wanted) {
      return refuse(bad_request(fmt::format(
          "the API version in the data ({}) does not match the expected API version ({})", api_version, wanted)));
    }
    if (given != kind.kind) {
      return refuse(invalid(kind.group, given, name_of(body),
                            {field_invalid("kind", json::Value(given), "must be " + kind.kind)}));
    }
  } else if ((!given.empty() && given != kind.kind) || (!api_version.empty() && api_version != wanted)) {
    const std::string shown = given.empty() ? kind.kind : given;
    const std::string in = api_version.empty() ? wanted : api_version;
    const std::string why = in != wanted
                                ? fmt::format("no kind \"{}\" is registered for version \"{}\" here", shown, in)
                                : fmt::format("converting ({}.{}) to ({}.{}): unknown conversion",
                                              target.version->version, shown, internal_group(kind.group), kind.kind);
    return refuse(bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}", shown,
                                          split_api_version(in).second, kind.kind, why)));
  }
  set_type(body, wanted, kind.kind);
  return {};
}

std::string Registry::now_text() const { return format_time(clock_.now()); }

patch::Write Registry::who(const Target& target, const WriteRequest& request) const {
  return {.manager = request.manager, .subresource = target.subresource, .now = now_text()};
}

json::Object Registry::present(const ServedKind& kind, const ServedVersion& version, const json::Object& stored) const {
  if (shows_events(kind)) return event_from_core(stored);
  json::Object out = stored;
  const std::string wanted = api_version_of(kind.group, version.version);
  set_type(out, wanted, kind.kind);
  // What the other version has no field for is not shown in it, and lost by a write through it: of custom resources.
  if (wanted != kind.storage_api_version() && version.open_api) schema::prune(*version.schema, out);
  return out;
}

ObjectPtr Registry::keep(const ServedKind& kind, json::Object object) {
  if (shows_events(kind)) {
    object = event_to_core(std::move(object));
  } else {
    set_type(object, kind.storage_api_version(), kind.kind);
  }
  return store_.write(kind.storage_key, std::move(object));
}

Answer<ObjectPtr> Registry::get(const Target& target) const {
  ObjectPtr found = store_.get(target.kind->storage_key, key_of(target));
  if (found == nullptr) return refuse(not_found(target.kind->group, target.kind->plural, target.name));
  return found;
}

Answer<void> Registry::check_identity(const Target& target, json::Object& body) const {
  json::Object& meta = metadata_of(body);
  if (target.kind->namespaced) {
    const std::string_view ns = text(meta, "namespace");
    if (!ns.empty() && ns != target.ns) {
      return refuse(
          bad_request("the namespace of the provided object does not match the namespace sent on the request"));
    }
    meta["namespace"] = target.ns;
  } else {
    meta.erase("namespace");
  }
  const std::string_view name = text(meta, "name");
  if (!target.name.empty() && !name.empty() && name != target.name) {
    return refuse(bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, target.name)));
  }
  if (!target.name.empty()) meta["name"] = target.name;
  return {};
}

Answer<void> Registry::check_namespace(const Target& target) const {
  if (!target.kind->namespaced) return {};
  const ObjectPtr ns = store_.get("namespaces", {"", target.ns});
  if (ns == nullptr) return refuse(not_found("", "namespaces", target.ns));
  if (!is_deleting(*ns)) return {};
  Failure out =
      forbidden(target.kind->group, target.kind->plural, target.name,
                fmt::format("unable to create new content in namespace {} because it is being terminated", target.ns));
  json::Object cause;
  cause["reason"] = "NamespaceTerminating";
  cause["message"] = fmt::format("namespace {} is being terminated", target.ns);
  cause["field"] = "metadata.namespace";
  out.details["causes"] = json::Array{std::move(cause)};
  return refuse(std::move(out));
}

Answer<void> Registry::ask_admission(const Target& target, const json::Object& object, const json::Object* old,
                                     std::vector<std::string>& warnings) const {
  if (!admission_ || !target.subresource.empty()) return {};
  AdmissionAnswer answer =
      admission_({.group = target.kind->group, .kind = target.kind->kind, .object = object, .old = old});
  if (answer.denial) return refuse(denied_by_webhook(answer.webhook, *answer.denial));
  std::ranges::move(answer.warnings, std::back_inserter(warnings));
  return {};
}

Answer<Written> Registry::create(Target target, json::Object body, const WriteRequest& request) {
  TRY_VOID(check_type(target, body));
  TRY_VOID(check_identity(target, body));
  target.name = name_of(body);
  TRY(schema::Decoded decoded,
      schema::decode(*target.version->schema, std::move(body), request.validation, request.duplicates));
  if (!text(metadata_of(decoded.object), "resourceVersion").empty()) {
    return refuse({500, "", "resourceVersion should not be set on objects to be created"});
  }
  return insert(target, std::move(decoded.object), request, true, std::move(decoded.warnings));
}

Answer<Written> Registry::insert(const Target& target, json::Object object, const WriteRequest& request, bool track,
                                 std::vector<std::string> warnings) {
  const ServedKind& kind = *target.kind;
  TRY_VOID(check_namespace(target));
  fill_system_fields(object, now_text());
  if (target.version->status) object.erase("status");
  if (kind.counts_generation) metadata_of(object)["generation"] = 1;
  fold(kind, object);
  if (track) patch::track_update(*target.version->schema, nullptr, object, who(target, request));
  if (admit_) TRY_VOID(admit_(kind, object, nullptr));
  allocate(kind, object, store_);

  std::vector<FieldError> errors;
  validate_metadata(object, kind.name_rule, kind.custom, errors);
  std::ranges::move(schema::validate(*target.version->schema, object), std::back_inserter(errors));
  validate_builtin(kind, object, nullptr, errors);
  if (!errors.empty()) return refuse(invalid_for(target, object, errors));
  TRY_VOID(ask_admission(target, object, nullptr, warnings));

  const kube::Key key{target.ns, std::string(name_of(object))};
  if (const ObjectPtr there = store_.get(kind.storage_key, key)) {
    Failure taken = already_exists(kind.group, kind.plural, key.name);
    if (is_deleting(*there)) taken.message = "object is being deleted: " + taken.message;
    return refuse(std::move(taken));
  }
  std::ranges::move(warnings_of(kind, object, nullptr), std::back_inserter(warnings));
  if (request.dry_run) return Written{share(std::move(object)), true, std::move(warnings)};
  if (!fits_store(kind.custom, object)) return refuse(too_large_for_store());
  return Written{keep(kind, std::move(object)), true, std::move(warnings)};
}

Answer<Written> Registry::update(Target target, json::Object body, const WriteRequest& request) {
  TRY_VOID(check_type(target, body));
  TRY_VOID(check_identity(target, body));
  const ObjectPtr stored = store_.get(target.kind->storage_key, key_of(target));
  const bool unconditional = text(metadata_of(body), "resourceVersion").empty();
  if (stored == nullptr) {
    if (!target.kind->create_on_update || !target.subresource.empty() || !unconditional) {
      return refuse(not_found(target.kind->group, target.kind->plural, target.name));
    }
    return create(std::move(target), std::move(body), request);
  }
  TRY(schema::Decoded decoded,
      schema::decode(*target.version->schema, std::move(body), request.validation, request.duplicates));
  if (target.kind->custom && unconditional) {
    return refuse(invalid(target.kind->group, target.kind->plural, target.name,
                          {field_invalid("metadata.resourceVersion", 0, "must be specified for an update")}));
  }
  const std::string_view uid = uid_of(decoded.object);
  const bool counts = !target.kind->custom || target.subresource != "status";
  if (counts && !uid.empty() && uid != uid_of(*stored)) {
    return refuse(conflict(
        target.kind->group, target.kind->plural, target.name,
        fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid, uid_of(*stored))));
  }
  return replace(target, stored, std::move(decoded.object), request, true, std::move(decoded.warnings));
}

Answer<Written> Registry::replace(const Target& target, const ObjectPtr& stored, json::Object updated,
                                  const WriteRequest& request, bool track, std::vector<std::string> warnings) {
  const ServedKind& kind = *target.kind;
  const json::Object live = present(kind, *target.version, *stored);
  const std::string_view revision = text(metadata_of(updated), "resourceVersion");
  if (!revision.empty() && revision != text(metadata_of(live), "resourceVersion")) {
    return refuse(modified(kind, target.name));
  }
  std::vector<FieldError> errors;
  fold(kind, updated);
  // The status of a custom resource has no other metadata than the stored: what is given is passed over.
  if (kind.custom && target.subresource == "status") metadata_of(updated).erase("uid");
  keep_system_fields(live, updated, errors);
  if (target.subresource == "status") {
    keep_all_but_status(kind, live, updated);
  } else {
    if (target.version->status) keep_status(live, updated);
    keep_allocated(kind, live, updated);
  }
  count_generation(kind, live, updated);
  if (track) patch::track_update(*target.version->schema, &live, updated, who(target, request));
  if (admit_) TRY_VOID(admit_(kind, updated, &live));

  validate_metadata(updated, kind.name_rule, kind.custom, errors);
  validate_finalizers_kept(live, updated, errors);
  std::ranges::move(schema::validate(*target.version->schema, updated, &live), std::back_inserter(errors));
  if (target.subresource.empty()) validate_builtin(kind, updated, &live, errors);
  if (!errors.empty()) return refuse(invalid_for(target, updated, errors));
  TRY_VOID(ask_admission(target, updated, &live, warnings));

  if (target.subresource.empty()) {
    std::ranges::move(warnings_of(kind, updated, &live), std::back_inserter(warnings));
  }
  if (same_content(live, updated)) return Written{stored, false, std::move(warnings)};
  if (request.dry_run) return Written{share(std::move(updated)), false, std::move(warnings)};
  if (may_go_now(updated)) {
    ObjectPtr last = share(std::move(updated));
    store_.erase(kind.storage_key, key_of(target));
    return Written{std::move(last), false, std::move(warnings)};
  }
  if (!fits_store(kind.custom, updated)) return refuse(too_large_for_store());
  return Written{keep(kind, std::move(updated)), false, std::move(warnings)};
}

void Registry::amend(const ServedKind& kind, const kube::Key& key, const std::function<void(json::Object&)>& change) {
  const ObjectPtr stored = store_.get(kind.storage_key, key);
  if (stored == nullptr) return;
  json::Object updated = *stored;
  change(updated);
  if (same_content(*stored, updated)) return;
  if (may_go_now(updated)) {
    store_.erase(kind.storage_key, key);
  } else {
    store_.write(kind.storage_key, std::move(updated));
  }
}

}  // namespace rotor::apiserver
