#include "secrets/decide.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/time.hpp"
#include "json/object_hash.hpp"
#include "secrets/force_sync.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = *parse_time("2026-01-02T10:00:00Z");

Decision decide(const api::es::ExternalSecret& es, bool ours = true) {
  Observed seen = test::observed(es, test::managed_target(), kNow);
  seen.ours = ours;
  return decide_sync(seen);
}

Target owned_target(const api::es::ExternalSecret& es) {
  Target target = test::managed_target();
  target.metadata.owner_references = {{.uid = es.metadata.uid, .controller = true}};
  return target;
}

struct FinalizerCase {
  std::string_view spec;  // JSON
  bool wanted;
};

TEST(Decide, AddsTheFinalizerOnlyWhereDeletionHasWorkToDo_Row23) {
  for (const FinalizerCase& c :
       {FinalizerCase{R"({})", false}, FinalizerCase{R"({"target":{"deletionPolicy":"Retain"}})", false},
        FinalizerCase{R"({"target":{"deletionPolicy":"Merge","creationPolicy":"Merge"}})", false},
        FinalizerCase{R"({"target":{"creationPolicy":"Orphan"}})", false},
        FinalizerCase{R"({"target":{"creationPolicy":"None"}})", false},
        FinalizerCase{R"({"target":{"deletionPolicy":"Delete"}})", true},
        FinalizerCase{R"({"target":{"deletionPolicy":"Delete","creationPolicy":"Merge"}})", true},
        FinalizerCase{R"({"dataFrom":[{"extract":{"key":"a"}}]})", false},
        FinalizerCase{R"({"dataFrom":[{"extract":{"key":"a"}},
                          {"sourceRef":{"generatorRef":{"kind":"UUID","name":"u"}}}]})",
                      true}}) {
    auto es = test::sample_es();
    const auto spec = json::read<api::es::ExternalSecretSpec>(c.spec);
    ASSERT_TRUE(spec) << c.spec << spec.error().message;
    es.spec = *spec;
    EXPECT_FALSE(decide(es).add_finalizer) << "it has one: " << c.spec;
    es.metadata.finalizers = {"somebody.else/s"};
    EXPECT_EQ(decide(es).add_finalizer, c.wanted) << c.spec;
  }
}

TEST(Decide, AddsTheFinalizerToWhatIsUpToDateWhenItsDeletionPolicyChanged) {
  auto es = test::synced_es("2026-01-02T09:50:00Z");
  es.metadata.finalizers.clear();
  es.spec.target.deletion_policy = "Delete";
  const auto decision = decide(es);
  EXPECT_EQ(decision.action, SyncAction::kSkip);
  EXPECT_TRUE(decision.add_finalizer);
}

TEST(Decide, SkipsWhatIsUpToDate_Row26) {
  const auto decision = decide(test::synced_es("2026-01-02T09:50:00Z"));
  EXPECT_EQ(decision.action, SyncAction::kSkip);
  EXPECT_FALSE(decision.add_finalizer);
}

TEST(Decide, RepairsWithIntervalZero_Row31) {
  auto es = test::synced_es("2026-01-02T09:50:00Z");
  es.spec.refresh_interval = "0";
  EXPECT_EQ(decide_sync(test::observed(es, std::nullopt, kNow)).action, SyncAction::kRefresh);
}

TEST(Decide, WritesAnotherKindOnlyWhereItIsAllowed_Row185) {
  auto es = test::sample_es();
  es.spec.target.manifest = api::es::ManifestRef{"v1", "ConfigMap"};
  Observed seen = test::observed(es, std::nullopt, kNow);
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefuse);
  EXPECT_EQ(decide_sync(seen).refusal, Ending::kInvalidTarget);
  seen.generic_targets = true;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh);
}

TEST(Decide, RepairsNoTargetThatNobodyHasLookedAtYet) {
  Observed seen = test::observed(test::synced_es("2026-01-02T09:50:00Z"), std::nullopt, kNow);
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh);
  seen.target_known = false;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kSkip);
}

