#include "openclaw/annotation_patch.hpp"

#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "openclaw/apply_diff.hpp"

namespace rotor::openclaw {
namespace {

json::Value parsed(std::string_view text) { return *json::parse(text); }

// What we applied but for the mark of the Secrets, which a patch of ours wrote since; `theirs` is somebody else's.
constexpr std::string_view kLive = R"({
  "metadata": {"name": "a", "uid": "u", "annotations": {"s": "1", "theirs": "x"}, "managedFields": [
    {"manager": "us", "operation": "Apply", "fieldsV1": {
      "f:metadata": {"f:annotations": {"f:s": {}}},
      "f:spec": {"f:replicas": {}, "f:template": {"f:metadata": {"f:annotations": {"f:c": {}}}}}}},
    {"manager": "us", "operation": "Update", "fieldsV1": {
      "f:spec": {"f:template": {"f:metadata": {"f:annotations": {"f:openclaw.rocks/secret-hash": {}}}}}}},
    {"manager": "us", "operation": "Update", "subresource": "status", "fieldsV1": {"f:status": {"f:replicas": {}}}}]},
  "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "1", "injected": "y"}}}}})";

struct PatchCase {
  const char* what;
  const char* desired;
  const char* patch;  // null: it is applied, or there is nothing to do
};

TEST(AnnotationPatch, IsWhatDiffersWhenOnlyAnnotationsDo) {
  for (const PatchCase& c : {
           PatchCase{"a mark",
                     R"({"metadata": {"annotations": {"s": "1"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "2"}}}}})",
                     R"({"spec": {"template": {"metadata": {"annotations": {"openclaw.rocks/secret-hash": "2"}}}}})"},
           PatchCase{"marks of both",
                     R"({"metadata": {"annotations": {"s": "2"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "2"}}}}})",
                     R"({"metadata": {"annotations": {"s": "2"}},
                         "spec": {"template": {"metadata": {"annotations": {"openclaw.rocks/secret-hash": "2"}}}}})"},
           PatchCase{"a mark that is new",
                     R"({"metadata": {"annotations": {"s": "1", "n": "1"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "1"}}}}})",
                     R"({"metadata": {"annotations": {"n": "1"}}})"},
           PatchCase{"a mark of ours that is not wanted any more; others' stay",
                     R"({"metadata": {"annotations": {"s": "1"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1"}}}}})",
                     R"({"spec": {"template": {"metadata": {"annotations": {"openclaw.rocks/secret-hash": null}}}}})"},
           PatchCase{"somebody's annotation of the template",
                     R"({"metadata": {"annotations": {"s": "1"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {
                           "c": "1", "openclaw.rocks/secret-hash": "2", "users": "1"}}}}})",
                     nullptr},
           PatchCase{"nothing",
                     R"({"metadata": {"annotations": {"s": "1"}},
                         "spec": {"replicas": 1, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "1"}}}}})",
                     nullptr},
           PatchCase{"a field beside a mark",
                     R"({"metadata": {"annotations": {"s": "1"}},
                         "spec": {"replicas": 0, "template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "2"}}}}})",
                     nullptr},
           PatchCase{"a field of ours that goes",
                     R"({"metadata": {"annotations": {"s": "2"}},
                         "spec": {"template": {"metadata": {"annotations": {"c": "1", "openclaw.rocks/secret-hash": "1"}}}}})",
                     nullptr},
       }) {
    const json::Value live = parsed(kLive);
    const auto patch =
        annotation_patch(json::type_of<api::StatefulSet>(), live, parsed(c.desired), owned_fields(live, "us"));
    ASSERT_EQ(patch.has_value(), c.patch != nullptr) << c.what;
    if (patch) {
      EXPECT_EQ(*patch, parsed(c.patch)) << c.what << ": " << json::serialize(*patch);
    }
  }
}

TEST(AnnotationPatch, IsNotForAnObjectThatIsNotOursYet) {
  const json::Value live = parsed(kLive);
  EXPECT_FALSE(annotation_patch(json::type_of<api::StatefulSet>(), live,
                                parsed(R"({"metadata": {"annotations": {"s": "2"}}})"), owned_fields(live, "nobody")));
}

}  // namespace
}  // namespace rotor::openclaw
