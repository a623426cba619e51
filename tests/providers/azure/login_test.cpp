// Logging in as an application with a client secret, and what all logins share.
#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

TEST_F(AzureFlow, LogsInWithAClientSecretAndReads) {  // AZ-01
  auto vault = client(kSecretAuth);
  ASSERT_TRUE(vault) << vault.error().message;
  EXPECT_EQ(get(**vault, remote("app")), "plain");
  EXPECT_EQ(azure_->calls,
            (Names{std::string("POST ") + kLoginUrl, "GET https://team.vault.azure.net/secrets/app/?api-version=7.4"}));
  EXPECT_EQ(azure_->logins,
            Names{"client_id=client-1&grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default&"
                  "client_secret=s3cret%26%2B%20%2F"});
  EXPECT_EQ(counter_.counts,
            (std::map<std::string, int>{{"Azure/Entra/GetToken/success", 1}, {"Azure/KeyVault/GetSecret/success", 1}}));
}

TEST_F(AzureFlow, LogsInOnceForALifetimeHoweverManyStoresAreTheSameIdentity) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 1U);
  clock_.advance(std::chrono::minutes(54));
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 1U);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 2U) << "before it expires";
}

TEST_F(AzureFlow, ManyWhoReadAtOnceLogInOnce) {
  std::vector<std::unique_ptr<SecretsClient>> clients;
  std::vector<std::unique_ptr<test::Running<Lookup<SecretBytes>>>> reads;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(*client(kSecretAuth));
    reads.push_back(
        std::make_unique<test::Running<Lookup<SecretBytes>>>(io_, clients.back()->get_secret(remote("app"))));
  }
  for (auto& running : reads) EXPECT_EQ(text_of(running->get()), "plain");
  EXPECT_EQ(azure_->logins.size(), 1U);
}

TEST_F(AzureFlow, StoresOfDifferentCredentialsNeverAnswerForEachOther) {
  gate_.secrets["other/azure/id"] = "client-9";
  gate_.secrets["other/azure/secret"] = "else";
  StoreContext theirs = context(kSecretAuth);
  theirs.store.ns = theirs.consumer_ns = "other";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(read(kSecretAuth), "plain");
    EXPECT_EQ(azure_->requests.back().headers[0].value, "Bearer token-1");
    EXPECT_EQ(read(theirs), "plain");
    EXPECT_EQ(azure_->requests.back().headers[0].value, "Bearer token-2");
  }
  EXPECT_EQ(azure_->logins.size(), 2U);
  EXPECT_EQ(FakeAzure::field(azure_->logins[1], "client_id"), "client-9");
}

TEST_F(AzureFlow, ARefusedLoginIsNotRepeatedUntilItsSecretChanges) {
  const FakeAzure::Answer wrong{
      401, R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid client )"
           R"(secret provided. Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-01-02 03:04:05Z",)"
           R"("error_codes":[7000215],"trace_id":"1-2"})"};
  azure_->next_login = {wrong, wrong};
  const std::string said =
      "!cannot log in to Microsoft Entra ID at https://login.microsoftonline.com/: GetToken: invalid_client: "
      "AADSTS7000215: Invalid client secret provided. — authSecretRef.clientSecret must hold the secret's value, not "
      "its "
      "ID";
  EXPECT_EQ(read(kSecretAuth), said);
  EXPECT_EQ(read(kSecretAuth), said);
  EXPECT_EQ(azure_->logins.size(), 1U);
  gate_.secrets["team/azure/secret"] = "new\n";
  EXPECT_EQ(read(kSecretAuth),
            said + "; the client secret in the Secret ends with a line break, which counts as part of it");
  gate_.secrets["team/azure/secret"] = "newer";
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 3U);
}

TEST_F(AzureFlow, ALoginIsTriedAgainWhenEntraIsBusy) {
  azure_->next_login = {{503, "<html>"}, {429, R"({"error":"temporarily_unavailable"})", {{"Retry-After", "2"}}}};
  const auto before = clock_.steady();
  EXPECT_EQ(read(kSecretAuth), "plain");
  EXPECT_EQ(azure_->logins.size(), 3U);
  EXPECT_GE(clock_.steady() - before, std::chrono::seconds(2)) << "as Retry-After asks";
}

