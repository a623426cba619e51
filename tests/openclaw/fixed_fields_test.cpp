// Which field of an object that is there stands in the way of what it should be, and what the user can do.
#include "openclaw/fixed_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/apps/stateful_set.hpp"
#include "api/core/config_map.hpp"
#include "api/core/persistent_volume_claim.hpp"
#include "api/rbac/role.hpp"

namespace rotor::openclaw {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr kube::Resource kSets = kube::kResource<api::StatefulSet>;
constexpr kube::Resource kClaims = kube::kResource<api::PersistentVolumeClaim>;

LivePtr there(const std::string& members) {
  std::string text = R"({"metadata":{"name":"a","namespace":"ns"},)" + members + "}";
  return std::make_shared<const LiveObject>(LiveObject{{}, std::move(text)});
}

Error refused() { return {.code = Code::kInvalid, .message = "422"}; }

struct RefusedCase {
  const char* what;
  kube::Resource resource;
  const char* live;
  const char* desired;
  const char* expected;  // condition/reason
  std::vector<const char*> says;
};
class FixedFields : public testing::TestWithParam<RefusedCase> {};

TEST_P(FixedFields, ThatARefusalIsAboutAreNamedWithTheWayOut) {
  const RefusedCase& c = GetParam();
  std::optional<Finding> why;
  const Error error = explain_refusal(c.resource, there(c.live), "{" + std::string(c.desired) + "}", refused(), why);
  ASSERT_TRUE(why) << c.what;
  EXPECT_EQ(why->condition + "/" + why->reason, c.expected);
  EXPECT_EQ(why->status, "False");
  for (const char* text : c.says) EXPECT_THAT(why->message, HasSubstr(text));
  EXPECT_THAT(error.message, AllOf(HasSubstr(why->message), HasSubstr("422")));
  EXPECT_EQ(error.code, Code::kInvalid);
}

constexpr const char* kSelectorThere = R"("spec":{"selector":{"matchLabels":{"app":"theirs"}}})";
constexpr const char* kSelectorWanted = R"("spec":{"selector":{"matchLabels":{"app":"ours"}}})";
constexpr const char* kOrphan = "kubectl -n ns delete statefulset a --cascade=orphan";

INSTANTIATE_TEST_SUITE_P(Table, FixedFields,
                         testing::Values(RefusedCase{"selector",
                                                     kSets,
                                                     kSelectorThere,
                                                     kSelectorWanted,
                                                     "StatefulSetReady/StatefulSetFixed",
                                                     {R"(StatefulSet "a": spec.selector)", "theirs", "ours", kOrphan,
                                                      "another name", "its pods run on beside it until you delete them",
                                                      "no claim is touched"}},
                                         RefusedCase{"service",
                                                     kSets,
                                                     R"("spec":{"serviceName":"b"})",
                                                     R"("spec":{"serviceName":"a"})",
                                                     "StatefulSetReady/StatefulSetFixed",
                                                     {R"(spec.serviceName cannot change from "b" to "a")", kOrphan,
                                                      "become those of the new one"}},
                                         RefusedCase{"no service",
                                                     kSets,
                                                     R"("spec":{})",
                                                     R"("spec":{"serviceName":"a"})",
                                                     "StatefulSetReady/StatefulSetFixed",
                                                     {"from nothing to \"a\""}},
                                         RefusedCase{"order of pods",
                                                     kSets,
                                                     R"("spec":{"podManagementPolicy":"OrderedReady"})",
                                                     R"("spec":{"podManagementPolicy":"Parallel"})",
                                                     "StatefulSetReady/StatefulSetFixed",
                                                     {"OrderedReady", "Parallel", kOrphan}},
                                         RefusedCase{"role",
                                                     kube::kResource<api::RoleBinding>,
                                                     R"("roleRef":{"kind":"ClusterRole","name":"x"})",
                                                     R"("roleRef":{"kind":"Role","name":"a"})",
                                                     "RBACReady/RoleBindingFixed",
                                                     {"kubectl -n ns delete rolebinding a", "until then"}},
                                         RefusedCase{"frozen map",
                                                     kube::kResource<api::ConfigMap>,
                                                     R"("immutable":true,"data":{"k":"1"})",
                                                     R"("data":{"k":"2"})",
                                                     "ConfigValid/ConfigMapFixed",
                                                     {"kubectl -n ns delete configmap a"}}));

TEST(FixedFields, AreNotBlamedForAnotherRefusal) {
  const auto stays = [](const LivePtr& live, const char* desired, const Error& error) {
    std::optional<Finding> why;
    const Error after = explain_refusal(kSets, live, "{" + std::string(desired) + "}", error, why);
    return !why && after.message == error.message && after.code == error.code;
  };
  const LivePtr live = there(kSelectorThere);
  EXPECT_TRUE(stays(live, kSelectorThere, refused())) << "they are as they should be";
  EXPECT_TRUE(stays(live, R"("metadata":{})", refused())) << "marks alone";
  EXPECT_TRUE(stays(live, kSelectorWanted, {.code = Code::kConflict, .message = "409"}));
  EXPECT_TRUE(stays(nullptr, kSelectorWanted, refused())) << "nothing was there";
}

struct KeptCase {
  const char* what;
  const char* live;
  const char* desired;
  std::vector<const char*> says;  // empty: nothing
};

TEST(FixedFields, OfAClaimStayAndTheConditionSaysSo) {
  const std::vector<KeptCase> cases = {
      {"smaller",
       R"("spec":{"resources":{"requests":{"storage":"10Gi"}}})",
       R"("spec":{"resources":{"requests":{"storage":"5Gi"}}})",
       {R"(spec.resources.requests.storage is "10Gi", and the spec says "5Gi")",
        R"(kubectl -n ns patch pvc a --type merge -p '{"spec":{"resources":{"requests":{"storage":"5Gi"}}}}')",
        "existingClaim"}},
      {"class", R"("spec":{"storageClassName":"slow"})", R"("spec":{"storageClassName":"fast"})", {"slow", "fast"}},
      {"the cluster's class", R"("spec":{"storageClassName":"slow"})", R"("spec":{})", {}},
      {"modes",
       R"("spec":{"accessModes":["ReadWriteOnce"]})",
       R"("spec":{"accessModes":["ReadWriteMany"]})",
       {"ReadWriteOnce", "ReadWriteMany"}},
      {"two at once",
       R"("spec":{"storageClassName":"slow","accessModes":["ReadWriteOnce"]})",
       R"("spec":{"storageClassName":"fast","accessModes":["ReadWriteMany"]})",
       {"spec.storageClassName", "; PersistentVolumeClaim \"a\": spec.accessModes"}},
      {"as it was made",
       R"("spec":{"accessModes":["ReadWriteOnce"]})",
       R"("spec":{"accessModes":["ReadWriteOnce"]})",
       {}},
  };
  for (const KeptCase& c : cases) {
    const json::Value live = json::parse(there(c.live)->text.unpack()).value();
    const auto found = kept_fields(kClaims, live, json::parse("{" + std::string(c.desired) + "}").value());
    ASSERT_EQ(found.has_value(), !c.says.empty()) << c.what;
    if (!found) continue;
    EXPECT_EQ(found->condition + "/" + found->status + "/" + found->reason, "StorageReady/True/ClaimKept") << c.what;
    EXPECT_FALSE(found->stops);
    for (const char* text : c.says) EXPECT_THAT(found->message, HasSubstr(text)) << c.what;
  }
}

TEST(FixedFields, ClaimTemplatesThatNobodyWantsAreSaidToGiveThePodsTheirClaim) {
  const json::Value live =
      json::parse(there(R"("spec":{"volumeClaimTemplates":[{"metadata":{"name":"data"}}]})")->text.unpack()).value();
  const auto found = kept_fields(kSets, live, json::Object());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reason, "ClaimTemplatesKept");
  EXPECT_THAT(found->message, AllOf(HasSubstr(kOrphan), HasSubstr("TEMPLATE-a-0"), HasSubstr("existingClaim")));
  EXPECT_FALSE(kept_fields(kSets, json::parse(R"({"spec":{}})").value(), json::Object()));
}

}  // namespace
}  // namespace rotor::openclaw
