#include "secrets/cluster/plan.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/cluster/samples.hpp"

namespace rotor::secrets::cluster {
namespace {

using namespace std::chrono_literals;
using test::child_of;
using test::course_of;
using test::kept;
using test::sample_namespace;
using test::sample_parent;
using Fate = NamespacePlan::Child;

kube::PartialObject claimed(kube::PartialObject ns) {
  ns.metadata.finalizers = {namespace_finalizer("shared")};
  return ns;
}
kube::PartialObject going(kube::PartialObject ns) {
  ns.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  return ns;
}
ExternalSecretPtr going(ExternalSecret es) {
  es.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  return kept(std::move(es));
}
ClusterExternalSecret deleted(ClusterExternalSecret parent) {
  parent.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  return parent;
}

const NamespacePtr kFresh = kept(sample_namespace("shop"));
const NamespacePtr kClaimed = kept(claimed(sample_namespace("shop")));
const NamespacePtr kUnmatched = kept(claimed(sample_namespace("shop", {})));
const NamespacePtr kGoing = kept(going(claimed(sample_namespace("shop"))));

ExternalSecretPtr live_child() { return kept(child_of(sample_parent(), "shop")); }
ExternalSecretPtr foreign() {
  auto es = child_of(sample_parent(), "shop");
  es.metadata.owner_references.clear();
  return kept(std::move(es));
}
ExternalSecretPtr edited() {
  auto es = child_of(sample_parent(), "shop");
  es.metadata.labels = {{"by", "hand"}};
  return kept(std::move(es));
}
ExternalSecretPtr old_name() {
  auto es = child_of(sample_parent(), "shop");
  es.metadata.name = "earlier";
  return kept(std::move(es));
}

struct Case {
  std::string_view what;
  NamespaceSeen seen;
  Fate child;
  std::size_t removals = 0;
  bool claims = false, releases = false;
};

void expect(const Course& course, const Case& c) {
  const auto plan = plan_namespace(course, c.seen);
  EXPECT_EQ(static_cast<int>(plan.child), static_cast<int>(c.child)) << c.what;
  EXPECT_EQ(plan.removals.size(), c.removals) << c.what;
  EXPECT_EQ(plan.claim.has_value(), c.claims) << c.what;
  EXPECT_EQ(plan.release.has_value(), c.releases) << c.what;
}

TEST(ClusterPlan, ProvisionsNamespaceByNamespace) {
  const Course course = course_of(sample_parent());
  ASSERT_EQ(course.kind, Course::Kind::kProvision);
  for (const Case& c : {
           Case{"a new one", {kFresh}, Fate::kCreate, 0, true},
           Case{"claimed, its child deleted by hand (row 177)", {kClaimed}, Fate::kCreate},
           Case{"as it should be", {kClaimed, live_child(), {live_child()}}, Fate::kLeave},
           Case{"its finalizer taken off by hand", {kFresh, live_child(), {live_child()}}, Fate::kLeave, 0, true},
           Case{"edited by hand (row 177)", {kClaimed, edited(), {edited()}}, Fate::kUpdate},
           Case{"somebody else's there (row 176)", {kFresh, foreign()}, Fate::kForeign},
           Case{"somebody else's there, claimed before", {kClaimed, foreign()}, Fate::kForeign, 0, false, true},
           Case{"renamed (row 175)", {kClaimed, nullptr, {old_name()}}, Fate::kCreate, 1},
           Case{"renamed, cut off half-way", {kClaimed, live_child(), {live_child(), old_name()}}, Fate::kLeave, 1},
           Case{"its child on the way out",
                {kClaimed, going(child_of(sample_parent(), "shop")), {going(child_of(sample_parent(), "shop"))}},
                Fate::kWait},
           Case{
               "no longer matching (row 178)", {kUnmatched, live_child(), {live_child()}}, Fate::kNone, 1, false, true},
           Case{"no longer matching, its child on the way out",
                {kUnmatched, nullptr, {going(child_of(sample_parent(), "shop"))}},
                Fate::kNone,
                0,
                false,
                true},
           Case{"never matching", {kept(sample_namespace("shop", {{"team", "b"}}))}, Fate::kNone},
           Case{"never matching, somebody else's there", {kept(sample_namespace("shop", {})), foreign()}, Fate::kNone},
           Case{"terminating (row 183)", {kGoing, live_child(), {live_child()}}, Fate::kNone, 0, false, true},
       }) {
    expect(course, c);
  }
}

TEST(ClusterPlan, TouchesNothingInPlaceOfAChildThatCannotBeRead) {
  const auto course = course_of(sample_parent());
  for (const NamespacePtr& ns : {kFresh, kClaimed}) {
    expect(course,
           {ns == kFresh ? "fresh" : "claimed", {.ns = ns, .unreadable = "spec.data is no list"}, Fate::kUnreadable});
  }
  // Its last good state stood in a namespace that is not chosen any more.
  expect(
      course,
      {"not chosen", {.ns = kUnmatched, .children = {live_child()}, .unreadable = "x"}, Fate::kNone, 1, false, true});
  const auto plan = plan_namespace(course, {.ns = kFresh, .unreadable = "spec.data is no list"});
  EXPECT_EQ(plan.text,
            "ExternalSecret shop/shared cannot be read: spec.data is no list; correct that field, or delete it: it is "
            "made anew then");
  EXPECT_FALSE(plan.acts());
}

TEST(ClusterPlan, CleansUpEveryNamespaceThatHasAnythingOfIt_Row182) {
  const Course course = course_of(deleted(sample_parent()));
  ASSERT_EQ(course.kind, Course::Kind::kCleanUp);
  for (const Case& c :
       {Case{"provisioned", {kClaimed, nullptr, {live_child()}}, Fate::kNone, 1, false, true},
        Case{"left over under an earlier name", {kUnmatched, nullptr, {old_name()}}, Fate::kNone, 1, false, true},
        Case{"carries the finalizer alone", {kUnmatched}, Fate::kNone, 0, false, true},
        Case{"has nothing of it", {kFresh, foreign()}, Fate::kNone}}) {
    expect(course, c);
  }
}

TEST(ClusterPlan, LetsNamespacesGoWhoseParentIsGone) {
  const Course course = set_course("shared", nullptr, 1s);
  expect(course, {"carries its finalizer", {kClaimed, nullptr, {live_child()}}, Fate::kNone, 0, false, true});
  expect(course, {"carries none", {kFresh}, Fate::kNone});
}

TEST(ClusterPlan, ChangesNothingForASpecThatCannotHaveBeenMeant) {
  auto parent = sample_parent();
  parent.spec.namespace_selectors.front().match_expressions.push_back({"team", "Inn", {"a"}});
  auto unclear = sample_parent();
  unclear.spec.refresh_time = "1d";
  for (const auto& spec : {parent, unclear}) {
    const Course course = course_of(spec);
    ASSERT_EQ(course.kind, Course::Kind::kRefuse);
    expect(course, {"provisioned before", {kClaimed, nullptr, {live_child()}}, Fate::kNone});
    expect(course, {"not matching", {kUnmatched, nullptr, {live_child()}}, Fate::kNone});
    expect(course, {"terminating", {kGoing, nullptr, {live_child()}}, Fate::kNone, 0, false, true});
  }
  EXPECT_EQ(course_of(unclear).why,
            R"(spec.refreshTime: time: unknown unit "d" in duration "1d"; write it like 1h or 90s)");
}

TEST(ClusterPlan, LooksAgainWhenRefreshTimeSays) {
  struct Row {
    std::optional<std::string> text;
    Duration expected;
  };
  for (const auto& [text, expected] :
       {Row{std::nullopt, 1h}, Row{"5m", 5min}, Row{"0s", 0s}, Row{"0", 0s}, Row{"-1h", 0s}, Row{"1ms", 1s}}) {
    auto parent = sample_parent();
    parent.spec.refresh_time = text;
    EXPECT_EQ(course_of(parent).refresh, expected) << text.value_or("absent");
  }
}

// Q13: what a namespace was counts as much as what it is.
TEST(ClusterPlan, IsConcernedByNamespacesOnBothSidesOfAChange) {
  const auto parent = sample_parent();
  const auto other = kept(sample_namespace("shop", {{"team", "b"}}));
  auto touched = sample_namespace("shop");
  touched.metadata.resource_version = "4";
  struct Row {
    std::string_view what;
    NamespacePtr before, after;
    bool expected;
  };
  for (const Row& row :
       {Row{"comes and matches", nullptr, kFresh, true}, Row{"comes and does not", nullptr, other, false},
        Row{"starts to match", other, kFresh, true}, Row{"stops matching", kFresh, other, true},
        Row{"goes", kFresh, nullptr, true}, Row{"begins to go", kClaimed, kGoing, true},
        Row{"never matched but carries the finalizer", kUnmatched, kept(going(*kUnmatched)), true},
        Row{"loses the finalizer", kClaimed, kFresh, true},
        Row{"was touched by somebody", kFresh, kept(touched), false},
        Row{"others come and go", other, nullptr, false}}) {
    EXPECT_EQ(concerns(parent, row.before, row.after), row.expected) << row.what;
  }
}

}  // namespace
}  // namespace rotor::secrets::cluster
