// Logging in as a ServiceAccount of the cluster, as the controller itself, and as the machine.
#include <fstream>

#include "providers/common/other_ways.hpp"
#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

TEST_F(AzureFlow, LogsInAsAServiceAccount) {  // AZ-52
  const std::string auth = R"("authType":"WorkloadIdentity","tenantId":"11111111-2222-3333-4444-555555555555",)"
                           R"("serviceAccountRef":{"name":"app","audiences":["extra"]})";
  EXPECT_EQ(read(auth), "plain");
  EXPECT_EQ(gate_.last_account, "team/app");
  EXPECT_EQ(gate_.audiences, (Names{"api://AzureADTokenExchange", "extra"}));
  EXPECT_EQ(azure_->calls[0], std::string("POST ") + kLoginUrl);
  EXPECT_EQ(azure_->logins,
            Names{"client_id=client-2&grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default&"
                  "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
                  "client_assertion=jwt-1"});
  EXPECT_EQ(read(auth), "plain");
  EXPECT_EQ(gate_.token_requests, 1) << "for all reconciles of a token's life";
}

struct AccountCase {
  const char* name;
  const char* auth;  // after the authType
  kube::StringMap annotations;
  const char* client;  // or, with a "!", the error's beginning
  const char* tenant;
};

TEST_F(AzureFlow, ClientAndTenantAreEachSaidInOnePlace) {  // AZ-53 to AZ-56
  const std::string client = "azure.workload.identity/client-id";
  const std::string tenant = "azure.workload.identity/tenant-id";
  const char* ref = R"("serviceAccountRef":{"name":"app"})";
  const char* with_tenant = R"("serviceAccountRef":{"name":"app"},"tenantId":"t-1")";
  const char* with_id =
      R"("serviceAccountRef":{"name":"app"},"tenantId":"t-1","authSecretRef":{"clientId":{"name":"azure","key":"id"}})";
  const char* with_both =
      R"("serviceAccountRef":{"name":"app"},"authSecretRef":{"clientId":{"name":"azure","key":"id"},)"
      R"("tenantId":{"name":"azure","key":"tenant"}})";
  const char* with_half =
      R"("serviceAccountRef":{"name":"app"},"authSecretRef":{"tenantId":{"name":"azure","key":"tenant"}})";
  const std::vector<AccountCase> cases = {
      {"annotations", ref, {{client, "c-2"}, {tenant, "t-2"}}, "c-2", "t-2"},
      {"tenant of the store", with_tenant, {{client, "c-2"}}, "c-2", "t-1"},
      {"tenant twice",
       with_tenant,
       {{client, "c-2"}, {tenant, "t-2"}},
       "!multiple tenantID found. Check secretRef, ",
       ""},
      {"client twice",
       with_id,
       {{client, "c-2"}},
       "!multiple clientID found. Check secretRef and serviceAccountRef",
       ""},
      {"no client",
       with_tenant,
       {},
       "!missing clientID: either serviceAccountRef or service account annotation "
       "'azure.workload.identity/client-id' is missing",
       ""},
      {"both from Secrets", with_both, {}, "client-1", "t-9"},
      {"no client in the Secret",
       with_half,
       {{client, "c-2"}},
       "!missing accessKeyID/secretAccessKey in store config",
       ""},
      {"the controller's tenant", ref, {{client, "c-2"}}, "c-2", "t-env"},
  };
  variables_["AZURE_TENANT_ID"] = "t-env";
  for (const AccountCase& c : cases) {
    gate_.annotations = c.annotations;
    azure_->calls.clear();
    const std::string got = read(std::string(R"("authType":"WorkloadIdentity",)") + c.auth);
    if (c.client[0] == '!') {
      EXPECT_TRUE(got.starts_with(c.client)) << c.name << ": " << got;
      EXPECT_EQ(azure_->calls, Names{}) << c.name;
    } else {
      EXPECT_EQ(got, "plain") << c.name;
      EXPECT_EQ(FakeAzure::field(azure_->logins.back(), "client_id"), c.client) << c.name;
      EXPECT_TRUE(azure_->calls[0].contains(std::string("/") + c.tenant + "/oauth2")) << azure_->calls[0];
    }
  }
  variables_.clear();
  clock_.advance(seconds(31));
  EXPECT_TRUE(
      read(std::string(R"("authType":"WorkloadIdentity",)") + ref).starts_with("!missing tenantID in store config"));
}

