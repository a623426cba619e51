// Every way to log in, as the server sees it, and what is said when it cannot work.
#include <gtest/gtest.h>

#include "providers/common/other_ways.hpp"
#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

struct LoginCase {
  std::string_view name, auth, path, body;
};
void PrintTo(const LoginCase& c, std::ostream* out) { *out << c.name; }
class VaultLogin : public VaultFlow, public testing::WithParamInterface<LoginCase> {};

TEST_P(VaultLogin, SendsWhatItsMethodTakesAndReadsWithTheToken) {
  vault_.logins[std::string(GetParam().path)] = GetParam().body;
  auto made = client(GetParam().auth);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  EXPECT_EQ(vault_.lines(), (Names{"PUT /v1/auth/" + std::string(GetParam().path), "GET /v1/secret/data/app"}));
  EXPECT_EQ(vault_.seen[0].header("X-Vault-Token"), "");
  EXPECT_EQ(vault_.seen[0].header("X-Vault-Request"), "true");
  EXPECT_EQ(vault_.seen[1].header("X-Vault-Token"), "hvs.1");
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/Login/success"], 1);
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/ReadSecretData/success"], 1);
  EXPECT_EQ(pump((*made)->validate()).validity, Validity::kReady);
  EXPECT_EQ(vault_.count("lookup-self"), 0) << "V88: the end of the token is known";
  EXPECT_EQ(vault_.count("/mounts/"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Methods, VaultLogin,
    testing::Values(
        LoginCase{"AppRole", R"("auth":{"appRole":{"roleId":" r-1\n","secretRef":{"name":"vault","key":"secret-id"}}})",
                  "approle/login", R"({"role_id":"r-1","secret_id":"s-1"})"},
        // V80
        LoginCase{"AppRoleRef",
                  R"("auth":{"appRole":{"path":"team/approle","roleRef":{"name":"vault","key":"role-id"},)"
                  R"("secretRef":{"name":"vault","key":"secret-id"}}})",
                  "team/approle/login", R"({"role_id":"r-2","secret_id":"s-1"})"},
        LoginCase{"KubernetesAccount",
                  R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"sa","audiences":["vault"]}}})",
                  "kubernetes/login", R"({"role":"demo","jwt":"jwt-1"})"},
        LoginCase{"KubernetesSecret",
                  R"("auth":{"kubernetes":{"mountPath":"k8s","role":"demo","secretRef":{"name":"vault","key":"jwt"}}})",
                  "k8s/login", R"({"role":"demo","jwt":"a.b.c"})"},
        LoginCase{"Ldap", R"("auth":{"ldap":{"username":" ann ","secretRef":{"name":"vault","key":"password"}}})",
                  "ldap/login/ann", R"({"password":"pw"})"},
        LoginCase{"UserPass", R"("auth":{"userPass":{"username":"a b","secretRef":{"name":"vault","key":"password"}}})",
                  "userpass/login/a%20b", R"({"password":"pw"})"},
        LoginCase{"JwtSecret", R"("auth":{"jwt":{"role":" demo ","secretRef":{"name":"vault","key":"jwt"}}})",
                  "jwt/login", R"({"role":"demo","jwt":"a.b.c"})"},
        LoginCase{
            "JwtAccount",
            R"("auth":{"jwt":{"path":"oidc","kubernetesServiceAccountToken":{"serviceAccountRef":{"name":"sa"}}}})",
            "oidc/login", R"({"role":"","jwt":"jwt-1"})"}));

class VaultAudience : public VaultFlow,
                      public testing::WithParamInterface<std::pair<std::string_view, std::vector<std::string>>> {};

TEST_P(VaultAudience, IsThatOfTheSelectorAndOfTheSource) {
  vault_.logins["jwt/login"] = R"({"role":"","jwt":"jwt-1"})";
  const auto made = client(fmt::format(R"("auth":{{"jwt":{{"kubernetesServiceAccountToken":{}}}}})", GetParam().first));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(gate_.audiences, GetParam().second);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultAudience,
    testing::Values(std::pair{R"({"serviceAccountRef":{"name":"sa","audiences":["one"]}})", Names{"one", "vault"}},
                    std::pair{R"({"serviceAccountRef":{"name":"sa"},"audiences":["a","b"]})", Names{"a", "b"}},
                    std::pair{R"({"serviceAccountRef":{"name":"sa","audiences":["one"]},"audiences":[]})",
                              Names{"one"}}));

