#include "local/node/revisions.hpp"

#include <gmock/gmock.h>

namespace rotor::local {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

json::Object set_with(std::string_view image, std::int64_t limit = 10) {
  json::Object set = json::parse(R"({"apiVersion":"apps/v1","kind":"StatefulSet",
      "metadata":{"name":"web","namespace":"ns","uid":"u1","annotations":{"note":"x"}},
      "spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main"}]}}}})")
                         .value()
                         .as_object();
  json::Object& spec = set.at("spec").as_object();
  spec["revisionHistoryLimit"] = limit;
  spec.at("template").at("spec").at("containers").as_array()[0].as_object()["image"] = image;
  return set;
}

json::Object named(json::Object revision, std::string_view name, std::int64_t number) {
  revision.at("metadata").as_object()["name"] = name;
  revision["revision"] = number;
  return revision;
}

json::Object revision_of(std::string_view image, std::string_view name, std::int64_t number) {
  return named(*plan_revisions(set_with(image), {}).create, name, number);
}

TEST(Revisions, AFirstTemplateIsRevisionOne) {
  const RevisionPlan plan = plan_revisions(set_with("one"), {});
  ASSERT_TRUE(plan.create);
  const json::Value made(*plan.create);
  EXPECT_EQ(made.at("revision"), 1);
  EXPECT_EQ(json::find_string(made, "metadata.name"), plan.name);
  const std::string hash(made.at("metadata").at("labels").at("controller.kubernetes.io/hash").as_string());
  EXPECT_EQ(plan.name, "web-" + hash);
  EXPECT_EQ(json::find_string(made, "metadata.labels.app"), "web");
  EXPECT_EQ(json::find_string(made, "metadata.annotations.note"), "x");
  EXPECT_EQ(made.at("metadata").at("ownerReferences").at(0).at("uid"), "u1");
  EXPECT_EQ(made.at("data").at("spec").at("template").at("$patch"), "replace");
}

TEST(Revisions, AnUnchangedTemplateChangesNothing) {
  const RevisionPlan plan = plan_revisions(set_with("one"), {revision_of("one", "a", 3)});
  EXPECT_FALSE(plan.create);
  EXPECT_EQ(plan.renumber, "");
  EXPECT_EQ(plan.name, "a");
}

TEST(Revisions, ANewTemplateIsTheNextRevision) {
  const RevisionPlan plan = plan_revisions(set_with("two"), {revision_of("one", "a", 3)});
  ASSERT_TRUE(plan.create);
  EXPECT_EQ(plan.number, 4);
  EXPECT_EQ(plan.create->at("revision"), 4);
}

TEST(Revisions, ATemplateThatComesBackTakesTheNextNumber) {
  const RevisionPlan plan = plan_revisions(set_with("one"), {revision_of("two", "b", 2), revision_of("one", "a", 1)});
  EXPECT_FALSE(plan.create);
  EXPECT_EQ(plan.renumber, "a");
  EXPECT_EQ(plan.number, 3);
}

TEST(Revisions, TheOldestOverTheLimitGo) {
  const std::vector<json::Object> history{revision_of("a", "ra", 1), revision_of("b", "rb", 2),
                                          revision_of("c", "rc", 3)};
  EXPECT_THAT(plan_revisions(set_with("d", 2), history).remove, ElementsAre("ra"));
  EXPECT_THAT(plan_revisions(set_with("d", 0), history).remove, ElementsAre("ra", "rb", "rc"));
  EXPECT_THAT(plan_revisions(set_with("a", 2), history).remove, IsEmpty());
}

// Taken from kube-controller-manager 1.36.3.
TEST(Revisions, TheNameIsTheOneTheStatefulSetControllerGives) {
  const json::Value set = json::parse(R"({"metadata":{"name":"web"},"spec":{"template":{
      "metadata":{"labels":{"app":"web"}},
      "spec":{"containers":[{"name":"main","image":"one<&>","imagePullPolicy":"IfNotPresent","resources":{},
                             "env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80,"protocol":"TCP"}],
                             "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
              "dnsPolicy":"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler",
              "securityContext":{},"terminationGracePeriodSeconds":30}}}})")
                              .value();
  EXPECT_EQ(plan_revisions(set.as_object(), {}).name, "web-c976d6c97");
}

TEST(Revisions, ACollisionChangesTheName) {
  EXPECT_NE(plan_revisions(set_with("one"), {}, 0).name, plan_revisions(set_with("one"), {}, 1).name);
}

}  // namespace
}  // namespace rotor::local