TEST_F(AzureFlow, OnlyAClusterStoreChoosesTheNamespaceOfItsServiceAccount) {  // AZ-57
  const std::string elsewhere =
      R"("authType":"WorkloadIdentity","tenantId":"t","serviceAccountRef":{"name":"app","namespace":"ns-b"})";
  EXPECT_EQ(read(cluster(elsewhere)), "plain");
  EXPECT_EQ(gate_.last_account, "ns-b/app");
  EXPECT_TRUE(read(elsewhere).starts_with("!invalid ServiceAccountRef: "));
}

TEST_F(AzureFlow, AnAssertionThatIsTooOldIsReplacedOnce) {
  const FakeAzure::Answer old{401, R"({"error":"invalid_client","error_codes":[700024]})"};
  azure_->next_login = {old};
  EXPECT_EQ(read(kAccountAuth), "plain");
  EXPECT_EQ(gate_.token_requests, 2);
  clock_.advance(hours(1));
  azure_->next_login = {old, old, old};
  EXPECT_TRUE(read(kAccountAuth).contains("compare this machine's clock"));
  EXPECT_EQ(gate_.token_requests, 4);
}

TEST_F(AzureFlow, TheControllersOwnIdentityIsNotForEverySecretStore) {
  variables_ = {{"AZURE_CLIENT_ID", "me"}, {"AZURE_TENANT_ID", "t"}, {"AZURE_FEDERATED_TOKEN_FILE", "/nonexistent"}};
  for (const char* auth : {kMachineAuth, R"("authType":"WorkloadIdentity")"}) {
    const auto refused = client(auth);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kDenied);
    EXPECT_TRUE(refused.error().message.contains("--allow-controller-identity")) << refused.error().message;
    EXPECT_TRUE(client(allowed(auth)));
    EXPECT_TRUE(client(cluster(auth)));
  }
}

TEST_F(AzureFlow, TokensOfTheControllersOwnIdentityGoToVaultsOfAzureAlone) {
  for (const std::string vault : {"https://vault.azure.net.evil.example", "https://evil.example",
                                  "https://vault.azure.net", "https://xvault.azure.net", "http://127.0.0.1:1"}) {
    const auto refused = client(cluster("\"vaultUrl\":\"" + vault + "\"," + kMachineAuth));
    ASSERT_FALSE(refused) << vault;
    EXPECT_EQ(refused.error().code, Code::kDenied) << refused.error().message;
  }
  const std::string own_cloud = R"("environmentType":"AzureStackCloud","useAzureSDK":true,"customCloudConfig":)"
                                R"({"activeDirectoryEndpoint":"https://evil.example"},)" +
                                std::string(kMachineAuth);
  EXPECT_EQ(client(allowed(own_cloud)).error().code, Code::kDenied);
  EXPECT_TRUE(client(cluster(own_cloud))) << "whoever writes cluster stores may";
  EXPECT_EQ(azure_->calls, Names{});
}

TEST_F(AzureFlow, TheControllersTokenFileIsReadAtEachLogin) {  // AZ-51
  const std::string auth = R"("authType":"WorkloadIdentity")";
  const std::string no_pod = read(allowed(auth));
  EXPECT_TRUE(
      no_pod.starts_with("!missing environment variables. AZURE_CLIENT_ID, AZURE_TENANT_ID and "
                         "AZURE_FEDERATED_TOKEN_FILE must be set"))
      << no_pod;
  EXPECT_TRUE(no_pod.ends_with(kWithoutALogin)) << no_pod;
  const std::string path = testing::TempDir() + "rotor-azure-token";
  std::remove(path.c_str());
  variables_ = {{"AZURE_CLIENT_ID", "me"}, {"AZURE_TENANT_ID", "t-env"}, {"AZURE_FEDERATED_TOKEN_FILE", path}};
  const std::string missing = read(allowed(auth));
  EXPECT_TRUE(missing.contains("unable to read token file " + path + ": open " + path + ": no such file or directory"))
      << missing;
  clock_.advance(seconds(61));
  std::ofstream(path) << " file-1\n";
  EXPECT_EQ(read(allowed(auth)), "plain");
  EXPECT_EQ(FakeAzure::field(azure_->logins.back(), "client_assertion"), "file-1");
  EXPECT_EQ(FakeAzure::field(azure_->logins.back(), "client_id"), "me");
  std::ofstream(path) << "file-2";
  clock_.advance(hours(1));
  EXPECT_EQ(read(cluster(auth)), "plain");
  EXPECT_EQ(FakeAzure::field(azure_->logins.back(), "client_assertion"), "file-2");
  variables_["AZURE_FEDERATED_TOKEN_FILE"] = testing::TempDir();
  EXPECT_TRUE(read(allowed(auth)).contains("it is no file"));
}