// The policy of who owns it counts although no value is read again; what is read again anyway is put right then.
TEST(Decide, PutsRightWhoOwnsWhatKeepsItsValues) {
  auto es = test::sample_es();
  es.metadata.uid = "u-1";
  es.status.refresh_time = "2026-01-02T09:59:00Z";
  es.status.synced_resource_version = resource_token(es.metadata);
  auto target = test::managed_target();
  const auto action = [&](std::string policy, std::string interval, std::string creation, bool owned) {
    es.spec.refresh_policy = std::move(policy);
    es.spec.refresh_interval = std::move(interval);
    es.spec.target.creation_policy = std::move(creation);
    target.metadata.owner_references.clear();
    if (owned) target.metadata.owner_references = {{.uid = "u-1", .controller = true}};
    return decide_sync(test::observed(es, target, kNow)).action;
  };
  EXPECT_EQ(action("CreatedOnce", "1h", "Orphan", true), SyncAction::kAround);
  EXPECT_EQ(action("CreatedOnce", "1h", "Owner", false), SyncAction::kAround);
  EXPECT_EQ(action("Periodic", "0", "Orphan", true), SyncAction::kAround);
  EXPECT_EQ(action("CreatedOnce", "1h", "Owner", true), SyncAction::kSkip);
  EXPECT_EQ(action("CreatedOnce", "1h", "Orphan", false), SyncAction::kSkip);
  EXPECT_EQ(action("Periodic", "1h", "Owner", false), SyncAction::kSkip);
  EXPECT_EQ(action("CreatedOnce", "1h", "None", true), SyncAction::kSkip) << "it is not touched";
}

TEST(Decide, MovesWhatWasMadeOnceToItsNewName) {
  auto es = test::sample_es();
  es.spec.refresh_policy = "CreatedOnce";
  es.status.refresh_time = "2026-01-02T09:59:00Z";
  es.status.synced_resource_version = "1-x";
  Observed seen = test::observed(es, std::nullopt, kNow);
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh) << "it is gone: nothing is left to move";
  seen.earlier = std::make_shared<const Target>(test::managed_target());
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kMove);
  es.status = {};
  Observed fresh = test::observed(es, std::nullopt, kNow);
  fresh.earlier = seen.earlier;
  EXPECT_EQ(decide_sync(fresh).action, SyncAction::kRefresh) << "it was never made";
}

// The process before was stopped between the Secret and the status.
TEST(Decide, TellsOfAnObjectThatIsCreatedOnceInsteadOfMakingItAgain) {
  auto es = test::sample_es();
  es.metadata.uid = "u-1";
  es.spec.refresh_policy = "CreatedOnce";
  api::Secret made = test::sample_secret(test::one_value("a", "v"));
  made.metadata.owner_references = {{.uid = "u-1", .controller = true}};
  made.metadata.labels["reconcile.external-secrets.io/managed"] = "true";
  made.metadata.annotations["reconcile.external-secrets.io/data-hash"] = json::object_hash(made.data);
  const auto decide = [&](const api::Secret& secret) {
    return decide_sync(test::observed(es, to_target(api::Secret(secret)), kNow)).action;
  };
  EXPECT_EQ(decide(made), SyncAction::kOnRecord);
  es.metadata.uid = "u-2";
  EXPECT_EQ(decide(made), SyncAction::kRefresh) << "that of an earlier object of this name";
  es.metadata.uid = "u-1";
  es.spec.refresh_policy = "Periodic";
  EXPECT_EQ(decide(made), SyncAction::kRefresh);
}

TEST(Decide, ValuesThatWereTakenBackAreNotOnRecord) {
  for (const char* policy : {"Periodic", "CreatedOnce"}) {
    auto es = test::sample_es();
    es.metadata.uid = "u-1";
    es.spec.refresh_policy = policy;
    Target target = owned_target(es);
    Observed seen = test::observed(es, target, kNow);
    seen.made = kNow;
    EXPECT_EQ(decide_sync(seen).action, SyncAction::kOnRecord) << policy;
    seen.taken_back = true;
    EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh) << policy;
  }
}

// Overdue for a day when the process starts.
Observed overdue(const std::string& uid, Duration since_start) {
  auto es = test::synced_es("2026-01-01T10:00:00Z");
  es.metadata.uid = uid;
  Observed seen = test::observed(es, test::managed_target(), kNow);
  seen.since_start = since_start;
  seen.objects = 20'000;
  return seen;
}

