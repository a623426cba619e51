// What a vault may answer beside values, finding, and the validation of a store.
#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

using Answer = FakeAzure::Answer;

struct ErrorCase {
  const char* name;
  Answer answer;
  Code code;
  const char* message;  // its beginning
  int calls;
};
class AzureVaultErrors : public AzureFlow, public testing::WithParamInterface<ErrorCase> {};

TEST_P(AzureVaultErrors, AreNeitherAbsenceNorAValue) {
  azure_->next_vault.assign(9, GetParam().answer);
  auto vault = client(kSecretAuth);
  const auto got = pump((*vault)->get_secret(remote("app")));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().code, GetParam().code);
  EXPECT_TRUE(got.error().message.starts_with(GetParam().message)) << got.error().message;
  EXPECT_FALSE(got.error().message.contains("0a0b")) << "an id that differs at every attempt: " << got.error().message;
  EXPECT_EQ(azure_->count("/secrets/app/"), GetParam().calls);
}

Answer vault_error(int status, std::string code, std::string inner, std::string message) {
  return {status, R"({"error":{"code":")" + code + R"(","message":")" + message + R"(","innererror":{"code":")" +
                      inner + "\"}}}"};
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AzureVaultErrors,
    testing::Values(
        ErrorCase{"Disabled",
                  vault_error(403, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret."),
                  Code::kDenied,
                  "GetSecret: Forbidden (SecretDisabled): Operation get is not allowed on a disabled secret. — the "
                  "secret is disabled",
                  1},
        ErrorCase{"Rbac", vault_error(403, "Forbidden", "ForbiddenByRbac", R"(Caller is not authorized.\r\nCaller: x)"),
                  Code::kDenied,
                  "GetSecret: Forbidden (ForbiddenByRbac): Caller is not authorized.  Caller: x — give the store's "
                  "identity a role",
                  1},
        ErrorCase{"Policy", vault_error(403, "Forbidden", "AccessDenied", "no get permission"), Code::kDenied,
                  "GetSecret: Forbidden (AccessDenied): no get permission — give the store's identity an access policy",
                  1},
        ErrorCase{"Firewall", vault_error(403, "Forbidden", "ForbiddenByFirewall", "Client address is not authorized"),
                  Code::kDenied,
                  "GetSecret: Forbidden (ForbiddenByFirewall): Client address is not authorized — the vault's firewall",
                  1},
        ErrorCase{"BadParameter", vault_error(400, "BadParameter", "", "wrong. Request id: 0a0b-1"), Code::kInvalid,
                  "GetSecret: BadParameter: wrong.", 1},
        ErrorCase{"Deleted", vault_error(409, "Conflict", "ObjectIsDeletedButRecoverable", "in a deleted state"),
                  Code::kConflict,
                  "GetSecret: Conflict (ObjectIsDeletedButRecoverable): in a deleted state — it was deleted", 1},
        ErrorCase{"NotFoundOfSomethingElse", vault_error(404, "VaultNotFound", "", "x"), Code::kInvalid,
                  "GetSecret: VaultNotFound: x", 1},
        ErrorCase{"NotFoundByAProxy", {404, "<html>not here</html>"}, Code::kInvalid, "GetSecret: HTTP 404", 1},
        ErrorCase{"Redirect",
                  {302, R"({"error":{"code":"SecretNotFound"}})", {{"Location", "https://evil.example/"}}},
                  Code::kInvalid,
                  "GetSecret: HTTP 302 (a redirect, which is not followed)",
                  1},
        ErrorCase{"NotModified", {304}, Code::kInvalid, "GetSecret: HTTP 304", 1},
        ErrorCase{"NoContent", {204}, Code::kInvalid, "GetSecret: HTTP 204", 1},
        ErrorCase{"Throttled", vault_error(429, "Throttled", "", "slow down"), Code::kThrottled,
                  "GetSecret: Throttled: slow down", 3},
        ErrorCase{"Timeout", {408}, Code::kTimeout, "GetSecret: HTTP 408", 3},
        ErrorCase{"ServerError", {500, "oops"}, Code::kUnavailable, "GetSecret: HTTP 500", 3},
        ErrorCase{"Unavailable", {503, "<html>"}, Code::kUnavailable, "GetSecret: HTTP 503", 3},
        ErrorCase{"Silent", {.silent = true}, Code::kUnavailable, "GetSecret: connection refused", 3},
        ErrorCase{"Unauthorized", vault_error(401, "Unauthorized", "", "AKV10022: Invalid audience."),
                  Code::kUnauthenticated, "GetSecret: Unauthorized: AKV10022: Invalid audience.", 1}),
    [](const auto& row) { return row.param.name; });

