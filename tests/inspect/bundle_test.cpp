// What a support bundle tells of events, of Rotor itself and of its own content.
#include "inspect/bundle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::Not;

json::Value doc(std::string_view text) { return *json::parse(text); }

struct EventCase {
  const char* writer;
  const char* reason;
  const char* text;
  bool told;
};

class TextOfAnEvent : public testing::TestWithParam<EventCase> {};

TEST_P(TextOfAnEvent, IsToldWhenItsWriterBuildsItOfNames) {
  const EventCase& c = GetParam();
  kube::Event event;
  event.source.component = c.writer;
  event.reason = c.reason;
  event.message = c.text;
  EXPECT_EQ(inspect::event_text(event) == c.text, c.told) << c.writer << " " << c.reason << " " << c.text;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TextOfAnEvent,
    testing::Values(EventCase{"external-secrets", "UpdateFailed", "no such key", true},
                    EventCase{"openclawinstance-controller", "Rotated", "rotated", true},
                    EventCase{"default-scheduler", "FailedScheduling", "0/3 nodes", true},
                    EventCase{"kubelet", "Pulled", "image there", true},
                    EventCase{"kubelet", "Failed", "Error: couldn't find key A in Secret shop/keys", true},
                    EventCase{"kubelet", "Failed", "exec: \"sh -c login --token\": not found", false},
                    EventCase{"kubelet", "Unhealthy", "Readiness probe failed: body", false},
                    EventCase{"kubelet", "FailedPostStartHook", "output", false},
                    EventCase{"somebody", "Note", "anything", false}, EventCase{"", "Note", "anything", false}));

constexpr std::string_view kPod = R"({"metadata":{"name":"rotor-0","namespace":"rotor-system",
    "annotations":{"note":"canary"},"labels":{"app.kubernetes.io/name":"rotor","team":"canary"}},
  "spec":{"serviceAccountName":"rotor","containers":[
    {"name":"proxy","image":"p","args":["--password=canary"],"env":[{"name":"P","value":"canary"}]},
    {"name":"rotor","image":"rotor:1","args":["operator","--metrics-secure","--proxy=http://u:canary@p/"],
     "env":[{"name":"HTTPS_PROXY","value":"canary"},{"name":"NS","valueFrom":{"fieldRef":{"fieldPath":"metadata.namespace"}}}],
     "ports":[{"name":"metrics","containerPort":8080}]}]},
  "status":{"phase":"Running","containerStatuses":[{"name":"rotor","restartCount":2,
    "state":{"running":{"startedAt":"2026-05-01T08:00:00Z"}},
    "lastState":{"terminated":{"exitCode":1,"reason":"Error","message":"canary"}}}]}})";

TEST(PodInABundle, HasImageFlagsAndStateAndNoValueOfItsEnvironment) {
  const std::string text = json::serialize(inspect::pod_in_bundle(doc(kPod)));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  for (const char* part : {R"("image":"rotor:1")", R"("operator","--metrics-secure")", R"("name":"HTTPS_PROXY")",
                           R"("fieldPath":"metadata.namespace")", R"("exitCode":1)", R"("restartCount":2)"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(PodInABundle, IsAskedForItsMetricsByTheNameAndSchemeOfThePort) {
  json::Value pod = doc(kPod);
  EXPECT_EQ(inspect::metrics_of_pod(pod), "https:rotor-0:8080");
  json::Object& rotors = pod.at("spec").at("containers").at(1).as_object();
  rotors["args"] = json::Array{"operator"};
  EXPECT_EQ(inspect::metrics_of_pod(pod), "http:rotor-0:8080");
  rotors["ports"] = json::Array{};
  EXPECT_EQ(inspect::metrics_of_pod(pod), "");
  EXPECT_EQ(inspect::metrics_of_pod(doc("{}")), "");
}

TEST(PodInABundle, HasALogOfTheProcessBeforeOnlyWhenThereWasOne) {
  json::Value pod = doc(kPod);
  EXPECT_EQ(inspect::rotor_container(pod), "rotor");
  EXPECT_TRUE(inspect::has_restarted(pod));
  pod.at("status").at("containerStatuses").at(0).as_object()["restartCount"] = 0;
  EXPECT_FALSE(inspect::has_restarted(pod));
  pod.at("spec").at("containers").at(1).as_object()["name"] = "manager";
  EXPECT_EQ(inspect::rotor_container(pod), "proxy") << "none has the name: the first";
}

TEST(DeploymentInABundle, HasWhatItsPodsAreMadeOf) {
  const json::Value pod = doc(kPod);
  const json::Value deployment = json::Object{
      {"metadata", pod.at("metadata")},
      {"spec", json::Object{{"replicas", 2}, {"template", json::Object{{"spec", pod.at("spec")}}}}},
      {"status", doc(R"({"readyReplicas":1,"conditions":[{"type":"Available","status":"False","message":"m"}]})")}};
  const std::string text = json::serialize(inspect::deployment_in_bundle(deployment));
  EXPECT_THAT(text, Not(HasSubstr("canary")));
  for (const char* part : {R"("replicas":2)", R"("readyReplicas":1)", R"("type":"Available")", "--metrics-secure"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(CrdInABundle, HasItsStoredAndServedVersionsAndNoSchema) {
  const std::string text = json::serialize(inspect::crd_in_bundle(doc(R"({"metadata":{"name":"a.b"},
    "spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"x":1}}]},
    "status":{"storedVersions":["v1beta1","v1"]}})")));
  EXPECT_THAT(text, HasSubstr(R"("storedVersions":["v1beta1","v1"])"));
  EXPECT_THAT(text, HasSubstr(R"("versions":[{"name":"v1","served":true,"storage":true}])"));
}

TEST(ObjectsInABundle, MayHaveAnyShape) {
  for (const char* odd : {"{}", "[]", R"("x")", R"({"metadata":1,"spec":[],"status":"x"})",
                          R"({"spec":{"containers":{"name":1},"versions":7,"template":{"spec":3}}})"}) {
    EXPECT_NO_THROW({
      inspect::pod_in_bundle(doc(odd));
      inspect::deployment_in_bundle(doc(odd));
      inspect::lease_in_bundle(doc(odd));
      inspect::crd_in_bundle(doc(odd));
      inspect::metrics_of_pod(doc(odd));
      inspect::has_restarted(doc(odd));
    }) << odd;
  }
}

TEST(ReadMeOfABundle, SaysWhatIsThereWhatWasLeftOutAndWhatCouldNotBeHad) {
  const std::string text = inspect::bundle_readme(
      {{"status.txt", "the state", ""}, {"rotor/metrics/a.txt", "metrics", ""}}, {"the log of pod a: forbidden"});
  EXPECT_THAT(text, HasSubstr("status.txt           the state\n"));
  EXPECT_THAT(text, HasSubstr("workqueue_depth"));
  EXPECT_THAT(text, HasSubstr("Secrets: their values were not asked for"));
  EXPECT_THAT(text, HasSubstr("WHAT COULD NOT BE HAD\n\n- the log of pod a: forbidden\n"));
  EXPECT_THAT(inspect::bundle_readme({}, {}), Not(HasSubstr("COULD NOT BE HAD")));
}

}  // namespace
}  // namespace rotor::test