TEST_F(AzureFlow, AsksTheMachineForItsIdentity) {
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(read(allowed(std::string(R"("identityId":"id/1",)") + kMachineAuth)), "plain");
  const std::string url =
      "http://169.254.169.254/metadata/identity/oauth2/"
      "token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";
  EXPECT_EQ(azure_->calls[0], "GET " + url);
  EXPECT_EQ(azure_->calls[2], "GET " + url + "&client_id=id%2F1");
  EXPECT_EQ(*net::find_header(azure_->requests[0].headers, "Metadata"), "true");
  EXPECT_EQ(counter_.counts["Azure/IMDS/GetToken/success"], 2);
}

TEST_F(AzureFlow, TheMachinesServiceMayBeElsewhere) {
  variables_["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = "http://127.0.0.1:4321/";
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_TRUE(azure_->calls[0].starts_with("GET http://127.0.0.1:4321/metadata/identity/oauth2/token?"))
      << azure_->calls[0];
}

TEST_F(AzureFlow, AppServicesHaveAnAddressAndAHeaderOfTheirOwn) {
  variables_ = {{"IDENTITY_ENDPOINT", "http://127.0.0.1:41/metadata/identity/oauth2/msi"}, {"IDENTITY_HEADER", "h"}};
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(
      azure_->calls[0],
      "GET "
      "http://127.0.0.1:41/metadata/identity/oauth2/msi?api-version=2019-08-01&resource=https%3A%2F%2Fvault.azure.net");
  EXPECT_EQ(*net::find_header(azure_->requests[0].headers, "X-IDENTITY-HEADER"), "h");
}

TEST_F(AzureFlow, NumbersOfTheMachinesAnswerMayBeTexts) {
  azure_->lifetime = R"("expires_in":"3599","expires_on":"1767326644","not_before":"1","resource":"x")";
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  clock_.advance(std::chrono::minutes(61));
  azure_->lifetime = R"("expires_on":"1767333645")";  // App Service says only when
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(azure_->count("/metadata/"), 2);
}

TEST_F(AzureFlow, ALongTokenIsRenewedAtHalfOfItsLife) {
  azure_->lifetime = R"("expires_in":"86400")";
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  clock_.advance(hours(11));
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(azure_->count("/metadata/"), 1);
  clock_.advance(hours(2));
  azure_->next_machine = {{400, "{}"}};
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain") << "the old one serves while there is no new one";
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(azure_->count("/metadata/"), 2);
}

TEST_F(AzureFlow, WaitsForAMachineThatIsStarting) {
  azure_->next_machine = {{404, ""}, {410, ""}, {429, ""}, {503, ""}, {500, ""}};
  EXPECT_EQ(read(allowed(kMachineAuth)), "plain");
  EXPECT_EQ(azure_->count("/metadata/"), 6);
}

TEST_F(AzureFlow, SaysThatThereIsNoSuchManagedIdentity) {
  azure_->next_machine = {{400, R"({"error":"invalid_request","error_description":"Identity not found"})"}};
  const auto got = validate(allowed(std::string(R"("identityId":"x",)") + kMachineAuth));
  EXPECT_EQ(got.validity, Validity::kError);
  EXPECT_EQ(
      got.error->message,
      "cannot log in with the managed identity: GetToken: invalid_request: Identity not found — identityId must be "
      "the client ID of a managed identity that is assigned to the node");
  EXPECT_EQ(azure_->calls.size(), 1U) << "such an answer does not change by asking again";
}

TEST_F(AzureFlow, SaysSoonThatThisIsNoMachineOfAzure) {
  azure_->next_machine.assign(9, {.silent = true});
  const auto start = clock_.steady();
  const auto got = validate(allowed(kMachineAuth));
  EXPECT_EQ(got.validity, Validity::kError);
  EXPECT_TRUE(got.error->message.contains("the metadata service at http://169.254.169.254 does not answer"))
      << got.error->message;
  EXPECT_EQ(azure_->calls.size(), 2U);
  EXPECT_LT(clock_.steady() - start, seconds(10));
}

}  // namespace
}  // namespace rotor::providers::azure