// V83
TEST_F(VaultFlow, TheLoginsNamespaceIsTheStoresOrItsOwn) {
  vault_.logins["approle/login"] = kAppRoleBody;
  for (const auto& [store, auth, login, read] :
       std::vector<std::array<std::string, 4>>{{"", "", "", ""},
                                               {R"("namespace":"team",)", "", "team", "team"},
                                               {"", R"("namespace":"admin",)", "admin", ""},
                                               {R"("namespace":"admin",)", R"("namespace":"admin",)", "admin", "admin"},
                                               {R"("namespace":"team",)", R"("namespace":"admin",)", "admin", "team"},
                                               {R"("namespace":"team",)", R"("namespace":"",)", "", "team"}}) {
    provider_ = make_provider(services());
    vault_.seen.clear();
    auto made = client(
        fmt::format(R"({}"auth":{{{}"appRole":{{"roleId":"r-1","secretRef":{{"name":"vault","key":"secret-id"}}}}}})",
                    store, auth));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(get(**made, remote("app", "user")), "u");
    EXPECT_EQ(vault_.seen.at(0).header("X-Vault-Namespace"), login);
    EXPECT_EQ(vault_.seen.at(1).header("X-Vault-Namespace"), read);
  }
}

struct Refused {
  std::string_view auth, message;
};
class VaultLoginThatCannotWork : public VaultFlow, public testing::WithParamInterface<Refused> {};

TEST_P(VaultLoginThatCannotWork, IsRefusedBeforeAnythingIsSent) {
  gate_.secrets["team/vault/empty"] = "";
  gate_.secrets["team/vault/broken"] = "hvs.1\n";
  const auto made = client(GetParam().auth);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.contains(GetParam().message)) << made.error().message;
  EXPECT_TRUE(vault_.seen.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultLoginThatCannotWork,
    testing::Values(
        // V71, V73
        Refused{R"("auth":{})", "cannot initialize Vault client: no valid auth method specified"},
        Refused{R"("auth":{"tokenSecretRef":{"name":"none","key":"k"}})",
                "auth.tokenSecretRef: cannot find secret data"},
        Refused{R"("auth":{"tokenSecretRef":{"name":"vault","key":"empty"}})", "no token: key \"empty\" of Secret"},
        Refused{R"("auth":{"tokenSecretRef":{"name":"vault","key":"broken"}})",
                "configured Vault token contains non-printable characters and cannot be used: key \"broken\""},
        Refused{
            R"("auth":{"appRole":{"roleRef":{"name":"vault","key":"empty"},"secretRef":{"name":"vault","key":"jwt"}}})",
            "no role ID provided for login"},
        Refused{R"("auth":{"appRole":{"roleId":"r","secretRef":{"name":"vault","key":"empty"}}})",
                "no secret ID provided for login"},
        Refused{R"("auth":{"userPass":{"username":"u","secretRef":{"name":"vault","key":"empty"}}})",
                "auth.userPass.secretRef: no password provided for login"},
        Refused{R"("auth":{"userPass":{"username":"../x","secretRef":{"name":"vault","key":"password"}}})",
                "the user name \"../x\": a path in Vault holds no segment"},
        Refused{R"("auth":{"jwt":{"secretRef":{"name":"vault","key":"empty"}}})", "auth.jwt.secretRef: no token"},
        Refused{R"("auth":{"kubernetes":{"role":"r"}})", "--allow-controller-identity"},
        // V70
        Refused{R"("caBundle":"bm8gY2VydGlmaWNhdGU=","auth":{"tokenSecretRef":{"name":"vault","key":"token"}})",
                "failed to decode ca bundle"},
        // V77
        Refused{
            R"("tls":{"certSecretRef":{"name":"vault","key":"token"},"keySecretRef":{"name":"vault","key":"token"}},)"
            R"("auth":{"tokenSecretRef":{"name":"vault","key":"token"}})",
            "error from Client TLS Auth: \"client certificate: not a PEM certificate"}));

