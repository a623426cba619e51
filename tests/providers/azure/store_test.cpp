// What the block of a store may say, and what is said when it is wrong.
#include "tests/providers/azure/azure_flow.hpp"

namespace rotor::providers::azure {
namespace {

struct StoreCase {
  const char* block;
  const char* message;  // what the error starts with; empty: fine
};

TEST_F(AzureFlow, ChecksTheStoresBlock) {  // AZ-48, AZ-49
  const std::string foreign =
      ": namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {kSecretAuth, ""},
      {R"("authSecretRef":{"clientId":{"name":"a","key":"k","namespace":"evil"}})",
       "invalid AuthSecretRef.ClientID" + foreign},
      {R"("authSecretRef":{"clientSecret":{"name":"a","key":"k","namespace":"evil"}})",
       "invalid AuthSecretRef.ClientSecret" + foreign},
      {R"("authSecretRef":{"tenantId":{"name":"a","key":"k","namespace":"evil"}})",
       "invalid AuthSecretRef.TenantID" + foreign},
      {R"("authSecretRef":{"clientCertificate":{"name":"a","key":"k","namespace":"evil"}})",
       "invalid AuthSecretRef.ClientCertificate" + foreign},
      {R"("serviceAccountRef":{"name":"a","namespace":"evil"})", "invalid ServiceAccountRef" + foreign},
      {R"("serviceAccountRef":{"name":"a","namespace":"team"})", ""},
      {R"("customCloudConfig":{"activeDirectoryEndpoint":"https://a"})",
       "CustomCloudConfig requires UseAzureSDK to be set to true - the legacy SDK does not support custom clouds"},
      {R"("useAzureSDK":true,"customCloudConfig":{"activeDirectoryEndpoint":""})",
       "activeDirectoryEndpoint is required in CustomCloudConfig"},
      {R"("useAzureSDK":true,"environmentType":"AzureStackCloud")",
       "CustomCloudConfig is required when EnvironmentType is AzureStackCloud"},
  };
  for (const auto& [block, message] : cases) {
    const auto checked = provider_->validate_store(store_with(config(block)));
    EXPECT_EQ(checked ? "" : checked.error().message, message) << block;
  }
  EXPECT_TRUE(
      provider_->validate_store(store_with("null")).error().message.starts_with("invalid azure keyvault provider"));
  EXPECT_EQ(provider_->validate_store(store_with(config(R"("environmentType":"GermanCloud")")))->size(), 1U)
      << "a warning: that cloud is gone";
}

TEST_F(AzureFlow, SaysWhatAStoreLacksBeforeAnybodyIsAsked) {  // AZ-50
  gate_.secrets["team/azure/newline"] = "client-1\n";
  gate_.secrets["team/azure/empty"] = "";
  const std::string id = R"("clientId":{"name":"azure","key":"id"})";
  const std::string secret = R"("clientSecret":{"name":"azure","key":"secret"})";
  const std::string certificate = R"("clientCertificate":{"name":"azure","key":"secret"})";
  const auto with = [](const std::string& ref) { return R"("tenantId":"t","authSecretRef":{)" + ref + "}"; };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "missing tenantID in store config: "},
      {R"("tenantId":"t")", "missing secretRef in provider config: "},
      {with(secret), "missing accessKeyID/secretAccessKey in store config: "},
      {with(id), "missing accessKeyID/secretAccessKey in store config: "},
      {with(id + "," + secret + "," + certificate), "both clientSecret and clientCredentials set"},
      {with(R"("clientId":{"name":"azure","key":"nope"},)" + secret),
       "failed to get clientID: cannot find secret data for key: \"nope\""},
      {with(id + R"(,"clientSecret":{"name":"azure","key":"nope"})"), "failed to get clientSecret: cannot find"},
      {with(id + R"(,"clientSecret":{"name":"azure","key":"empty"})"),
       "authSecretRef.clientSecret: the Secret's value is empty"},
      {with(R"("clientId":{"name":"azure","key":"newline"},)" + secret),
       "authSecretRef.clientId: the Secret's value holds a line break"},
      {R"("tenantId":"..","authSecretRef":{)" + id + "," + secret + "}", "tenantId must be the ID of the tenant"},
      {R"("authType":"Password")", "cannot initialize Azure Client: no valid authType was specified"},
      {R"("authType":"")", "cannot initialize Azure Client: no valid authType was specified"},
      {R"("environmentType":"MoonCloud")", "spec.provider.azurekv.environmentType: there is no cloud \"MoonCloud\""},
      {R"("vaultUrl":"")", "spec.provider.azurekv.vaultUrl is empty"},
      {R"("vaultUrl":"http://team.vault.azure.net")",
       "spec.provider.azurekv.vaultUrl: \"http://team.vault.azure.net\" would send"},
      {R"("vaultUrl":"https://169.254.169.254/")",
       "spec.provider.azurekv.vaultUrl: \"https://169.254.169.254/\" is an address of the node"},
      {R"("vaultUrl":"https://team.vault.azure.net/secrets/app")",
       "spec.provider.azurekv.vaultUrl: \"https://team.vault.azure.net/secrets/app\" is more than a vault's address; "
       "give "
       "https://team.vault.azure.net alone"},
      {R"("vaultUrl":"https://team.vault.azure.net?x=1")", "spec.provider.azurekv.vaultUrl: "},
      {R"("environmentType":"AzureStackCloud","useAzureSDK":true,"customCloudConfig":{"activeDirectoryEndpoint":"http://169.254.169.254"})",
       "spec.provider.azurekv.customCloudConfig.activeDirectoryEndpoint: "},
  };
  for (const auto& [block, message] : cases) {
    const auto made = client(block);
    ASSERT_FALSE(made) << block;
    EXPECT_TRUE(made.error().message.starts_with(message)) << made.error().message;
    EXPECT_EQ(made.error().code, Code::kInvalid) << block;
  }
  EXPECT_EQ(azure_->calls, Names{});
}

