// ExternalSecrets whose values generators make.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/generators/generator.hpp"
#include "apiserver/server/faults.hpp"
#include "generators/kinds.hpp"
#include "net/server.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";

std::string item(std::string_view kind, std::string_view name, std::string_view more = "") {
  return fmt::format(R"({{"sourceRef":{{"generatorRef":{{"kind":"{}","name":"{}"}}}}{}}})", kind, name, more);
}

class Generators : public testing::Test {
 protected:
  // An ExternalSecret "es" without a store; `items` of dataFrom.
  void generate(std::string_view items, std::string_view more = R"("refreshInterval":"1h")") {
    world.create("es", "es",
                 fmt::format(R"({{"spec":{{{},"target":{{"name":"tgt"}},"dataFrom":[{}]}}}})", more, items));
  }
  void synced(std::string_view items, std::string_view more = R"("refreshInterval":"1h")") {
    world.start_operator();
    generate(items, more);
    world.until_ready("es", "es", kSynced);
  }
  std::string said() {
    world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
    return std::string(json::find_string(world.events("UpdateFailed").back(), "message"));
  }
  std::string password() { return world.value("tgt", "password"); }
  std::string status(std::string_view field) {
    return std::string(json::find_string(world.get("es", "es"), fmt::format("status.{}", field)));
  }
  std::string token() { return status("syncedResourceVersion"); }
  void force() {
    const std::string before = token();
    world.merge("es", "es", fmt::format(R"({{"metadata":{{"annotations":{{"force-sync":"{}"}}}}}})", ++forced));
    world.until("the refresh", [&] { return token() != before; });
    world.settle();
  }
  // Longer than the first pause after a failure.
  void past_a_retry() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1300);
    world.until("the time of a retry", [end] { return std::chrono::steady_clock::now() > end; });
  }
  std::uint64_t runs() { return world.operator_requests("get", "passwords"); }

  SecretsWorld world;
  int forced = 0;
};

TEST_F(Generators, GiveTheirValuesToAnExternalSecretWithoutAStore_Row111) {
  world.create("Fake", "fake", R"({"spec":{"data":{"x":"y"}}})");
  synced(item("Fake", "fake"));
  EXPECT_EQ(world.value("tgt", "x"), "y");
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "data")->as_object().size(), 1U);
}

TEST_F(Generators, OfTheClusterServeEveryNamespace_Row112) {
  world.create("ClusterGenerator", "all", R"({"spec":{"kind":"Fake","generator":{"fakeSpec":{"data":{"x":"y"}}}}})");
  synced(item("ClusterGenerator", "all"));
  EXPECT_EQ(world.value("tgt", "x"), "y");
}

TEST_F(Generators, OfAllLocalKindsMeetInOneSecret_Row197) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.create("UUID", "id", R"({"spec":{}})");
  world.create("SSHKey", "ssh", R"({"spec":{"keyType":"ed25519"}})");
  world.create("ClusterGenerator", "short", R"({"spec":{"kind":"Password","generator":{"passwordSpec":{
    "secretKeys":["short"]}}}})");
  synced(item("Password", "pw") + "," + item("UUID", "id") + "," + item("SSHKey", "ssh") + "," +
         item("ClusterGenerator", "short"));
  EXPECT_EQ(password().size(), 24U) << "the default of the schema";
  EXPECT_EQ(world.value("tgt", "short").size(), 24U) << "which a ClusterGenerator fills in as well";
  EXPECT_EQ(world.value("tgt", "uuid").size(), 36U);
  EXPECT_TRUE(world.value("tgt", "privateKey").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----\n"));
  EXPECT_TRUE(world.value("tgt", "publicKey").starts_with("ssh-ed25519 "));
}

