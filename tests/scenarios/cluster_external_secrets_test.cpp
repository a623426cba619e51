// ClusterExternalSecrets: what stands in which namespace, whatever is done to the object, its children and namespaces.
#include "tests/scenarios/cluster_secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kOccupied = "external secret already exists in namespace";

TEST_F(ClusterSecrets, MakeAChildOfTheirNameInEachNamespaceThatMatches_Row174) {
  begin();
  ns("a");
  ns("b");
  ns("c", R"({"team":"b"})");
  ces(kTeamA);
  until_standing("True a,b");
  EXPECT_EQ(children(), "ab");
  EXPECT_EQ(claims(), "ab");
  world.until("the Secrets", [this] { return has_secret("a") && has_secret("b"); });
  const json::Value made = child("a");
  const json::Value& owner = json::find(made, "metadata.ownerReferences")->at(0);
  EXPECT_EQ(json::find_string(owner, "kind"), "ClusterExternalSecret");
  EXPECT_EQ(json::find_string(owner, "name"), "shared");
  EXPECT_TRUE(owner.at("controller").as_bool());
  EXPECT_EQ(json::find_string(made, "spec.refreshInterval"), "1h0m0s");
  const auto parent = world.get(kCes, {"", "shared"});
  EXPECT_EQ(json::find_string(parent, "status.externalSecretName"), "shared");
  EXPECT_TRUE(json::serialize(parent).contains("externalsecrets.external-secrets.io/clusterexternalsecret-cleanup"));
  EXPECT_EQ(*json::find(parent, "status.conditions"), json::parse(R"([{"type":"Ready","status":"True"}])").value())
      << "neither a reason nor a time: the published API has none";
}

TEST_F(ClusterSecrets, WriteNothingWhenNothingChanged) {
  begin();
  ns("a");
  ces(std::string(kTeamA) + R"(,"refreshTime":"1s")");
  until_standing("True a");
  world.until("the Secret", [this] { return has_secret("a"); });
  world.settle();
  const auto before = world.operator_writes();
  const auto wait = std::chrono::steady_clock::now() + std::chrono::milliseconds(1300);
  world.until("a refreshTime", [wait] { return std::chrono::steady_clock::now() > wait; });
  EXPECT_EQ(world.operator_writes(), before);
}

TEST_F(ClusterSecrets, PassEditsOnAndCleanUpAfterARename_Row175) {
  begin();
  ns("a");
  ns("b");
  ces(kTeamA);
  until_standing("True a,b");
  edit(R"({"spec":{"externalSecretSpec":{"refreshInterval":"5m"},"externalSecretMetadata":{"labels":{"app":"web"}}}})");
  world.until("the edit in both", [this] {
    for (const char* in : {"a", "b"}) {
      const auto made = child(in);
      if (json::find_string(made, "spec.refreshInterval") != "5m") return false;
      if (json::find_string(made, "metadata.labels.app") != "web") return false;
    }
    return true;
  });
  edit(R"({"spec":{"externalSecretName":"database","externalSecretMetadata":null}})");
  world.until("the new name", [this] { return children("database") == "ab" && children().empty(); });
  until_standing("True a,b");
  EXPECT_EQ(json::find(child("a", "database"), "metadata.labels"), nullptr);
  EXPECT_EQ(json::find_string(world.get(kCes, {"", "shared"}), "status.externalSecretName"), "database");
  EXPECT_EQ(claims(), "ab");
}

TEST_F(ClusterSecrets, LeaveWhatIsSomebodyElsesAndTakeThePlaceOnceItIsFree_Row176) {
  begin();
  ns("a");
  ns("b");
  world.create(kEs, R"({"metadata":{"name":"shared","namespace":"a","labels":{"mine":"x"}},
    "spec":{"secretStoreRef":{"name":"store","kind":"ClusterSecretStore"},"target":{"name":"own"}}})");
  ces(kTeamA);
  until_standing(fmt::format("False b a:{}", kOccupied));
  EXPECT_EQ(json::find_string(child("a"), "spec.target.name"), "own");
  EXPECT_EQ(json::find(child("a"), "metadata.ownerReferences"), nullptr);
  EXPECT_EQ(claims(), "b") << "nothing of ours stands in a";
  world.until("the event", [this] { return !world.events("UpdateFailed", "default").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed", "default")[0], "message"), fmt::format("a: {}", kOccupied));
  EXPECT_EQ(json::find_string(json::find(world.get(kCes, {"", "shared"}), "status.conditions")->at(0), "message"),
            "one or more namespaces failed");
  world.remove(kEs, {"a", "shared"});
  until_standing("True a,b");
  EXPECT_EQ(json::find_string(child("a"), "spec.target.name"), "tgt");
}

TEST_F(ClusterSecrets, RestoreAChildThatWasDeletedOrEditedByHand_Row177) {
  begin();
  ns("a");
  ces(std::string(kTeamA) + R"(,"refreshTime":"0s")");
  until_standing("True a");
  const std::string first(json::find_string(child("a"), "metadata.uid"));
  world.remove(kEs, {"a", "shared"});
  world.until("another child", [&] {
    const auto now = child("a");
    return !now.is_null() && json::find_string(now, "metadata.uid") != first;
  });
  world.merge(kEs, {"a", "shared"}, R"({"metadata":{"labels":{"by":"hand"}},"spec":{"target":{"name":"other"}}})");
  world.until("the edit undone", [this] {
    const auto now = child("a");
    return json::find_string(now, "spec.target.name") == "tgt" && json::find(now, "metadata.labels") == nullptr;
  });
  until_standing("True a");
}

// Row 178, but at once and not at the next refreshTime.
TEST_F(ClusterSecrets, FollowANamespaceThatStopsAndStartsMatching_Row178) {
  begin();
  ns("a");
  ns("b");
  ces(std::string(kTeamA) + R"(,"refreshTime":"0s")");
  until_standing("True a,b");
  label("a", R"({"team":null})");
  until_standing("True b");
  EXPECT_EQ(children(), "b");
  EXPECT_EQ(claims(), "b") << "its finalizer must not keep a namespace that it has left";
  world.until("the Secret to go with its owner", [this] { return !has_secret("a"); });
  label("a", R"({"team":"a"})");
  until_standing("True a,b");
  EXPECT_EQ(children(), "ab");
}

TEST_F(ClusterSecrets, JoinSelectorsAndNamesWithEachNamespaceOnce_Row179) {
  begin();
  ns("a", R"({"team":"a","env":"prod"})");
  ns("b", R"({"env":"dev"})");
  ns("c", "{}");
  ces(R"("namespaceSelector":{"matchLabels":{"team":"a"}},"namespaceSelectors":[
    {"matchExpressions":[{"key":"env","operator":"In","values":["prod","dev"]}]},{"matchLabels":{"env":"prod"}}],
    "namespaces":["c","a","nowhere"])");
  until_standing("True a,b,c");
  EXPECT_EQ(children(), "abc");
}