TEST_F(AzureFlow, ATrailingSlashOfTheVaultIsNoPartOfIt) {
  EXPECT_EQ(read(std::string(R"("vaultUrl":"https://team.vault.azure.net/",)") + kSecretAuth), "plain");
}

TEST_F(AzureFlow, AReferentClusterStoreIsUnknownWithoutAConsumerAndReadsForOne) {
  for (const char* auth : {kSecretAuth, kAccountAuth}) {
    EXPECT_EQ(validate(cluster(auth, "")).validity, Validity::kUnknown);
    auto nobody = client(cluster(auth, ""));
    ASSERT_TRUE(nobody);
    EXPECT_TRUE(get(**nobody, remote("app")).starts_with("!the store's credentials depend on the namespace"));
    EXPECT_FALSE(pump((*nobody)->get_all({})));
    EXPECT_EQ(azure_->calls, Names{});
    EXPECT_EQ(read(cluster(auth)), "plain");
    azure_->calls.clear();
  }
}

struct CloudCase {
  const char* name;
  const char* login;
  const char* resource;
};

TEST_F(AzureFlow, EachCloudHasItsOwnLoginAndResource) {  // AZ-58
  for (const CloudCase& cloud :
       {CloudCase{"PublicCloud", "https://login.microsoftonline.com/", "vault.azure.net"},
        CloudCase{"USGovernmentCloud", "https://login.microsoftonline.us/", "vault.usgovcloudapi.net"},
        CloudCase{"ChinaCloud", "https://login.chinacloudapi.cn/", "vault.azure.cn"},
        CloudCase{"GermanCloud", "https://login.microsoftonline.de/", "vault.microsoftazure.de"}}) {
    azure_->calls.clear();
    const std::string vault = std::string("https://team.") + cloud.resource;
    azure_->objects[vault + "/secrets/app/"] = FakeAzure::secret("app", R"("there")");
    const std::string block =
        "\"vaultUrl\":\"" + vault + "\",\"environmentType\":\"" + cloud.name + "\"," + kSecretAuth;
    EXPECT_EQ(read(block), "there");
    EXPECT_EQ(azure_->calls, (Names{std::string("POST ") + cloud.login + kTenant + "/oauth2/v2.0/token",
                                    "GET " + vault + "/secrets/app/?api-version=7.4"}));
    EXPECT_EQ(FakeAzure::field(azure_->logins.back(), "scope"), std::string("https://") + cloud.resource + "/.default");
  }
}

constexpr const char* kStack =
    R"("vaultUrl":"https://team.vault.local.stack.example","environmentType":"AzureStackCloud","useAzureSDK":true,)";

TEST_F(AzureFlow, ACloudOfOnesOwnIsAskedOnceWhatItsTokensAreFor) {
  const std::string block = std::string(kStack) +
                            R"("customCloudConfig":{"activeDirectoryEndpoint":"https://login.stack.example/adfs"},)" +
                            kSecretAuth;
  azure_->objects["https://team.vault.local.stack.example/secrets/app/"] = FakeAzure::secret("app", R"("there")");
  EXPECT_EQ(read(block), "there");
  EXPECT_EQ(read(block), "there");
  EXPECT_EQ(azure_->count("https://login.stack.example/adfs/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token"),
            1);
  EXPECT_EQ(azure_->count("/secrets?api-version=7.4&maxresults=1"), 1);
  EXPECT_EQ(azure_->count("/secrets/app/"), 2);
  EXPECT_EQ(FakeAzure::field(azure_->logins[0], "scope"), "https://vault.local.stack.example/.default");
}

TEST_F(AzureFlow, ACloudOfOnesOwnThatNamesItsResourceIsNotAsked) {
  const std::string block = std::string(kStack) +
                            R"("customCloudConfig":{"activeDirectoryEndpoint":"https://login.stack.example/",)"
                            R"("keyVaultEndpoint":"https://vault.local.stack.example/"},)" +
                            kSecretAuth;
  azure_->objects["https://team.vault.local.stack.example/secrets/app/"] = FakeAzure::secret("app", R"("there")");
  EXPECT_EQ(read(block), "there");
  EXPECT_EQ(azure_->calls.size(), 2U);
}

TEST_F(AzureFlow, AVaultThatAsksForATokenOfSomebodyElseGetsNone) {
  azure_->next_vault.push_back(
      {401,
       "{}",
       {{"WWW-Authenticate",
         R"(Bearer authorization="https://login.stack.example/t", resource="https://graph.example")"}}});
  const std::string block = std::string(kStack) +
                            R"("customCloudConfig":{"activeDirectoryEndpoint":"https://login.stack.example/"},)" +
                            kSecretAuth;
  const std::string got = read(block);
  EXPECT_TRUE(got.contains("asks for a token of graph.example, under whose name it does not stand")) << got;
  EXPECT_EQ(azure_->logins, Names{});
}

}  // namespace
}  // namespace rotor::providers::azure
