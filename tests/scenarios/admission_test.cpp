// What the embedded server refuses in the name of our webhook, and what becomes of objects that are older than that.
#include <atomic>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "local/admission_hook.hpp"
#include "local/manifests/apply_manifests.hpp"
#include "net/http.hpp"
#include "providers/fake/fake.hpp"
#include "tests/local/scratch_folder.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kGood = R"("data":[{"secretKey":"a","remoteRef":{"key":"remote"}}])";
constexpr std::string_view kBad =
    R"("target":{"name":"tgt","creationPolicy":"Merge","deletionPolicy":"Delete"},"dataFrom":[{}])";
constexpr std::string_view kDenied =
    "admission webhook \"validate.externalsecret.external-secrets.io\" denied the request: deletionPolicy=Delete must "
    "not be used when the controller doesn't own the secret. Please set creationPolicy=Owner\neither extract, find, or "
    "sourceRef must be set to dataFrom";

providers::ProviderRegistry only_fake(const providers::Services& services) {
  return providers::ProviderRegistry({{"fake", providers::make_fake_provider}}, services);
}

// Admission that can be switched on after objects are there, as an upgrade does.
class Admission : public testing::Test {
 protected:
  apiserver::Admission switched() {
    return [this, ask = local::make_admission(only_fake, local::StoresAnswer::kThemselves)](
               const apiserver::AdmissionRequest& request) { return on ? ask(request) : apiserver::AdmissionAnswer{}; };
  }

  static std::string es(std::string_view spec, std::string_view version = "v1") {
    return fmt::format(
        R"({{"apiVersion":"external-secrets.io/{}","kind":"ExternalSecret",)"
        R"("metadata":{{"name":"es","namespace":"ns"}},"spec":{{"secretStoreRef":{{"name":"store"}},{}}}}})",
        version, spec);
  }

  // A request as curl would send it.
  net::Response send(std::string method, std::string_view path, std::string body, std::string type) {
    net::ClientConfig config;
    config.tls.ca_pem = world.ca_pem();
    auto client = net::make_http_client(world.executor(), world.clock(), std::move(config));
    std::optional<Result<net::Response>> answer;
    net::Request request{.method = std::move(method), .url = world.url() + std::string(path)};
    request.headers = {{"Authorization", "Bearer " + world.token()}, {"Content-Type", std::move(type)}};
    request.body = SecretBytes(body);
    world.start([](net::HttpClient& http, net::Request what, std::optional<Result<net::Response>>& out) -> Task<> {
      out = co_await http.send(std::move(what));
    }(**client, std::move(request), answer));
    world.until("an answer", [&] { return answer.has_value(); });
    if (!*answer) throw std::runtime_error(answer->error().message);
    return **std::move(answer);
  }
  net::Response post(std::string body, std::string_view query = "", std::string_view resource = "externalsecrets",
                     std::string_view version = "v1") {
    return send("POST", fmt::format("/apis/external-secrets.io/{}/namespaces/ns/{}{}", version, resource, query),
                std::move(body), "application/json");
  }
  static std::string message(const net::Response& answer) {
    return std::string(json::find_string(*json::parse(answer.body.reveal()), "message"));
  }

  std::atomic<bool> on = true;
  SecretsWorld world{false, switched()};
};

TEST_F(Admission, DeniesWithTheStatusThatARealServerMakesOfOurAnswer_Row191) {
  const net::Response answer = post(es(kBad));
  EXPECT_EQ(answer.status, 403);
  const json::Value status = *json::parse(answer.body.reveal());
  EXPECT_EQ(json::find_string(status, "message"), kDenied);
  EXPECT_EQ(json::find_string(status, "reason"), "Forbidden");
  EXPECT_EQ(json::find(status, "details"), nullptr);
  EXPECT_TRUE(world.get("es", "es").is_null());
}

TEST_F(Admission, DeniesDryRunsAndTheOlderVersionToo) {
  EXPECT_EQ(message(post(es(kBad), "?dryRun=All")), kDenied);
  EXPECT_EQ(message(post(es(kBad, "v1beta1"), "", "externalsecrets", "v1beta1")), kDenied);
}

