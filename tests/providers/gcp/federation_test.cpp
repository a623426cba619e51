// Logging in by a workload identity pool, over sockets, and what is refused before anybody is asked.
#include <fstream>

#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "providers/gcp/aws_identity.hpp"
#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr const char* kPool =
    "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/pool/providers/aws";
const std::string kSts = "POST https://sts.googleapis.com/v1/token ";
const std::string kImds = "http://169.254.169.254/latest/";
const std::string kInvalid = "failed to create GCP secretmanager client: invalid external_account config\n";

std::string federation(const std::string& inner) { return R"("auth":{"workloadIdentityFederation":{)" + inner + "}}"; }

class GcpFederation : public GcpFlow {
 protected:
  // A store whose credConfig is a ConfigMap with this text.
  std::string configured(const std::string& json, const std::string& more = "") {
    gate_.config_maps["team/wif/config.json"] = json;
    return block(federation(R"("credConfig":{"name":"wif","key":"config.json"})" + more));
  }
  static std::string external(const std::string& source, const std::string& more = "") {
    return fmt::format(R"({{"type":"external_account","audience":"{}","credential_source":{}{}}})", kPool, source,
                       more);
  }
  std::string form_of(const std::string& call) const { return call.substr(call.rfind(' ') + 1); }
};

TEST_F(GcpFederation, AServiceAccountsTokenIsExchanged) {
  const std::string auth = federation(fmt::format(R"("audience":"{}","serviceAccountRef":{{"name":"app"}})", kPool));
  auto sm = client(auth);
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(gate_.audiences, Names{kPool}) << "the pool itself, when the manifest names no audience of the token";
  ASSERT_EQ(google_.calls.size(), 2U);
  EXPECT_TRUE(google_.calls[0].starts_with(kSts)) << google_.calls[0];
  const std::string form = form_of(google_.calls[0]);
  EXPECT_EQ(FakeGoogle::field(form, "audience"), kPool);
  EXPECT_EQ(FakeGoogle::field(form, "grant_type"), "urn:ietf:params:oauth:grant-type:token-exchange");
  EXPECT_EQ(FakeGoogle::field(form, "requested_token_type"), "urn:ietf:params:oauth:token-type:access_token");
  EXPECT_EQ(FakeGoogle::field(form, "scope"), "https://www.googleapis.com/auth/cloud-platform");
  EXPECT_EQ(FakeGoogle::field(form, "subject_token"), "jwt-1");
  EXPECT_EQ(FakeGoogle::field(form, "subject_token_type"), "urn:ietf:params:oauth:token-type:jwt");
  auto again = client(auth);
  EXPECT_EQ(get(**again, remote("app", "user")), "u");
  EXPECT_EQ(google_.issued, 1);
  EXPECT_EQ(gate_.token_requests, 1);
}

TEST_F(GcpFederation, AudiencesOfTheManifestAreSentAsTheyAre) {
  auto sm = client(
      federation(fmt::format(R"("audience":"{}","serviceAccountRef":{{"name":"app","audiences":["mine"]}})", kPool)));
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(gate_.audiences, Names{"mine"});
}