// Section 2.10: rewrite and key checks, no conversion and no decoding.
TEST_F(Generators, ValuesAreRenamedButNeverConverted) {
  world.create("Fake", "fake", R"({"spec":{"data":{"a/b":"1"}}})");
  world.start_operator();
  generate(item("Fake", "fake"));
  EXPECT_EQ(said(),
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: invalid secret keys (TIP: use rewrite or "
            "conversionStrategy to change keys): key has invalid character /, only alphanumeric, '-', '.' and '_' are "
            "allowed: a/b");
  world.merge("es", "es",
              fmt::format(R"({{"spec":{{"dataFrom":[{}]}}}})",
                          item("Fake", "fake", R"(,"rewrite":[{"regexp":{"source":"/","target":"-"}}])")));
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a-b"), "1");
}

TEST_F(Generators, OfWhatIsCreatedOnceMoveToAnotherTargetNameAsTheyAre) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.start_operator();
  generate(item("Password", "pw"), R"("refreshPolicy":"CreatedOnce")");
  world.until_ready("es", "es", kSynced);
  const std::string made = password();
  world.merge("es", "es", R"({"spec":{"target":{"name":"moved"}}})");
  world.until("the new name", [&] { return !world.get("secret", "moved").is_null(); });
  EXPECT_EQ(world.value("moved", "password"), made);
  world.until("the old one to go", [&] { return world.get("secret", "tgt").is_null(); });
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Generators, OfWhatIsCreatedOnceStayWhenWhoOwnsThemIsChanged) {
  world.create("Password", "pw", R"({"spec":{}})");
  world.start_operator();
  generate(item("Password", "pw"), R"("refreshPolicy":"CreatedOnce")");
  world.until_ready("es", "es", kSynced);
  const std::string made = password();
  const auto owned = [&] {
    const auto secret = world.get("secret", "tgt");
    const auto* owners = json::find(secret, "metadata.ownerReferences");
    return owners != nullptr && !owners->as_array().empty();
  };
  ASSERT_TRUE(owned());
  world.merge("es", "es", R"({"spec":{"target":{"creationPolicy":"Orphan"}}})");
  world.until("it to be let go of", [&] { return !owned(); });
  world.merge("es", "es", R"({"spec":{"target":{"creationPolicy":"Owner"}}})");
  world.until("it to be owned again", [&] { return owned(); });
  EXPECT_EQ(password(), made);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Generators, SayWhatTheyTakeOtherwiseThanItIsWritten) {
  world.create("SSHKey", "ssh", R"({"spec":{"keyType":"ecdsa","keySize":2048}})");
  world.start_operator();
  generate(item("SSHKey", "ssh"));
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  world.until("the remark", [this] { return !world.events("Remark").empty(); });
  EXPECT_EQ(json::find_string(world.events("Remark").at(0), "message"),
            "SSHKey \"ssh\": spec.keySize 2048 is taken for 256: an ecdsa key has 256, 384 or 521 bits");
}

TEST_F(Generators, OfEveryKindAreStoredAndOneThatIsNotBuiltIsAnsweredByName) {
  for (const generators::Kind& kind : generators::kinds()) {
    if (kind.built()) continue;
    world.create(kind.name, "later", R"({"spec":{"projectID":"7","anything":{"below":[1]}}})");
    EXPECT_EQ(*json::find(world.get(kind.name, "later"), "spec"),
              json::parse(R"({"projectID":"7","anything":{"below":[1]}})").value())
        << kind.name;
  }
  world.start_operator();
  generate(item("MFA", "later"));
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_TRUE(
      json::find_string(world.events("UpdateFailed").at(0), "message")
          .starts_with("error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: "
                       "the generator MFA is not built yet"));
}

using Answer = std::optional<Result<SecretBytes>>;

Task<> try_deploy_token(kube::Client& client, std::string spec, Answer* answer) {
  const kube::Resource resource{api::gen::kGroup, api::gen::kVersion, "gitlabdeploytokens", "GitlabDeployToken", true};
  const std::string body = fmt::format(
      R"({{"apiVersion":"{}","kind":"GitlabDeployToken","metadata":{{"namespace":"ns","generateName":"t-"}},"spec":{}}})",
      api::gen::kApiVersion, spec);
  *answer = co_await client.create(resource, "ns", SecretBytes(body));
}

TEST_F(Generators, ADeployTokenIsOfAProjectOrOfAGroup) {
  const auto tried = [this](std::string spec) {
    Answer answer;
    world.start(try_deploy_token(world.person(), std::move(spec), &answer));
    world.until("an answer", [&answer] { return answer.has_value(); });
    return *std::move(answer);
  };
  EXPECT_TRUE(tried(R"({"projectID":"7"})"));
  EXPECT_TRUE(tried(R"({"groupID":7})"));
  for (const char* spec : {"{}", R"({"projectID":"7","groupID":"8"})"}) {
    const auto answer = tried(spec);
    ASSERT_FALSE(answer) << spec;
    EXPECT_TRUE(answer.error().message.contains("exactly one of projectID or groupID must be set"))
        << answer.error().message;
  }
}

TEST_F(Generators, MakeNewValuesAtEveryRefreshAndOnlyThen) {
  world.create("Password", "pw", R"({"spec":{}})");
  synced(item("Password", "pw"));
  const std::string first = password();
  world.settle();
  EXPECT_EQ(password(), first);
  force();
  const std::string second = password();
  EXPECT_NE(second, first);
  EXPECT_EQ(runs(), 2U);
  world.merge("secret", "tgt", R"({"data":{"password":"eA=="}})");
  world.until("the repair", [&] { return password() != "x" && password() != second; });
}

