// The life of a token: shared, renewed, replaced once when the server no longer knows it.
#include <gtest/gtest.h>

#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

Task<bool> closed(Provider& provider) {
  co_await provider.close();
  co_return true;
}

using std::chrono::minutes;

class VaultToken : public VaultFlow {
 protected:
  VaultToken() { vault_.logins["approle/login"] = kAppRoleBody; }

  std::string read() {
    auto made = client(kAppRole);
    return made ? get(**made, remote("app", "user")).value_or("no value") : made.error().message;
  }
  int logins() const { return vault_.count("/login"); }
};

TEST_F(VaultToken, IsSharedByEverythingThatIsTheSameToTheSameServer) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(), "u");
  EXPECT_EQ(logins(), 1);
  EXPECT_EQ(vault_.count("GET "), 5);
}

// V90, V91
TEST_F(VaultToken, OfAClusterStoreIsSharedByItsConsumersWhenItsCredentialsAre) {
  gate_.secrets["vault-system/vault/secret-id"] = "s-1";
  gate_.secrets["other/vault/secret-id"] = "s-1";
  constexpr const char* kFixed =
      R"("auth":{"appRole":{"roleId":"r-1","secretRef":{"name":"vault","key":"secret-id","namespace":"vault-system"}}})";
  for (const char* consumer : {"team", "other"}) ASSERT_TRUE(client(cluster_context(kFixed, consumer)));
  EXPECT_EQ(logins(), 1);
}

TEST_F(VaultToken, OfAServiceAccountIsOneForEachNamespace) {
  constexpr const char* kAccount = R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"sa"}}})";
  vault_.logins["kubernetes/login"] = R"({"role":"demo","jwt":"jwt-1"})";
  ASSERT_TRUE(client(cluster_context(kAccount, "team")));
  ASSERT_TRUE(client(cluster_context(kAccount, "team")));
  vault_.logins["kubernetes/login"] = R"({"role":"demo","jwt":"jwt-2"})";
  ASSERT_TRUE(client(cluster_context(kAccount, "other")));
  EXPECT_EQ(gate_.token_requests, 2);
  EXPECT_EQ(logins(), 2);
}

TEST_F(VaultToken, NeverAnswersForAnotherStore) {
  gate_.secrets["team/vault/secret-b"] = "s-b";
  vault_.put_v2("secret/data/who", R"({"a":"1"})");
  auto a = client(kAppRole);
  vault_.logins["approle/login"] = R"({"role_id":"r-b","secret_id":"s-b"})";
  auto b = client(R"("auth":{"appRole":{"roleId":"r-b","secretRef":{"name":"vault","key":"secret-b"}}})");
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  vault_.seen.clear();
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(get(**a, remote("who" + std::to_string(i))).error().code == Code::kNotFound);
    EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "hvs.1");
    EXPECT_TRUE(get(**b, remote("who" + std::to_string(i))).error().code == Code::kNotFound);
    EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "hvs.2");
  }
}

TEST_F(VaultToken, ThatIsNotRenewableIsReplacedBeforeItEnds) {
  EXPECT_EQ(read(), "u");
  clock_.advance(minutes(54));
  EXPECT_EQ(read(), "u");
  EXPECT_EQ(logins(), 1);
  clock_.advance(minutes(2));
  EXPECT_EQ(read(), "u");
  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(vault_.count("renew-self"), 0);
}

TEST_F(VaultToken, ThatIsRenewableIsRenewedAndNothingLogsIn) {
  vault_.lease = vault_.renewed_lease = R"("lease_duration":3600,"renewable":true)";
  EXPECT_EQ(read(), "u");
  for (int i = 0; i < 3; ++i) {
    clock_.advance(minutes(56));
    EXPECT_EQ(read(), "u");
  }
  EXPECT_EQ(logins(), 1);
  EXPECT_EQ(vault_.count("renew-self"), 3);
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/RenewSelf/success"], 3);
}

TEST_F(VaultToken, ThatNearsItsGreatestAgeIsReplaced) {
  vault_.lease = R"("lease_duration":3600,"renewable":true)";
  vault_.renewed_lease = R"("lease_duration":600,"renewable":true)";
  EXPECT_EQ(read(), "u");
  clock_.advance(minutes(56));
  EXPECT_EQ(read(), "u");
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "hvs.2");
  EXPECT_EQ(logins(), 2);
}