TEST_F(GcpFederation, TheManifestsServiceAccountGoesBeforeTheAnnotationAndTheJson) {
  const std::string base = fmt::format(R"("audience":"{}","serviceAccountRef":{{"name":"app"}})", kPool);
  gate_.annotations["iam.gke.io/gcp-service-account"] = "noted@p.iam.gserviceaccount.com";
  auto noted = client(federation(base));
  EXPECT_EQ(get(**noted, remote("app", "user")), "u");
  EXPECT_EQ(google_.calls[1],
            "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/noted@p.iam.gserviceaccount.com:"
            R"(generateAccessToken {"lifetime":"3600s","scope":["https://www.googleapis.com/auth/cloud-platform"]})");
  auto named = client(federation(base + R"(,"gcpServiceAccountEmail":"named@p.iam.gserviceaccount.com")"));
  EXPECT_EQ(get(**named, remote("app", "user")), "u");
  EXPECT_TRUE(google_.calls[4].contains("/named@p.iam.")) << google_.calls[4];

  const std::string url =
      "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/json@p.iam.gserviceaccount.com:"
      "generateAccessToken";
  google_.elsewhere["GET https://tokens.example.com/t"] = {200, "url-jwt\n", {}};
  auto json = made(context(configured(
      external(
          R"({"url":"https://tokens.example.com/t"})",
          R"(,"service_account_impersonation_url":")" + url +
              R"(","service_account_impersonation":{"token_lifetime_seconds":600},"client_id":"c","client_secret":"s")"),
      R"(,"externalTokenEndpoint":"https://tokens.example.com/t")")));
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(get(**json, remote("app", "user")), "u");
  EXPECT_TRUE(google_.calls[8].contains(R"(/json@p.iam.gserviceaccount.com:generateAccessToken {"lifetime":"600s")"))
      << google_.calls[8];
  EXPECT_EQ(FakeGoogle::field(form_of(google_.calls[7]), "subject_token"), "url-jwt");
}

TEST_F(GcpFederation, AnAddressMayAnswerADocument) {
  google_.elsewhere["GET https://tokens.example.com/t"] = {200, R"({"a":1,"value":"json-jwt"})"};
  const std::string store = configured(external(R"({"url":"https://tokens.example.com/t","headers":{"X-Mine":"1"},)"
                                                R"("format":{"type":"json","subject_token_field_name":"value"}})"),
                                       R"(,"externalTokenEndpoint":"https://tokens.example.com/t")");
  auto sm = made(context(store));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(FakeGoogle::field(form_of(google_.calls[1]), "subject_token"), "json-jwt");
  google_.elsewhere["GET https://tokens.example.com/t"] = {200, R"({"other":"json-jwt"})"};
  clock_.advance(std::chrono::hours(1));
  const std::string message = refusal(context(store));
  EXPECT_TRUE(message.contains("the document has no text \"value\"")) << message;
  EXPECT_FALSE(message.contains("json-jwt"));
}

TEST_F(GcpFederation, KeysOfAwsAreProvenByASignedRequest) {
  gate_.secrets["team/aws/aws_access_key_id"] = "AKIDEXAMPLE";
  gate_.secrets["team/aws/aws_secret_access_key"] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const std::string auth = federation(fmt::format(
      R"("audience":"{}","awsSecurityCredentials":{{"region":"ap-south-1","awsCredentialsSecretRef":{{"name":"aws"}}}})",
      kPool));
  auto sm = client(auth);
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  const std::string form = form_of(google_.calls[0]);
  EXPECT_EQ(FakeGoogle::field(form, "subject_token_type"), "urn:ietf:params:aws:token-type:aws4_request");
  EXPECT_TRUE(FakeGoogle::field(form, "subject_token")
                  .contains("Signature%3D42b3f757e8774e21b40178123a4646101f7e7644a8d39490f47ae02b59dfed19"))
      << form;
  gate_.secrets.erase("team/aws/aws_secret_access_key");
  const std::string message = refusal(context(block(auth)));
  EXPECT_TRUE(message.contains("failed to fetch AwsSecurityCredentials secret \"team/aws\"")) << message;
  EXPECT_TRUE(message.contains("aws_access_key_id and aws_secret_access_key keys must be present")) << message;
}

TEST(AwsSubjectToken, IsTheRequestAsGoogleReadsIt) {
  const AwsIdentity identity{{"AKIDEXAMPLE", SecretBytes("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")}, "ap-south-1"};
  const auto token = aws_subject_token(identity, kPool, WallTime(std::chrono::seconds(1767323045)));
  ASSERT_TRUE(token) << token.error().message;
  const std::string_view text = token->reveal();
  EXPECT_TRUE(text.contains("AWS4-HMAC-SHA256+Credential%3D")) << "a space is a plus sign";
  std::string spaced(text);
  for (std::size_t at = spaced.find('+'); at != std::string::npos; at = spaced.find('+')) spaced[at] = ' ';
  EXPECT_EQ(
      *percent_decode(spaced),
      R"({"url":"https://sts.ap-south-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15","method":"POST",)"
      R"("headers":[{"key":"Authorization","value":"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/ap-south-1/sts/)"
      R"(aws4_request, SignedHeaders=host;x-amz-date;x-goog-cloud-target-resource, )"
      R"(Signature=42b3f757e8774e21b40178123a4646101f7e7644a8d39490f47ae02b59dfed19"},)"
      R"({"key":"Host","value":"sts.ap-south-1.amazonaws.com"},{"key":"X-Amz-Date","value":"20260102T030405Z"},)"
      R"({"key":"X-Goog-Cloud-Target-Resource","value":")" +
          std::string(kPool) + R"("}]})");
  EXPECT_FALSE(aws_subject_token({identity.credentials, "a.b/"}, kPool, WallTime()));
}