TEST_F(Generators, AreNotRunAgainByARestart) {
  world.create("Password", "pw", R"({"spec":{}})");
  synced(item("Password", "pw"));
  const std::string first = password();
  world.stop_operator();
  world.start_operator();
  world.settle();
  EXPECT_EQ(password(), first);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(Generators, RunOnceForAnExternalSecretThatIsCreatedOnce) {
  world.create("Password", "pw", R"({"spec":{}})");
  synced(item("Password", "pw"), R"("refreshPolicy":"CreatedOnce")");
  const std::string first = password();
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.settle();
  EXPECT_EQ(password(), first);
}

TEST_F(Generators, AreNotRunBecauseAStoreHasNewValues) {
  world.create("Password", "pw", R"({"spec":{}})");
  synced(item("Password", "pw"));
  const std::string first = password();
  world.values_changed();
  world.settle();
  EXPECT_EQ(password(), first);
}

// A generator is not watched: what changed in it counts from the next refresh on.
TEST_F(Generators, AreReadAnewAtTheNextRefresh) {
  world.create("Fake", "fake", R"({"spec":{"data":{"x":"y"}}})");
  synced(item("Fake", "fake"));
  world.merge("Fake", "fake", R"({"spec":{"data":{"x":"z"}}})");
  world.settle();
  EXPECT_EQ(world.value("tgt", "x"), "y");
  force();
  EXPECT_EQ(world.value("tgt", "x"), "z");
}

TEST_F(Generators, AreNotRunAgainWhileTheirValuesWaitToBeWritten) {
  world.create("Password", "pw", R"({"spec":{}})");
  synced(item("Password", "pw"), R"("refreshInterval":"5s")");
  const std::string first = password();
  const std::string refreshed = status("refreshTime");
  world.faults().add({.verb = "patch", .resource = "externalsecrets", .times = 1});
  world.until("the next password", [&] { return password() != first; });
  const std::string second = password();
  world.until("the status", [&] { return status("refreshTime") != refreshed; });
  EXPECT_EQ(password(), second);
  world.until("the next refresh", [&] { return password() != second; });
}

TEST_F(Generators, OfAnotherControllerLeaveTheExternalSecretAlone_Row113) {
  world.create("Fake", "fake", R"({"spec":{"controller":"other","data":{"x":"y"}}})");
  world.start_operator();
  generate(item("Fake", "fake"));
  world.until("the look", [this] { return world.operator_requests("get", "fakes") > 0; });
  world.settle();
  const auto looks = world.operator_requests("get", "fakes");
  EXPECT_EQ(world.ready("es", "es"), "");
  EXPECT_TRUE(world.get("secret", "tgt").is_null());
  EXPECT_TRUE(world.events("UpdateFailed").empty());
  past_a_retry();
  EXPECT_EQ(world.operator_requests("get", "fakes"), looks) << "not tried again";
}

TEST_F(Generators, OfTheClusterCanBeOfAnotherControllerToo_Row113) {
  world.create("ClusterGenerator", "all",
               R"({"spec":{"kind":"Fake","generator":{"fakeSpec":{"controller":"other","data":{"x":"y"}}}}})");
  world.start_operator();
  generate(item("ClusterGenerator", "all"));
  world.until("the look", [this] { return world.operator_requests("get", "clustergenerators") > 0; });
  world.settle();
  EXPECT_EQ(world.ready("es", "es"), "");
}

TEST_F(Generators, OfAnotherGroupAreRefusedBeforeAnybodyLooks_Row114) {
  world.start_operator();
  generate(R"({"sourceRef":{"generatorRef":{"apiVersion":"external-secrets.io/v1","kind":"Fake","name":"fake"}}})");
  world.until("the condition", [this] { return !world.ready("es", "es").empty(); });
  EXPECT_EQ(world.ready("es", "es"), kNotFetched);
  EXPECT_EQ(
      said(),
      "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: generatorRef may only "
      "reference the generators group, but got external-secrets.io; write apiVersion: "
      "generators.external-secrets.io/v1alpha1");
  world.settle();
  EXPECT_EQ(world.operator_requests("get", "fakes"), 0U);
}

TEST_F(Generators, ThatAreNotBuiltYetAreRefusedByName) {
  world.start_operator();
  generate(item("ECRAuthorizationToken", "ecr"));
  EXPECT_TRUE(
      said().starts_with("error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: the "
                         "generator ECRAuthorizationToken is not built yet; these are: Fake, "))
      << said();
}

TEST_F(Generators, AreWaitedForWhenTheyAreMissing) {
  world.start_operator();
  generate(item("Fake", "fake"));
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(said(),
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: Fake "
            "\"fake\" does not exist in namespace \"ns\"");
  world.create("Fake", "fake", R"({"spec":{"data":{"x":"y"}}})");
  world.until_ready("es", "es", kSynced);
}

// A missing generator is no missing remote secret: deletionPolicy has nothing to act on.
TEST_F(Generators, ThatAreGoneTakeNoSecretWithThem) {
  world.create("Fake", "fake", R"({"spec":{"data":{"x":"y"}}})");
  world.start_operator();
  world.create("es", "es",
               fmt::format(R"({{"spec":{{"target":{{"name":"tgt","deletionPolicy":"Delete"}},
    "dataFrom":[{}]}}}})",
                           item("Fake", "fake")));
  world.until_ready("es", "es", kSynced);
  world.remove("Fake", "fake");
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(world.value("tgt", "x"), "y");
}

