// Certificates: whom the client trusts, and what it shows of itself.
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "net/certificates.hpp"
#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

using std::chrono::hours;

WallTime today() { return std::chrono::system_clock::now(); }

const net::KeyPair& ca() {
  static const net::KeyPair pair = net::make_ca("vault test ca", today(), hours(24));
  return pair;
}

net::ServerConfig with_tls() {
  const net::KeyPair pair = net::issue_certificate(ca(), "vault", {"localhost"}, today(), hours(24));
  net::ServerConfig config;
  config.certificate_pem = pair.certificate_pem;
  config.key_pem = pair.key_pem;
  config.client_ca_pem = ca().certificate_pem;
  return config;
}

class VaultTls : public ProviderRig {
 protected:
  VaultTls()
      : ProviderRig([this](net::ServerRequest r, net::ServerResponse& w) { return serve(*this, std::move(r), w); },
                    with_tls()) {
    const net::KeyPair mine = net::issue_certificate(ca(), "web", {"web"}, today(), hours(24));
    gate_.secrets = {{"team/vault/token", "root"},
                     {"team/vault/ca", ca().certificate_pem},
                     {"team/vault/tls.crt", mine.certificate_pem},
                     {"team/vault/tls.key", std::string(mine.key_pem.reveal())}};
    vault_.put_v2("secret/data/app", R"({"k":"v"})");
    provider_ = make_provider(services());
  }
  ~VaultTls() override { stop(); }

  static Task<> serve(VaultTls& self, net::ServerRequest request, net::ServerResponse& response) {
    self.peers_.push_back(request.client_common_name);
    return FakeVault::serve(self.vault_, std::move(request), response);
  }

  std::string read(const std::string& more) {
    const std::string auth = R"("auth":{"tokenSecretRef":{"name":"vault","key":"token"}})";
    auto made = pump(provider_->make_client(ProviderRig::context(
        fmt::format(R"({{"server":"{}","path":"secret",{}}})", url(), more.contains("auth") ? more : more + auth))));
    if (!made) return "!" + made.error().message;
    const auto got = text_of(pump((*made)->get_secret(remote("app", "k"))));
    return got ? *got : "!" + got.error().message;
  }

  static std::string bundle(int times) {
    std::string text = ca().certificate_pem;
    for (int i = 0; i < times; ++i) text = base64_encode(text);
    return fmt::format(R"("caBundle":"{}",)", text);
  }

  FakeVault vault_;
  std::vector<std::string> peers_;
};

TEST_F(VaultTls, TrustsTheBundleOfTheStoreAndNobodyElse) {
  EXPECT_EQ(read(bundle(1)), "v");
  EXPECT_EQ(read(bundle(2)), "v") << "many encode it twice";
  EXPECT_EQ(read(R"("caProvider":{"type":"Secret","name":"vault","key":"ca"},)"), "v");  // V74
  const std::string untrusted = read("");
  EXPECT_TRUE(untrusted.starts_with("!cannot read secret data from Vault: ReadSecretData: ")) << untrusted;
  EXPECT_TRUE(untrusted.contains("TLS: the certificate of \"localhost\" is not trusted")) << untrusted;
}

// Repeating it would meet the same certificate.
TEST_F(VaultTls, ThatIsNotTrustedIsTriedOnceAndRememberedByNobody) {
  const std::string login = R"("auth":{"appRole":{"roleId":"r","secretRef":{"name":"vault","key":"token"}}})";
  const SteadyTime before = clock_.steady();
  const std::string refused = read(login);
  EXPECT_TRUE(refused.contains("TLS: the certificate of \"localhost\" is not trusted")) << refused;
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/Login/error"], 1);
  EXPECT_EQ(clock_.steady(), before) << "nobody waited";
  vault_.logins["approle/login"] = R"({"role_id":"r","secret_id":"root"})";
  EXPECT_EQ(read(bundle(1) + login), "v") << "the next login is tried at once";
  EXPECT_EQ(read(login), refused) << "and it is no refusal that a cache keeps";
  EXPECT_EQ(counter_.counts["HashiCorp/Vault/Login/error"], 2);
}

TEST_F(VaultTls, SaysWhereTheAuthoritiesAreMissing) {  // V76
  const std::string missing = read(R"("caProvider":{"type":"Secret","name":"vault","key":"none"},)");
  EXPECT_TRUE(
      missing.starts_with("!failed to get cert from secret: failed to resolve secret key ref: cannot find "
                          "secret data for key: \"none\""))
      << missing;
}

TEST_F(VaultTls, PresentsTheCertificateOfTheStoreToEveryCall) {  // V78: the keys are those of kubernetes.io/tls
  EXPECT_EQ(read(bundle(1) + R"("tls":{"certSecretRef":{"name":"vault"},"keySecretRef":{"name":"vault"}},)"), "v");
  EXPECT_EQ(peers_, Names{"web"});
}

TEST_F(VaultTls, LogsInWithACertificateAndKeepsPresentingIt) {
  vault_.logins["cert/login"] = R"({"name":"web"})";
  EXPECT_EQ(read(bundle(1) + R"("auth":{"cert":{"vaultRole":"web","clientCert":{"name":"vault"},)"
                             R"("secretRef":{"name":"vault"}}})"),
            "v");
  EXPECT_EQ(peers_, (Names{"web", "web"}));
  vault_.logins["tls/login"] = "{}";
  EXPECT_EQ(read(bundle(1) + R"("auth":{"cert":{"path":"tls","clientCert":{"name":"vault","key":"tls.crt"},)"
                             R"("secretRef":{"name":"vault","key":"tls.key"}}})"),
            "v");
}

TEST_F(VaultTls, ALoginWithACertificateThatIsRefusedSaysSo) {
  const std::string refused =
      read(bundle(1) + R"("auth":{"cert":{"clientCert":{"name":"vault"},"secretRef":{"name":"vault"}}})");
  EXPECT_TRUE(refused.starts_with("!error from Vault request: Error making API request.")) << refused;
}

TEST_F(VaultTls, AKeyThatIsNoneIsRefusedBeforeAnythingIsSent) {  // V77
  gate_.secrets["team/vault/tls.key"] = "no key";
  const std::string refused =
      read(bundle(1) + R"("auth":{"cert":{"clientCert":{"name":"vault"},"secretRef":{"name":"vault"}}})");
  EXPECT_EQ(refused, "!error from Client TLS Auth: \"client key: not a PEM private key\"");
  EXPECT_TRUE(peers_.empty());
}

}  // namespace
}  // namespace rotor::providers::vault
