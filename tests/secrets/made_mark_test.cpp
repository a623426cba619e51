// Values that would be others the next time, made by a process that came to its end before it could tell.
#include "secrets/made_mark.hpp"

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "secrets/decide.hpp"
#include "secrets/written_marks.hpp"
#include "tests/secrets/planned.hpp"

namespace rotor::secrets::test {
namespace {

const WallTime kMade = *parse_time("2026-01-02T09:59:00Z");
const WallTime kNow = *parse_time("2026-01-02T10:00:00Z");

ExternalSecret generated() {
  ExternalSecret es = sample_es();
  es.spec.data.clear();
  es.spec.data_from.push_back(
      json::read<api::es::DataFrom>(R"({"sourceRef":{"generatorRef":{"kind":"Password","name":"pw"}}})").value());
  return es;
}

// The Secret as a process left it that ended before the status.
Target made_for_it(const ExternalSecret& es) {
  Target live = to_target(left_by(es, one_value("password", "p")));
  live.metadata.annotations[std::string(kMadeAnnotation)] = write_made_mark(es, kMade, "");
  return live;
}

Observed seen(const ExternalSecret& es, const Target& live, WallTime now) {
  Observed out = observed(es, live, now);
  out.made = made_for(es, live, read_made_mark(&live));
  return out;
}

TEST(MadeMark, OfTheObjectAsItIsHasItToldAndNotMadeAgain) {
  const ExternalSecret es = generated();
  const Observed first = seen(es, made_for_it(es), kNow);
  ASSERT_EQ(first.made, kMade);
  EXPECT_EQ(decide_sync(first).action, SyncAction::kOnRecord) << "never told at all";
  ExternalSecret before = es;
  before.status.refresh_time = "2026-01-02T08:00:00Z";
  before.status.synced_resource_version = resource_token(before.metadata);
  EXPECT_EQ(decide_sync(seen(before, made_for_it(es), kNow)).action, SyncAction::kOnRecord) << "a periodic refresh";
}

TEST(MadeMark, HoldsNoLongerThanTheIntervalAndForNoEdit) {
  const ExternalSecret es = generated();
  const Target live = made_for_it(es);
  EXPECT_EQ(decide_sync(seen(es, live, kMade + std::chrono::hours(2))).action, SyncAction::kRefresh);
  ExternalSecret edited = es;
  edited.metadata.annotations["force-sync"] = "1";
  EXPECT_EQ(decide_sync(seen(edited, live, kNow)).action, SyncAction::kRefresh);
  ExternalSecret another = es;
  another.metadata.uid = "uid-2";
  EXPECT_EQ(seen(another, live, kNow).made, std::nullopt) << "that of an earlier object of this name";
  Target touched = live;
  touched.actual_hash = "edited";
  EXPECT_EQ(decide_sync(seen(es, touched, kNow)).action, SyncAction::kRefresh) << "edited by hand";
  Target forged = live;
  forged.metadata.annotations[std::string(kMadeAnnotation)] = "x";
  EXPECT_EQ(decide_sync(seen(es, forged, kNow)).action, SyncAction::kRefresh);
}

TEST(MadeMark, IsPutOnlyWhereTheSameCouldGiveOtherValues) {
  const auto mark_of = [](const ExternalSecret& es) {
    auto plan = planned(es, nullptr, one_value("a", "v"));
    put_marks(es, nullptr, {}, Origin{Content::Kind::kNew, kMade, "digest", {}, {}}, kNow, *plan);
    const auto& marks = plan->secret.metadata.annotations;
    return marks.contains(kMadeAnnotation) ? marks.at(std::string(kMadeAnnotation)) : std::string();
  };
  EXPECT_EQ(mark_of(sample_es()), "");
  EXPECT_TRUE(mark_of(generated()).contains(R"("at":"2026-01-02T09:59:00Z")")) << mark_of(generated());
  ExternalSecret salted = sample_es();
  salted.spec.target.tmpl.emplace();
  salted.spec.target.tmpl->data["a"] = "{{ randAlphaNum 8 }}";
  EXPECT_TRUE(mark_of(salted).contains(R"("inputs":"digest")")) << mark_of(salted);
}

}  // namespace
}  // namespace rotor::secrets::test
