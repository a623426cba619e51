// Reading over sockets: what is asked, how often, and what a server's refusals become.
#include <gtest/gtest.h>

#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

class VaultRead : public VaultFlow {
 protected:
  std::unique_ptr<SecretsClient> open(std::string_view more = "") {
    auto made = client(std::string(more) + (more.empty() ? "" : ",") + kToken);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
};

TEST_F(VaultRead, GivesTheDocumentItsPropertiesAndItsMembers) {
  const auto vault = open();
  EXPECT_EQ(get(*vault, remote("app")), R"({"db":{"host":"h"},"n":1.10,"user":"u"})");
  EXPECT_EQ(get(*vault, remote("app", "n")), "1.10");
  EXPECT_EQ(get(*vault, remote("secret/app", "db.host")), "h");
  const auto members = pump(vault->get_secret_map(remote("app", "db")));
  ASSERT_TRUE(members);
  EXPECT_EQ(members->at("host").reveal(), "h");
  EXPECT_EQ(vault_.lines(), Names{"GET /v1/secret/data/app"}) << "one answer serves all entries of one object";
}

TEST_F(VaultRead, AsksForAVersionByItsNumber) {
  vault_.put_v2("secret/data/app?version=2", R"({"user":"second"})");
  const auto vault = open();
  EXPECT_EQ(get(*vault, remote("app", "user", "2")), "second");
  EXPECT_EQ(get(*vault, remote("app", "user")), "u");
  const auto wrong = get(*vault, remote("app", "user", "latest"));
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("remoteRef.version \"latest\"")) << wrong.error().message;
}

TEST_F(VaultRead, ReadsAnyPathOfVersion1) {
  vault_.put("GET /v1/pki/cert/ca", R"({"certificate":"PEM","revocation_time":0})");
  auto made = client(ProviderRig::context(fmt::format(R"({{"server":"{}/","version":"v1",{}}})", url(), kToken)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("pki/cert/ca", "certificate")), "PEM");
  vault_.answers["GET /v1/pki/ca/pem"] = {200, "-----BEGIN CERTIFICATE-----"};
  const auto raw = get(**made, remote("pki/ca/pem"));
  ASSERT_FALSE(raw);
  EXPECT_EQ(raw.error().message, "the server's answer makes no sense: it is no JSON object");
}

// V8, V9
TEST_F(VaultRead, StatesAbsenceOnlyInTheServersWords) {
  const auto vault = open();
  EXPECT_EQ(get(*vault, remote("none")).error().code, Code::kNotFound);
  EXPECT_TRUE(pump(vault->get_secret(remote("none", "property"))).absent());
  EXPECT_TRUE(pump(vault->get_secret_map(remote("none"))).absent());
  vault_.answers["GET /v1/secret/data/x"] = FakeVault::error(404, "no handler for route \\\"secret/data/x\\\"");
  const auto unmounted = pump(vault->get_secret(remote("x")));
  ASSERT_TRUE(unmounted.failed());
  EXPECT_TRUE(unmounted.error().message.starts_with("cannot read secret data from Vault: Error making API request."));
  EXPECT_TRUE(unmounted.error().message.contains("nothing is mounted there")) << unmounted.error().message;
}

// A version 1 mount has nothing at `data/…` either, and says so in the same words.
TEST_F(VaultRead, AMountOfAnotherVersionIsNoAbsence) {
  const auto vault = open();
  for (const auto& [mount, message] : std::vector<std::pair<std::string, std::string>>{
           {R"({"type":"kv","path":"secret/","options":{"version":"1"}})", "the mount secret/ is of KV version 1"},
           {R"({"type":"kv","path":"secret/","options":null})", "the mount secret/ is of KV version 1"},
           {R"({"type":"pki","path":"secret/","options":null})", "the mount secret/ is of type pki, not kv"}}) {
    vault_.put("GET /v1/sys/internal/ui/mounts/secret/data/none", mount);
    const auto got = pump(vault->get_secret(remote("none")));
    ASSERT_TRUE(got.failed());
    EXPECT_TRUE(got.error().message.starts_with(message)) << got.error().message;
  }
  vault_.put("GET /v1/sys/internal/ui/mounts/secret/data/none", R"({"type":"kv","options":{"version":"2"}})");
  EXPECT_TRUE(pump(vault->get_secret(remote("none"))).absent());
  EXPECT_TRUE(pump(vault->get_secret(remote("other"))).absent());
  EXPECT_EQ(vault_.count("/sys/internal/ui/mounts/"), 4) << "once it is known to be right, nobody asks again";
  const auto unaware = open();
  vault_.answers["GET /v1/sys/internal/ui/mounts/secret/data/none"] = FakeVault::error(403, "permission denied");
  EXPECT_TRUE(pump(unaware->get_secret(remote("none"))).absent()) << "who may not ask takes the server's word";
  const auto unlucky = open();
  vault_.answers["GET /v1/sys/internal/ui/mounts/secret/data/none"] = FakeVault::error(400, "broken");
  EXPECT_TRUE(pump(unlucky->get_secret(remote("none"))).failed()) << "a question without an answer confirms nothing";
}

