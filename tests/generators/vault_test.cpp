// The VaultDynamicSecret generator against the double of tests/providers/vault; the real server is driven by
// tests/stores/test_vault.py. G1 to G9 are the cases of its specification.
#include "generators/vault.hpp"

#include <gtest/gtest.h>

#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::generators {
namespace {

class NoSecrets final : public WebhookSecrets {
 public:
  Task<Result<SecretMap>> read(std::string, std::string) override { co_return fail(Code::kInternal, "not asked for"); }
};

class VaultGeneratorFlow : public providers::vault::VaultFlow {
 protected:
  VaultGeneratorFlow() : pool_(1), generator_(make_vault(services(), pool_)) {
    vault_.put("GET /v1/database/creds/app", R"({"username":"u","password":"p","n":1e3,"roles":["a", "<b>"]})");
  }
  ~VaultGeneratorFlow() override {
    generator_.reset();
    stop();
  }

  std::string spec(std::string_view more, std::string_view auth = kToken) const {
    return fmt::format(R"({{"provider":{{"server":"{}",{}}},{}}})", url(), auth, more);
  }
  std::string generate(std::string_view more, std::string_view auth = kToken) { return run(spec(more, auth)); }
  std::string run(std::string text, bool own_identity = false) {
    Order order{.kind = "VaultDynamicSecret",
                .name = "dynamic",
                .consumer_ns = "team",
                .spec = {std::move(text)},
                .gate = gate_,
                .webhook_secrets = secrets_,
                .allow_controller_identity = own_identity};
    const auto made = pump(generator_->generate(std::move(order)));
    if (made.absent()) return "absent";
    if (made.failed()) return "error: " + made.error().message;
    std::string out;
    for (const auto& [key, value] : made->values) out += key + "=" + std::string(value.reveal()) + ";";
    return out;
  }
  void answers(const std::string& line, int status, std::string body) {
    vault_.answers[line] = {status, std::move(body)};
  }

  NoSecrets secrets_;
  Pool pool_;
  std::unique_ptr<Generator> generator_;
};

constexpr std::string_view kCreds = R"("path":"database/creds/app")";

TEST_F(VaultGeneratorFlow, GivesTheMembersOfData_G5) {
  EXPECT_EQ(generate(kCreds), R"(n=1e3;password=p;roles=["a","\u003cb\u003e"];username=u;)");
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "root");
}

TEST_F(VaultGeneratorFlow, NeedsASpecAndAProvider_G1) {
  EXPECT_EQ(run("null"), "error: no config spec provided");
  EXPECT_TRUE(run(R"({"path":"a"})").starts_with("error: no Vault provider config in spec"));
  EXPECT_TRUE(run(R"({"path":"a","provider":{}})").starts_with("error: no Vault provider config in spec"));
}

TEST_F(VaultGeneratorFlow, SaysWhatIsWrongWithTheLoginInItsOwnFields_G2) {
  EXPECT_EQ(generate(kCreds, R"("auth":{"kubernetes":{"serviceAccountRef":{"name":"app"}}})"),
            "error: unable to setup Vault client: spec.provider: auth.kubernetes.role: no role name was provided");
}

TEST_F(VaultGeneratorFlow, TellsAnEmptyAnswerFromValues_G3_G4_Row200) {
  answers("GET /v1/a", 204, "");
  answers("PUT /v1/a", 204, "");
  answers("GET /v1/gone", 404, R"({"errors":[]})");
  for (const std::string_view call : {R"("path":"a")", R"("path":"a","method":"POST")", R"("path":"gone")"}) {
    EXPECT_TRUE(generate(call).starts_with("error: unable to get dynamic secret: empty response from Vault")) << call;
    EXPECT_EQ(generate(std::string(call) + R"(,"allowEmptyResponse":true)"), "");
  }
}

TEST_F(VaultGeneratorFlow, GivesTheMembersOfAuth_G6) {
  answers("PUT /v1/auth/token/create", 200,
          R"({"data":null,"auth":{"entity_id":"123","client_token":"t","policies":["p"],"lease_duration":60,
              "token_type":"service"}})");
  // The double takes it for a login, so it is put in front.
  vault_.next.push_back({200, vault_.answers["PUT /v1/auth/token/create"].body, {}, false});
  EXPECT_EQ(generate(R"("path":"auth/token/create","method":"POST","resultType":"Auth")"),
            "accessor=;client_token=t;entity_id=123;identity_policies=;lease_duration=60;metadata=;mfa_requirement=;"
            "orphan=false;policies=[\"p\"];renewable=false;token_policies=;");
  EXPECT_EQ(generate(std::string(kCreds) + R"(,"resultType":"Auth")"), "") << "an answer without auth";
}

TEST_F(VaultGeneratorFlow, GivesTheWholeAnswerAsItIs_G7) {
  answers("GET /v1/raw", 200, R"({"request_id":"r","lease_id":"123","lease_duration":60,"renewable":true,
    "data":{"b":1,"a":"x"},"warnings":["w"],"wrap_info":null,"auth":null,"mount_type":"database","more":1})");
  EXPECT_EQ(generate(R"("path":"raw","resultType":"Raw")"),
            "data={\"a\":\"x\",\"b\":1};lease_duration=60;lease_id=123;mount_type=database;renewable=true;request_id=r;"
            "warnings=[\"w\"];");
}