TEST_F(VaultFlow, TheControllersOwnTokenIsReadFromItsFileWhereItMayBe) {
  StoreContext c = context(R"("auth":{"kubernetes":{"role":"r"}})");
  c.allow_controller_identity = true;
  const auto made = client(std::move(c));
  ASSERT_FALSE(made) << "this machine is no pod";
  const std::string& message = made.error().message;
  EXPECT_TRUE(message.starts_with("cannot read Kubernetes service account token from file system: /var/run"))
      << message;
  EXPECT_TRUE(message.ends_with(kAsYourself)) << message;
}

// The token that a proxy on this machine adds is the controller's own.
TEST_F(VaultFlow, WithoutAuthAProxyMayAddTheTokenButNotForEverybody) {
  const auto refused = client("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_TRUE(refused.error().message.contains("--allow-controller-identity")) << refused.error().message;
  vault_.tokens.insert("");
  auto made = client(cluster_context("", "team"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  EXPECT_EQ(vault_.lines(), Names{"GET /v1/secret/data/app"});
}

// A cluster that has no such ServiceAccount.
class NoAccounts final : public ReferenceGate {
 public:
  Task<Result<SecretBytes>> secret_value(Scope, api::es::SecretKeySelector) override {
    co_return fail(Code::kInvalid, "no Secret");
  }
  Task<Result<kube::StringMap>> config_map(Scope, std::string, std::optional<std::string>) override {
    co_return fail(Code::kInvalid, "no ConfigMap");
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope, api::es::ServiceAccountSelector) override {
    co_return fail(Code::kInvalid, "serviceaccounts \"example-sa\" not found");
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope, api::es::ServiceAccountSelector) override {
    co_return fail(Code::kInvalid, "serviceaccounts \"example-sa\" not found");
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope, api::es::ServiceAccountSelector,
                                                        kube::TokenRequest) override {
    co_return fail(Code::kInvalid, "no token");
  }
};

// V72
TEST_F(VaultFlow, AServiceAccountThatIsMissingIsNamed) {
  NoAccounts gate;
  const auto made = client(StoreContext{
      .store = store_with(block(R"("auth":{"kubernetes":{"role":"r","serviceAccountRef":{"name":"example-sa"}}})")),
      .consumer_ns = "team",
      .gate = gate});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message,
            "cannot request Kubernetes service account token for service account \"example-sa\": cannot get Kubernetes "
            "service account \"example-sa\": serviceaccounts \"example-sa\" not found");
  EXPECT_TRUE(vault_.seen.empty());
}

constexpr std::string_view kAsAccount = R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"app"}}})";

TEST_F(VaultFlow, WhereNoTokenIsIssuedTheFirstThatASecretOfTheServiceAccountHoldsIsUsed) {
  gate_.issues_tokens = false;
  gate_.account_secrets = {"app-dockercfg", "app-token-1", "app-token-2"};
  gate_.secrets["team/app-token-1/token"] = "legacy-1";
  gate_.secrets["team/app-token-2/token"] = "legacy-2";
  vault_.logins["kubernetes/login"] = R"({"role":"demo","jwt":"legacy-1"})";
  auto made = client(kAsAccount);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
}

TEST_F(VaultFlow, ASecretOfAClusterStoresServiceAccountIsReadWhereTheServiceAccountIs) {
  gate_.issues_tokens = false;
  gate_.account_secrets = {"app-token"};
  gate_.secrets["vault-system/app-token/token"] = "theirs";
  gate_.secrets["team/app-token/token"] = "not theirs";
  vault_.logins["kubernetes/login"] = R"({"role":"demo","jwt":"theirs"})";
  auto made = client(cluster_context(
      R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"app","namespace":"vault-system"}}})",
      "team"));
  EXPECT_TRUE(made) << made.error().message;
}