TEST(Decide, SpreadsWhatIsOverdueAtAColdStart) {
  std::map<Duration, int> turns;
  for (int i = 0; i < 600; ++i) {
    const Decision decision = decide_sync(overdue("uid-" + std::to_string(i), 0s));
    if (decision.action == SyncAction::kLater) ++turns[std::chrono::floor<std::chrono::seconds>(decision.later)];
  }
  EXPECT_GT(turns.size(), 100U);
  EXPECT_LT(turns.rbegin()->first, 2min);
  for (const auto& [second, objects] : turns) EXPECT_LT(objects, 30);
}

TEST(Decide, LetsAFewOverdueObjectsComeAtOnce) {
  Observed seen = overdue("uid-7", 0s);
  seen.objects = 12;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh);
}

TEST(Decide, RefreshesAnOverdueObjectWhenItsTurnAfterAColdStartHasCome) {
  const Decision decision = decide_sync(overdue("uid-7", 0s));
  ASSERT_EQ(decision.action, SyncAction::kLater);
  EXPECT_EQ(decide_sync(overdue("uid-7", decision.later)).action, SyncAction::kRefresh);
}

TEST(Decide, LetsEverybodysTurnAfterAColdStartComeBeforeTheWindowCloses) {
  std::set<Duration> turns;
  for (int i = 0; i < 50; ++i) {
    const auto in_window = [uid = "uid-" + std::to_string(i)](Duration since_start) {
      Observed seen = overdue(uid, since_start);
      auto es = *seen.es;
      es.spec.sync_windows = api::es::SyncWindows{"allow", {{"0 10 * * *", "20s"}}};
      seen.es = std::make_shared<const ExternalSecret>(es);
      seen.now = kNow + since_start;
      return decide_sync(seen);
    };
    const Decision decision = in_window(0s);
    EXPECT_LT(decision.later, 20s) << i;
    EXPECT_EQ(in_window(decision.later).action, SyncAction::kRefresh) << i;
    turns.insert(decision.later);
  }
  EXPECT_GT(turns.size(), 25U) << "they are spread all the same";
}

TEST(Decide, LetsNobodyWaitForATurnWhoIsMoreThanOverdue) {
  Observed edited = overdue("uid-7", 0s);
  auto es = *edited.es;
  es.metadata.generation = 2;
  edited.es = std::make_shared<const ExternalSecret>(es);
  EXPECT_EQ(decide_sync(edited).action, SyncAction::kRefresh);
  Observed broken = overdue("uid-7", 0s);
  broken.target = nullptr;
  EXPECT_EQ(decide_sync(broken).action, SyncAction::kRefresh);
  Observed asked = overdue("uid-7", 0s);
  asked.ask = 1;
  EXPECT_EQ(decide_sync(asked).action, SyncAction::kRefresh);
  Observed later = overdue("uid-7", 24h * 365);
  EXPECT_EQ(decide_sync(later).action, SyncAction::kRefresh) << "it became overdue while we ran";
}

struct PolicyCase {
  const char* policy;
  const char* interval;
  SyncAction action;
};

TEST(Decide, ReadsChangedValuesAtOnceOnlyWhereTheObjectFollowsItsStore) {
  for (const PolicyCase& c :
       {PolicyCase{"", "1h", SyncAction::kRefresh}, PolicyCase{"Periodic", "1h", SyncAction::kRefresh},
        PolicyCase{"CreatedOnce", "1h", SyncAction::kSkip}, PolicyCase{"OnChange", "1h", SyncAction::kSkip},
        PolicyCase{"", "0", SyncAction::kSkip}, PolicyCase{"Periodic", "0", SyncAction::kSkip}}) {
    auto es = test::synced_es("2026-01-02T09:50:00Z");
    es.spec.refresh_policy = c.policy;
    es.spec.refresh_interval = c.interval;
    Observed seen = test::observed(es, owned_target(es), kNow);
    seen.ask = 1;
    EXPECT_EQ(decide_sync(seen).action, c.action) << c.policy << " " << c.interval;
  }
}