TEST_F(GcpFederation, TheMachinesIdentityOfAwsIsForThoseWhoMayUseTheControllers) {
  const std::string store = configured(
      external(R"({"environment_id":"aws1","url":"http://169.254.169.254/latest/meta-data/iam/security-credentials",)"
               R"("region_url":"http://169.254.169.254/latest/meta-data/placement/availability-zone",)"
               R"("imdsv2_session_token_url":"http://169.254.169.254/latest/api/token"})",
               R"(,"subject_token_type":"urn:ietf:params:aws:token-type:aws4_request")"));
  EXPECT_TRUE(refusal(context(store)).contains("--allow-controller-identity"));
  EXPECT_TRUE(google_.calls.empty());
  google_.elsewhere["PUT " + kImds + "api/token"] = {200, "imds", {}};
  google_.elsewhere["GET " + kImds + "meta-data/placement/availability-zone"] = {200, "eu-west-1b", {}};
  google_.elsewhere["GET " + kImds + "meta-data/iam/security-credentials"] = {200, "node\n", {}};
  google_.elsewhere["GET " + kImds + "meta-data/iam/security-credentials/node"] = {
      200, R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"session"})"};
  auto sm = made(cluster_context(store));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  const std::string token = FakeGoogle::field(form_of(google_.calls[4]), "subject_token");
  EXPECT_TRUE(token.contains("sts.eu-west-1.amazonaws.com")) << token;
  EXPECT_TRUE(token.contains("X-Amz-Security-Token")) << token;

  variables_["AWS_REGION"] = "us-east-1";
  variables_["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "s";
  clock_.advance(std::chrono::hours(1));
  auto from_environment = made(cluster_context(store));
  google_.calls.clear();
  EXPECT_EQ(get(**from_environment, remote("app", "user")), "u");
  EXPECT_EQ(google_.calls.size(), 2U) << "the environment goes before the metadata service";
}

TEST_F(GcpFederation, AFileIsReadAnewEachTimeAndOnlyWhenTheControllerListsIt) {
  const std::string path = testing::TempDir() + "rotor-gcp-subject-" + std::to_string(::getpid());
  std::ofstream(path) << "one\n";
  const std::string store = configured(external(R"({"file":")" + path + R"("})"));
  EXPECT_TRUE(refusal(context(store))
                  .starts_with(kInvalid + "credential_source.file \"" + path + "\" is a file of the controller"))
      << refusal(context(store));
  variables_["ROTOR_GCP_SUBJECT_TOKEN_FILES"] = "/a:" + path;
  auto sm = made(context(store));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(FakeGoogle::field(form_of(google_.calls[0]), "subject_token"), "one");
  std::ofstream(path) << "two\n";
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(get(**sm, remote("app", "", "1")).has_value(), true);
  EXPECT_EQ(FakeGoogle::field(form_of(google_.calls[2]), "subject_token"), "two");
  (void)std::remove(path.c_str());
}

struct RefusedCase {
  std::string json;
  std::string message;  // a part of it
  std::string more{};
};

