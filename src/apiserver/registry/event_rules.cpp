// What an Event must say. The old sort (no eventTime) may say anything; the new sort follows the rules of
// events.k8s.io, whichever group it came through.
#include <fmt/format.h>

#include "apiserver/registry/events.hpp"
#include "apiserver/registry/meta.hpp"
#include "apiserver/registry/names.hpp"

namespace rotor::apiserver {

namespace {

using Errors = std::vector<FieldError>;
using json::Object;
using json::Value;

constexpr std::string_view kNotIts = "does not match event.namespace";
constexpr std::string_view kUnset = "needs to be unset";

bool is_set(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return false;
  return value->is_string() ? !value->get_string().empty() : !value->is_int64() || value->get_int64() != 0;
}

std::int64_t count_in(const Object& object) {
  const Value* value = object.if_contains("count");
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::string_view subject_namespace(const Object& event) {
  const Object* about = child(event, "involvedObject");
  return about == nullptr ? std::string_view() : text(*about, "namespace");
}

void limited(const Object& event, std::string_view key, std::size_t limit, bool required, Errors& errors) {
  const std::string_view value = text(event, key);
  if (required && value.empty()) errors.push_back(field_required(std::string(key), ""));
  if (value.size() > limit)
    errors.push_back(field_invalid(std::string(key), "", fmt::format("can have at most {} characters", limit)));
}

void check_old_sort(const Object& event, Errors& errors) {
  const std::string_view subject = subject_namespace(event);
  const std::string_view own = namespace_of(event);
  if (subject == own || (subject.empty() && own == "default")) return;
  errors.push_back(field_invalid("involvedObject.namespace", Value(subject), kNotIts));
}

void check_new_sort(const Object& event, bool core, Errors& errors) {
  const std::string_view own = namespace_of(event);
  if (subject_namespace(event).empty() && own != "default" && own != "kube-system")
    errors.push_back(field_invalid("involvedObject.namespace", "", kNotIts));
  const std::string reporter = core ? "reportingComponent" : "reportingController";
  const std::string_view name = text(event, "reportingComponent");
  if (name.empty()) errors.push_back(field_required(reporter, ""));
  if (const std::string why = check_qualified_name(name); !why.empty())
    errors.push_back(field_invalid(reporter, Value(name), why));
  limited(event, "reportingInstance", 128, true, errors);
  limited(event, "action", 128, true, errors);
  limited(event, "reason", 128, true, errors);
  limited(event, "message", 1024, false, errors);
}

void check_series(const Object& event, Errors& errors) {
  const Object* series = child(event, "series");
  if (series == nullptr) return;
  if (count_in(*series) < 2) errors.push_back(field_invalid("series.count", "", "should be at least 2"));
  if (!is_set(*series, "lastObservedTime")) errors.push_back(field_required("series.lastObservedTime", ""));
}

// What only the events.k8s.io group asks for.
void check_strictly(const Object& event, Errors& errors) {
  check_series(event, errors);
  const std::string_view type = text(event, "type");
  if (type != "Normal" && type != "Warning")
    errors.push_back(field_invalid("type", "", fmt::format("has invalid value: {}", type)));
  for (const std::string_view old : {"firstTimestamp", "lastTimestamp", "count"}) {
    if (is_set(event, old)) errors.push_back(field_invalid(std::string(old), "", kUnset));
  }
  const Object* source = child(event, "source");
  if (source != nullptr && !source->empty()) errors.push_back(field_invalid("source", "", kUnset));
}

// In the order of the server's messages.
constexpr std::string_view kKept[] = {
    "involvedObject", "reason",    "message", "source",  "firstTimestamp",     "lastTimestamp",    "count",
    "type",           "eventTime", "action",  "related", "reportingComponent", "reportingInstance"};

bool differ(const Object& event, const Object& old, std::string_view key) {
  const Value* now = event.if_contains(key);
  const Value* was = old.if_contains(key);
  return now == nullptr || was == nullptr ? now != was : *now != *was;
}

void check_kept(const Object& event, const Object& old, Errors& errors) {
  if (differ(event, old, "series")) check_series(event, errors);
  for (const std::string_view key : kKept) {
    if (!differ(event, old, key)) continue;
    const Value* now = event.if_contains(key);
    errors.push_back(field_invalid(key == "reportingComponent" ? "reportingController" : std::string(key),
                                   now == nullptr ? Value() : *now, "field is immutable"));
  }
}

}  // namespace

void validate_event(std::string_view group, const Object& object, const Object* old, Errors& errors) {
  const bool core = group.empty();
  const Object event = core ? object : event_to_core(object);
  if (is_set(event, "eventTime")) {
    check_new_sort(event, core, errors);
  } else {
    check_old_sort(event, errors);
  }
  if (core) return;
  if (old == nullptr) {
    check_strictly(event, errors);
  } else {
    check_kept(event, event_to_core(*old), errors);
  }
}

}  // namespace rotor::apiserver
