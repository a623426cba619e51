// Replays what the real API server was asked and answered (record.py) on our own code: objects, managedFields with the
// step that set each time, refusals with their causes, and warnings must be the same.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/patch/patch.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::apiserver {
namespace {

using patch::Write;
using schema::FieldValidation;
using schema::KindSchemaPtr;

std::string file(std::string_view name) {
  return test::read_file(test::source_path("tests/apiserver/data/" + std::string(name)));
}

const json::Object& recorded() {
  static const json::Value document = json::parse(file("writes.json")).value();
  return document.get_object();
}

KindSchemaPtr lab_schema() {
  static const KindSchemaPtr schema = [] {
    const json::Value crd = json::parse(file("lab_crd.json")).value();
    const json::Object& version = crd.at("spec").at("versions").at(0).as_object();
    return schema::compile(version.at("schema").at("openAPIV3Schema").as_object(), "test.rotor.dev", "v1", "Lab", true)
        .value();
  }();
  return schema;
}

std::string text(const json::Object& object, std::string_view key, std::string_view otherwise = "") {
  const auto* value = object.if_contains(key);
  return std::string(value == nullptr ? otherwise : std::string_view(value->as_string()));
}

json::Object& metadata(json::Object& object) {
  auto& value = object["metadata"];
  if (!value.is_object()) value = json::Object{};
  return value.get_object();
}

// One endpoint of one kind, with at most one object: the order of a write as the server does it, without storage.
class Endpoint {
 public:
  explicit Endpoint(KindSchemaPtr schema) : schema_(std::move(schema)) {}

  struct Outcome {
    std::optional<Failure> failure;
    std::vector<std::string> warnings;
  };

  Outcome perform(const json::Object& step, int number) {
    const Write write{text(step, "manager"), text(step, "subresource"), fmt::format("2026-01-01T00:00:{:02}Z", number)};
    const FieldValidation mode =
        text(step, "validation", "Warn") == "Strict" ? FieldValidation::kStrict : FieldValidation::kWarn;
    const std::string verb = text(step, "verb");
    const json::Value& body = step.at("body");
    if (verb == "create") return create(body.as_object(), mode, write);
    if (verb == "apply") return apply(body.as_object(), write, step.contains("force"));
    json::Value changed = live_.value();
    if (verb == "update" || verb == "merge") {
      patch::json_merge_patch(changed, body);
    } else if (verb == "json") {
      auto patched = patch::json_patch(changed, body);
      if (!patched) return {patched.error(), {}};
      changed = *std::move(patched);
    } else {
      auto patched = patch::strategic_merge_patch(changed.as_object(), body.as_object(), *schema_);
      if (!patched) return {patched.error(), {}};
      changed = *std::move(patched);
    }
    return store(changed.as_object(), mode, verb == "update" ? schema::Source::kBody : schema::Source::kPatch, write);
  }

  const std::optional<json::Object>& live() const { return live_; }

 private:
  std::optional<Failure> errors(const json::Object& object, const json::Object* old) const {
    const auto found = schema::validate(*schema_, object, old);
    if (found.empty()) return std::nullopt;
    return invalid(schema_->group, schema_->kind, text(object.at("metadata").as_object(), "name"), found);
  }

  void reset(json::Object& object, std::string_view member) const {
    const auto* before = live_ ? live_->if_contains(member) : nullptr;
    if (before != nullptr)
      object[member] = *before;
    else
      object.erase(member);
    schema::normalize(*schema_, object);
    schema::apply_defaults(*schema_, object);
  }

  void reset_for(json::Object& object, std::string_view subresource) const {
    if (!schema_->has_status_subresource) return;
    if (subresource.empty()) return reset(object, "status");
    const json::Value own = object.contains("metadata") ? object.at("metadata") : json::Value();
    for (const std::string_view member : {"metadata", "spec"}) reset(object, member);
    if (own.is_object() && own.get_object().contains("managedFields"))
      metadata(object)["managedFields"] = own.at("managedFields");
  }

  Outcome create(const json::Object& body, FieldValidation mode, const Write& write) {
    auto decoded = schema::decode(*schema_, body, mode);
    if (!decoded) return {decoded.error(), {}};
    json::Object object = std::move(decoded->object);
    metadata(object)["namespace"] = "default";
    reset_for(object, "");
    if (auto wrong = errors(object, nullptr)) return {wrong, {}};
    patch::track_update(*schema_, nullptr, object, write);
    finish_create(std::move(object));
    return {std::nullopt, std::move(decoded->warnings)};
  }

  // Without a namespace of its own the object is in the one of the path.
  void finish_create(json::Object object) {
    schema::prepare_create(*schema_, object);
    if (schema_->kind != "Namespace" && !schema_->kind.starts_with("Cluster"))
      metadata(object)["namespace"] = "default";
    else
      metadata(object).erase("namespace");
    metadata(object)["uid"] = "uid-of-x";
    live_ = std::move(object);
  }

  Outcome store(const json::Object& changed, FieldValidation mode, schema::Source source, const Write& write) {
    auto decoded = schema::decode(*schema_, changed, mode, {}, source);
    if (!decoded) return {decoded.error(), {}};
    json::Object object = std::move(decoded->object);
    reset_for(object, write.subresource);
    if (auto wrong = errors(object, &*live_)) return {wrong, {}};
    patch::track_update(*schema_, &*live_, object, write);
    live_ = std::move(object);
    return {std::nullopt, std::move(decoded->warnings)};
  }

