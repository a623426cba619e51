// What another operator wrote of an object, and when it becomes ours.
#include "openclaw/take_over.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/service.hpp"

namespace rotor::openclaw {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr kube::Resource kLeftSets = kube::kResource<api::StatefulSet>;
constexpr kube::Resource kLeftService = kube::kResource<api::Service>;

constexpr std::string_view kNamesOwner = R"("f:metadata":{"f:ownerReferences":{".":{},"k:{\"uid\":\"u\"}":{}}})";

json::Value left_object(std::initializer_list<std::string> entries) {
  std::string list;
  for (const std::string& entry : entries) list += (list.empty() ? "" : ",") + entry;
  return *json::parse(R"({"metadata":{"resourceVersion":"7","managedFields":[)" + list + "]}}");
}
std::string left_entry(std::string_view manager, std::string_view operation, std::string_view fields,
                       std::string_view more = "", std::string_view version = "v1") {
  return R"({"manager":")" + std::string(manager) + R"(","operation":")" + std::string(operation) +
         R"(","apiVersion":")" + std::string(version) + R"(","fieldsType":"FieldsV1","fieldsV1":{)" +
         std::string(fields) + "}" + std::string(more) + "}";
}
std::string left_service(std::string_view spec = R"("f:type":{})") {
  return left_entry("manager", "Update", std::string(kNamesOwner) + R"(,"f:spec":{)" + std::string(spec) + "}");
}
std::string taken_patch(const json::Value& live) { return take_over_patch(kLeftService, live).value_or("none"); }

TEST(TakeOver, WhatWasWrittenByUpdateBecomesOursByApply) {
  const json::Value live = left_object({left_service(), left_entry("person", "Update", R"("f:spec":{"f:ports":{}})")});
  const json::Value made = *json::parse(taken_patch(live));
  ASSERT_EQ(made.as_array().size(), 2U);
  EXPECT_EQ(json::find_string(made.as_array()[0], "path"), "/metadata/managedFields");
  const json::Array& entries = json::find(made.as_array()[0], "value")->as_array();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(json::find_string(entries[0], "manager"), "person") << "others keep what they wrote";
  EXPECT_EQ(json::find_string(entries[1], "manager"), "openclaw-operator");
  EXPECT_EQ(json::find_string(entries[1], "operation"), "Apply");
  EXPECT_NE(json::find(entries[1], "fieldsV1.f:spec.f:type"), nullptr);
  EXPECT_EQ(json::find_string(made.as_array()[1], "path"), "/metadata/resourceVersion");
  EXPECT_EQ(json::find_string(made.as_array()[1], "value"), "7");
}

TEST(TakeOver, OurMarksOnTheirObjectAreKeptInTheSameEntry) {
  const std::string ours = left_entry("openclaw-operator", "Apply", R"("f:metadata":{"f:annotations":{"f:mark":{}}})");
  const std::string text = taken_patch(left_object({ours, left_service()}));
  EXPECT_THAT(text, HasSubstr("f:mark"));
  EXPECT_THAT(text, HasSubstr("f:type"));
  EXPECT_THAT(text, Not(HasSubstr(R"("manager":"manager")")));
}

TEST(TakeOver, ThereIsNothingToTakeOver) {
  EXPECT_EQ(taken_patch(*json::parse("{}")), "none");
  EXPECT_EQ(taken_patch(left_object({})), "none");
  EXPECT_EQ(taken_patch(left_object({left_entry("person", "Update", kNamesOwner)})), "none");
  EXPECT_EQ(taken_patch(left_object({left_entry("manager", "Apply", kNamesOwner)})), "none")
      << "an apply is somebody's own";
  EXPECT_EQ(taken_patch(left_object({left_entry("manager", "Update", kNamesOwner, R"(,"subresource":"status")")})),
            "none");
  EXPECT_EQ(taken_patch(left_object({left_entry("manager", "Update", kNamesOwner, "", "v1beta1")})), "none")
      << "other fields, maybe";
  EXPECT_EQ(taken_patch(left_object({left_entry("manager", "Update", R"("f:spec":{"f:type":{}})")})), "none")
      << "another program of this name, which never wrote the owner";
  EXPECT_EQ(taken_patch(left_object({left_service(), left_entry("openclaw-operator", "Apply", kNamesOwner)})), "none")
      << "we applied it before";
}

TEST(TakeOver, WhatAStatefulSetNeverLosesIsLeftOut) {
  const json::Value live = left_object({left_entry(
      "manager", "Update",
      std::string(kNamesOwner) +
          R"(,"f:spec":{"f:template":{},"f:selector":{},"f:serviceName":{},"f:podManagementPolicy":{},"f:volumeClaimTemplates":{}})",
      "", "apps/v1")});
  EXPECT_EQ(json::serialize(*json::find(left_before_us(kLeftSets, live).to_json(), "f:spec")), R"({"f:template":{}})");
}

}  // namespace
}  // namespace rotor::openclaw
