// What is done about one row of the table, by whose place it is and what stands there.
#include "openclaw/converge.hpp"

#include <gtest/gtest.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"

namespace rotor::openclaw {
namespace {

constexpr std::string_view kOurUid = "u-1";
constexpr std::string_view kDesired =
    R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"ns"},"data":{"k":"1"}})";

kube::ObjectMeta ours() {
  kube::ObjectMeta instance;
  instance.name = "o";
  instance.uid = kOurUid;
  return instance;
}

// How a row keeps its object, and what becomes of one that nobody wants.
enum class Way : std::uint8_t { kBuilds, kMakes, kNeither };

ManagedKind row(Way way, Unwanted unwanted) {
  ManagedKind kind{.resource = kube::kResource<api::ConfigMap>,
                   .description = &json::type_of<api::ConfigMap>,
                   .status_key = "notes",
                   .name = instance_name,
                   .place = always_ours,
                   .unwanted = unwanted};
  if (way == Way::kBuilds)
    kind.build = [](const api::OpenClawInstance&, const Surroundings&) { return std::string(kDesired); };
  if (way == Way::kMakes) kind.make = [](const api::OpenClawInstance&) { return SecretBytes(kDesired); };
  return kind;
}

enum class Stands : std::uint8_t { kNothing, kAsDesired, kOther, kSomebodyElses, kNobodys, kGoing };

Standing standing(Stands what) {
  if (what == Stands::kNothing) return {};
  kube::ObjectMeta meta;
  meta.name = "a";
  meta.ns = "ns";
  if (what == Stands::kGoing) meta.deletion_timestamp = "2026-01-02T03:04:05Z";
  if (what != Stands::kNobodys) {
    const std::string uid(what == Stands::kSomebodyElses ? "u-2" : kOurUid);
    meta.owner_references = {{.api_version = "v1", .kind = "Thing", .name = "o", .uid = uid, .controller = true}};
  }
  const std::string value = what == Stands::kOther ? "2" : "1";
  std::string text =
      R"({"metadata":{"name":"a","namespace":"ns","managedFields":[{"manager":"openclaw-operator","operation":"Apply",)"
      R"("fieldsV1":{"f:data":{"f:k":{}}}}]},"apiVersion":"v1","kind":"ConfigMap","data":{"k":")" +
      value + R"("}})";
  return {true, std::make_shared<const LiveObject>(LiveObject{std::move(meta), std::move(text)})};
}

struct StepCase {
  Place place;
  Way way;
  Unwanted unwanted;
  Stands stands;
  Step step;
};
class Steps : public testing::TestWithParam<StepCase> {};

TEST_P(Steps, AsTheTableSays) {
  const StepCase& c = GetParam();
  const auto step = decide_step(row(c.way, c.unwanted), c.place, standing(c.stands), kDesired, ours());
  ASSERT_TRUE(step) << step.error().message;
  EXPECT_EQ(*step, c.step);
}

constexpr Unwanted kStays = Unwanted::kStays, kGoes = Unwanted::kGoes;
INSTANTIATE_TEST_SUITE_P(Cases, Steps,
                         testing::Values(
                             // Ours, kept as its build says.
                             StepCase{Place::kOurs, Way::kBuilds, kStays, Stands::kNothing, Step::kApply},
                             StepCase{Place::kOurs, Way::kBuilds, kStays, Stands::kAsDesired, Step::kLeave},
                             StepCase{Place::kOurs, Way::kBuilds, kStays, Stands::kOther, Step::kApply},
                             StepCase{Place::kOurs, Way::kBuilds, kGoes, Stands::kAsDesired, Step::kLeave},
                             // Ours, made once: whoever's there stays as it is.
                             StepCase{Place::kOurs, Way::kMakes, kStays, Stands::kNothing, Step::kMake},
                             StepCase{Place::kOurs, Way::kMakes, kStays, Stands::kOther, Step::kLeave},
                             StepCase{Place::kOurs, Way::kMakes, kStays, Stands::kSomebodyElses, Step::kLeave},
                             StepCase{Place::kOurs, Way::kMakes, kStays, Stands::kNobodys, Step::kLeave},
                             // Written elsewhere.
                             StepCase{Place::kOurs, Way::kNeither, kStays, Stands::kNothing, Step::kLeave},
                             // The user's own, and whatever it is called.
                             StepCase{Place::kUsers, Way::kBuilds, kGoes, Stands::kOther, Step::kLeave},
                             StepCase{Place::kUsers, Way::kMakes, kGoes, Stands::kNothing, Step::kLeave},
                             StepCase{Place::kUsers, Way::kBuilds, kGoes, Stands::kSomebodyElses, Step::kLeave},
                             // No longer wanted: what is ours goes where the row says so, and nothing else ever.
                             StepCase{Place::kEmpty, Way::kBuilds, kGoes, Stands::kAsDesired, Step::kRemove},
                             StepCase{Place::kEmpty, Way::kMakes, kGoes, Stands::kOther, Step::kRemove},
                             StepCase{Place::kEmpty, Way::kBuilds, kStays, Stands::kAsDesired, Step::kLeave},
                             StepCase{Place::kEmpty, Way::kBuilds, kGoes, Stands::kNothing, Step::kLeave},
                             StepCase{Place::kEmpty, Way::kBuilds, kGoes, Stands::kSomebodyElses, Step::kLeave},
                             StepCase{Place::kEmpty, Way::kBuilds, kGoes, Stands::kNobodys, Step::kLeave},
                             StepCase{Place::kEmpty, Way::kBuilds, kGoes, Stands::kGoing, Step::kLeave}));

TEST(Steps, WhatAnotherControllerOwnsIsNotTaken) {
  const auto step =
      decide_step(row(Way::kBuilds, kGoes), Place::kOurs, standing(Stands::kSomebodyElses), kDesired, ours());
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Code::kInvalid);
  EXPECT_EQ(step.error().message, "ConfigMap \"a\" belongs to Thing \"o\": rename the instance or remove that object");
}

// An instance was deleted and made again before what it owned was collected: its name is free in a moment.
TEST(Steps, WhatAnEarlierInstanceOfTheNameLeftBehindIsWaitedFor) {
  kube::ObjectMeta meta;
  meta.name = "a";
  meta.owner_references = {{.api_version = "openclaw.rocks/v1alpha1",
                            .kind = "OpenClawInstance",
                            .name = "o",
                            .uid = "u-0",
                            .controller = true}};
  const Standing left{true, std::make_shared<const LiveObject>(LiveObject{meta, std::string("{}")})};
  const auto step = decide_step(row(Way::kBuilds, kGoes), Place::kOurs, left, kDesired, ours());
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Code::kConflict);
  kube::ObjectMeta other = ours();
  other.name = "another";
  EXPECT_EQ(decide_step(row(Way::kBuilds, kGoes), Place::kOurs, left, kDesired, other).error().code, Code::kInvalid);
}

TEST(Steps, WhatNobodyOwnsBecomesOurs) {
  const auto step = decide_step(row(Way::kBuilds, kGoes), Place::kOurs, standing(Stands::kNobodys),
                                R"({"metadata":{"name":"a"},"data":{"k":"2"}})", ours());
  ASSERT_TRUE(step);
  EXPECT_EQ(*step, Step::kApply);
}

}  // namespace
}  // namespace rotor::openclaw