TEST_F(VaultToken, WhoseRenewalIsRefusedIsReplaced) {
  vault_.lease = R"("lease_duration":3600,"renewable":true)";
  EXPECT_EQ(read(), "u");
  clock_.advance(minutes(56));
  EXPECT_EQ(read(), "u");
  EXPECT_EQ(vault_.count("renew-self"), 1);
  EXPECT_EQ(logins(), 2);
}

TEST_F(VaultToken, WithoutAnEndIsKept) {
  vault_.lease = R"("lease_duration":0,"renewable":false)";
  EXPECT_EQ(read(), "u");
  clock_.advance(std::chrono::hours(1000));
  EXPECT_EQ(read(), "u");
  EXPECT_EQ(logins(), 1);
}

TEST_F(VaultToken, ThatWasRevokedInTheMiddleIsReplacedOnceUnseen) {
  auto made = client(kAppRole);
  ASSERT_TRUE(made);
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  vault_.tokens.erase("hvs.1");
  vault_.put_v2("secret/data/other", R"({"user":"o"})");
  EXPECT_EQ(get(**made, remote("other", "user")), "o");
  EXPECT_EQ(logins(), 2);
  EXPECT_EQ(vault_.lines().back(), "GET /v1/secret/data/other");
}

TEST_F(VaultToken, ThatIsRefusedFromTheStartIsNotReplacedAtEveryCall) {
  auto made = client(kAppRole);
  ASSERT_TRUE(made);
  vault_.tokens.clear();  // Vault gives tokens that it does not take
  for (int i = 0; i < 3; ++i) {
    const auto got = get(**made, remote("app" + std::to_string(i)));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::kUnauthenticated);
    EXPECT_TRUE(got.error().message.contains("Vault does not know this token")) << got.error().message;
  }
  EXPECT_EQ(logins(), 1);
}

TEST_F(VaultToken, APolicyThatRefusesLeadsToNoNewLogin) {
  vault_.answers["GET /v1/secret/data/app"] = FakeVault::error(403, R"(1 error occurred:\n\t* permission denied\n\n)");
  auto made = client(kAppRole);
  ASSERT_TRUE(made);
  const auto got = get(**made, remote("app"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kDenied);
  EXPECT_TRUE(got.error().message.starts_with(
      "cannot read secret data from Vault: Error making API request.\n\nURL: GET " + url() +
      "/v1/secret/data/app\nCode: 403. Errors:\n\n* 1 error occurred:\n\t* "
      "permission denied\n\n"))
      << got.error().message;
  EXPECT_EQ(logins(), 1);
}

TEST_F(VaultToken, OutOfASecretIsLookedAtToValidateTheStore) {
  auto made = client(kToken);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(vault_.seen.empty());
  vault_.put("GET /v1/auth/token/lookup-self", R"({"ttl":0,"expire_time":null,"type":"service"})");
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kReady);
  EXPECT_EQ(vault_.lines(), (Names{"GET /v1/auth/token/lookup-self", "GET /v1/sys/internal/ui/mounts/secret"}));
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/LookupSelf/success"], 1);

  vault_.answers["GET /v1/auth/token/lookup-self"] = {200, "{}"};
  Validation nothing = pump((*made)->validate());
  EXPECT_EQ(nothing.validity, Validity::kError);
  EXPECT_TRUE(nothing.error->message.contains("no response nor error for token lookup"));

  vault_.tokens.erase("root");
  Validation unknown = pump((*made)->validate());
  EXPECT_EQ(unknown.validity, Validity::kError);
  EXPECT_TRUE(unknown.error->message.starts_with("invalid vault credentials: Error making API request."))
      << unknown.error->message;
}