TEST(Decide, ReadsChangedValuesWhereCreatedOnceNeverSynced) {
  auto es = test::sample_es();
  es.spec.refresh_policy = "CreatedOnce";
  Observed seen = test::observed(es, std::nullopt, kNow);
  seen.ask = 1;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kRefresh);
}

TEST(Decide, CleansUpWhatIsBeingDeleted_Row20) {
  auto es = test::sample_es();
  es.metadata.deletion_timestamp = "2026-01-02T09:00:00Z";
  EXPECT_EQ(decide(es).action, SyncAction::kCleanUp);
}

TEST(Decide, NeverPutsTheFinalizerBackOnADyingObject_Row22) {
  auto es = test::sample_es();
  es.metadata.deletion_timestamp = "2026-01-02T09:00:00Z";
  es.metadata.finalizers = {"somebody.else/s"};
  const auto decision = decide(es);
  EXPECT_EQ(decision.action, SyncAction::kCleanUp);
  EXPECT_FALSE(decision.add_finalizer);
}

TEST(Decide, WritesNothingOnAnotherControllersObject) {
  auto es = test::sample_es();
  es.metadata.finalizers.clear();
  es.spec.target.deletion_policy = "Delete";
  const auto decision = decide(es, false);
  EXPECT_EQ(decision.action, SyncAction::kIgnore);
  EXPECT_FALSE(decision.add_finalizer);
}

TEST(Decide, RefusesWhatCannotBeReadAndTouchesNothing) {
  Observed seen = test::observed({}, std::nullopt, kNow);
  seen.unreadable = "spec.data: expected an array";
  const auto decision = decide_sync(seen);
  EXPECT_EQ(decision.action, SyncAction::kRefuse);
  EXPECT_EQ(decision.why,
            "the ExternalSecret cannot be read: spec.data: expected an array; correct the field and apply it again");
  EXPECT_FALSE(decision.add_finalizer);
}

struct WaitCase {
  const char* what;
  std::optional<Duration> patience;
  Duration waited;
  SyncAction action;
};

TEST(Decide, WaitsInSilenceForAStoreThatNobodyHasLookedAtButNotForEver) {
  for (const WaitCase& c :
       {WaitCase{"every store was looked at", std::nullopt, 5s, SyncAction::kRefresh},
        WaitCase{"at first", 2s, 0s, SyncAction::kWait}, WaitCase{"for a while", 2s, 1999ms, SyncAction::kWait},
        WaitCase{"long enough", 2s, 2s, SyncAction::kRefresh}}) {
    Observed seen = test::observed(test::sample_es(), std::nullopt, kNow);
    seen.patience = c.patience;
    seen.waited = c.waited;
    EXPECT_EQ(decide_sync(seen).action, c.action) << c.what;
  }
}

TEST(Decide, DoesNotWaitForAStoreWhileTheSecretIsUpToDate) {
  Observed seen = test::observed(test::synced_es("2026-01-02T09:50:00Z"), test::managed_target(), kNow);
  seen.patience = 2s;
  EXPECT_EQ(decide_sync(seen).action, SyncAction::kSkip);
}

TEST(Decide, SaysOfAWindowThatIsNeverOrAlwaysOpenWhy_Q2) {
  const auto note = [](std::string schedule, std::string duration) {
    auto es = test::sample_es();
    es.spec.sync_windows = api::es::SyncWindows{"allow", {{std::move(schedule), std::move(duration)}}};
    return decide(es).window_note;
  };
  EXPECT_EQ(note("@every 1h", "2h"),
            "spec.syncWindows.windows[0].schedule \"@every 1h\" has no beginning, so that the window is always open; "
            "write the times as cron, such as \"0 22 * * *\"");
  EXPECT_TRUE(note("@every 3h", "2h").contains("is never open"));
  EXPECT_EQ(
      note("0 25 * * *", "2h"),
      "spec.syncWindows.windows[0].schedule \"0 25 * * *\" cannot be read, so that the window is never open; write "
      "the times as cron, such as \"0 22 * * *\"");
  EXPECT_EQ(note("0 22 * * *", "1d"),
            "spec.syncWindows.windows[0].duration \"1d\" cannot be read, so that the window is never open; write a "
            "duration in h, m and s, such as 8h (a day is 24h)");
  EXPECT_TRUE(note("0 22 * * *", "-5m").contains("duration \"-5m\" is negative, so that"));
  EXPECT_EQ(note("0 22 * * *", "2h"), "");
  EXPECT_EQ(note("@daily", "2h"), "");
}

