// ClusterExternalSecrets on bad days: restarts in the middle, refusals, mistakes in the spec, many namespaces.
#include "apiserver/server/faults.hpp"
#include "tests/scenarios/cluster_secrets_world.hpp"

namespace rotor::test {
namespace {

TEST_F(ClusterSecrets, PutRightWhatChangedWhileNobodyWatched) {
  begin();
  ns("a");
  ns("b");
  ns("c", "{}");
  ces(kTeamA);
  until_standing("True a,b");
  world.stop_operator();
  label("a", R"({"team":null})");
  label("c", R"({"team":"a"})");
  world.merge(kEs, {"b", "shared"}, R"({"spec":{"refreshInterval":"9m"}})");
  world.start_operator();
  until_standing("True b,c");
  EXPECT_EQ(children(), "bc");
  EXPECT_EQ(claims(), "bc");
  EXPECT_EQ(json::find_string(child("b"), "spec.refreshInterval"), "1h0m0s");
}

TEST_F(ClusterSecrets, FinishARenameThatARestartCutOff_Row175) {
  begin();
  ns("a");
  ns("b");
  ces(kTeamA);
  until_standing("True a,b");
  world.settle();
  // a gets its new child, b only loses the old one.
  world.faults().add({.verb = "create", .resource = "externalsecrets", .skip = 1, .times = -1, .status = 503});
  edit(R"({"spec":{"externalSecretName":"database"}})");
  world.until("half of it", [this] { return children("database") == "a" && children().empty(); });
  world.stop_operator();
  world.faults().clear();
  world.start_operator();
  world.until("the rest", [this] { return children("database") == "ab"; });
  until_standing("True a,b");
  EXPECT_EQ(json::find_string(world.get(kCes, {"", "shared"}), "status.externalSecretName"), "database");
}

TEST_F(ClusterSecrets, FinishACleanUpThatARestartCutOff_Row182) {
  begin();
  ns("a");
  ns("b");
  ces(kTeamA);
  until_standing("True a,b");
  world.faults().add({.verb = "delete", .resource = "externalsecrets", .skip = 1, .times = -1, .status = 500});
  world.remove(kCes, {"", "shared"});
  world.until("half of it", [this] { return children() == "b"; });
  EXPECT_EQ(claims(), "b") << "the finalizer stays where something of it is left";
  world.stop_operator();
  world.faults().clear();
  EXPECT_FALSE(world.get(kCes, {"", "shared"}).is_null()) << "it waits for the rest";
  world.start_operator();
  world.until("it to go", [this] { return world.get(kCes, {"", "shared"}).is_null(); });
  EXPECT_EQ(children() + claims(), "");
}

// Somebody took its finalizer off, and with it the knowledge of where it was.
TEST_F(ClusterSecrets, FreeANamespaceOfAParentThatIsGoneWithoutItsCleanUp) {
  begin();
  ns("a");
  ces(kTeamA);
  until_standing("True a");
  world.stop_operator();
  edit(R"({"metadata":{"finalizers":null}})");
  world.remove(kCes, {"", "shared"});
  world.until("it to go", [this] { return world.get(kCes, {"", "shared"}).is_null(); });
  EXPECT_EQ(claims(), "a");
  world.start_operator();
  world.until("the namespace to be free", [this] { return claims().empty(); });
  world.remove(kNs, {"", "a"});
  world.until("the namespace to end", [this] { return world.get(kNs, {"", "a"}).is_null(); });
}

TEST_F(ClusterSecrets, ServeTwoHundredNamespaces) {
  begin();
  std::vector<std::string> names;
  std::string all;
  for (int i = 0; i < 200; ++i) {
    names.push_back(fmt::format("n{:03}", i));
    all += (i == 0 ? "" : ",") + names.back();
    ns(names.back());
  }
  // One after the other: each wait begins anew.
  const auto in_each = [&](std::string_view what, const std::function<bool(const std::string&)>& is_so) {
    for (const std::string& name : names) world.until(fmt::format("{} in {}", what, name), [&] { return is_so(name); });
  };
  ces(kTeamA);
  in_each("the Secret", [this](const std::string& name) { return has_secret(name); });
  until_standing("True " + all);
  edit(R"({"spec":{"externalSecretSpec":{"refreshInterval":"2h"}}})");
  in_each("the edit",
          [this](const std::string& name) { return json::find_string(child(name), "spec.refreshInterval") == "2h"; });
  label("n100", R"({"team":null})");
  world.until("one to be left", [this] { return child("n100").is_null() && !claimed("n100"); });
  world.remove(kCes, {"", "shared"});
  in_each("nothing", [this](const std::string& name) { return child(name).is_null() && !claimed(name); });
  world.until("it to go", [this] { return world.get(kCes, {"", "shared"}).is_null(); });
}

TEST_F(ClusterSecrets, SayWhichNamespaceRefusesAndServeTheOthers) {
  begin();
  ns("b");
  ces(kTeamA);
  until_standing("True b");
  world.faults().add({.verb = "create",
                      .resource = "externalsecrets",
                      .times = -1,
                      .status = 403,
                      .reason = "Forbidden",
                      .message = "exceeded quota"});
  ns("a");
  until_standing("False b a:could not create it: exceeded quota");
  EXPECT_EQ(children(), "b");
  world.faults().clear();
  edit(R"({"metadata":{"labels":{"look":"again"}}})");
  until_standing("True a,b");
}

TEST_F(ClusterSecrets, TryAgainSoonWhenTheServerCouldNotAnswer) {
  begin();
  ns("a");
  world.faults().add({.verb = "create", .resource = "externalsecrets", .times = 1, .status = 503});
  ces(std::string(kTeamA) + R"(,"refreshTime":"0s")");
  until_standing("True a");
}

TEST_F(ClusterSecrets, AreLeftAloneByASelectorThatCannotHaveBeenMeant) {
  begin();
  ns("a");
  ces(kTeamA);
  until_standing("True a");
  edit(R"({"spec":{"namespaceSelectors":[{"matchExpressions":[{"key":"team","operator":"is","values":["a"]}]}]}})");
  until_standing(R"(False a unknown:spec.namespaceSelectors[0].matchExpressions[0].operator "is": use In, NotIn, )"
                 "Exists or DoesNotExist");
  EXPECT_EQ(children() + claims(), "aa") << "a mistake deletes nothing";
  edit(fmt::format(R"({{"spec":{{{}}}}})", kTeamA));
  until_standing("True a");
}

// Q19: a dashboard sees the bad days as well.
TEST_F(ClusterSecrets, ShowInMetricsWhetherTheyAreReadyOrNot) {
  begin();
  ns("a");
  ces(kTeamA);
  until_standing("True a");
  const auto ready = [this](std::string_view status) {
    const std::string text = world.metrics().render();
    const std::string series = fmt::format(
        R"(clusterexternalsecret_status_condition{{name="shared",namespace="",condition="Ready",status="{}"}} )",
        status);
    const auto at = text.find(series);
    return at == std::string::npos ? ' ' : text[at + series.size()];
  };
  world.until("True", [&] { return ready("True") == '1' && ready("False") == '0'; });
  world.until("the end of the pass", [this] {
    return world.metrics().render().contains(R"(clusterexternalsecret_reconcile_duration{name="shared",)");
  });
  edit(R"({"spec":{"refreshTime":"soon"}})");
  world.until("False", [&] { return ready("True") == '0' && ready("False") == '1'; });
  world.remove(kCes, {"", "shared"});
  world.until("no series", [&] { return ready("True") == ' '; });
  EXPECT_FALSE(world.metrics().render().contains("name=\"shared\",namespace=\"\""));
}

TEST_F(ClusterSecrets, AreNotServedWhenAFlagOrANamespaceSaysSo) {
  secrets::Options off;
  off.cluster_external_secrets = false;
  secrets::Options narrow;
  narrow.watched = "a";
  ns("a");
  ces(kTeamA);
  for (const auto& options : {off, narrow}) {
    world.start_operator(options);
    world.settle();
    EXPECT_EQ(standing(), "");
    EXPECT_EQ(children() + claims(), "");
    world.stop_operator();
  }
}

// As with who updates Rotor before its CRDs.
TEST(ClusterSecretsWithoutTheirCrd, KeepNothingElseWaiting) {
  SecretsWorld world(true);
  world.store(R"([{"key":"remote","value":"v1"}])");
  world.start_operator();
  world.external_secret(R"("target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
}

}  // namespace
}  // namespace rotor::test