TEST_F(VaultGeneratorFlow, SendsParametersToAWriteAndAQueryToARead_G8_G9) {
  vault_.put("GET /v1/a?a=1&a=2&b=x%20y", R"({"k":"v"})");
  EXPECT_EQ(generate(R"("path":"/a/","getParameters":{"a":["1","2"],"b":["x y"]},"parameters":{"p":1})"), "k=v;");
  EXPECT_EQ(vault_.seen.back().body, "") << "a read has no body";
  vault_.put("PUT /v1/pki/issue/web", R"({"certificate":"c"})");
  EXPECT_EQ(
      generate(
          R"("path":"pki/issue/web","method":"POST","parameters":{"common_name":"a"},"getParameters":{"a":["1"]})"),
      "certificate=c;");
  EXPECT_EQ(vault_.seen.back().body, R"({"common_name":"a"})");
  vault_.put("LIST /v1/kv", R"({"keys":["a","b"]})");
  EXPECT_EQ(generate(R"("path":"kv","method":"LIST")"), "keys=[\"a\",\"b\"];");
}

TEST_F(VaultGeneratorFlow, NeverLeavesTheApisPrefix) {
  for (const std::string_view path : {"../sys/x", "a/../../b", "a/./b"}) {
    const std::string said = generate(fmt::format(R"("path":"{}")", path));
    EXPECT_TRUE(said.starts_with("error: spec.path ")) << said;
  }
  EXPECT_EQ(generate(R"("path":"")"), "error: spec.path is empty");
  vault_.put("GET /v1/a%3Fb%23c", R"({"k":"v"})");
  EXPECT_EQ(generate(R"("path":"a?b#c")"), "k=v;");
}

TEST_F(VaultGeneratorFlow, ReadsItsReferencesWhereTheConsumerIs) {
  gate_.secrets["other/vault/token"] = "stolen";
  EXPECT_TRUE(generate(kCreds, R"("auth":{"tokenSecretRef":{"name":"vault","key":"token","namespace":"other"}})")
                  .contains("username=u;"));
  EXPECT_EQ(vault_.seen.back().header("X-Vault-Token"), "root");
}

// As a namespaced store: the flag, or a ClusterGenerator, which only an administrator writes.
TEST_F(VaultGeneratorFlow, NeverUsesTheControllersOwnIdentityUnasked) {
  constexpr std::string_view kOwn = R"("auth":{"kubernetes":{"role":"app"}})";
  const std::string said = generate(kCreds, kOwn);
  EXPECT_EQ(said,
            "error: unable to setup Vault client: spec.provider.auth.kubernetes names neither serviceAccountRef nor "
            "secretRef, and a VaultDynamicSecret may not use the controller's own ServiceAccount: set one of them, "
            "use a ClusterGenerator, or start the controller with --allow-controller-identity");
  EXPECT_TRUE(vault_.seen.empty());
  EXPECT_TRUE(run(spec(kCreds, kOwn), true).contains("cannot read Kubernetes service account token"));
  const std::string no_auth = run(fmt::format(R"({{"provider":{{"server":"{}"}},{}}})", url(), kCreds));
  EXPECT_TRUE(no_auth.contains("spec.provider.auth is not set, and a VaultDynamicSecret may not use the token"))
      << no_auth;
}

TEST_F(VaultGeneratorFlow, LogsInOnceForManyRuns) {
  vault_.logins["approle/login"] = kAppRoleBody;
  generate(kCreds, kAppRole);
  generate(kCreds, kAppRole);
  EXPECT_EQ(vault_.count("PUT /v1/auth/approle/login"), 1);
  EXPECT_EQ(vault_.count("revoke"), 0) << "the credentials would go with the token";
}

TEST_F(VaultGeneratorFlow, PassesOnWhatVaultSaysAndSpeaksOfItsOwnFields) {
  answers("PUT /v1/transit/decrypt/k", 400, R"({"errors":["cipher: message authentication failed"]})");
  const std::string said =
      generate(R"("path":"transit/decrypt/k","method":"POST","parameters":{"ciphertext":"canary-31"})");
  EXPECT_TRUE(said.starts_with("error: unable to get dynamic secret: Error making API request.")) << said;
  EXPECT_TRUE(said.contains("cipher: message authentication failed")) << said;
  EXPECT_FALSE(said.contains("canary-31")) << said;
  answers("GET /v1/no", 403, R"({"errors":["1 error occurred:\n\t* permission denied\n\n"]})");
  EXPECT_TRUE(generate(R"("path":"no")").contains("(no policy of this token allows it, or spec.path is wrong)"));
}

TEST_F(VaultGeneratorFlow, RefusesAnAnswerThatIsNoJsonWithoutQuotingIt) {
  answers("GET /v1/pki/ca/pem", 200, "-----BEGIN canary-31");
  EXPECT_EQ(
      generate(R"("path":"pki/ca/pem")"),
      "error: unable to get dynamic secret: Raw Message: 20 bytes that are no JSON object; choose a path of Vault "
      "that answers JSON, such as pki/cert/ca instead of pki/ca/pem");
}

TEST_F(VaultGeneratorFlow, TriesAsOftenAsItsRetrySettingsSay) {
  for (int i = 0; i < 2; ++i) vault_.next.push_back({503, R"({"errors":["Vault is sealed"]})", {}, false});
  EXPECT_TRUE(generate(std::string(kCreds) + R"(,"retrySettings":{"maxRetries":2,"retryInterval":"1s"})")
                  .contains("username=u;"));
  vault_.next.push_back({503, R"({"errors":["Vault is sealed"]})", {}, false});
  EXPECT_TRUE(generate(std::string(kCreds) + R"(,"retrySettings":{"maxRetries":0})").contains("Vault is sealed"));
}

TEST_F(VaultGeneratorFlow, WantsParametersThatAreAnObject) {
  EXPECT_EQ(generate(R"("path":"a","method":"POST","parameters":[1])"), "error: spec.parameters must be an object");
}

}  // namespace
}  // namespace rotor::generators
