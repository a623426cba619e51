#include "inspect/change_plan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/inspect/shop.hpp"

namespace rotor::test {
namespace {

using inspect::Change;
using inspect::Effect;
using inspect::Proposal;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kHash(56, 'a');
const std::string kOther(56, 'b');

// The ExternalSecret of the shop, as its manifest says it.
Proposal proposal(std::string_view hash = kHash) {
  Proposal out{.origin = "m.yaml:1", .es = cluster_of(external_secret()).external_secrets.front()};
  out.es.status = {};
  if (!hash.empty()) out.content = Proposal::Content{std::string(hash), {"OPENAI"}};
  return out;
}

std::string secret_with(std::string_view hash) {
  return fmt::format(
      "kind: Secret\nmetadata: {{name: api-keys, namespace: shop, annotations: "
      "{{reconcile.external-secrets.io/data-hash: {}}}}}\n---\n",
      hash);
}

std::string rest() { return std::string(kStore) + external_secret() + instance() + stateful_set() + pod(); }

std::vector<Effect> effects(const std::vector<Change>& changes) {
  std::vector<Effect> out;
  for (const Change& change : changes) out.push_back(change.effect);
  return out;
}

TEST(PlanChanges, AreNoneWhereAllIsAsItWouldBe) {
  const auto changes = inspect::plan_changes({proposal()}, cluster_of(rest() + secret_with(kHash)));
  EXPECT_THAT(effects(changes), ElementsAre(Effect::kNone, Effect::kNone));
}

TEST(PlanChanges, NameTheSecretItsKeysBothHashesAndWhoRestarts) {
  const auto changes = inspect::plan_changes({proposal()}, cluster_of(rest() + secret_with(kOther)));
  ASSERT_THAT(effects(changes), ElementsAre(Effect::kNone, Effect::kChanges, Effect::kRestarts));
  EXPECT_EQ(changes[1].id, kSecretId);
  EXPECT_EQ(changes[1].says, "OPENAI from openai; keys OPENAI; bbbbbbbb becomes aaaaaaaa");
  EXPECT_EQ(changes[2].id, kInstanceId);
  EXPECT_EQ(changes[2].says, "uses Secret shop/api-keys");
}

TEST(PlanChanges, AreAllNewWithoutACluster) {
  const auto changes = inspect::plan_changes({proposal()}, {});
  EXPECT_THAT(effects(changes), ElementsAre(Effect::kNew, Effect::kNew));
}

TEST(PlanChanges, OfAnEditedSpecMayChangeWhatNobodyKnows) {
  Proposal edited = proposal("");
  edited.unknown = "it reads stores";
  const auto cluster = cluster_of(rest() + secret_with(kHash));
  EXPECT_THAT(effects(inspect::plan_changes({edited}, cluster)), ElementsAre(Effect::kNone, Effect::kNone))
      << "not edited yet";
  edited.es.spec.refresh_interval = "5m";
  const auto changes = inspect::plan_changes({edited}, cluster);
  EXPECT_THAT(effects(changes), ElementsAre(Effect::kChanges, Effect::kMayChange, Effect::kMayChange));
  EXPECT_THAT(changes[1].says, HasSubstr("its content is not known: it reads stores"));
}

TEST(PlanChanges, NameTheSecretThatGoesWithAnEarlierTargetName) {
  Proposal renamed = proposal();
  renamed.es.spec.target.name = "renamed";
  const auto changes = inspect::plan_changes({renamed}, cluster_of(rest() + secret_with(kHash)));
  ASSERT_THAT(effects(changes), ElementsAre(Effect::kChanges, Effect::kNew, Effect::kGoes, Effect::kMayChange));
  EXPECT_EQ(changes[2].id, kSecretId);
  EXPECT_THAT(changes[2].says, HasSubstr("makes Secret shop/renamed instead"));
  EXPECT_THAT(changes[3].says, HasSubstr("without which no new pod of it starts"));
  renamed.es.spec.target.creation_policy = "Orphan";
  EXPECT_THAT(effects(inspect::plan_changes({renamed}, cluster_of(rest() + secret_with(kHash)))),
              ElementsAre(Effect::kChanges, Effect::kNew))
      << "nobody's Secret stays";
}

TEST(PlanChanges, SayWhatIsWrittenAroundValuesThatStayAndRestartsNobody) {
  const auto cluster = cluster_of(rest() + secret_with(kHash));
  Proposal frozen = proposal();
  frozen.es.spec.target.immutable = true;
  const auto changes = inspect::plan_changes({frozen}, cluster);
  ASSERT_THAT(effects(changes), ElementsAre(Effect::kChanges, Effect::kMayChange));
  EXPECT_EQ(changes[1].says, "its values stay; it becomes immutable");
  Proposal labelled = proposal();
  labelled.es.metadata.labels["team"] = "a";
  EXPECT_THAT(effects(inspect::plan_changes({labelled}, cluster)), ElementsAre(Effect::kChanges, Effect::kMayChange));
  Proposal slower = proposal();
  slower.es.spec.refresh_interval = "7h";
  EXPECT_THAT(effects(inspect::plan_changes({slower}, cluster)), ElementsAre(Effect::kChanges, Effect::kNone));
}

// What the operator would not read or write again, no plan announces.
TEST(PlanChanges, OfAStoreAreNoneForWhoReadsItNoMore) {
  struct Row {
    std::string_view spec;
    bool edited;
    Effect secret;
  };
  for (const Row& row : {Row{"refreshInterval: 1h", false, Effect::kChanges},
                         {"refreshPolicy: CreatedOnce", false, Effect::kNone},
                         {"refreshPolicy: CreatedOnce", true, Effect::kNone},
                         {"refreshPolicy: OnChange", false, Effect::kNone},
                         {"refreshPolicy: OnChange", true, Effect::kChanges},
                         {"refreshInterval: \"0\"", true, Effect::kNone},
                         {"refreshPolicy: OnChange, refreshInterval: \"0\"", true, Effect::kChanges}}) {
    const std::string live = external_secret(R"(status: "True", reason: SecretSynced, message: secret synced)",
                                             "2026-05-01T11:30:00Z", row.spec);
    const auto cluster =
        cluster_of(std::string(kStore) + live + instance() + stateful_set() + pod() + secret_with(kOther));
    Proposal wanted = proposal();
    wanted.es.spec = cluster.external_secrets.front().spec;
    if (row.edited) wanted.es.spec.data.front().remote_ref.key = "another";
    const auto changes = inspect::plan_changes({wanted}, cluster);
    ASSERT_GE(changes.size(), 2U) << row.spec;
    EXPECT_EQ(changes[1].effect, row.secret) << row.spec << row.edited;
    EXPECT_EQ(changes.size() > 2, row.secret == Effect::kChanges) << row.spec << ": who uses it restarts";
  }
}

TEST(PlanChanges, LeaveAnImmutableSecretAsItIs) {
  auto cluster = cluster_of(rest() + secret_with(kOther));
  cluster.external_secrets.front().spec.target.immutable = true;
  Proposal same = proposal();
  same.es.spec.target.immutable = true;
  EXPECT_THAT(effects(inspect::plan_changes({same}, cluster)), ElementsAre(Effect::kNone, Effect::kNone));
}

TEST(PlanChanges, NameTheSecretThatGoesWhateverThePolicyIs) {
  auto cluster = cluster_of(rest() + secret_with(kHash));
  cluster.external_secrets.front().spec.refresh_policy = "CreatedOnce";
  Proposal renamed = proposal();
  renamed.es.spec.refresh_policy = "CreatedOnce";
  renamed.es.spec.target.name = "renamed";
  EXPECT_THAT(effects(inspect::plan_changes({renamed}, cluster)),
              ElementsAre(Effect::kChanges, Effect::kNew, Effect::kGoes, Effect::kMayChange));
}

TEST(PlanChanges, OfARefusedOneAreWhatAdmissionSays) {
  Proposal refused = proposal();
  refused.refusal = "either data or dataFrom should be specified";
  const auto changes = inspect::plan_changes({refused}, cluster_of(rest()));
  ASSERT_THAT(effects(changes), ElementsAre(Effect::kRefused));
  EXPECT_EQ(changes[0].says, "m.yaml:1: either data or dataFrom should be specified");
}

TEST(PlanChanges, FollowTheCreationPolicy) {
  Proposal merged = proposal();
  merged.es.spec.target.creation_policy = "Merge";
  const auto absent = inspect::plan_changes({merged}, cluster_of(rest()));
  ASSERT_GE(absent.size(), 2U);
  EXPECT_EQ(absent[1].effect, Effect::kNone) << "Merge makes none";
  const auto there = inspect::plan_changes({merged}, cluster_of(rest() + secret_with(kOther)));
  EXPECT_EQ(there[1].effect, Effect::kMayChange) << "its hash is over the keys of others too";
  merged.es.spec.target.creation_policy = "None";
  EXPECT_EQ(inspect::plan_changes({merged}, cluster_of(rest())).size(), 1U);
}

TEST(PlanChanges, LeaveAloneWhatOthersAddedToTheMetadata) {
  auto cluster = cluster_of(rest() + secret_with(kHash));
  cluster.external_secrets.front().metadata.annotations["kubectl"] = "x";
  EXPECT_EQ(inspect::plan_changes({proposal()}, cluster)[0].effect, Effect::kNone);
  Proposal labelled = proposal();
  labelled.es.metadata.labels["a"] = "b";
  EXPECT_EQ(inspect::plan_changes({labelled}, cluster)[0].effect, Effect::kChanges);
}

}  // namespace
}  // namespace rotor::test