TEST_F(VaultRead, WhatIsNotThereIsNamedWithMountAndVersions) {
  const auto vault = open();
  const auto gone = pump(vault->get_secret(remote("none", "property", "3")));
  ASSERT_TRUE(gone.absent());
  EXPECT_EQ(gone.absence().what, "Secret does not exist: \"none\" in the mount \"secret\" (KV version 2), version 3");
}

TEST_F(VaultRead, TellsTheVersionThatAnswered) {
  vault_.put_v2("secret/data/app", R"({"user":"u"})", 7);
  vault_.put_v2("secret/data/app?version=2", R"({"user":"second"})", 2);
  const auto vault = open();
  EXPECT_EQ(pump(vault->get_secret(remote("app", "user"))).version(), "7");
  EXPECT_EQ(pump(vault->get_secret(remote("app", "user", "2"))).version(), "2");
  EXPECT_EQ(pump(vault->get_secret_map(remote("app"))).version(), "7");
  EXPECT_EQ(vault_.lines().size(), 2U) << "without a call of its own";
  vault_.put("GET /v1/kv/app", R"({"user":"u"})");
  auto made = client(ProviderRig::context(fmt::format(R"({{"server":"{}/","version":"v1",{}}})", url(), kToken)));
  EXPECT_EQ(pump((*made)->get_secret(remote("kv/app", "user"))).version(), "") << "version 1 has none";
}

// V7: a mistake in the manifest deletes nothing.
TEST_F(VaultRead, AMissingPropertyIsAnErrorAndNoAbsence) {
  const auto vault = open();
  const auto missing = pump(vault->get_secret(remote("app", "nop.doesnt.exist")));
  ASSERT_TRUE(missing.failed());
  EXPECT_EQ(missing.error().message,
            "cannot find secret data for key: \"nop.doesnt.exist\" of \"app\" in the mount \"secret\" (KV version 2)");
  const auto no_object = pump(vault->get_secret_map(remote("app", "user")));
  ASSERT_TRUE(no_object.failed());
  EXPECT_EQ(no_object.error().message,
            "failed to unmarshal secret: invalid JSON format; property \"user\" of key \"app\" is no JSON object, and "
            "dataFrom.extract makes a key of every member: read it with spec.data");
}

RemoteRef metadata(std::string key, std::string property = "") {
  RemoteRef ref = remote(std::move(key), std::move(property));
  ref.metadata_policy = "Fetch";
  return ref;
}

// V11 to V16
TEST_F(VaultRead, FetchesMetadata) {
  vault_.put("GET /v1/secret/metadata/app",
             R"({"created_time":"t","current_version":2,"custom_metadata":{"owner":"team"},"max_versions":0})");
  const auto vault = open();
  EXPECT_EQ(get(*vault, metadata("secret/app")), R"({"created_time":"t","current_version":"2","owner":"team"})");
  EXPECT_EQ(get(*vault, metadata("app", "current_version")), "2");
  EXPECT_EQ(
      get(*vault, metadata("app", "nope")).error().message,
      "cannot find secret data for key: \"nope\" of the metadata of \"app\" in the mount \"secret\" (KV version 2)");
  EXPECT_EQ(pump(vault->get_secret_map(metadata("app")))->at("owner").reveal(), "team");
  const auto none = pump(vault->get_secret(metadata("none")));
  ASSERT_TRUE(none.failed());
  EXPECT_EQ(none.error().message, "secret not found: \"none\" in the mount \"secret\" (KV version 2)");
  const auto v1 = open(R"("version":"v1")");
  EXPECT_EQ(get(*v1, metadata("app")).error().message, "cannot perform metadata fetch operations with kv version v1");
}

TEST_F(VaultRead, TriesAgainWhatASealedOrBusyServerRefuses) {
  for (const int status : {412, 429, 500, 503}) {
    vault_.put_v2(fmt::format("secret/data/app?version={}", status), R"({"user":"u"})");
  }
  const auto vault = open();
  for (const int status : {412, 429, 500, 503}) {
    vault_.seen.clear();
    vault_.next = {FakeVault::error(status, "later"), FakeVault::error(status, "later")};
    EXPECT_EQ(get(*vault, remote("app", "user", std::to_string(status))), "u") << status;
    EXPECT_EQ(vault_.seen.size(), 3U) << status;
  }
  vault_.seen.clear();
  vault_.next = {{200, "", {}, true}};
  EXPECT_EQ(get(*vault, remote("dropped")).error().code, Code::kNotFound);
}