// V89, V84 to V87
TEST_F(VaultToken, OfALoginWithoutAKnownEndIsLookedAtToValidateAndReplacedWhenItEndsSoon) {
  struct Look {
    const char* data;
    bool kept;
  };
  const std::string kLook = "GET /v1/auth/token/lookup-self";
  vault_.lease = R"("lease_duration":0,"renewable":false)";
  for (const Look& look : {Look{R"({"type":"service","ttl":3600,"expire_time":"2026-01-02T04:04:05Z"})", true},
                           {R"({"type":"service","ttl":5,"expire_time":"2026-01-02T03:04:10Z"})", false},
                           {R"({"type":"service","ttl":0,"expire_time":"2026-01-02T03:04:05Z"})", false},
                           {R"({"type":"service","ttl":0,"expire_time":null})", true},
                           {R"({"type":"batch","ttl":3600,"expire_time":"2026-01-02T04:04:05Z"})", false},
                           {"{}", false}}) {
    provider_ = make_provider(services());
    vault_.seen.clear();
    vault_.put(kLook, look.data);
    auto made = client(kAppRole);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(pump((*made)->validate()).validity, Validity::kReady) << look.data;
    EXPECT_EQ(vault_.count("lookup-self"), 1);
    EXPECT_EQ(get(**made, remote("app", "user")), "u");
    EXPECT_EQ(logins(), look.kept ? 1 : 2) << look.data;
  }
  provider_ = make_provider(services());
  vault_.answers[kLook] = FakeVault::error(500, "boom");
  EXPECT_EQ(pump((*client(kAppRole))->validate()).validity, Validity::kError);
}

std::string mounted(const char* type, const char* version) {
  return fmt::format(R"({{"path":"secret/","type":"{}","options":{{"version":"{}"}}}})", type, version);
}

TEST_F(VaultToken, FindsThatTheMountOfTheStoreIsAnotherThanItSays) {
  struct Mount {
    const char* version;
    std::string answer;
    const char* says;  // empty: the store is right
  };
  const std::string kMount = "GET /v1/sys/internal/ui/mounts/secret";
  for (const Mount& m : std::vector<Mount>{
           {"v2", mounted("kv", "2"), ""},
           {"v1", mounted("kv", "1"), ""},
           {"v1", mounted("database", ""), ""},
           {"v2", mounted("kv", "1"), "the mount secret/ is of KV version 1, but spec.provider.vault.version is v2"},
           {"v1", mounted("kv", "2"), "the mount secret/ is of KV version 2, but spec.provider.vault.version is v1"},
           {"v2", mounted("pki", ""), "the mount secret/ is of type pki, not kv"}}) {
    vault_.put(kMount, m.answer);
    vault_.logins["approle/login"] = kAppRoleBody;
    auto made = client(fmt::format(R"("version":"{}",{})", m.version, kAppRole));
    ASSERT_TRUE(made) << made.error().message;
    vault_.seen.clear();
    const Validation validation = pump((*made)->validate());
    const std::string said = validation.error ? validation.error->message : "";
    EXPECT_EQ(validation.validity == Validity::kReady, std::string(m.says).empty()) << said;
    EXPECT_TRUE(said.starts_with(m.says)) << said;
    EXPECT_EQ(vault_.lines(), Names{kMount}) << "and nothing else is asked: V88";
  }
}

TEST_F(VaultToken, AMountThatIsRightIsLookedAtOnceForAllWhoShareAClient) {
  vault_.put("GET /v1/sys/internal/ui/mounts/secret", mounted("kv", "2"));
  auto made = client(kAppRole);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kReady);
  auto next = (*made)->again();
  EXPECT_EQ(pump(next->validate()).validity, Validity::kReady);
  EXPECT_TRUE(pump(next->get_secret(remote("never"))).absent());
  EXPECT_EQ(vault_.count("/mounts/"), 1);
}

TEST_F(VaultToken, AMountThatNobodyMaySeeLeavesTheStoreAsItWas) {
  vault_.answers["GET /v1/sys/internal/ui/mounts/secret"] =
      FakeVault::error(403, "preflight capability check returned 403, please ensure client's policies grant access");
  auto made = client(kAppRole);
  ASSERT_TRUE(made) << made.error().message;
  for (int i = 0; i < 2; ++i) {
    const Validation validation = pump((*made)->validate());
    EXPECT_EQ(validation.validity, Validity::kUnknown);
    EXPECT_TRUE(validation.error->message.starts_with(
        "spec.provider.vault.path \"secret\": no such mount, or no policy allows it: "))
        << validation.error->message;
  }
  EXPECT_EQ(logins(), 1);
  vault_.answers["GET /v1/sys/internal/ui/mounts/secret"] = FakeVault::error(500, "boom");
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kUnknown) << "what may pass says nothing of the store";
}

