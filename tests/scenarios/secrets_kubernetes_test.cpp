// The kubernetes provider, with the API server that the controllers run on as its back end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

class KubernetesStore : public testing::Test {
 protected:
  void store(std::string_view token) {
    world.create("secret", "creds", fmt::format(R"({{"data":{{"token":"{}"}}}})", base64_encode(token)));
    world.create("ss", "store",
                 fmt::format(R"({{"spec":{{"provider":{{"kubernetes":{{"remoteNamespace":"ns",
      "server":{{"url":"{}","caBundle":"{}"}},"auth":{{"token":{{"bearerToken":{{"name":"creds","key":"token"}}}}}}}}}}}}}})",
                             world.url(), base64_encode(world.ca_pem())));
  }
  SecretsWorld world;
};

TEST_F(KubernetesStore, ReadsKeysPathsAndWholeSecrets) {
  store(world.token());
  world.create("secret", "source",
               fmt::format(R"({{"data":{{"user":"{}","doc":"{}"}}}})", base64_encode("u"),
                           base64_encode(R"({"a":{"b":"deep"}})")));
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"extract":{"key":"source"}}],
    "data":[{"secretKey":"p","remoteRef":{"key":"source","property":"doc.a.b"}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  EXPECT_EQ(world.value("tgt", "user"), "u");
  EXPECT_EQ(world.value("tgt", "doc"), R"({"a":{"b":"deep"}})");
  EXPECT_EQ(world.value("tgt", "p"), "deep");
}

TEST_F(KubernetesStore, FindsByLabels_Row97) {
  store(world.token());
  for (const auto& [name, team] : {std::pair{"one", "a"}, {"two", "b"}, {"three", "a"}}) {
    world.create(
        "secret", name,
        fmt::format(R"({{"metadata":{{"labels":{{"team":"{}"}}}},"data":{{"k":"{}"}}}})", team, base64_encode(name)));
  }
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"dataFrom":[{"find":{"tags":{"team":"a"}}}])");
  world.until_ready("es", "es", "True/SecretSynced/secret synced");
  EXPECT_EQ(json::find(world.get("secret", "tgt"), "data")->as_object().size(), 2U);
  EXPECT_EQ(world.value("tgt", "one"), R"({"k":"one"})");
  EXPECT_EQ(world.value("tgt", "three"), R"({"k":"three"})");
}

TEST_F(KubernetesStore, SaysSoWhenTheSecretIsNotThere) {
  store(world.token());
  world.start_operator();
  world.until_ready("ss", "store", "True/Valid/store validated");
  world.external_secret(R"("target":{"name":"tgt"},"data":[{"secretKey":"p","remoteRef":{"key":"absent"}}])");
  world.until_ready("es", "es", "False/SecretSyncedError/could not get secret data from provider");
  world.until("the event", [this] { return !world.events("UpdateFailed").empty(); });
  EXPECT_EQ(json::find_string(world.events("UpdateFailed")[0], "message"),
            "error processing spec.data[0] (key: absent), err: Secret does not exist: \"absent\" in namespace \"ns\"");
}

// As today: who cannot ask what it may do is not refused, but said to be unknown.
TEST_F(KubernetesStore, SaysSoWhenTheTokenIsWrong) {
  store("wrong");
  world.start_operator();
  world.until_ready("ss", "store", "True/ValidationUnknown/could not determine validation status");
  world.until("the event", [this] { return !world.events("ValidationUnknown").empty(); });
  const auto event = world.events("ValidationUnknown")[0];
  const std::string message(json::find_string(event, "message"));
  EXPECT_TRUE(message.starts_with("could not verify if client is valid: ")) << message;
}

TEST_F(KubernetesStore, SaysWhichSecretHoldsNoToken) {
  world.create("ss", "store", R"({"spec":{"provider":{"kubernetes":{"auth":{"token":{"bearerToken":
    {"name":"nowhere","key":"token"}}}}}}})");
  world.start_operator();
  world.until_ready("ss", "store", "False/InvalidProviderConfig/unable to create client");
  world.until("the event", [this] { return !world.events("InvalidProviderConfig").empty(); });
  const auto event = world.events("InvalidProviderConfig")[0];
  const std::string message(json::find_string(event, "message"));
  EXPECT_TRUE(
      message.starts_with("failed to prepare auth: could not fetch Auth.Token.BearerToken: cannot get Kubernetes "
                          "secret \"nowhere\" from namespace \"ns\": "))
      << message;
}

}  // namespace
}  // namespace rotor::test