TEST_F(VaultRead, DoesNotTryAgainWhatStaysAsItIs) {
  const auto vault = open();
  for (const auto& answer : {FakeVault::error(400, "bad"), FakeVault::error(501, "unsupported"),
                             FakeVault::error(500, "json: cannot unmarshal number 1e999 into Go value")}) {
    vault_.seen.clear();
    vault_.next = {answer};
    EXPECT_EQ(get(*vault, remote("app")).error().code, Code::kInvalid) << answer.body;
    EXPECT_EQ(vault_.seen.size(), 1U);
  }
}

struct RetryCase {
  std::optional<std::int32_t> max;
  std::optional<std::string> interval;
  std::size_t calls;
  std::chrono::milliseconds waited;
};
class VaultRetry : public VaultFlow, public testing::WithParamInterface<RetryCase> {};

// V69: the n-th pause is n intervals.
TEST_P(VaultRetry, FollowsTheStoresSettings) {
  StoreContext c = context(kToken);
  c.store.max_retries = GetParam().max;
  c.store.retry_interval = GetParam().interval;
  auto made = client(std::move(c));
  ASSERT_TRUE(made) << made.error().message;
  for (int i = 0; i < 9; ++i) vault_.next.push_back(FakeVault::error(503, "later"));
  const SteadyTime start = clock_.steady();
  EXPECT_FALSE(get(**made, remote("app")));
  EXPECT_EQ(vault_.seen.size(), GetParam().calls);
  EXPECT_EQ(clock_.steady() - start, GetParam().waited);
}

using std::chrono::milliseconds;
INSTANTIATE_TEST_SUITE_P(Cases, VaultRetry,
                         testing::Values(RetryCase{3, "100ms", 4, milliseconds(600)},
                                         RetryCase{0, "1s", 1, milliseconds(0)},
                                         RetryCase{std::nullopt, "1s", 1, milliseconds(0)},
                                         RetryCase{1, "2s", 2, milliseconds(2000)}));

// V68
TEST_F(VaultRead, ARetryIntervalThatIsNoDurationIsRefused) {
  StoreContext c = context(kToken);
  c.store.retry_interval = "not-a-duration";
  EXPECT_TRUE(provider_->validate_store(c.store).error().message.contains("not-a-duration"));
  const auto made = client(std::move(c));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "spec.retrySettings.retryInterval: time: invalid duration \"not-a-duration\"");
}

TEST_F(VaultRead, FollowsARedirectOnTheSameServerOnceAndTakesTheTokenToNoOther) {
  const auto vault = open();
  vault_.next = {{307, "", {{"Location", "/v1/secret/data/app"}}}};
  EXPECT_EQ(get(*vault, remote("moved", "user")), "u");
  EXPECT_EQ(vault_.lines(), (Names{"GET /v1/secret/data/moved", "GET /v1/secret/data/app"}));
  vault_.next = {{307, "", {{"Location", url() + "/v1/secret/data/a"}}},
                 {307, "", {{"Location", "/v1/secret/data/b"}}}};
  EXPECT_FALSE(get(*vault, remote("loop")));
  EXPECT_EQ(vault_.seen.size(), 4U);
  for (const char* elsewhere :
       {"http://127.0.0.1:1/v1/secret/data/app", "//127.0.0.1:1/v1/x", "https://other.example/"}) {
    vault_.next = {{307, "", {{"Location", elsewhere}}}};
    const auto got = get(*vault, remote("elsewhere"));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::kInvalid);
  }
  EXPECT_EQ(vault_.seen.size(), 7U);
}

TEST_F(VaultRead, UnusualKeysReachTheServerAsTheyAre) {
  vault_.put_v2("secret/data/%20a%20b%3F%23%25/%C3%A9", R"({"k":""})");
  const auto vault = open();
  EXPECT_EQ(get(*vault, remote(" a b?#%/é", "k")), "");
}

TEST_F(VaultRead, ADocumentOfTenMegabytesArrivesWhole) {
  const std::string big(10U << 20, 'x');
  vault_.put_v2("secret/data/big", "{\"k\":\"" + big + "\"}");
  const auto vault = open();
  const auto got = get(*vault, remote("big", "k"));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->size(), big.size());
}

}  // namespace
}  // namespace rotor::providers::vault