TEST_F(AzureFlow, TriesAgainWhatMayPassAsTheVaultAsks) {
  azure_->next_vault = {{429, "{}", {{"Retry-After", "3"}}}, {500, ""}};
  const auto before = clock_.steady();
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_GE(clock_.steady() - before, std::chrono::seconds(3));
  azure_->next_vault = {{429, "{}", {{"Retry-After", "600"}}}};
  auto vault = client(kSecretAuth);
  const auto got = pump((*vault)->get_secret(remote("app")));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().retry_after, std::chrono::seconds(600)) << "longer than a call may last: the queue waits";
}

TEST_F(AzureFlow, ATokenThatIsNoLongerTakenIsReplacedOnce) {
  EXPECT_EQ(read(kSecretAuth), "plain");
  clock_.advance(std::chrono::minutes(10));
  azure_->tokens.erase("token-1");  // revoked
  azure_->tokens["unused"] = "";
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 2U);
}

TEST_F(AzureFlow, AVaultThatTakesNoTokenDoesNotMakeUsLogInForEachObject) {
  azure_->next_vault.assign(20, {401, "{}"});
  auto vault = client(kSecretAuth);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(get(**vault, remote("app")).starts_with("!GetSecret: HTTP 401"));
  EXPECT_EQ(azure_->logins.size(), 1U);
  EXPECT_EQ(azure_->count("/secrets/app/"), 5);
}

TEST_F(AzureFlow, GivesTheClaimsThatAVaultWantsToSee) {
  const std::string challenge =
      R"(Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", )"
      R"(error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0=")";
  azure_->next_vault = {{401, "{}", {{"WWW-Authenticate", challenge}}}};
  EXPECT_EQ(read(kSecretAuth), "plain");
  ASSERT_EQ(azure_->logins.size(), 2U);
  EXPECT_EQ(FakeAzure::field(azure_->logins[0], "claims"), "");
  EXPECT_EQ(FakeAzure::field(azure_->logins[1], "claims"), R"({"access_token":{"nbf":{"value":"1"}}})");
  azure_->next_vault.assign(9, {401, "{}", {{"WWW-Authenticate", challenge}}});
  EXPECT_TRUE(read(kSecretAuth).starts_with("!GetSecret: HTTP 401"));
  EXPECT_EQ(azure_->logins.size(), 2U) << "a token with the claims has just been made";
}

TEST_F(AzureFlow, ValidatesCredentialsAndVaultWithoutReadingASecret) {
  EXPECT_EQ(validate(context(kSecretAuth)).validity, Validity::kReady);
  EXPECT_EQ(azure_->calls, (Names{std::string("POST ") + kLoginUrl,
                                  "GET https://team.vault.azure.net/secrets?api-version=7.4&maxresults=1"}));
  EXPECT_EQ(net::find_header(azure_->requests[1].headers, "Authorization"), nullptr);
}

struct ValidateCase {
  const char* name;
  std::deque<Answer> login;
  std::deque<Answer> vault;
  Validity validity;
  const char* part;
};

TEST_F(AzureFlow, SaysWhatAStoreHasWrong) {
  const std::vector<ValidateCase> cases = {
      {"wrong secret",
       {{401, R"({"error":"invalid_client","error_codes":[7000215]})"}},
       {},
       Validity::kError,
       "authSecretRef.clientSecret must hold the secret's value"},
      {"Entra is away", {{503, ""}, {503, ""}, {503, ""}}, {}, Validity::kUnknown, "GetToken: HTTP 503"},
      {"not a vault",
       {},
       {{404, "<html>"}},
       Validity::kError,
       "spec.provider.azurekv.vaultUrl: https://team.vault.azure.net: this is not how a key vault answers: "
       "GetChallenge: HTTP 404"},
      {"anybody may read", {}, {{200, R"({"value":[]})"}}, Validity::kError, "this is not how a key vault answers"},
      {"firewall",
       {},
       {vault_error(403, "Forbidden", "ForbiddenByFirewall", "no")},
       Validity::kError,
       "spec.provider.azurekv.vaultUrl: https://team.vault.azure.net: GetChallenge: Forbidden (ForbiddenByFirewall)"},
      {"vault is away",
       {},
       {{.silent = true}, {.silent = true}, {.silent = true}},
       Validity::kUnknown,
       "connection refused"},
      {"other tenant",
       {},
       {{401,
         "{}",
         {{"WWW-Authenticate",
           R"(Bearer authorization="https://login.windows.net/99999999-2222-3333-4444-555555555555", resource="https://vault.azure.net")"}}}},
       Validity::kError,
       "the vault belongs to tenant 99999999-2222-3333-4444-555555555555, the login is for tenant 1111"},
  };
  for (const ValidateCase& c : cases) {
    clock_.advance(std::chrono::hours(2));
    azure_->next_login = c.login;
    azure_->next_vault = c.vault;
    const Validation got = validate(context(kSecretAuth));
    EXPECT_EQ(got.validity, c.validity) << c.name;
    ASSERT_TRUE(got.error) << c.name;
    EXPECT_TRUE(got.error->message.contains(c.part)) << c.name << ": " << got.error->message;
  }
}

}  // namespace
}  // namespace rotor::providers::azure