TEST_F(Admission, LetsTheSchemaSpeakFirst) {
  const net::Response answer = post(es(R"("target":{"creationPolicy":"Nobody"},"dataFrom":[{}])"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_FALSE(message(answer).contains("webhook")) << message(answer);
}

TEST_F(Admission, DeniesEveryWayToMakeAGoodOneBad) {
  EXPECT_EQ(post(es(kGood)).status, 201);
  constexpr std::string_view kPath = "/apis/external-secrets.io/v1/namespaces/ns/externalsecrets/es";
  EXPECT_EQ(send("PATCH", kPath, R"({"spec":{"data":null}})", "application/merge-patch+json").status, 403);
  EXPECT_EQ(send("PATCH", kPath, R"([{"op":"remove","path":"/spec/data"}])", "application/json-patch+json").status,
            403);
  EXPECT_EQ(send("PATCH", std::string(kPath) + "?fieldManager=me&force=true", es(kBad), "application/apply-patch+yaml")
                .status,
            403);
  json::Value stored = world.get("es", "es");
  stored.as_object()["spec"].as_object().erase("data");
  EXPECT_EQ(send("PUT", kPath, json::serialize(stored), "application/json").status, 403);
  EXPECT_EQ(send("PATCH", kPath, R"({"metadata":{"labels":{"a":"b"}}})", "application/merge-patch+json").status, 200);
}

TEST_F(Admission, JudgesStoresByTheProvidersOfThisProcess_Row145) {
  const auto store = [](std::string_view spec) {
    return fmt::format(
        R"({{"apiVersion":"external-secrets.io/v1","kind":"SecretStore","metadata":{{"name":"s"}},"spec":{}}})", spec);
  };
  EXPECT_EQ(message(post(store(R"({"provider":{"pigeon":{}}})"), "", "secretstores")),
            "admission webhook \"validate.secretstore.external-secrets.io\" denied the request: failed to find "
            "registered store backend for type: pigeon, name: s; spec.provider may be fake");
  EXPECT_EQ(message(post(store(R"({"conditions":[{"namespaceRegexes":["fine","["]},{"namespaceRegexes":["a("]}],
              "provider":{"fake":{"data":[]}}})"),
                         "", "secretstores")),
            "admission webhook \"validate.secretstore.external-secrets.io\" denied the request: failed to compile 1th "
            "namespace regex in 0th condition: error parsing regexp: missing closing ]: `[`\nfailed to compile 0th "
            "namespace regex in 1th condition: error parsing regexp: missing closing ): `a(`");
  const net::Response made = post(store(R"({"provider":{"fake":{"data":[]}}})"), "", "secretstores");
  EXPECT_EQ(made.status, 201);
  const std::string* warning = net::find_header(made.headers, "Warning");
  ASSERT_NE(warning, nullptr);
  EXPECT_EQ(*warning, "299 - \"store s isn't currently maintained. Please plan and prepare accordingly.\"");
}

TEST_F(Admission, LetsTheLastOfTwoKeysWinUnderDeletionPolicyMerge_Row192) {
  world.store(R"([{"key":"one","value":"1"},{"key":"two","value":"2"}])");
  world.start_operator();
  world.external_secret(
      R"("target":{"name":"tgt","deletionPolicy":"Merge"},"data":[{"secretKey":"a","remoteRef":{"key":"one"}},)"
      R"({"secretKey":"a","remoteRef":{"key":"two"}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  EXPECT_EQ(world.value("tgt", "a"), "2");
}

TEST_F(Admission, LeavesOutWhatAV1ManifestLeavesOut_Row193) {
  world.external_secret(kGood);
  const json::Value stored = world.get("es", "es");
  EXPECT_EQ(json::serialize(json::find(stored, "spec.data")->as_array()[0]),
            R"({"secretKey":"a","remoteRef":{"key":"remote"}})");
  EXPECT_EQ(json::find(stored, "spec.secretStoreRef.kind"), nullptr);
  EXPECT_EQ(json::find(stored, "spec.refreshPolicy"), nullptr);
}

TEST_F(Admission, SyncsAV1beta1ManifestAndOwnsItsSecretAsV1_Row194) {
  world.store(R"([{"key":"remote","value":"v"}])");
  world.start_operator();
  EXPECT_EQ(post(es(std::string(R"("target":{"name":"tgt"},)") + std::string(kGood), "v1beta1"), "", "externalsecrets",
                 "v1beta1")
                .status,
            201);
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  const json::Value secret = world.get("secret", "tgt");
  EXPECT_EQ(json::find_string(json::find(secret, "metadata.ownerReferences")->as_array()[0], "apiVersion"),
            "external-secrets.io/v1");
}

// The controllers work on what was stored before, and nothing keeps it from being deleted.
TEST_F(Admission, LetsTheControllersServeAndReleaseWhatIsOlder) {
  on = false;
  world.store(R"([{"key":"remote","value":"v"}])");
  world.create("secret", "tgt", R"({"data":{"mine":"eA=="}})");
  world.external_secret(std::string(R"("target":{"name":"tgt","creationPolicy":"Merge","deletionPolicy":"Delete"},)") +
                        std::string(kGood));
  on = true;
  world.start_operator();
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  EXPECT_EQ(world.value("tgt", "a"), "v");
  world.until("the finalizer", [this] {
    const json::Value object = world.get("es", "es");
    const json::Value* finalizers = json::find(object, "metadata.finalizers");
    return finalizers != nullptr && !finalizers->as_array().empty();
  });
  world.remove("es", "es");
  world.until("the end of it", [this] { return world.get("es", "es").is_null(); });
}

// What the controller refuses by itself, when nobody did before it.
TEST_F(Admission, IsNotNeededForTheControllerToRefuseATemplate) {
  on = false;
  world.store(R"([{"key":"remote","value":"v"}])");
  world.external_secret(std::string(R"("target":{"template":{"type":"bootstrap.kubernetes.io/token"}},)") +
                        std::string(kGood));
  world.start_operator();
  world.until("a refusal", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_TRUE(json::find_string(world.events("UpdateFailed").at(0), "message")
                  .contains("template.type=\"bootstrap.kubernetes.io/token\" is not allowed"));
  EXPECT_TRUE(world.get("secret", "es").is_null());
}

TEST_F(Admission, OfAManifestNamesTheFileAndTheDocumentAndEverythingElseGoesOn) {
  ScratchFolder folder;
  folder.write("m.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: first, namespace: ns}\n---\n" + es(kBad) +
                             "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: last, namespace: ns}\n");
  auto manifests = local::read_manifests({.paths = {folder / "m.yaml"}});
  std::optional<local::Applied> applied;
  world.start([](kube::Client& client, std::vector<local::Manifest> all, std::optional<local::Applied>& out) -> Task<> {
    out = co_await local::apply_manifests(client, std::move(all));
  }(world.person(), std::move(manifests->good), applied));
  world.until("the manifests", [&] { return applied.has_value(); });
  EXPECT_EQ(applied->done.size(), 2U);
  ASSERT_EQ(applied->refused.size(), 1U);
  const std::string& said = applied->refused[0].error.message;
  EXPECT_TRUE(said.contains("m.yaml:5: ExternalSecret es: ")) << said;
  EXPECT_TRUE(said.contains("creationPolicy=Owner; either extract, find")) << said;
}

// A cluster would refuse it, whoever answers here.
TEST(AdmissionWithAValuesFile, LeavesTheBlockOfAProviderAloneAndRefusesAnUnknownOne) {
  const auto ask = local::make_admission(only_fake, local::StoresAnswer::kFromValues);
  const auto judge = [&ask](std::string_view spec) {
    const json::Value store = *json::parse(fmt::format(R"({{"metadata":{{"name":"s"}},"spec":{}}})", spec));
    return ask({.group = "external-secrets.io", .kind = "SecretStore", .object = store.as_object()})
        .denial.value_or("");
  };
  EXPECT_TRUE(judge(R"({"provider":{"pigeon":{}}})").contains("registered store backend for type: pigeon"));
  EXPECT_EQ(judge(R"({"provider":{"fake":{}}})"), "");
  EXPECT_TRUE(judge(R"({"provider":{}})").contains("exactly one backend"));
}

}  // namespace
}  // namespace rotor::test