TEST_F(VaultToken, ThatMayNotLookAtItselfIsNotSaidToBeWrong) {
  vault_.answers["GET /v1/auth/token/lookup-self"] =
      FakeVault::error(403, R"(1 error occurred:\n\t* permission denied\n\n)");
  auto made = client(kToken);
  ASSERT_TRUE(made);
  const Validation validation = pump((*made)->validate());
  EXPECT_EQ(validation.validity, Validity::kUnknown);
  EXPECT_TRUE(validation.error->message.contains("/v1/auth/token/lookup-self")) << validation.error->message;
}

// V81
TEST_F(VaultToken, IsNotAskedForWhileNobodyUsesAStoreWhoseCredentialsAreItsConsumers) {
  auto made = client(cluster_context(kAppRole, ""));
  ASSERT_TRUE(made) << made.error().message;
  const Validation validation = pump((*made)->validate());
  EXPECT_EQ(validation.validity, Validity::kUnknown);
  EXPECT_FALSE(validation.error);
  EXPECT_TRUE(pump((*made)->get_secret(remote("app"))).failed());
  EXPECT_TRUE(pump((*made)->get_secret_map(remote("app"))).failed());
  EXPECT_FALSE(pump((*made)->get_all({})));
  EXPECT_TRUE(vault_.seen.empty());
}

TEST_F(VaultToken, IsNotTriedOnAServerThatIsBusyMoreThanThreeTimes) {
  for (int i = 0; i < 3; ++i) vault_.next.push_back(FakeVault::error(503, "Vault is sealed"));
  const auto refused = client(kAppRole);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_TRUE(refused.error().message.contains("* Vault is sealed")) << refused.error().message;
  EXPECT_EQ(logins(), 3);
  EXPECT_EQ(read(), "u") << "nothing of that is remembered";
}

// What a Vault cluster answers with goes back to it, the login's answer included: a standby may lag behind.
TEST_F(VaultToken, IsUsedOnStandbysOnlyOnceTheyAreAsFarAsTheLogin) {
  EXPECT_EQ(read(), "u") << "a store that tracks nothing has a token of its own";
  const net::Headers state{{"X-Vault-Index", "djE6YzoxOjE6ZmY="}};
  vault_.next.push_back({200, R"({"auth":{"client_token":"root","lease_duration":60}})", state});
  auto made = client(std::string(R"("readYourWrites":true,)") + kAppRole);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Index"), "djE6YzoxOjE6ZmY=");
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Inconsistent"), "");

  auto forwarding =
      client(std::string(R"("readYourWrites":true,"forwardInconsistent":true,"headers":{"X-Team":"a"},)") + kAppRole);
  ASSERT_TRUE(forwarding) << forwarding.error().message;
  EXPECT_EQ(get(**forwarding, remote("app", "user")), "u");
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Inconsistent"), "forward-active-node");
  EXPECT_EQ(vault_.seen.back().header("X-Team"), "a");
}

TEST_F(VaultToken, IsGivenBackWhenTheProcessEnds) {
  vault_.answers["PUT /v1/auth/token/revoke-self"] = {204, ""};
  EXPECT_EQ(read(), "u");
  pump(closed(*provider_));
  EXPECT_EQ(vault_.count("auth/token/revoke-self"), 1);
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "hvs.1");
  pump(closed(*provider_));
  EXPECT_EQ(vault_.count("auth/token/revoke-self"), 1) << "once";
}

// Revoking it would end the database's user that a process has just begun to use.
TEST_F(VaultToken, StaysWhenLeasesHangOnIt) {
  vault_.answers["GET /v1/secret/data/lease"] = {
      200, R"({"lease_id": "database/creds/app/1","lease_duration":60,"data":{"data":{"user":"u"},"metadata":{}}})"};
  auto made = client(kAppRole);
  ASSERT_TRUE(made) << made.error().message;
  (void)get(**made, remote("lease", "user"));
  pump(closed(*provider_));
  EXPECT_EQ(vault_.count("auth/token/revoke-self"), 0);
}

TEST_F(VaultToken, OfASecretIsNotOursToGiveBack) {
  auto made = client(kToken);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  pump(closed(*provider_));
  EXPECT_EQ(vault_.count("auth/token/revoke-self"), 0);
}

}  // namespace
}  // namespace rotor::providers::vault
