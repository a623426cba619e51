// What `rotor doctor` asks an API server, and what it makes of being refused.
#include "inspect/doctor_look.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/crds.hpp"
#include "base/time.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::test {
namespace {

using inspect::Diagnosis;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

// Lists, and answers about rights; anything else ends the test.
class Askable final : public StrictClient {
 public:
  std::map<std::string, std::string, std::less<>> items{};  // plural, or VERSION/plural → JSON, with commas
  std::set<std::string, std::less<>> denied{}, not_served{};
  std::set<std::string, std::less<>> rights_denied{};  // "resource verb", and where only one is: "resource verb name"
  std::set<std::string, std::less<>> accounts{};       // NAMESPACE/NAME
  bool administrator = false;
  int questions = 0;

  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string, kube::ListOptions,
                                         std::string) override {
    const std::string plural(resource.plural);
    const std::string exact = std::string(resource.version) + "/" + plural;
    if (plural == "secrets") throw std::logic_error("a look at Secrets");
    if (denied.contains(plural)) co_return fail(Code::kDenied, "may not list " + plural);
    if (not_served.contains(exact)) co_return fail(Code::kNotFound, "not served");
    const auto found = items.contains(exact) ? items.find(exact) : items.find(plural);
    const std::string inside = found == items.end() ? "" : found->second;
    co_return kube::ListPage{SecretBytes(R"({"items":[)" + inside + "]}"), "1", ""};
  }

  Task<Result<SecretBytes>> get(kube::Resource resource, kube::Key key) override {
    if (resource.plural != "serviceaccounts") throw std::logic_error("a read");
    if (denied.contains("serviceaccounts")) co_return fail(Code::kDenied, "may not get serviceaccounts");
    if (!accounts.contains(key.text())) co_return fail(Code::kNotFound, "not found");
    co_return SecretBytes("{}");
  }

  Task<Result<SecretBytes>> create(kube::Resource resource, std::string, SecretBytes body,
                                   kube::WriteOptions) override {
    if (resource.group != "authorization.k8s.io") throw std::logic_error("a write");
    ++questions;
    if (denied.contains(std::string(resource.plural))) co_return fail(Code::kDenied, "may not ask");
    const json::Value asked = *json::parse(body.reveal());
    const std::string what = std::string(json::find_string(asked, "spec.resourceAttributes.resource")) + " " +
                             std::string(json::find_string(asked, "spec.resourceAttributes.verb"));
    const std::string name(json::find_string(asked, "spec.resourceAttributes.name"));
    const bool yes =
        what == "* *" ? administrator : !rights_denied.contains(what) && !rights_denied.contains(what + " " + name);
    co_return SecretBytes(yes ? R"({"status":{"allowed":true}})" : R"({"status":{"allowed":false}})");
  }
};

class DoctorLook : public testing::Test {
 protected:
  DoctorLook() {
    for (const std::string& crd : api::crds()) put("customresourcedefinitions", crd);
  }
  void put(const std::string& plural, const std::string& object) {
    std::string& all = client.items[plural];
    all += (all.empty() ? "" : ",") + object;
  }
  Result<inspect::Diagnoses> look() { return loop_.run(inspect::examine_cluster(client, options)); }

  Askable client;
  inspect::DoctorOptions options{.operator_namespace = "rotor-system",
                                 .providers = {"aws"},
                                 .features = {"secrets", "cluster", "openclaw", "leader"}};

 private:
  Loop loop_;
};

TEST_F(DoctorLook, FindsNothingInAClusterThatIsReady) {
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, IsEmpty());
}

TEST_F(DoctorLook, AsksAnAdministratorOneQuestionAboutRights) {
  client.administrator = true;
  ASSERT_TRUE(look());
  EXPECT_EQ(client.questions, 1);
}

TEST_F(DoctorLook, NamesTheVerbsAndTheResourceThatAreMissing) {
  client.rights_denied = {"secrets patch", "leases patch external-secrets-controller"};
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, Contains(Field(&Diagnosis::says, "whoever asks here may not patch them in the whole cluster")));
  EXPECT_THAT(*found,
              Contains(Field(&Diagnosis::says,
                             "whoever asks here may not patch external-secrets-controller in namespace rotor-system")));
  EXPECT_EQ(found->size(), 2U);
}

TEST_F(DoctorLook, AsksForTheLeaseByTheNameThatItHas) {
  options.lease = "mine";
  client.rights_denied = {"leases patch external-secrets-controller"};
  EXPECT_THAT(look().value(), IsEmpty());
  client.rights_denied = {"leases patch mine"};
  EXPECT_THAT(look().value(), testing::ElementsAre(Field(
                                  &Diagnosis::says, "whoever asks here may not patch mine in namespace rotor-system")));
}

TEST_F(DoctorLook, FindsTheNameOfTheLeaseInRotorsDeployment) {
  put("deployments",
      R"({"metadata":{"namespace":"rotor-system","name":"rotor","labels":{"app.kubernetes.io/name":"rotor"}},"spec":{"template":{"spec":{"containers":[{"args":["operator","--leader-election-id=theirs"]}]}}}})");
  client.rights_denied = {"leases patch theirs"};
  EXPECT_EQ(look().value().size(), 1U);
  options.lease = "mine";
  EXPECT_THAT(look().value(), IsEmpty()) << "what was said counts";
  options = {.operator_namespace = "another", .providers = {"aws"}, .features = {"leader"}};
  EXPECT_THAT(look().value(), IsEmpty()) << "another installation's";
}