struct LoginCase {
  const char* name;
  int status;
  const char* body;
  Code code;
  const char* part;  // of the message
};
class AzureLoginErrors : public AzureFlow, public testing::WithParamInterface<LoginCase> {};

TEST_P(AzureLoginErrors, SayWhatIsWrongAndTheWayOut) {
  for (int i = 0; i < 3; ++i) azure_->next_login.push_back({GetParam().status, GetParam().body});
  auto made = client(kSecretAuth);
  ASSERT_TRUE(made) << made.error().message;
  const auto got = pump((*made)->get_secret(remote("app")));
  ASSERT_TRUE(got.failed());
  EXPECT_EQ(got.error().code, GetParam().code);
  EXPECT_TRUE(got.error().message.contains(GetParam().part)) << got.error().message;
  for (const char* never : {"Trace ID", "Correlation", "s3cret", "Timestamp", "token-"}) {
    EXPECT_FALSE(got.error().message.contains(never)) << got.error().message;
  }
  EXPECT_EQ(azure_->count("vault"), 0) << "without a token nothing is asked";
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AzureLoginErrors,
    testing::Values(
        LoginCase{"SecretExpired", 401, R"({"error":"invalid_client","error_codes":[7000222]})", Code::kUnauthenticated,
                  "make a new client secret"},
        LoginCase{
            "NoApplication", 400,
            R"({"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier 'x' was )"
            R"(not found.\r\nTrace ID: a\r\nCorrelation ID: b\r\nTimestamp: c"})",
            Code::kInvalid, "AADSTS700016: Application with identifier 'x' was not found. — the client ID belongs to"},
        LoginCase{"NoTenant", 400, R"({"error":"invalid_request","error_codes":[90002]})", Code::kInvalid,
                  "compare tenantId"},
        LoginCase{"NoFederation", 401, R"({"error":"invalid_client","error_codes":[700213]})", Code::kDenied,
                  "no federated credential"},
        LoginCase{"Throttled", 400, R"({"error":"invalid_request","error_codes":[50196]})", Code::kThrottled,
                  "GetToken"},
        LoginCase{"Trouble", 400, R"({"error":"server_error","error_codes":[90033]})", Code::kUnavailable, "GetToken"},
        LoginCase{"Unknown", 400, R"({"error":"invalid_scope"})", Code::kInvalid, "invalid_scope"},
        LoginCase{"Redirect", 302, "", Code::kInvalid, "a redirect, which is not followed"},
        LoginCase{"ServerError", 500, "s3cret", Code::kUnavailable, "HTTP 500"},
        LoginCase{"Page", 200, "<html>log in with s3cret</html>", Code::kUnavailable, "is not a JSON object"},
        LoginCase{"Truncated", 200, R"({"access_token":"token-x","expires)", Code::kUnavailable,
                  "is not a JSON object"},
        LoginCase{"NoToken", 200, R"({"expires_in":3599})", Code::kUnavailable, "holds no token"},
        LoginCase{"EmptyToken", 200, R"({"access_token":"","expires_in":3599})", Code::kUnavailable, "holds no token"},
        LoginCase{"TokenWithALineBreak", 200, R"({"access_token":"a\nb","expires_in":3599})", Code::kUnavailable,
                  "holds no token"},
        LoginCase{"OtherKind", 200, R"({"access_token":"a","token_type":"mac","expires_in":3599})", Code::kUnavailable,
                  "no Bearer token"},
        LoginCase{"NoEnd", 200, R"({"access_token":"a"})", Code::kUnavailable, "until when"},
        LoginCase{"Ended", 200, R"({"access_token":"a","expires_in":0})", Code::kUnavailable, "until when"},
        LoginCase{"NoContent", 204, "", Code::kInvalid, "HTTP 204"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace rotor::providers::azure
