#include "providers/gcp/config.hpp"

#include <gtest/gtest.h>

#include "providers/gcp/crc32c.hpp"
#include "providers/gcp/documents.hpp"
#include "providers/gcp/errors.hpp"
#include "providers/gcp/rest.hpp"
#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

struct StoreCase {
  std::string config;
  std::string message;  // the beginning of the error; empty: fine
};

TEST_F(GcpFlow, ChecksTheStoresBlock) {  // GC-40, GC-41
  const std::string wif = R"({"auth":{"workloadIdentityFederation":)";
  const std::string one_of =
      "invalid workloadIdentityFederation config: exactly one of credConfig, awsSecurityCredentials or "
      "serviceAccountRef must be provided";
  const std::string no_audience =
      "invalid workloadIdentityFederation config: audience must be provided, when serviceAccountRef or "
      "awsSecurityCredentials is provided";
  const std::string ns =
      "namespace should either be empty or match the namespace of the SecretStore for a namespaced "
      "SecretStore";
  const std::vector<StoreCase> cases = {
      {"{}", ""},
      {R"({"auth":{}})", ""},
      {"null", "invalid gcp secrets manager provider"},
      {R"({"projectID":1})", "spec.provider.gcpsm: "},
      {R"({"location":"evil.example.com/"})", "spec.provider.gcpsm.location: \"evil.example.com/\" is no location"},
      {R"({"auth":{"secretRef":{}}})", "auth.secretRef.secretAccessKeySecretRef with name and key is required"},
      {R"({"auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"a","key":"b","namespace":"other"}}}})",
       "invalid auth secret data: auth.secretRef.secretAccessKeySecretRef: " + ns},
      {R"({"auth":{"workloadIdentity":{}}})", "auth.workloadIdentity.serviceAccountRef.name is required"},
      {R"({"auth":{"workloadIdentity":{"serviceAccountRef":{"name":"a","namespace":"other"}}}})",
       "invalid workload identity service account reference: auth.workloadIdentity.serviceAccountRef: " + ns},
      {wif + "{}}}", one_of},
      {wif + R"({"credConfig":{"name":"a","key":"b"},"serviceAccountRef":{"name":"a"}}}})", one_of},
      {wif + R"({"serviceAccountRef":{"name":"a"}}}})", no_audience},
      {wif + R"({"awsSecurityCredentials":{"region":"r"}}}})", no_audience},
      {wif + R"({"audience":"x","serviceAccountRef":{"name":"a","namespace":"other"}}}})",
       "invalid workload identity federation reference: serviceAccountRef: " + ns},
      {wif + R"({"credConfig":{"name":"a","key":"b","namespace":"other"}}}})",
       "invalid workload identity federation reference: credConfig: " + ns},
      {wif + R"({"audience":"x","awsSecurityCredentials":{"region":"a.b","awsCredentialsSecretRef":{"name":"a"}}}}})",
       "auth.workloadIdentityFederation.awsSecurityCredentials.region: \"a.b\" is no region of AWS"},
  };
  for (const StoreCase& c : cases) {
    const auto checked = provider_->validate_store(store_with(c.config));
    const std::string got = checked ? "" : checked.error().message;
    EXPECT_TRUE(c.message.empty() ? got.empty() : got.starts_with(c.message)) << c.config << ": " << got;
    if (!checked) EXPECT_FALSE(made(context(c.config))) << c.config;
  }
  const auto warned = provider_->validate_store(store_with(R"({"secretVersionSelectionPolicy":"Newest"})"));
  ASSERT_TRUE(warned && warned->size() == 1);
  EXPECT_TRUE(warned->front().starts_with("secretVersionSelectionPolicy \"Newest\" is not known"));
}

TEST(GcpConfig, TheFirstLoginThatIsConfiguredIsTheOne) {
  const auto method = [](const char* text) { return json::read<Config>(text)->method(); };
  EXPECT_EQ(method(R"({"auth":{"secretRef":{},"workloadIdentity":{},"workloadIdentityFederation":{}}})"), Method::kKey);
  EXPECT_EQ(method(R"({"auth":{"workloadIdentity":{},"workloadIdentityFederation":{}}})"), Method::kWorkloadIdentity);
  EXPECT_EQ(method(R"({"auth":{"workloadIdentityFederation":{}}})"), Method::kFederation);
  EXPECT_EQ(method(R"({"auth":{}})"), Method::kAmbient);
}

TEST(Crc32c, IsCastagnolis) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(GcpNames, AreTakenFromFullNamesWhateverTheProjectIsCalled) {
  EXPECT_EQ(short_name("projects/123/secrets/app"), "app");
  EXPECT_EQ(short_name("projects/p/locations/eu/secrets/app/versions/4"), "app");
  EXPECT_EQ(version_in("projects/p/locations/eu/secrets/versions/versions/4"), "4");
  EXPECT_EQ(short_name("app"), "");
  EXPECT_EQ(secrets_path("example.com:p", ""), "projects/example.com%3Ap/secrets");
}

TEST(GcpVersions, TheNewestIsByTimeAndThenByNumberAndStatesMayBeNumbers) {
  NewestEnabled newest;
  EXPECT_FALSE(newest.version());
  for (const char* item :
       {R"({"name":"projects/1/secrets/s/versions/9","createTime":"2026-01-01T00:00:00Z","state":1})",
        R"({"name":"projects/1/secrets/s/versions/10","createTime":"2026-01-01T00:00:00Z","state":"ENABLED"})",
        R"({"name":"projects/1/secrets/s/versions/11","createTime":"2025-01-01T00:00:00Z","state":"ENABLED"})",
        R"({"name":"projects/1/secrets/s/versions/12","createTime":"2027-01-01T00:00:00Z","state":2})"}) {
    const auto version = read_version_info(item);
    ASSERT_TRUE(version) << item;
    newest.offer(*version);
  }
  EXPECT_EQ(newest.version(), "10");
  EXPECT_FALSE(read_version_info(R"({"state":"ENABLED"})"));
}

