#include "api/validation.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"
#include "json/document.hpp"

namespace rotor::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kRules = "x-kubernetes-validations";

const json::Value* schema_at(const json::Value& schema, std::string_view path) {
  const json::Value* at = &schema;
  while (at != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    std::string_view name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    const bool items = name.ends_with("[]");
    if (items) name.remove_suffix(2);
    at = json::find(*at, "properties." + std::string(name));
    if (at != nullptr && items) at = json::find(*at, "items");
  }
  return at;
}

bool has_rule(const json::Value* schema, const ValidationRule& row) {
  const json::Value* rules = schema == nullptr ? nullptr : json::find(*schema, kRules);
  if (rules == nullptr) return false;
  return std::ranges::any_of(rules->as_array(), [&](const json::Value& one) {
    return json::find_string(one, "rule") == row.cel && json::find_string(one, "message") == row.line;
  });
}

std::size_t rules_below(const json::Value& value) {
  std::size_t count = 0;
  if (const auto* list = value.if_array()) {
    for (const json::Value& item : *list) count += rules_below(item);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      count += std::string_view(key) == kRules ? member.as_array().size() : rules_below(member);
    }
  }
  return count;
}

std::map<std::string, json::Value, std::less<>> crds_by_kind() {
  std::map<std::string, json::Value, std::less<>> out;
  for (const std::string& text : crds()) {
    json::Value crd = json::parse(text).value();
    const std::string kind(json::find_string(crd, "spec.names.kind"));
    out.emplace(kind, std::move(crd));
  }
  return out;
}

// Path of a rule of ExternalSecrets in what a ClusterExternalSecret makes of them.
std::string in_cluster_kind(std::string_view path) {
  return "spec.externalSecretSpec" + std::string(path.substr(std::string_view("spec").size()));
}

TEST(ValidationRules, StandAtTheirPlaceInEveryVersionAndInNoOtherPlace) {
  const auto crds = crds_by_kind();
  std::map<std::string_view, std::size_t> rows;
  for (const ValidationRule& row : validation_rules()) {
    if (!row.in_crd()) continue;
    ++rows[row.kind];
    for (const json::Value& version : json::find(crds.at(std::string(row.kind)), "spec.versions")->as_array()) {
      const json::Value& schema = *json::find(version, "schema.openAPIV3Schema");
      EXPECT_TRUE(has_rule(schema_at(schema, row.path), row)) << row.path << ": " << row.cel;
    }
    if (row.kind != "ExternalSecret") continue;
    for (const json::Value& version : json::find(crds.at("ClusterExternalSecret"), "spec.versions")->as_array()) {
      const json::Value& schema = *json::find(version, "schema.openAPIV3Schema");
      EXPECT_TRUE(has_rule(schema_at(schema, in_cluster_kind(row.path)), row)) << row.path << ": " << row.cel;
    }
  }
  EXPECT_EQ(rules_below(crds.at("ExternalSecret")), 2 * rows.at("ExternalSecret"));
  EXPECT_EQ(rules_below(crds.at("ClusterExternalSecret")), 2 * rows.at("ExternalSecret"));
  EXPECT_EQ(rules_below(crds.at("OpenClawInstance")), rows.at("OpenClawInstance"));
}

TEST(ValidationRules, OfTheCrdsAreFewAndTheRestIsAdmissionsAlone) {
  std::vector<std::string_view> places;
  for (const ValidationRule& row : validation_rules()) {
    EXPECT_EQ(row.in_crd(), row.holds != nullptr) << row.line;
    if (row.in_crd()) places.push_back(row.path);
  }
  EXPECT_THAT(places, ElementsAre("spec", "spec.dataFrom[]", "spec.dataFrom[]", "spec.dataFrom[]", "spec.image"));
}

TEST(ValidationRules, SayOneLineAsTheApiServerWantsThem) {
  for (const ValidationRule& row : validation_rules()) {
    EXPECT_FALSE(row.line.empty()) << row.path;
    EXPECT_FALSE(row.line.contains('\n')) << row.line;
    if (row.in_crd()) EXPECT_FALSE(row.line.contains("{}")) << "nobody would fill it in: " << row.line;
  }
}

TEST(ValidationRules, OfAnImageNameTheFieldAndTheWayOut) {  // B300
  EXPECT_THAT(std::string(rules_at("OpenClawInstance", "spec.image")), HasSubstr("one of tag or digest must be set"));
}

TEST(ValidationRules, OfAPlaceWithoutAnyAreNoText) {
  EXPECT_EQ(rules_at("OpenClawInstance", "spec.nothing"), "");
  EXPECT_EQ(rules_at("ExternalSecret", "spec.target"), "");
}

}  // namespace
}  // namespace rotor::api
