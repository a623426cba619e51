// What is wrong with a block before anybody is asked.
#include "providers/vault/check.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rotor::providers::vault {
namespace {

Store store_of(std::string_view kind, std::string block) {
  Store store{};
  store.kind = kind;
  store.ns = kind == kClusterSecretStoreKind ? "" : "team";
  store.name = "store";
  store.config = {std::move(block)};
  return store;
}

std::string block(std::string_view more) {
  return fmt::format(R"({{"server":"https://vault.example.com"{}{}}})", more.empty() ? "" : ",", more);
}

Result<std::vector<std::string>> check(std::string_view kind, std::string_view more) {
  const Store store = store_of(kind, block(more));
  TRY(const Config config, read_config(store));
  return check_config(store, config, PlainHttp::kNearby);
}

struct Refused {
  std::string_view more, message;
  std::string_view kind = kSecretStoreKind;
};
class VaultBlock : public testing::TestWithParam<Refused> {};

TEST_P(VaultBlock, IsRefusedWithTheFieldThatIsWrong) {
  const auto checked = check(GetParam().kind, GetParam().more);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kInvalid);
  EXPECT_TRUE(checked.error().message.contains(GetParam().message)) << checked.error().message;
  EXPECT_TRUE(checked.error().message.starts_with("spec.provider.vault")) << checked.error().message;
}

// V93
INSTANTIATE_TEST_SUITE_P(
    ForeignNamespaces, VaultBlock,
    testing::Values(
        Refused{R"("auth":{"appRole":{"roleId":"r","secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.AppRole.SecretRef: namespace should either be empty or match"},
        Refused{R"("auth":{"appRole":{"roleRef":{"name":"s","namespace":"x"},"secretRef":{"name":"s"}}})",
                "invalid Auth.AppRole.RoleRef: namespace"},
        Refused{R"("auth":{"cert":{"clientCert":{"name":"s","namespace":"x"},"secretRef":{"name":"s"}}})",
                "invalid Auth.Cert.ClientCert: namespace"},
        Refused{R"("auth":{"cert":{"clientCert":{"name":"s"},"secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.Cert.SecretRef: namespace"},
        Refused{R"("auth":{"jwt":{"secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.Jwt.SecretRef: namespace"},
        Refused{
            R"("auth":{"jwt":{"kubernetesServiceAccountToken":{"serviceAccountRef":{"name":"s","namespace":"x"}}}})",
            "invalid Auth.Jwt.KubernetesServiceAccountToken.ServiceAccountRef: namespace"},
        Refused{R"("auth":{"kubernetes":{"role":"r","serviceAccountRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.Kubernetes.ServiceAccountRef: namespace"},
        Refused{R"("auth":{"kubernetes":{"role":"r","secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.Kubernetes.SecretRef: namespace"},
        Refused{R"("auth":{"ldap":{"username":"u","secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.Ldap.SecretRef: namespace"},
        Refused{R"("auth":{"userPass":{"username":"u","secretRef":{"name":"s","namespace":"x"}}})",
                "invalid Auth.UserPass.SecretRef: namespace"},
        Refused{R"("auth":{"tokenSecretRef":{"name":"s","namespace":"x"}})", "invalid Auth.TokenSecretRef: namespace"},
        Refused{R"("tls":{"certSecretRef":{"name":"s","namespace":"x"},"keySecretRef":{"name":"s"}})",
                "invalid ClientTLS.ClientCert: namespace"},
        Refused{R"("tls":{"certSecretRef":{"name":"s"},"keySecretRef":{"name":"s","namespace":"x"}})",
                "invalid ClientTLS.SecretRef: namespace"},
        Refused{R"("caProvider":{"type":"Secret","name":"ca","key":"k","namespace":"x"})",
                "invalid caProvider: namespace"}));

// V75, V94 to V96, and what the published schema lets through.
INSTANTIATE_TEST_SUITE_P(
    Mistakes, VaultBlock,
    testing::Values(
        Refused{R"("auth":{"appRole":{"secretRef":{"name":"s"}}})", "neither `roleId` nor `roleRef` was supplied"},
        Refused{R"("auth":{"appRole":{"roleId":" ","secretRef":{"name":"s"}}})", "neither `roleId` nor `roleRef`"},
        Refused{R"("auth":{"jwt":{}})", "neither `secretRef` nor `kubernetesServiceAccountToken` was supplied"},
        Refused{R"("auth":{"kubernetes":{}})", "no role name was provided"},
        Refused{R"("auth":{"ldap":{"username":" ","secretRef":{"name":"s"}}})", "auth.ldap.username: no user name"},
        Refused{R"("auth":{"userPass":{"secretRef":{"name":"s"}}})", "auth.userPass.username: no user name"},
        Refused{R"("tls":{"certSecretRef":{"name":"s"}})", "both ClientTLS.ClientCert and ClientTLS.SecretRef"},
        Refused{R"("checkAndSet":{"required":true},"version":"v1")",
                "checkAndSet is not supported with Vault KV version v1"},
        Refused{R"("caProvider":{"type":"Secret","name":"ca","key":"k"})", "missing namespace on caProvider secret",
                kClusterSecretStoreKind},
        Refused{R"("auth":{"iam":{"vaultRole":""}})", "auth.iam.vaultRole: no role name provided for login"},
        Refused{R"("auth":{"iam":{"vaultRole":"r","region":"eu west"}})",
                "auth.iam.region: \"eu west\" is not the name"},
        Refused{R"("auth":{"iam":{"vaultRole":"r","vaultAwsIamServerID":"a\nb"}})",
                "vaultAwsIamServerID holds a line break"},
        Refused{R"("auth":{"iam":{"vaultRole":"r","secretRef":{"accessKeyIDSecretRef":{"name":"a","key":"i"}}}})",
                "auth.iam.secretRef needs both accessKeyIDSecretRef and secretAccessKeySecretRef"},
        Refused{R"("auth":{"iam":{"vaultRole":"r","jwt":{"serviceAccountRef":{"name":"s","namespace":"x"}}}})",
                "invalid Auth.Iam.Jwt.ServiceAccountRef: namespace"},
        Refused{R"("auth":{"gcp":{"role":" "}})", "auth.gcp.role: no role name provided for login"},
        Refused{R"("auth":{"gcp":{"role":"r","secretRef":{}}})", "auth.gcp.secretRef needs secretAccessKeySecretRef"},
        Refused{R"("auth":{"gcp":{"role":"r","workloadIdentity":{"serviceAccountRef":{"name":"s","namespace":"x"}}}})",
                "invalid Auth.Gcp.WorkloadIdentity.ServiceAccountRef: namespace"},
        Refused{R"("path":"secret/../sys")", "path \"secret/../sys\": a path in Vault holds no segment"},
        Refused{R"("headers":{"X-A":"b\nc"})", "headers: the value of X-A holds a line break"},
        Refused{R"("headers":{"X A":"b"})", "headers: \"X A\" cannot be the name of a header"},
        Refused{R"("headers":{"Host":"b"})", "headers: Host is set by the client itself"},
        Refused{R"("server":"http://vault.example.com")",
                "server: \"http://vault.example.com\" would send credentials"},
        Refused{R"("server":"https://169.254.169.254")", "is an address of the node"},
        Refused{R"("server":"https://vault.example.com/?a=b")", "server: an address has no query"},
        Refused{R"("server":"https://u:p@vault.example.com")", "an address with a user name in it is refused"},
        Refused{R"("server":"http://127.0.0.1","auth":{"cert":{"clientCert":{"name":"s"},"secretRef":{"name":"s"}}})",
                "auth.cert: a client certificate is presented over https only"},
        Refused{R"("server":7)", "spec.provider.vault: server: expected a string, found a number"}));

class AcceptedVaultBlock : public testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};

TEST_P(AcceptedVaultBlock, HasNoWarnings) {
  const auto checked = check(GetParam().first, GetParam().second);
  ASSERT_TRUE(checked) << checked.error().message;
  EXPECT_TRUE(checked->empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AcceptedVaultBlock,
    testing::Values(
        std::pair{kSecretStoreKind, R"("path":"secret","auth":{"appRole":{"roleId":"r","secretRef":{"name":"s"}}})"},
        std::pair{kSecretStoreKind, R"("auth":{"appRole":{"roleRef":{"name":"r"},"secretRef":{"name":"s"}}})"},
        std::pair{kSecretStoreKind, R"("auth":{"tokenSecretRef":{"name":"s","namespace":"team","key":"t"}})"},
        std::pair{kSecretStoreKind, R"("tls":{"certSecretRef":{"name":"s"},"keySecretRef":{"name":"s"}})"},
        std::pair{kSecretStoreKind, R"("checkAndSet":{"required":true})"},
        std::pair{kSecretStoreKind, R"("checkAndSet":{"required":false},"version":"v1")"},
        std::pair{kSecretStoreKind, R"("auth":{})"}, std::pair{kSecretStoreKind, R"("future":{"field":1})"},
        std::pair{kSecretStoreKind, R"("server":"http://vault.vault.svc:8200/base/")"},
        std::pair{kClusterSecretStoreKind, R"("auth":{"tokenSecretRef":{"name":"s","namespace":"x","key":"t"}})"},
        std::pair{kClusterSecretStoreKind,
                  R"("auth":{"kubernetes":{"role":"demo","serviceAccountRef":{"name":"sa","audiences":["vault"]}}})"}));

TEST(VaultBlockWithSeveralMethods, WarnsThatOnlyTheFirstIsUsed) {
  const auto checked =
      check(kSecretStoreKind, R"("auth":{"iam":{"vaultRole":"r"},"ldap":{"username":"u","secretRef":{"name":"s"}},)"
                              R"("tokenSecretRef":{"name":"s","key":"t"}})");
  ASSERT_TRUE(checked) << checked.error().message;
  ASSERT_EQ(checked->size(), 1U);
  EXPECT_EQ(checked->front(), "spec.provider.vault.auth: tokenSecretRef is used, the rest is ignored: ldap, iam");
}

TEST(VaultBlockThatIsMissing, IsSaidToBe) {
  for (const char* text : {"", "null"}) {
    const auto config = read_config(store_of(kSecretStoreKind, text));
    ASSERT_FALSE(config);
    EXPECT_TRUE(config.error().message.starts_with("received invalid Vault SecretStore resource"));
  }
}

struct Referent {
  std::string_view auth;
  bool expected;
};
class VaultReferent : public testing::TestWithParam<Referent> {};

TEST_P(VaultReferent, IsAStoreWhoseCredentialsHaveNoNamespace) {
  const auto config = read_config(store_of(kClusterSecretStoreKind, block(GetParam().auth)));
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(depends_on_consumer(*config), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultReferent,
    testing::Values(
        Referent{"", false}, Referent{R"("auth":{"tokenSecretRef":{"name":"s"}})", true},
        Referent{R"("auth":{"tokenSecretRef":{"name":"s","namespace":"x"}})", false},
        Referent{R"("auth":{"appRole":{"roleId":"r","secretRef":{"name":"s"}}})", true},
        Referent{R"("auth":{"appRole":{"roleRef":{"name":"r"},"secretRef":{"name":"s","namespace":"x"}}})", true},
        Referent{R"("auth":{"kubernetes":{"role":"r","serviceAccountRef":{"name":"s"}}})", true},
        Referent{R"("auth":{"kubernetes":{"role":"r","serviceAccountRef":{"name":"s","namespace":"x"}}})", false},
        Referent{R"("auth":{"kubernetes":{"role":"r"}})", false},
        Referent{R"("auth":{"jwt":{"kubernetesServiceAccountToken":{"serviceAccountRef":{"name":"s"}}}})", true},
        Referent{R"("auth":{"cert":{"clientCert":{"name":"s","namespace":"x"},"secretRef":{"name":"s"}}})", true}));

}  // namespace
}  // namespace rotor::providers::vault