  Outcome apply(const json::Object& configuration, const Write& write, bool force) {
    auto applied = patch::apply(*schema_, live_ ? &*live_ : nullptr, configuration, write, force);
    if (!applied) return {applied.error(), {}};
    json::Object object = std::move(applied->object);
    if (live_ && !applied->changed) return {};
    const json::Value book =
        metadata(object).contains("managedFields") ? metadata(object)["managedFields"] : json::Value();
    reset_for(object, write.subresource);
    if (!book.is_null()) metadata(object)["managedFields"] = book;
    if (auto wrong = errors(object, live_ ? &*live_ : nullptr)) return {wrong, {}};
    if (live_)
      live_ = std::move(object);
    else
      finish_create(std::move(object));
    return {};
  }

  KindSchemaPtr schema_;
  std::optional<json::Object> live_;
};

void remove_path(json::Value& value, std::string_view path) {
  const auto dot = path.find('.');
  auto* object = value.if_object();
  auto* below = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
  if (below == nullptr) return;
  if (dot == std::string_view::npos)
    object->erase(path);
  else
    remove_path(*below, path.substr(dot + 1));
}

// Strings inside quotes that hold the whole patched object are not repeated by us: see schema::decode.
std::string without_quotation(std::string message) {
  const std::string_view start = "Invalid value: ";
  const auto from = message.find(start);
  const auto to = message.find(": strict decoding error");
  if (from == std::string::npos || to == std::string::npos) return message;
  return message.replace(from + start.size(), to - from - start.size(), "…");
}

json::Value comparable(json::Object object, const json::Array& ignored) {
  json::Value out(std::move(object));
  for (const std::string_view path :
       {"metadata.uid", "metadata.creationTimestamp", "metadata.generation", "metadata.resourceVersion"})
    remove_path(out, path);
  for (const json::Value& path : ignored) remove_path(out, std::string_view(path.as_string()));
  return out;
}

// The places where two documents differ, one a line.
void differences(const json::Value& ours, const json::Value& theirs, const std::string& path, std::string& out) {
  if (ours == theirs) return;
  const auto* a = ours.if_object();
  const auto* b = theirs.if_object();
  const auto* x = ours.if_array();
  const auto* y = theirs.if_array();
  const json::Value absent = "(absent)";
  if (a != nullptr && b != nullptr) {
    for (const auto& [key, value] : *a)
      differences(value, b->contains(key) ? b->at(key) : absent, path + "." + std::string(key), out);
    for (const auto& [key, value] : *b) {
      if (!a->contains(key)) differences(absent, value, path + "." + std::string(key), out);
    }
  } else if (x != nullptr && y != nullptr && x->size() == y->size()) {
    for (std::size_t i = 0; i < x->size(); ++i)
      differences((*x)[i], (*y)[i], path + "[" + std::to_string(i) + "]", out);
  } else {
    out += path + ": ours " + json::serialize(ours) + ", theirs " + json::serialize(theirs) + "\n";
  }
}

class Writes : public testing::TestWithParam<std::size_t> {};

TEST_P(Writes, EqualTheRealServers) {
  const json::Object& scenario = recorded().at("scenarios").at(GetParam()).as_object();
  SCOPED_TRACE(text(scenario, "name"));
  const bool lab = text(scenario, "kind") == "Lab";
  const KindSchemaPtr schema =
      lab ? lab_schema() : schema::builtin(text(scenario, "apiVersion"), text(scenario, "kind"));
  ASSERT_NE(schema, nullptr);
  Endpoint endpoint(schema);
  int number = 0;
  for (const json::Value& entry : scenario.at("steps").as_array()) {
    const json::Object& step = entry.as_object();
    const json::Object& expected = step.at("expect").as_object();
    const std::string shown =
        std::to_string(number) + ": " + text(step, "verb") + " " + json::serialize(step.at("body")).substr(0, 300);
    const auto outcome = endpoint.perform(step, number++);
    const bool refused = expected.at("code").as_int64() >= 300;
    ASSERT_EQ(outcome.failure.has_value(), refused)
        << shown << "\n"
        << (outcome.failure ? outcome.failure->message : json::serialize(expected));
    if (refused) {
      EXPECT_EQ(outcome.failure->code, expected.at("code").as_int64()) << shown;
      EXPECT_EQ(outcome.failure->reason, text(expected, "reason")) << shown;
      EXPECT_EQ(without_quotation(outcome.failure->message), without_quotation(text(expected, "message"))) << shown;
      const auto* causes = outcome.failure->details.if_contains("causes");
      EXPECT_EQ(without_quotation(json::serialize(causes == nullptr ? json::Value(json::Array{}) : *causes)),
                without_quotation(json::serialize(expected.at("causes"))))
          << shown;
      continue;
    }
    const json::Array ignored = scenario.at("ignore").as_array();
    const json::Value ours = comparable(*endpoint.live(), ignored);
    const json::Value theirs = comparable(expected.at("object").as_object(), ignored);
    std::string found;
    differences(ours, theirs, "", found);
    EXPECT_EQ(found, "") << shown;
    std::vector<std::string> warnings;
    if (const auto* list = expected.if_contains("warnings")) {
      for (const json::Value& one : list->as_array()) warnings.emplace_back(one.as_string());
    }
    EXPECT_EQ(outcome.warnings, warnings) << shown;
  }
}

std::string title(const testing::TestParamInfo<std::size_t>& info) {
  std::string out;
  for (const char c : text(recorded().at("scenarios").at(info.param).as_object(), "name")) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(Recorded, Writes, testing::Range<std::size_t>(0, recorded().at("scenarios").as_array().size()),
                         title);

}  // namespace
}  // namespace rotor::apiserver