TEST_F(Generators, OfTheClusterWhoseBodyDoesNotMatchAreNotTriedAgain) {
  world.create("ClusterGenerator", "all", R"({"spec":{"kind":"Password","generator":{"fakeSpec":{"data":{}}}}})");
  world.start_operator();
  generate(item("ClusterGenerator", "all"));
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(said(),
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: unable to get generator: invalid "
            "ClusterGenerator: when kind is Password, PasswordSpec must be set: write "
            "spec.generator.passwordSpec");
  world.settle();
  const auto tries = world.operator_requests("get", "clustergenerators");
  past_a_retry();
  EXPECT_EQ(world.operator_requests("get", "clustergenerators"), tries);
}

TEST_F(Generators, SayWhatIsWrongInTheirSpec_Row198) {
  world.create("Password", "pw", R"({"spec":{"secretKeys":["u","u"]}})");
  world.start_operator();
  generate(item("Password", "pw"));
  world.until_ready("es", "es", kNotFetched);
  EXPECT_EQ(said(),
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: error using generator: secretKeys "
            "must be non-empty and unique: correct spec.secretKeys");
}

// A server on loopback that answers everything alike and counts.
class Answering {
 public:
  Answering(SecretsWorld& world, std::string body, int status = 200) : body_(std::move(body)), status_(status) {
    server_ = *net::start_server(world.executor(), {}, [this](net::ServerRequest r, net::ServerResponse& w) {
      return serve(*this, std::move(r), w);
    });
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", server_->port()); }
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  static Task<> serve(Answering& self, net::ServerRequest request, net::ServerResponse& response) {
    const std::string* token = net::find_header(request.headers, "X-Vault-Token");
    if (token == nullptr) token = net::find_header(request.headers, "Authorization");
    self.asked_.push_back(fmt::format("{} {} {}", request.method, request.path, token == nullptr ? "" : *token));
    co_await response.respond(self.status_, {{"Content-Type", "application/json"}}, SecretBytes(self.body_));
  }
  std::string body_;
  int status_;
  std::vector<std::string> asked_;
  std::unique_ptr<net::HttpServer> server_;
};

std::string webhook(const Answering& server) {
  return fmt::format(R"({{"spec":{{"url":"{}/v1","headers":{{"Authorization":"{{{{ .login.key }}}}"}},
    "result":{{"jsonPath":"$.data"}},"secrets":[{{"name":"login","secretRef":{{"name":"api"}}}}]}}}})",
                     server.url());
}
constexpr std::string_view kLabelled =
    R"({"metadata":{"labels":{"external-secrets.io/type":"webhook"}},"stringData":{"key":"canary-31"}})";

TEST_F(Generators, OfAWebhookTakeWhatTheServerAnswers) {
  Answering server(world, R"({"data":{"a":"1"}})");
  world.create("secret", "api", kLabelled);
  world.create("Webhook", "hook", webhook(server));
  synced(item("Webhook", "hook"));
  EXPECT_EQ(world.value("tgt", "a"), "1");
  EXPECT_EQ(server.asked(), std::vector<std::string>{"GET /v1 canary-31"});
}