struct IntervalCase {
  std::string_view interval;
  Duration least;
  Duration used;
  std::string_view note;
};
void PrintTo(const IntervalCase& c, std::ostream* out) { *out << c.interval; }
class Intervals : public testing::TestWithParam<IntervalCase> {};

TEST_P(Intervals, HaveAFloorThatIsTold) {
  auto es = test::sample_es();
  es.spec.refresh_interval = GetParam().interval;
  Observed seen = test::observed(es, test::managed_target(), kNow);
  seen.least_interval = GetParam().least;
  const auto decision = decide_sync(seen);
  EXPECT_EQ(decision.action, SyncAction::kRefresh);
  EXPECT_EQ(decision.interval, GetParam().used);
  EXPECT_EQ(decision.note, GetParam().note);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Intervals,
    testing::Values(IntervalCase{"1ns", 1s, 1s,
                                 "spec.refreshInterval 1ns is raised to 1s, the shortest that is allowed here"},
                    IntervalCase{"30s", 1min, 1min,
                                 "spec.refreshInterval 30s is raised to 1m0s, the shortest that is allowed here"},
                    IntervalCase{"1s", 1s, 1s, ""}, IntervalCase{"1h", 1s, 1h, ""}, IntervalCase{"1ns", 0s, 1ns, ""},
                    IntervalCase{"0", 1s, 0s, ""}, IntervalCase{"-5s", 1s, -5s, ""}));

struct AskedCase {
  std::string_view policy;
  std::string_view interval;
  SyncAction action;
};
void PrintTo(const AskedCase& c, std::ostream* out) { *out << c.policy << "/" << c.interval; }
class Asked : public testing::TestWithParam<AskedCase> {};

TEST_P(Asked, RefreshesOnlyWhatFollowsItsStore) {
  auto es = test::synced_es("2026-01-02T09:59:00Z");
  es.spec.refresh_policy = GetParam().policy;
  es.spec.refresh_interval = GetParam().interval;
  Observed seen = test::observed(es, owned_target(es), kNow);
  seen.ask = 1;
  EXPECT_EQ(decide_sync(seen).action, GetParam().action);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Asked,
    testing::Values(AskedCase{"", "1h", SyncAction::kRefresh}, AskedCase{"Periodic", "1h", SyncAction::kRefresh},
                    AskedCase{"Periodic", "0", SyncAction::kSkip}, AskedCase{"", "-1s", SyncAction::kSkip},
                    AskedCase{"CreatedOnce", "1h", SyncAction::kSkip}, AskedCase{"OnChange", "1h", SyncAction::kSkip}));

struct RefusedCase {
  std::string_view spec;  // JSON
  Ending ending;
  std::string_view message;
};
class Refused : public testing::TestWithParam<RefusedCase> {};

TEST_P(Refused, EndsInTheWordsOfItsKindAndNamesTheFieldAndTheWayOut_Row114_Row127_Row128) {
  auto es = test::sample_es();
  const auto spec = json::read<api::es::ExternalSecretSpec>(GetParam().spec);
  ASSERT_TRUE(spec) << spec.error().message;
  es.spec = *spec;
  const auto decision = decide(es);
  EXPECT_EQ(decision.action, SyncAction::kRefuse);
  EXPECT_EQ(decision.refusal, GetParam().ending);
  EXPECT_EQ(decision.why, GetParam().message);
}

TEST(Decide, RefusesWhatOnlyARefreshAsksForWhenOneIsDue) {
  for (const std::string_view spec : {R"({"dataFrom":[{"sourceRef":{"generatorRef":{"kind":"Grafana","name":"g"}}}]})",
                                      R"({"target":{"template":{"type":"bootstrap.kubernetes.io/token"}}})"}) {
    auto es = test::synced_es("2026-01-02T09:59:00Z");
    es.spec = json::read<api::es::ExternalSecretSpec>(spec).value();
    EXPECT_EQ(decide(es).action, SyncAction::kSkip) << spec << ": as another operator left it";
    EXPECT_EQ(decide_sync(test::observed(es, std::nullopt, kNow)).action, SyncAction::kRefuse) << spec;
    es.metadata.generation += 1;
    EXPECT_EQ(decide(es).action, SyncAction::kRefuse) << spec;
  }
}