TEST_F(DoctorLook, AsksForTheKeyOfDigestsInRotorsOwnNamespace) {
  options.ns = "shop";
  client.rights_denied = {"secrets get rotor-rotation-key"};
  EXPECT_THAT(look().value(),
              testing::ElementsAre(Field(
                  &Diagnosis::says, "whoever asks here may not get rotor-rotation-key in namespace rotor-system")));
  // Where it works there, too, that is part of what is asked for anyway.
  client.rights_denied = {"secrets get"};
  for (const char* ns : {"rotor-system", ""}) {
    options.ns = ns;
    EXPECT_EQ(look().value().size(), 1U) << ns;
  }
}

constexpr const char* kOldLease =
    R"({"metadata":{"namespace":"rotor-system","name":"external-secrets-controller"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15,"renewTime":"2026-05-01T11:50:00Z"}})";

TEST_F(DoctorLook, TellsOfALeaseThatNobodyHoldsAnyMore) {
  put("leases", kOldLease);
  options.now = parse_time("2026-05-01T11:51:00Z").value();
  EXPECT_THAT(look().value(), IsEmpty());
  options.now = parse_time("2026-05-01T12:00:00Z").value();
  const auto found = look();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().object, "lease/rotor-system/external-secrets-controller");
  EXPECT_THAT(found->front().says, HasSubstr("no Rotor works: "));
  EXPECT_THAT(found->front().way_out, HasSubstr("kubectl -n rotor-system get deployment,pod"));
  client.denied = {"leases"};
  EXPECT_THAT(look().value(), IsEmpty()) << "it is not known";
}

TEST_F(DoctorLook, LeavesALeaseAloneThatRotorDoesWithout) {
  put("leases", kOldLease);
  options.now = parse_time("2026-05-01T12:00:00Z").value();
  put("deployments",
      R"({"metadata":{"namespace":"a","name":"rotor","labels":{"app.kubernetes.io/name":"rotor"}},"status":{"availableReplicas":1,"observedGeneration":1},"spec":{"template":{"spec":{"containers":[{"args":["operator"]}]}}}})");
  EXPECT_THAT(look().value(), IsEmpty());
}

TEST_F(DoctorLook, NamesAServiceAccountThatIsNotThere) {
  options.account = kube::Key{"rotor-system", "rotro"};
  EXPECT_THAT(look().value(), testing::ElementsAre(AllOf(Field(&Diagnosis::object, "serviceaccount/rotor-system/rotro"),
                                                         Field(&Diagnosis::says, "there is no such ServiceAccount"))));
  client.accounts = {"rotor-system/rotro"};
  EXPECT_THAT(look().value(), IsEmpty());
  client.accounts = {};
  client.denied = {"serviceaccounts"};
  EXPECT_THAT(look().value(), IsEmpty()) << "it is not known";
}

TEST_F(DoctorLook, GivesAdviceForRolesWhereOneNamespaceIsAskedFor) {
  options.ns = "shop";
  client.rights_denied = {"statefulsets patch"};
  EXPECT_THAT(look().value(), testing::ElementsAre(Field(&Diagnosis::way_out, HasSubstr("scopedRBAC=true"))));
  options.ns = "";
  EXPECT_THAT(look().value(), testing::ElementsAre(Field(&Diagnosis::way_out, HasSubstr("deploy/rbac.yaml"))));
}

TEST_F(DoctorLook, TellsOfCrdsThatAreNotThere) {
  client.items.clear();
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), api::crds().size());
  EXPECT_EQ(found->front().says, "is not there");
}

TEST_F(DoctorLook, ReadsObjectsInAnOlderVersionWhereThatIsAllThereIs) {
  client.not_served = {"v1/secretstores"};
  client.items["v1beta1/secretstores"] = R"({"metadata":{"namespace":"a","name":"s"},"spec":{"provider":{"ibm":{}}}})";
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, testing::ElementsAre(Field(&Diagnosis::object, "secretstore/a/s")));
}

TEST_F(DoctorLook, CountsObjectsOfKindsThatRotorHasNot) {
  put("customresourcedefinitions",
      R"({"metadata":{"name":"mfas.generators.external-secrets.io"},"spec":{"group":"generators.external-secrets.io","scope":"Namespaced","names":{"plural":"mfas","kind":"MFA"},"versions":[{"name":"v1alpha1","storage":true}]}})");
  put("mfas", R"({"metadata":{"name":"a"}})");
  put("customresourcedefinitions",
      R"({"metadata":{"name":"certificates.cert-manager.io"},"spec":{"group":"cert-manager.io"}})");
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_THAT(*found, testing::ElementsAre(Field(&Diagnosis::says, "1 of them, and Rotor has no MFA yet")));
}

TEST_F(DoctorLook, SaysWhatItMayNotLookAtAndLooksAtTheRest) {
  client.denied = {"customresourcedefinitions", "deployments", "selfsubjectaccessreviews"};
  put("secretstores", R"({"metadata":{"namespace":"a","name":"s"},"spec":{"provider":{"ibm":{}}}})");
  const auto found = look();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 4U);
  EXPECT_THAT(*found, Contains(Field(&Diagnosis::object, "deployments.apps")));
  EXPECT_THAT(*found, Contains(Field(&Diagnosis::says, "may not list customresourcedefinitions")));
}

}  // namespace
}  // namespace rotor::test