TEST_F(VaultFlow, WhereNoTokenIsToBeHadBothWaysAreNamed) {
  gate_.issues_tokens = false;
  const std::string begin =
      "cannot request Kubernetes service account token for service account \"app\": no tokens are issued here; ";
  EXPECT_EQ(client(kAsAccount).error().message, begin + "cannot find secrets bound to service account: \"app\"");
  gate_.account_secrets = {"app-token"};
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(client(kAsAccount).error().message,
            begin + "cannot find token in secrets bound to service account: \"app\"");
  gate_.secrets["team/app-token/token"] = "legacy";
  EXPECT_FALSE(client(R"("auth":{"jwt":{"role":"demo","kubernetesServiceAccountToken":{"serviceAccountRef":)"
                      R"({"name":"app"}}}})"))
      << "a login by JWT shows issued tokens alone: what it says of audience and life would not be so";
  EXPECT_TRUE(vault_.seen.empty());
}

// A login by JWT has no words of its own before the server's.
TEST_F(VaultFlow, ARefusedLoginByJwtSaysWhatTheServerSays) {
  const auto refused = client(R"("auth":{"jwt":{"role":"demo","secretRef":{"name":"vault","key":"jwt"}}})");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with("Error making API request.\n\nURL: PUT ")) << refused.error().message;
}

// V79
TEST_F(VaultFlow, AClusterStoreReadsItsTokenWhereItsSelectorSays) {
  gate_.secrets["vault-system/vault/token"] = "root";
  gate_.secrets["team/vault/token"] = "wrong";
  auto made = client(cluster_context(
      R"("auth":{"tokenSecretRef":{"name":"vault","namespace":"vault-system","key":"token"}})", "team"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
}

TEST_F(VaultFlow, ARefusedLoginIsNotRepeatedBeforeTheSecretChanges) {
  const auto refused = client(kAppRole);  // approle is not mounted: 403
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  const std::string& message = refused.error().message;
  EXPECT_TRUE(
      message.starts_with("unable to log in to auth method: unable to log in with app role auth: Error making API "
                          "request.\n\nURL: PUT " +
                          url() + "/v1/auth/approle/login\nCode: 403. Errors:\n\n* permission denied"))
      << message;
  EXPECT_TRUE(message.ends_with("(tried again after 16m0s, and at once when the Secret or the store changes)"));
  EXPECT_FALSE(client(kAppRole));
  clock_.advance(std::chrono::minutes(15));
  EXPECT_FALSE(client(kAppRole));
  EXPECT_EQ(vault_.seen.size(), 1U) << "five in a row lock the role";
  gate_.secrets["team/vault/secret-id"] = "s-2";
  vault_.logins["approle/login"] = R"({"role_id":"r-1","secret_id":"s-2"})";
  EXPECT_TRUE(client(kAppRole));
  EXPECT_EQ(vault_.seen.size(), 2U);
}

TEST_F(VaultFlow, ACredentialThatEndsInALineBreakIsSaidToWhenItIsRefused) {
  gate_.secrets["team/vault/secret-id"] = "s-1\n";
  vault_.logins["approle/login"] = kAppRoleBody;
  const auto refused = client(kAppRole);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("the credential in the Secret ends in a line break"))
      << refused.error().message;
  EXPECT_FALSE(refused.error().message.contains("s-1"));
}

struct BadLogin {
  std::string_view body, message;
};
class VaultLoginAnswer : public VaultFlow, public testing::WithParamInterface<BadLogin> {};

TEST_P(VaultLoginAnswer, WithoutATokenIsAnError) {
  vault_.next.push_back({200, std::string(GetParam().body)});
  const auto made = client(kAppRole);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.contains(GetParam().message)) << made.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultLoginAnswer,
    testing::Values(BadLogin{"", "response did not return ClientToken, client token not set"},
                    BadLogin{R"({"auth":null})", "response did not return ClientToken"},
                    BadLogin{R"({"auth":{"client_token":""}})", "response did not return ClientToken"},
                    BadLogin{R"({"auth":{"client_token":7}})", "response did not return ClientToken"},
                    BadLogin{R"({"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"x"}}})",
                             "asks for a second factor"}));

}  // namespace
}  // namespace rotor::providers::vault
