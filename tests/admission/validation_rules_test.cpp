// The table of rules and what the webhook says are the same, by the examples of data/rule_examples.json; of which the
// CRDs refuse some by themselves. tests/conformance asks both API servers about the same file.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/validation.hpp"
#include "tests/admission/rules.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::admission {
namespace {

using api::ValidationRule;
using testing::ElementsAre;
using testing::IsEmpty;

const json::Array& examples() {
  static const json::Value all =
      json::parse(test::read_file(test::source_path("tests/admission/data/rule_examples.json"))).value();
  return all.as_array();
}

struct Written {
  json::Value object;
  std::optional<json::Value> before{};
};

Written written(const json::Value& one, std::string_view version) {
  const std::string_view name = json::find_string(one, "name");
  json::Object object{{"apiVersion", version},
                      {"metadata", json::Object{{"name", name.empty() ? "x" : name}, {"namespace", "ns"}}},
                      {"spec", one.at("spec")}};
  Written out{object};
  if (const json::Value* spec = json::find(one, "before"); spec != nullptr) {
    object["spec"] = *spec;
    out.before = object;
  }
  return out;
}

// Calls visit(self) for everything that stands at `path`.
template <class Visit>
void each_at(const json::Value& value, std::string_view path, const Visit& visit) {
  if (path.empty()) return visit(value);
  const auto dot = path.find('.');
  std::string_view name = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  const bool items = name.ends_with("[]");
  if (items) name.remove_suffix(2);
  const json::Value* member = json::find(value, name);
  if (member == nullptr) return;
  if (!items) return each_at(*member, rest, visit);
  for (const json::Value& item : member->as_array()) each_at(item, rest, visit);
}

std::vector<std::string> said_by_the_crd(std::string_view kind, const Written& one) {
  std::vector<std::string> out;
  for (const ValidationRule& row : api::validation_rules()) {
    if (row.kind != kind || !row.in_crd()) continue;
    each_at(one.object, row.path, [&](const json::Value& self) {
      if (!row.holds(self)) out.emplace_back(row.line);
    });
  }
  return out;
}

// Whether `said` is `line` with words in the place of its {}.
bool is_said_by(std::string_view said, std::string_view line) {
  const auto first = line.find("{}");
  if (first == std::string_view::npos) return said == line;
  const std::string_view begin = line.substr(0, first);
  const std::string_view end = line.substr(line.rfind("{}") + 2);
  return said.size() > begin.size() + end.size() && said.starts_with(begin) && said.ends_with(end);
}

std::vector<const ValidationRule*> rows_of(const json::Value& example) {
  std::vector<const ValidationRule*> out;
  for (const ValidationRule& row : api::validation_rules()) {
    const bool same_kind = row.kind == json::find_string(example, "kind");
    if (same_kind && is_said_by(json::find_string(example, "line"), row.line)) out.push_back(&row);
  }
  return out;
}

std::vector<std::string> said_by_the_webhook(std::string_view kind, const Written& one) {
  static const Rules kRules;
  const auto* judged = judged_kind(kind == "ExternalSecret" ? "external-secrets.io" : "openclaw.rocks", kind);
  const std::string old = one.before ? json::serialize(*one.before) : std::string();
  return judged->judge({json::serialize(one.object), old}, kRules.registry).violations;
}

TEST(RulesOfValidation, SayOfEachExampleTheLineOfTheWebhookAndNoOther) {
  for (const json::Value& example : examples()) {
    const std::string_view kind = json::find_string(example, "kind");
    const std::string line(json::find_string(example, "line"));
    for (const json::Value& one : example.at("bad").as_array()) {
      const Written bad = written(one, "v1");
      EXPECT_THAT(said_by_the_webhook(kind, bad), ElementsAre(line)) << json::serialize(one);
      if (example.at("in_crd").as_bool()) {
        EXPECT_THAT(said_by_the_crd(kind, bad), ElementsAre(line)) << json::serialize(one);
      } else {
        EXPECT_THAT(said_by_the_crd(kind, bad), IsEmpty()) << json::serialize(one);
      }
    }
    for (const json::Value& one : example.at("good").as_array()) {
      const Written good = written(one, "v1");
      EXPECT_THAT(said_by_the_webhook(kind, good), IsEmpty()) << json::serialize(one);
      EXPECT_THAT(said_by_the_crd(kind, good), IsEmpty()) << json::serialize(one);
    }
  }
}

// The existing operator's CRD has one rule of its own, which its webhook does not know: B300.
TEST(RulesOfValidation, HaveAnExampleEachThatKnowsWhoSaysIt) {
  std::set<const ValidationRule*> shown;
  for (const json::Value& example : examples()) {
    const auto rows = rows_of(example);
    ASSERT_EQ(rows.size(), 1U) << json::find_string(example, "line");
    EXPECT_EQ(rows[0]->in_crd(), example.at("in_crd").as_bool()) << rows[0]->line;
    shown.insert(rows[0]);
  }
  for (const ValidationRule& row : api::validation_rules()) {
    if (row.path != "spec.image") EXPECT_TRUE(shown.contains(&row)) << row.line;
  }
}

}  // namespace
}  // namespace rotor::admission