TEST(Decide, SaysOfARefusedTemplateThatItIsOneWhereThereIsNoSecretYet_Row127) {
  auto es = test::sample_es();
  es.spec.target.tmpl = api::es::Template{};
  es.spec.target.tmpl->type = "bootstrap.kubernetes.io/token";
  EXPECT_EQ(decide_sync(test::observed(es, std::nullopt, kNow)).why,
            "could not apply template: template.type=\"bootstrap.kubernetes.io/token\" is not allowed");
}

TEST(Decide, TakesTemplatesAndRewrites) {
  auto es = test::sample_es();
  const auto spec = json::read<api::es::ExternalSecretSpec>(
      R"({"target":{"template":{"type":"kubernetes.io/service-account-token","data":{"a":"{{ .a }}"},
          "templateFrom":[{"literal":"a: b","target":"LABELS"}],"metadata":{"labels":{"a":"{{ .a }}"}}}},
          "dataFrom":[{"extract":{"key":"a"},"rewrite":[{"transform":{"template":"x"}}]}]})");
  ASSERT_TRUE(spec) << spec.error().message;
  es.spec = *spec;
  EXPECT_EQ(decide(es).action, SyncAction::kRefresh);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Refused,
    testing::Values(
        RefusedCase{R"({"refreshInterval":"1d"})", Ending::kRefused,
                    "invalid spec.refreshInterval \"1d\": time: unknown unit \"d\" in duration \"1d\"; write a "
                    "duration in h, m "
                    "and s, such as 1h or 90s (a day is 24h)"},
        RefusedCase{R"({"target":{"manifest":{"apiVersion":"v1","kind":"ConfigMap"}}})", Ending::kInvalidTarget,
                    "generic targets are disabled. Enable with --unsafe-allow-generic-targets flag"},
        RefusedCase{R"({"target":{"template":{"type":"bootstrap.kubernetes.io/token"}}})", Ending::kNotWritten,
                    "unable to mutate secret es: could not apply template: "
                    "template.type=\"bootstrap.kubernetes.io/token\" is not allowed"},
        RefusedCase{
            R"({"target":{"template":{"type":"kubernetes.io/service-account-token",)"
            R"("templateFrom":[{"literal":"","target":"annotations"},{"literal":"","target":"spec.x"}]}}})",
            Ending::kNotWritten,
            "unable to mutate secret es: could not apply template: "
            "template.type=\"kubernetes.io/service-account-token\" with templateFrom "
            "target=\"Annotations\" is "
            "not allowed\ntemplateFrom target=\"spec.x\" is not allowed when targeting a Secret, must be one of "
            "\"Data\", \"Annotations\" or \"Labels\""},
        RefusedCase{R"({"dataFrom":[{"sourceRef":{"generatorRef":{"kind":"MFA","name":"m"}}}]})", Ending::kNotFetched,
                    "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: the "
                    "generator MFA is not built yet; these are: Fake, "
                    "Password, SSHKey, UUID, VaultDynamicSecret, Webhook"},
        RefusedCase{
            R"({"dataFrom":[{"sourceRef":{"generatorRef":{"apiVersion":"apps/v1","kind":"UUID","name":"u"}}}]})",
            Ending::kNotFetched,
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: generatorRef may "
            "only "
            "reference the generators group, but got apps; write apiVersion: generators.external-secrets.io/v1alpha1"},
        RefusedCase{
            R"({"data":[{"secretKey":"a","remoteRef":{"key":"k"},"sourceRef":{"generatorRef":{"kind":"UUID","name":"u"}}}]})",
            Ending::kNotFetched,
            "error processing spec.data[0] (key: k), err: sourceRef.generatorRef cannot give a single value; use a "
            "storeRef, or spec.dataFrom for a "
            "generator"}));

}  // namespace
}  // namespace rotor::secrets
