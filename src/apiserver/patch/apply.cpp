#include <algorithm>

#include <fmt/format.h>

#include "apiserver/patch/ownership.hpp"
#include "json/writer.hpp"

namespace rotor::apiserver::patch {

namespace {

using kube::FieldSet;
using schema::KindSchema;

constexpr std::string_view kBeforeFirstApply = "before-first-apply";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kKubectl = "kubectl";

std::string shown(const ManagerId& id) {
  std::string out = fmt::format("\"{}\"", id.manager);
  if (!id.subresource.empty()) out += fmt::format(" with subresource \"{}\"", id.subresource);
  if (!id.applies()) out += " using " + id.api_version;
  return out;
}

// The order in which sets are walked: what ends at a node before what goes on below it.
bool before(const kube::Path& a, const kube::Path& b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const bool a_ends = a.size() == i + 1, b_ends = b.size() == i + 1;
    if (a_ends != b_ends) return a_ends;
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

Failure conflict_failure(std::vector<Conflict> conflicts) {
  std::ranges::sort(conflicts, [](const Conflict& a, const Conflict& b) {
    const std::string x = shown(a.manager), y = shown(b.manager);
    return x != y ? x < y : before(a.field, b.field);
  });
  json::Array causes;
  std::string message;
  std::string last;
  for (const Conflict& one : conflicts) {
    const std::string manager = shown(one.manager);
    json::Object cause;
    cause["reason"] = "FieldManagerConflict";
    cause["message"] = "conflict with " + manager;
    cause["field"] = kube::display(one.field);
    causes.push_back(std::move(cause));
    if (manager != last) message += fmt::format("{}conflicts with {}:", message.empty() ? "" : "\n", manager);
    message += "\n- " + kube::display(one.field);
    last = manager;
  }
  Failure out{409, "Conflict", fmt::format("Apply failed with {} conflicts: {}", conflicts.size(), message)};
  if (conflicts.size() == 1) {
    out.message =
        fmt::format("Apply failed with 1 conflict: conflict with {}: {}", last, kube::display(conflicts.front().field));
  }
  out.details["causes"] = std::move(causes);
  return out;
}

class Application {
 public:
  Application(const KindSchema& schema, const json::Object* live, const json::Object& configuration, const Write& write)
      : schema_(schema),
        live_(live),
        configuration_(configuration),
        write_(write),
        self_{write.manager, "Apply", schema.api_version(), write.subresource},
        before_(live != nullptr ? *live : blank(schema)) {
    remove_managed_fields(before_);
  }

  Answer<Applied> run(bool force) {
    if (auto wrong = check()) return refuse(*std::move(wrong));
    auto outcome = attempt(force);
    // What kubectl's older way of applying owns, kubectl may take over.
    if (!outcome && outcome.error().code == 409 && write_.manager == kKubectl && only_last_applied())
      outcome = attempt(true);
    return outcome;
  }

 private:
  std::optional<Failure> check() const {
    const std::string api_version(json::find_string(configuration_, "apiVersion"));
    const std::string kind(json::find_string(configuration_, "kind"));
    if (api_version != schema_.api_version() || kind != schema_.kind) {
      return bad_request(fmt::format("invalid object type: {}, Kind={}", full(api_version), kind));
    }
    const auto* metadata = configuration_.if_contains("metadata");
    if (metadata != nullptr && metadata->is_object() && !is_null(metadata->get_object(), "managedFields")) {
      return bad_request("metadata.managedFields must be nil");
    }
    const std::vector<std::string> errors =
        typed::check(schema_.whole(), json::Value(configuration_), schema_.kind == "Secret");
    if (errors.empty()) return std::nullopt;
    const std::string list =
        errors.size() == 1 ? errors.front() : fmt::format("errors:\n  {}", fmt::join(errors, "\n  "));
    return Failure{500, "",
                   fmt::format("failed to create typed patch object ({}/{}; {}, Kind={}): {}",
                               json::find_string(configuration_, "metadata.namespace"),
                               json::find_string(configuration_, "metadata.name"), full(api_version), kind, list)};
  }

  Failure not_of_kind(std::string_view why) const {
    const std::string kind = fmt::format("{}, Kind={}", full(schema_.api_version()), schema_.kind);
    return {500, "",
            fmt::format("failed to convert new object ({}/{}; {}) to proper version: unable to convert unstructured "
                        "object to {}: error decoding from json: {}",
                        json::find_string(configuration_, "metadata.namespace"),
                        json::find_string(configuration_, "metadata.name"), kind, kind, why)};
  }

  // Go's way to write a group and a version: core's group is empty, its slash is there.
  static std::string full(const std::string& api_version) {
    return api_version.contains('/') ? api_version : "/" + api_version;
  }

  static bool is_null(const json::Object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr || value->is_null();
  }

  Answer<Applied> attempt(bool force) {
    const typed::Schema& whole = schema_.whole();
    Managers managers = live_ != nullptr ? Managers::of(*live_) : Managers();
    if (managers.empty() && live_ != nullptr) {
      Write first = write_;
      first.manager = kBeforeFirstApply;
      first.subresource.clear();
      book_update(schema_, blank(schema_), before_, managers, first);
    }
    const FieldSet beyond = out_of_reach(schema_, write_.subresource);
    const FieldSet last = owned_by_self(managers);
    const json::Value live(before_);
    json::Value merged = typed::merge(whole, live, json::Value(configuration_));
    Manager& mine = managers.make(self_);
    mine.id.api_version = self_.api_version;
    mine.fields = typed::fields(whole, json::Value(configuration_)).recursive_difference(beyond);
    merged = abandon(merged, last, managers);
    const typed::Difference all = typed::compare(whole, live, merged);
    const typed::Difference difference{all.added.recursive_difference(beyond),
                                       all.modified.recursive_difference(beyond),
                                       all.removed.recursive_difference(beyond)};
    if (!force) {
      conflicts_ = contested(managers, self_, difference);
      if (!conflicts_.empty()) return refuse(conflict_failure(conflicts_));
    }
    yield(managers, self_, difference);
    const bool moved = merged != live;
    if (Manager* row = managers.find(self_); row != nullptr && moved) row->time = write_.now;
    for (Manager& row : managers.rows()) row.fields = row.fields.difference(unowned_metadata());
    managers.drop_empty();
    managers.cap_updaters();
    return finish(moved ? std::move(merged) : live, managers);
  }

  FieldSet owned_by_self(Managers& managers) const {
    const Manager* row = managers.find(self_);
    return row == nullptr ? FieldSet() : row->fields;
  }

  // Fields that this manager named last time and no longer does go away, unless somebody else owns them.
  json::Value abandon(const json::Value& merged, const FieldSet& last, Managers& managers) const {
    if (last.empty()) return merged;
    const typed::Schema& whole = schema_.whole();
    const FieldSet named_last = typed::with_named(whole, last);
    json::Value pruned = typed::without(whole, merged, named_last);
    FieldSet owned;
    for (const Manager& row : managers.rows()) owned = owned.united(row.fields);
    const FieldSet all = typed::with_named(whole, typed::fields(whole, merged));
    FieldSet kept = typed::with_named(whole, typed::fields(whole, pruned)).united(typed::with_named(whole, owned));
    pruned = typed::without(whole, merged, all.difference(kept));
    // What fell with its parent although nobody asked for it stays.
    kept = typed::with_named(whole, typed::fields(whole, pruned));
    return typed::without(whole, merged, all.difference(kept).intersection(named_last));
  }

  Answer<Applied> finish(json::Value merged, Managers& managers) const {
    Applied out;
    out.object = std::move(merged.get_object());
    if (auto wrong = schema::wrong_type(schema_, out.object)) return refuse(not_of_kind(*wrong));
    if (schema_.custom) schema::prune(schema_, out.object);
    schema::normalize(schema_, out.object);
    schema::apply_defaults(schema_, out.object);
    schema::normalize(schema_, out.object);
    update_last_applied(out.object);
    set_managed_fields(out.object, managers.to_json());
    out.changed = !keep_times(live_, out.object);
    return out;
  }

  static json::Value* last_applied_in(json::Object& object) {
    auto* metadata = object.if_contains("metadata");
    auto* annotations =
        metadata == nullptr || !metadata->is_object() ? nullptr : metadata->get_object().if_contains("annotations");
    return annotations == nullptr || !annotations->is_object() ? nullptr
                                                               : annotations->get_object().if_contains(kLastApplied);
  }

  // kubectl keeps both of its ways of applying in step.
  void update_last_applied(json::Object& object) const {
    json::Value* annotation = write_.manager == kKubectl && live_ != nullptr ? last_applied_in(object) : nullptr;
    json::Object copy = before_;
    if (annotation == nullptr || last_applied_in(copy) == nullptr) return;
    json::Object stored = configuration_;
    if (json::Value* own = last_applied_in(stored)) *own = "";
    if (auto* metadata = stored.if_contains("metadata"); metadata != nullptr && metadata->is_object()) {
      auto* annotations = metadata->get_object().if_contains("annotations");
      if (annotations != nullptr && annotations->is_object()) annotations->get_object().erase(kLastApplied);
    }
    auto sorted = json::compact_sorted(json::serialize(json::Value(stored)), json::Escape::kHtml);
    if (sorted) *annotation = *sorted + "\n";
  }

  // Are all contested fields ones that the last client-side apply of kubectl set?
  bool only_last_applied() {
    json::Object copy = before_;
    const json::Value* annotation = last_applied_in(copy);
    if (annotation == nullptr || !annotation->is_string()) return false;
    auto document = json::parse(annotation->get_string());
    if (!document || !document->is_object()) return false;
    const FieldSet allowed = typed::fields(schema_.whole(), *document);
    return std::ranges::all_of(conflicts_, [&](const Conflict& one) { return allowed.contains(one.field); });
  }

  const KindSchema& schema_;
  const json::Object* live_;
  const json::Object& configuration_;
  const Write& write_;
  ManagerId self_;
  json::Object before_;
  std::vector<Conflict> conflicts_;
};

}  // namespace

Answer<Applied> apply(const KindSchema& schema, const json::Object* live, const json::Object& configuration,
                      const Write& write, bool force) {
  return Application(schema, live, configuration, write).run(force);
}

}  // namespace rotor::apiserver::patch
