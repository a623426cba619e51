// Jobs, which nobody runs here: how they are stored, and what is refused.
#include <gmock/gmock.h>

#include "tests/conformance/server.hpp"

namespace rotor::conformance {
namespace {

using testing::HasSubstr;

using Jobs = Conformance;

constexpr Resource kJobs{"batch", "v1", "jobs", "Job", true};

std::string a_job(std::string_view restart_policy, std::string_view more = "") {
  return std::string(R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j"},"spec":{)") + std::string(more) +
         R"("template":{"spec":{)" + std::string(restart_policy) + R"("containers":[{"name":"c","image":"i"}]}}}})";
}

const std::string kNever = R"("restartPolicy":"Never",)";

TEST_F(Jobs, SelectTheirPodsByLabelsOfTheirOwn) {
  const Value made = must(create(kJobs, a_job(kNever)));
  const std::string uid(text_at(made, "metadata.uid"));
  const Value& selected = *json::find(made, "spec.selector.matchLabels");
  EXPECT_EQ(selected.as_object().at("batch.kubernetes.io/controller-uid").as_string(), uid);
  const Value& labels = *json::find(made, "spec.template.metadata.labels");
  EXPECT_EQ(labels.as_object().at("batch.kubernetes.io/job-name").as_string(), "j");
  EXPECT_EQ(labels.as_object().at("controller-uid").as_string(), uid);
}

TEST_F(Jobs, RunOnePodAndSixMoreWhenItFails) {
  const Value made = must(create(kJobs, a_job(kNever)));
  EXPECT_EQ(*json::find(made, "spec.completions"), 1);
  EXPECT_EQ(*json::find(made, "spec.parallelism"), 1);
  EXPECT_EQ(*json::find(made, "spec.backoffLimit"), 6);
  EXPECT_EQ(text_at(made, "spec.completionMode"), "NonIndexed");
  EXPECT_EQ(text_at(made, "spec.podReplacementPolicy"), "TerminatingOrFailed");
  EXPECT_EQ(*json::find(made, "spec.suspend"), false);
}

TEST_F(Jobs, KeepWhatAnExitCodeMeans) {
  const Value made = must(create(
      kJobs,
      a_job(kNever, R"("podFailurePolicy":{"rules":[)"
                    R"({"action":"FailJob","onExitCodes":{"containerName":"c","operator":"In","values":[1]}},)"
                    R"({"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"True"}]}]},)")));
  const Value& rules = *json::find(made, "spec.podFailurePolicy.rules");
  EXPECT_EQ(json::find(rules.as_array()[0], "onExitCodes.values")->as_array().size(), 1U);
  EXPECT_EQ(text_at(made, "spec.podReplacementPolicy"), "Failed");
}

TEST_F(Jobs, MustSayThatTheirPodsEnd) {
  for (const std::string& policy : {std::string(), std::string(R"("restartPolicy":"Always",)")}) {
    const auto made = create(kJobs, a_job(policy));
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().message,
                HasSubstr(R"(spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never")"));
  }
}

TEST_F(Jobs, KeepTheirTemplate) {
  must(create(kJobs, a_job(kNever)));
  const auto changed =
      patch(kJobs, "j", PatchType::kMerge, R"({"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}})");
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message, HasSubstr("field is immutable"));
}

}  // namespace
}  // namespace rotor::conformance
