#include "secrets/secret_faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/secrets/planned.hpp"

namespace rotor::secrets {
namespace {

using test::left_by;
using test::one_value;
using test::planned;
using test::sample_es;
using testing::HasSubstr;

std::string text(std::size_t size) { return std::string(size, 'x'); }  // NOLINT: size times

SyncFailure failure_of(SecretMap data, const Target* live = nullptr) {
  auto plan = planned(sample_es(), live, std::move(data));
  EXPECT_FALSE(plan);
  return plan ? SyncFailure{Ending::kSynced, {}} : plan.error();
}

TEST(SecretFault, OverOneMebibyteIsToldWithTheSumAndTheLargestKeyBeforeTheApiServerRefuses) {
  auto data = one_value("small", text(2));
  data.emplace("big", SecretBytes(text(kMostSecretBytes - 1)));
  const auto failure = failure_of(data);
  EXPECT_EQ(failure.ending, Ending::kNotWritten);
  EXPECT_EQ(
      failure.error.message,
      "could not create secret tgt: its values have 1048577 bytes, and a Secret holds 1048576 at most; the largest "
      "is \"big\" with 1048575. Leave out what nobody reads, or give several ExternalSecrets a part each");
  EXPECT_EQ(failure.then.kind, kube::Outcome::Kind::kAfter) << "its store may hold less later";
  data.at("small") = SecretBytes("x");
  EXPECT_TRUE(planned(sample_es(), nullptr, std::move(data))) << "what fits to the byte is written";
}

TEST(SecretFault, OfAnUpdateSaysSo) {
  const auto live = to_target(left_by(sample_es(), one_value("a", "v1")));
  EXPECT_THAT(failure_of(one_value("a", text(kMostSecretBytes + 1)), &live).error.message,
              HasSubstr("could not update secret tgt: its values have 1048577 bytes"));
}

TEST(SecretFault, AKeyThatNoSecretCanHaveIsNamedWithTheWayOut_Q7) {
  for (const std::string key : {"caf\u00e9", "a b", "\u0661", ".", "..", "..a", ""}) {
    const auto failure = failure_of(one_value(key, "v"));
    EXPECT_EQ(failure.ending, Ending::kNotWritten) << key;
    EXPECT_THAT(failure.error.message, HasSubstr("cannot stand in a Secret")) << key;
    EXPECT_THAT(failure.error.message, HasSubstr("dataFrom[].rewrite")) << key;
  }
  EXPECT_THAT(failure_of(one_value("caf\u00e9", "v")).error.message, HasSubstr("\"caf"));
  EXPECT_FALSE(planned(sample_es(), nullptr, one_value(text(254), "v")));
  for (const std::string key : {"a", ".a", "A-b_c.9", "-", "a.."}) {
    EXPECT_TRUE(planned(sample_es(), nullptr, one_value(key, "v"))) << key;
  }
  EXPECT_TRUE(planned(sample_es(), nullptr, one_value(text(253), "v")));
}

TEST(SecretFault, ATypeThatASecretCannotTakeAnyMoreIsNamed_Row124) {
  auto es = sample_es();
  const auto live = to_target(left_by(es, one_value("a", "v1")));
  es.spec.target.tmpl = api::es::Template{};
  es.spec.target.tmpl->type = "example.com/other";
  const auto plan = planned(es, &live, one_value("a", "v1"));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().ending, Ending::kNotWritten);
  EXPECT_EQ(
      plan.error().error.message,
      "could not update secret tgt: it is of type Opaque, and the type of a Secret that is there cannot become "
      "example.com/other: take the old one for spec.target.template.type, or give spec.target.name another value");
  EXPECT_NE(plan.error().then.kind, kube::Outcome::Kind::kDone) << "it is tried again";
  EXPECT_TRUE(planned(es, nullptr, one_value("a", "v1"))) << "a new one takes any";
  EXPECT_FALSE(plan_secret(es, &live, {.kind = Content::Kind::kAsItIs, .digest = "d"}))
      << "around data that stays, too";
}

TEST(SecretFault, AnnotationsThatAreTooManyAreToldOf) {
  auto es = sample_es();
  es.metadata.annotations["note"] = text(kMostAnnotationBytes);
  const auto plan = planned(es, nullptr, one_value("a", "v1"));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().error.message, HasSubstr("the largest is \"note\" with 262144"));
  es.metadata.annotations["note"] = "short";
  EXPECT_TRUE(planned(es, nullptr, one_value("a", "v1")));
}

}  // namespace
}  // namespace rotor::secrets