struct ErrorCase {
  int status;
  const char* body;
  Code code;
  const char* message;
};

TEST(GcpErrors, AreNamedByTheirStatusAndClassedByTheirNumber) {
  const std::vector<ErrorCase> cases = {
      {400, R"({"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}})", Code::kInvalid,
       "X: INVALID_ARGUMENT: m"},
      {401, R"({"error":{"status":"UNAUTHENTICATED"}})", Code::kUnauthenticated, "X: UNAUTHENTICATED (HTTP 401)"},
      {403, R"({"error":{"message":"a\nb","status":"PERMISSION_DENIED"}})", Code::kDenied, "X: PERMISSION_DENIED: a b"},
      {404, R"({"error":{"message":"m","status":"NOT_FOUND"}})", Code::kInvalid, "X: NOT_FOUND: m"},
      {409, R"({"error":{"message":"m","status":"ABORTED"}})", Code::kConflict, "X: ABORTED: m"},
      {429, R"({"error":{"message":"m","status":"RESOURCE_EXHAUSTED"}})", Code::kThrottled, "X: RESOURCE_EXHAUSTED: m"},
      {503, R"({"error":{"message":"m","status":"UNAVAILABLE"}})", Code::kUnavailable, "X: UNAVAILABLE: m"},
      {400, R"({"error":"invalid_grant","error_description":"d"})", Code::kUnauthenticated, "X: invalid_grant: d"},
      {400, R"({"error":"invalid_target"})", Code::kInvalid, "X: invalid_target (HTTP 400)"},
      {500, "<html>secret</html>", Code::kUnavailable, "X: HTTP 500"},
      {302, "", Code::kInvalid, "X: HTTP 302 (a redirect, which is not followed)"},
      {403, R"({"error":{"message":"m","status":"bad status"}})", Code::kDenied, "X: HTTP 403"},
  };
  for (const ErrorCase& c : cases) {
    const Error error = read_error({.status = c.status, .headers = {}, .body = SecretBytes(c.body)}).to_error("X");
    EXPECT_EQ(error.code, c.code) << c.body;
    EXPECT_EQ(error.message, c.message);
  }
}

struct AdviceCase {
  const char* call;
  int status;
  const char* body;
  const char* advice;  // in the message; empty: none
};

TEST(GcpErrors, SayWhichRoleApiOrFieldIsBehindThem) {
  const std::vector<AdviceCase> cases = {
      {"AccessSecretVersion", 403,
       R"({"error":{"status":"PERMISSION_DENIED","message":"m","details":[{"@type":"type.googleapis.com/google.rpc.)"
       R"(Help","links":[]},{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}})",
       "gcloud services enable secretmanager.googleapis.com"},
      {"AccessSecretVersion", 403, R"({"error":{"status":"PERMISSION_DENIED","message":"m"}})",
       "roles/secretmanager.secretAccessor"},
      {"ListSecrets", 403, R"({"error":{"status":"PERMISSION_DENIED"}})", "roles/secretmanager.viewer on the project"},
      {"ListSecretVersions", 403, R"({"error":{"status":"PERMISSION_DENIED"}})", "LatestOrFetch needs"},
      {"GetSecret", 403, R"({"error":{"status":"PERMISSION_DENIED"}})", "metadataPolicy Fetch needs"},
      {"GenerateAccessToken", 403, R"({"error":{"status":"PERMISSION_DENIED"}})", "roles/iam.workloadIdentityUser"},
      {"AccessSecretVersion", 403,
       R"({"error":{"status":"PERMISSION_DENIED","details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}})",
       "access scopes"},
      {"AccessSecretVersion", 400,
       R"({"error":{"status":"INVALID_ARGUMENT","message":"Location eu does not match the endpoint"}})",
       "spec.provider.gcpsm.location"},
      {"AccessSecretVersion", 404, R"({"error":{"status":"NOT_FOUND","message":"Project [x] not found"}})",
       "spec.provider.gcpsm.projectID"},
      {"AccessSecretVersion", 400,
       R"({"error":{"status":"FAILED_PRECONDITION","message":"Version 1 is in DISABLED state."}})",
       "enable the version"},
      {"ExchangeAssertion", 400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})",
       "the key was deleted"},
      {"ExchangeAssertion", 400,
       R"({"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token"})", "clock"},
      {"ExchangeSubjectToken", 400, R"({"error":"invalid_target"})", "workloadIdentityPools/POOL/providers/PROVIDER"},
      {"ExchangeSubjectToken", 400, R"({"error":"invalid_grant"})", "issuer, allowed audiences"},
      {"AccessSecretVersion", 429, R"({"error":{"status":"RESOURCE_EXHAUSTED","message":"m"}})", ""},
      {"AccessSecretVersion", 403, R"({"error":{"status":"X","details":[7,{"reason":7},{}],"message":"m"}})", ""},
  };
  for (const AdviceCase& c : cases) {
    const GoogleError error = read_error({.status = c.status, .headers = {}, .body = SecretBytes(c.body)});
    const std::string message = error.to_error(c.call).message;
    if (*c.advice != '\0') {
      EXPECT_TRUE(message.ends_with(")") && message.contains(c.advice)) << message;
    } else {
      EXPECT_FALSE(message.contains('(')) << message;
    }
  }
}

}  // namespace
}  // namespace rotor::providers::gcp