TEST_F(GcpFederation, RefusesHostileSourcesBeforeAnybodyIsAsked) {  // GC-42 to GC-46
  const std::string endpoint = R"(,"externalTokenEndpoint":")";
  variables_["ROTOR_GCP_SUBJECT_TOKEN_FILES"] = "/permitted";
  const std::string one_of = "one of credential_source.file, credential_source.url, credential_source.aws.url or";
  const std::vector<RefusedCase> cases = {
      {R"({"type":"authorized_user"})",
       "invalid credentials: 'type' field is \"authorized_user\" (expected \"external_account\")"},
      {"{", "failed to unmarshal external acccount config in \"wif\": "},
      {" \n", "key \"config.json\" in configmap \"wif\" has empty value"},
      {external(R"({"executable":{"command":"/bin/true"}})"), "credential_source.executable.command is not allowed"},
      {external(R"({"executable":{},"url":"https://x/t"})"), "credential_source.executable.command is not allowed"},
      {external(R"({"url":"https://x/token"})"),
       "credential_source.url \"https://x/token\" does not match with the configured \"https://y/token\" "
       "externalTokenEndpoint",
       endpoint + "https://y/token\""},
      {external(R"({"url":"http://169.254.169.254/t"})"), "is an address of the node",
       endpoint + "http://169.254.169.254/t\""},
      {external(R"({"url":"http://x.example.com/t"})"), "would send credentials in the clear",
       endpoint + "http://x.example.com/t\""},
      {external(
           R"({"environment_id":"aws1","url":"http://evil.example.com/latest/meta-data/iam/security-credentials"})"),
       "credential_source.url \"http://evil.example.com/latest/meta-data/iam/security-credentials\" is not one of "
       "AWS's own"},
      {external(R"({"environment_id":"aws1","region_url":"http://169.254.169.254/latest/user-data"})"),
       "credential_source.region_url \"http://169.254.169.254/latest/user-data\" is not one of"},
      {external(
           R"({"environment_id":"aws1","imdsv2_session_token_url":"http://169.254.169.254:80@evil/latest/api/token"})"),
       "credential_source.imdsv2_session_token_url"},
      {external(R"({"url":"http://127.0.0.1:9090/t"})"),
       "credential_source.url \"http://127.0.0.1:9090/t\" is an address of the controller's own machine",
       endpoint + "http://127.0.0.1:9090/t\""},
      {external(R"({"file":"/permitted"})", R"(,"token_url":"https://sts.evil.example.com/v1/token")"),
       "token_url \"https://sts.evil.example.com/v1/token\" must be Google's own"},
      {external(R"({"environment_id":"aws1"})", R"(,"universe_domain":"evil.example.com")"),
       "token_url \"https://sts.evil.example.com/v1/token\" must be Google's own"},
      {external(R"({"environment_id":"azure1"})"), "credential_source.environment_id \"azure1\" must start with aws"},
      {external(R"({"file":"/var/run/secrets/kubernetes.io/serviceaccount/token"})"), one_of},
      {external("{}"), one_of},
      {external("null"), one_of},
      {external(R"({"file":"/etc/passwd"})"), "credential_source.file \"/etc/passwd\" is a file of the controller"},
      {external(R"({"url":"https://x/t"})", R"(,"token_url":"https://evil.example.com/v1/token")"),
       "token_url \"https://evil.example.com/v1/token\" must match"},
      {external(R"({"url":"https://x/t"})", R"(,"token_url":"https://sts.x@169.254.169.254/v1/token")"), "token_url"},
      {external(R"({"url":"https://x/t"})", R"(,"token_url":"https://sts.x?/v1/token")"), "token_url"},
      {external(R"({"url":"https://x/t"})", R"(,"token_info_url":"http://sts.x/v1/introspect")"), "token_info_url"},
      {external(R"({"url":"https://x/t"})", R"(,"universe_domain":"a/b")"), "token_url \"https://sts.a/b/v1/token\""},
      {external(
           R"({"url":"https://x/t"})",
           R"(,"service_account_impersonation_url":"https://evil/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken")"),
       "service_account_impersonation_url"},
      {R"({"type":"external_account","credential_source":{"url":"https://x/t"}})", "audience is empty"},
  };
  for (const RefusedCase& c : cases) {
    const std::string message = refusal(context(configured(c.json, c.more)));
    EXPECT_TRUE(message.contains(c.message)) << message << "\n" << c.json;
  }
  EXPECT_TRUE(
      refusal(context(configured(external(R"({"url":"https://x/t"})"), R"(,"gcpServiceAccountEmail":"a@evil.com")")))
          .contains("service_account_impersonation_url"));
  gate_.config_maps.clear();
  EXPECT_TRUE(
      refusal(context(block(federation(R"("credConfig":{"name":"wif","key":"config.json"})"))))
          .contains(
              "failed to fetch external acccount credentials configmap \"team/wif\": there is no ConfigMap here"));
  gate_.config_maps["team/wif/other.json"] = "{}";
  EXPECT_TRUE(refusal(context(block(federation(R"("credConfig":{"name":"wif","key":"config.json"})"))))
                  .contains("missing key \"config.json\" in configmap \"wif\""));
  EXPECT_TRUE(google_.calls.empty());
}

TEST_F(GcpFederation, AnExchangeThatIsRefusedIsSaidWithoutTheToken) {
  const std::string jwt(300, 'x');
  google_.next_login = {
      {400, R"({"error":"invalid_grant","error_description":"Unable to read ey)" + jwt + R"( as a JWT"})"}};
  const std::string message = refusal(
      context(block(federation(fmt::format(R"("audience":"{}","serviceAccountRef":{{"name":"app"}})", kPool)))));
  EXPECT_EQ(
      message,
      "unable to get credentials: auth.workloadIdentityFederation: ExchangeSubjectToken: invalid_grant: Unable to "
      "read … as a JWT (compare issuer, allowed audiences and attribute condition of the pool's provider with the "
      "token)");
}

}  // namespace
}  // namespace rotor::providers::gcp