TEST_F(Generators, OfAWebhookReadNoSecretWithoutItsLabel_Row199) {
  Answering server(world, "{}");
  world.create("secret", "api", R"({"stringData":{"key":"canary-31"}})");
  world.create("Webhook", "hook", webhook(server));
  world.start_operator();
  generate(item("Webhook", "hook"));
  EXPECT_EQ(said(),
            "error processing spec.dataFrom[0].sourceRef.generatorRef, err: error using generator: secret does not "
            "contain needed label 'external-secrets.io/type: webhook'. Update secret label to use it with webhook: "
            "kubectl label secret api external-secrets.io/type=webhook");
  world.merge("secret", "api", R"({"metadata":{"labels":{"external-secrets.io/type":"other"}}})");
  world.until("the other reason", [this] { return said().contains("secret type is not 'webhook'"); });
  EXPECT_TRUE(server.asked().empty());
}

TEST_F(Generators, AreNotPaidForTwiceWhileAStoreBesideThemFails) {
  Answering server(world, R"({"data":{"a":"1"}})");
  world.create("secret", "api", kLabelled);
  world.create("Webhook", "hook", webhook(server));
  world.store(R"([{"key":"other","value":"v"}])");
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.create("es", "es",
               fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"target":{{"name":"tgt"}},
    "data":[{{"secretKey":"b","remoteRef":{{"key":"remote"}}}}],"dataFrom":[{}]}}}})",
                           item("Webhook", "hook")));
  world.until("a second try", [this] { return world.operator_requests("get", "webhooks") > 1; });
  world.store(R"([{"key":"remote","value":"v"}])");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("tgt", "a"), "1");
  EXPECT_EQ(world.value("tgt", "b"), "v");
  EXPECT_EQ(server.asked().size(), 1U);
  force();
  EXPECT_EQ(server.asked().size(), 2U);
}

TEST_F(Generators, OfVaultTakeWhatItsPathAnswers) {
  Answering server(world, R"({"data":{"username":"u","ttl":60}})");
  world.create("secret", "vault", R"({"stringData":{"token":"root"}})");
  const std::string spec = fmt::format(
      R"({{"path":"database/creds/app","provider":{{"server":"{}","auth":{{"tokenSecretRef":{{"name":"vault","key":"token"}}}}}}}})",
      server.url());
  world.create("VaultDynamicSecret", "own", fmt::format(R"({{"spec":{}}})", spec));
  world.create("ClusterGenerator", "all",
               fmt::format(R"({{"spec":{{"kind":"VaultDynamicSecret","generator":{{
    "vaultDynamicSecretSpec":{}}}}}}})",
                           spec));
  synced(item("VaultDynamicSecret", "own") + "," +
         item("ClusterGenerator", "all", R"(,"rewrite":[{"regexp":{"source":"^","target":"all-"}}])"));
  EXPECT_EQ(world.value("tgt", "username"), "u");
  EXPECT_EQ(world.value("tgt", "all-ttl"), "60");
  EXPECT_EQ(server.asked(),
            (std::vector<std::string>{"GET /v1/database/creds/app root", "GET /v1/database/creds/app root"}));
}

TEST_F(Generators, OfVaultMayGiveNothingWhereThatIsAllowed_Row200) {
  Answering server(world, R"({"errors":[]})", 404);
  world.create("secret", "vault", R"({"stringData":{"token":"root"}})");
  const auto generator = [&](std::string_view more) {
    return fmt::format(R"({{"spec":{{"path":"a"{},"provider":{{"server":"{}",
      "auth":{{"tokenSecretRef":{{"name":"vault","key":"token"}}}}}}}}}})",
                       more, server.url());
  };
  world.create("VaultDynamicSecret", "strict", generator(""));
  world.create("VaultDynamicSecret", "easy", generator(R"(,"allowEmptyResponse":true)"));
  world.create("Fake", "fake", R"({"spec":{"data":{"x":"y"}}})");
  synced(item("VaultDynamicSecret", "easy") + "," + item("Fake", "fake"));
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "data")->as_object().size(), 1U);
  world.create("es", "strict", fmt::format(R"({{"spec":{{"dataFrom":[{}]}}}})", item("VaultDynamicSecret", "strict")));
  world.until_ready("es", "strict", kNotFetched);
  EXPECT_TRUE(said().contains("unable to get dynamic secret: empty response from Vault")) << said();
}

// Q10.
TEST_F(Generators, CannotGiveASingleValue) {
  world.start_operator();
  world.create("es", "es", R"({"spec":{"target":{"name":"tgt"},"data":[{"secretKey":"a","remoteRef":{"key":"x"},
    "sourceRef":{"generatorRef":{"kind":"Fake","name":"fake"}}}]}})");
  EXPECT_EQ(said(),
            "error processing spec.data[0] (key: x), err: sourceRef.generatorRef cannot give a single value; use a "
            "storeRef, or spec.dataFrom for a generator");
}

}  // namespace
}  // namespace rotor::test