TEST_F(ClusterSecrets, AreReadyWhenNothingMatches_Row180) {
  begin();
  ns("a", R"({"team":"b"})");
  ces(kTeamA);
  until_standing("True ");
  EXPECT_EQ(children(), "");
  ns("b");
  until_standing("True b");
}

TEST_F(ClusterSecrets, PassForceSyncOnAndTakeItBack_Row181) {
  begin();
  ns("a");
  ces(std::string(kTeamA) + R"(,"externalSecretMetadata":{"annotations":{"note":"x"}})");
  until_standing("True a");
  const auto annotations = [this] { return json::serialize(*json::find(child("a"), "metadata.annotations")); };
  edit(R"({"metadata":{"annotations":{"external-secrets.io/force-sync":"1"}}})");
  world.until("the annotation", [&] { return annotations().contains(R"("external-secrets.io/force-sync":"1")"); });
  edit(R"({"metadata":{"annotations":{"external-secrets.io/force-sync":null}}})");
  world.until("the annotation to go", [&] { return annotations() == R"({"note":"x"})"; });
}

TEST_F(ClusterSecrets, LeaveNothingBehindWhenTheyAreDeleted_Row182) {
  begin();
  ns("a");
  ns("b");
  ns("c", "{}");
  ces(kTeamA);
  until_standing("True a,b");
  world.until("the Secrets", [this] { return has_secret("a") && has_secret("b"); });
  world.remove(kCes, {"", "shared"});
  world.until("it to go", [this] { return world.get(kCes, {"", "shared"}).is_null(); });
  EXPECT_EQ(claims(), "");
  EXPECT_EQ(children(), "") << "all of it is done before the object goes";
  world.until("the Secrets to go", [this] { return !has_secret("a") && !has_secret("b"); });
}

TEST_F(ClusterSecrets, LetANamespaceGoAndMakeNoChildInIt_Row183) {
  begin();
  ns("a");
  ns("b");
  ces(kTeamA);
  until_standing("True a,b");
  world.remove(kNs, {"", "a"});
  world.until("the namespace to end", [this] { return world.get(kNs, {"", "a"}).is_null(); });
  until_standing("True b");
}

// One that somebody else's finalizer holds up for long.
TEST_F(ClusterSecrets, MakeNoChildInANamespaceThatIsGoing_Row183) {
  begin();
  world.create(kNs, R"({"metadata":{"name":"a","labels":{"team":"a"},"finalizers":["example.org/hold"]}})");
  ns("b");
  ces(kTeamA);
  until_standing("True a,b");
  world.remove(kNs, {"", "a"});
  until_standing("True b");
  world.until("our finalizer to go", [this] { return !claimed("a"); });
  world.until("the child to go", [this] { return child("a").is_null(); });
  world.settle();
  EXPECT_TRUE(child("a").is_null());
  EXPECT_EQ(standing(), "True b");
  world.merge(kNs, {"", "a"}, R"({"metadata":{"finalizers":null}})");
  world.until("the namespace to end", [this] { return world.get(kNs, {"", "a"}).is_null(); });
}

TEST_F(ClusterSecrets, AreServedInV1beta1AsWell) {
  begin();
  ns("a");
  constexpr kube::Resource kBeta{api::es::kGroup, "v1beta1", "clusterexternalsecrets", "ClusterExternalSecret", false};
  ces(kTeamA, kBeta);
  until_standing("True a");
  const json::Value made = child("a");
  EXPECT_EQ(json::find_string(json::find(made, "spec.data")->at(0), "remoteRef.conversionStrategy"), "Default")
      << "what v1beta1 fills in is passed on";
  world.until("the Secret", [this] { return has_secret("a"); });
}

}  // namespace
}  // namespace rotor::test
