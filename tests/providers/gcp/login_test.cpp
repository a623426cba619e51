// Logging in with a key, as a ServiceAccount of GKE, and as the controller itself.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "providers/common/other_ways.hpp"
#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr const char* kCluster = R"("clusterLocation":"europe-west1","clusterName":"main","clusterProjectID":"gke")";

std::string workload(const std::string& cluster = kCluster, const std::string& ns = "") {
  return R"("auth":{"workloadIdentity":{"serviceAccountRef":{"name":"app")" +
         (ns.empty() ? "" : R"(,"namespace":")" + ns + "\"") + R"(,"audiences":["extra"]})" +
         (cluster.empty() ? "" : "," + cluster) + "}}";
}

FakeGoogle::Answer metadata_text(const std::string& text) {
  return {200, text, {{"Metadata-Flavor", "Google"}, {"Content-Type", "application/text"}}};
}

const std::string kMetadata = "GET http://169.254.169.254/computeMetadata/v1/";
const std::string kTokenPath =
    kMetadata +
    "instance/service-accounts/default/token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform";

TEST_F(GcpFlow, SignsAnAssertionWithTheKeyOfTheSecret) {
  auto sm = client(kKeyAuth);
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_TRUE(google_.calls.empty()) << "making a client logs in nowhere";
  EXPECT_EQ(validate(**sm).validity, Validity::kReady);
  ASSERT_EQ(google_.calls.size(), 1U);
  const std::string& call = google_.calls[0];
  EXPECT_TRUE(
      call.starts_with("POST https://oauth2.googleapis.com/token "
                       "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="))
      << call;
  const std::string jwt = FakeGoogle::field(call.substr(call.find(' ', 6) + 1), "assertion");
  EXPECT_EQ(*base64_decode(jwt.substr(0, jwt.find('.')), Base64::kRawUrl), R"({"alg":"RS256","typ":"JWT","kid":"k1"})");
  EXPECT_EQ(FakeGoogle::claims_of(jwt),
            R"({"iss":"app@proj.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform",)"
            R"("aud":"https://oauth2.googleapis.com/token","iat":1767323035,"exp":1767326635})");
}

TEST_F(GcpFlow, WhereTheTokenServiceIsOutOfReachTheKeySignsATokenItself) {
  google_.next_login.assign(3, {503, ""});
  auto sm = client(kKeyAuth);
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(google_.issued, 0);
  const Validation validation = validate(**sm);
  EXPECT_EQ(validation.validity, Validity::kUnknown) << "nobody has looked at the key";
  EXPECT_TRUE(validation.error->message.starts_with("the key could not be checked: ExchangeAssertion: HTTP 503"))
      << validation.error->message;
}

TEST_F(GcpFlow, ALoginThatIsRefusedIsNotRepeatedAndNamesTheSecret) {
  google_.next_login.assign(1, {400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})"});
  auto sm = client(kKeyAuth);
  for (int i = 0; i < 3; ++i) {
    const Validation validation = validate(**sm);
    EXPECT_EQ(validation.validity, Validity::kError);
    EXPECT_EQ(validation.error->message,
              "unable to get credentials: auth.secretRef (key \"key.json\" of Secret \"gcp\"): ExchangeAssertion: "
              "invalid_grant: Invalid JWT Signature. (the key was deleted, or is another account's: make a new one)");
  }
  EXPECT_EQ(google_.calls.size(), 1U);
  clock_.advance(std::chrono::seconds(31));
  EXPECT_EQ(validate(**sm).validity, Validity::kReady);
}

TEST_F(GcpFlow, ATokenServiceThatMakesNoSenseGivesNoToken) {
  for (const char* body : {"", "null", "[]", "{}", R"({"access_token":"t"})", R"({"access_token":"t","expires_in":0})",
                           R"({"access_token":"","expires_in":9})", R"({"access_token":"t","expires_in":)"}) {
    google_.next_login.assign(1, {200, body});
    auto sm = client(kKeyAuth);
    const Validation validation = validate(**sm);
    EXPECT_EQ(validation.validity, Validity::kUnknown) << body;
    EXPECT_TRUE(validation.error.has_value()) << body;
  }
}

TEST_F(GcpFlow, SaysWhatIsWrongWithAKeyAndQuotesNothingOfIt) {  // GC-47
  const std::string wrong =
      "failed to create GCP secretmanager client: auth.secretRef (key \"key.json\" of Secret \"gcp\"): "
      "failed to process the provided JSON credentials: ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"hunter2", wrong},
      {R"({"type":"authorized_user"})", wrong + "google: read JWT from JSON credentials: 'type' field is "
                                                "\"authorized_user\" (expected \"service_account\")"},
      {R"({"type":"Hunter2!"})", wrong + "google: read JWT from JSON credentials: 'type' field is \"…\""},
      {R"({"type":"service_account"})", wrong + "client_email is missing"},
      {R"({"type":"service_account","client_email":"e"})", wrong + "private_key is missing"},
      {R"({"type":"service_account","client_email":"e","private_key":"k","token_uri":"http://169.254.169.254/hunter2"})",
       wrong + "token_uri must be an https address that is none of the node's own"},
      {R"({"type":"service_account","client_email":"e","private_key":"hunter2"})",
       "unable to get credentials: auth.secretRef (key \"key.json\" of Secret \"gcp\"): private_key: the private key "
       "is "
       "not PEM (-----BEGIN PRIVATE KEY-----)"},
  };
  for (const auto& [json, message] : cases) {
    gate_.secrets["team/gcp/key.json"] = json;
    const std::string got = refusal(context(block(kKeyAuth)));
    EXPECT_TRUE(got.starts_with(message)) << got;
    EXPECT_FALSE(got.contains("unter2")) << got;
  }
  gate_.secrets.erase("team/gcp/key.json");
  EXPECT_EQ(refusal(context(block(kKeyAuth))),
            "failed to create GCP secretmanager client: cannot find secret data for key: \"key.json\"");
  EXPECT_TRUE(google_.calls.empty());
}

TEST_F(GcpFlow, AKeyNeedsAProjectBesideIt) {  // GC-33
  EXPECT_TRUE(refusal(context(std::string("{") + kKeyAuth + "}"))
                  .starts_with("unable to find ProjectID in storeSpec: auth.secretRef needs"));
  EXPECT_TRUE(google_.calls.empty()) << "the metadata server is not asked";
}

TEST_F(GcpFlow, AServiceAccountOfGkeIsExchangedByItsClustersPool) {  // GC-34, GC-38
  auto sm = client(workload());
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(gate_.last_account, "team/app");
  EXPECT_EQ(gate_.audiences, (Names{"gke.svc.id.goog", "extra"}));
  ASSERT_EQ(google_.calls.size(), 2U) << "no generateAccessToken, and the secrets are the project's own";
  EXPECT_EQ(google_.calls[0],
            R"(POST https://securetoken.googleapis.com/v1/identitybindingtoken {"audience":"identitynamespace:)"
            R"(gke.svc.id.goog:https://container.googleapis.com/v1/projects/gke/locations/europe-west1/clusters/main",)"
            R"("grant_type":"urn:ietf:params:oauth:grant-type:token-exchange",)"
            R"("requested_token_type":"urn:ietf:params:oauth:token-type:access_token",)"
            R"("scope":"https://www.googleapis.com/auth/cloud-platform","subject_token":"jwt-1",)"
            R"("subject_token_type":"urn:ietf:params:oauth:token-type:jwt"})");
  auto again = client(workload());
  EXPECT_EQ(get(**again, remote("app", "user")), "u");
  EXPECT_EQ(gate_.token_requests, 1) << "one set of exchanges for as long as the token is good";
  EXPECT_EQ(counter_.counts["GCP/SecretManager/GenerateServiceAccountToken/success"], 1);
  EXPECT_EQ(counter_.counts["GCP/SecretManager/GenerateIDBindToken/success"], 1);
}

TEST_F(GcpFlow, AnAnnotatedServiceAccountImpersonates) {  // GC-35
  gate_.annotations["iam.gke.io/gcp-service-account"] = "gsa@p.iam.gserviceaccount.com";
  auto sm = client(workload());
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(google_.calls[1],
            "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/gsa@p.iam.gserviceaccount.com:"
            R"(generateAccessToken {"scope":["https://www.googleapis.com/auth/cloud-platform"]})");
  EXPECT_EQ(counter_.counts["GCP/SecretManager/GenerateAccessToken/success"], 1);
  gate_.annotations["iam.gke.io/gcp-service-account"] = "gsa/../x?y";
  clock_.advance(std::chrono::seconds(31));
  const std::string message = refusal(context(block(workload())));
  EXPECT_TRUE(message.contains("annotation iam.gke.io/gcp-service-account of ServiceAccount team/app: ")) << message;
}

TEST_F(GcpFlow, WhatTheManifestLeavesOutTheMetadataServerKnows) {  // GC-36, GC-33
  google_.elsewhere[kMetadata + "instance/attributes/cluster-name"] = metadata_text("main\n");
  google_.elsewhere[kMetadata + "project/project-id"] = metadata_text("proj");
  auto sm = made(context("{" + workload(R"("clusterLocation":"europe-west1")") + "}"));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_TRUE(google_.calls[2].contains("projects/proj/locations/europe-west1/clusters/main")) << google_.calls[2];
  const std::size_t calls = google_.calls.size();
  (void)made(context("{" + workload(R"("clusterLocation":"europe-west1")") + "}"));
  EXPECT_EQ(google_.calls.size(), calls) << "asked once";
  const std::string message = refusal(context("{" + workload("") + "}"));
  EXPECT_TRUE(
      message.starts_with("failed to create GCP secretmanager client: unable to lookup workload identity: unable to "
                          "determine cluster location: metadata server: "))
      << message;
  EXPECT_TRUE(message.contains("; outside of GKE set auth.workloadIdentity.clusterLocation; ")) << message;
  EXPECT_TRUE(message.ends_with(kAsYourself)) << message;
}

TEST_F(GcpFlow, AnAnswerThatIsNotTheMetadataServersIsNotBelieved) {
  google_.elsewhere[kMetadata + "project/project-id"] = {200, "proj", {}};
  const std::string message = refusal(context("{" + workload(R"("clusterLocation":"x","clusterName":"y")") + "}"));
  EXPECT_EQ(message,
            "unable to find ProjectID in storeSpec: metadata server: something else answered in its place; set "
            "spec.provider.gcpsm.projectID");
}

TEST_F(GcpFlow, APoolThatRefusesIsQuotedWithItsStatus) {  // GC-39
  google_.next_login.assign(1, {403, R"({"error":{"code":403,"message":"nope","status":"PERMISSION_DENIED"}})"});
  const std::string message = refusal(context(block(workload())));
  EXPECT_EQ(message,
            "unable to get credentials: auth.workloadIdentity (ServiceAccount team/app): unable to fetch "
            "identitybindingtoken: could not get idbindtoken token, status: 403: GenerateIDBindToken: "
            "PERMISSION_DENIED: nope (compare clusterProjectID, clusterLocation and clusterName, and see that the "
            "cluster has a workload pool)");
}

TEST_F(GcpFlow, AClusterStoreReadsTheServiceAccountOfTheNamespaceItNames) {  // GC-37
  auto sm = made(cluster_context(block(workload(kCluster, "infra"))));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  EXPECT_EQ(gate_.last_account, "infra/app");
}

TEST_F(GcpFlow, AReferentClusterStoreWithoutAConsumerIsUnknownAndReadsNothing) {  // GC-10
  for (const std::string& auth :
       {std::string(kKeyAuth), workload(),
        std::string(R"("auth":{"workloadIdentityFederation":{"audience":"a","serviceAccountRef":{"name":"app"}}})")}) {
    auto sm = made(cluster_context(block(auth), ""));
    ASSERT_TRUE(sm) << sm.error().message;
    const Validation validation = validate(**sm);
    EXPECT_EQ(validation.validity, Validity::kUnknown);
    EXPECT_FALSE(validation.error);
    EXPECT_TRUE(get(**sm, remote("app")).error().message.starts_with("provider GCP is not initialized"));
    EXPECT_FALSE(pump((*sm)->get_all({.name_regexp = "."})));
  }
  EXPECT_TRUE(google_.calls.empty());
}

TEST_F(GcpFlow, ANamespacedStoreMayNotUseTheControllersIdentity) {
  google_.elsewhere[kTokenPath] = google_.token_answer();
  google_.elsewhere[kMetadata + "project/project-id"] = metadata_text("proj");
  const std::string message = refusal(context("{}"));
  EXPECT_TRUE(message.contains("--allow-controller-identity")) << message;
  EXPECT_TRUE(google_.calls.empty()) << "not even the project is asked for";
  StoreContext allowed = context("{}");
  allowed.allow_controller_identity = true;
  auto sm = made(std::move(allowed));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("app", "user")), "u");
  auto cluster = made(cluster_context("{}"));
  EXPECT_EQ(get(**cluster, remote("app", "user")), "u");
  EXPECT_EQ(counter_.counts["GCP/SecretManager/GetMetadataToken/success"], 1);
}

TEST_F(GcpFlow, TheMetadataServerMayBeElsewhereAndItsAbsenceSaysWhatToDo) {
  variables_["GCE_METADATA_HOST"] = "metadata.internal";
  const std::string message = refusal(cluster_context(block("")));
  EXPECT_TRUE(
      message.starts_with("unable to get credentials: the service account of this machine or pod: metadata "
                          "server: GetMetadataToken: HTTP 404"))
      << message;
  EXPECT_TRUE(message.contains("GOOGLE_APPLICATION_CREDENTIALS")) << message;
  EXPECT_TRUE(message.ends_with(kAsYourself)) << message;
  EXPECT_TRUE(google_.calls[0].starts_with("GET http://metadata.internal/computeMetadata/v1/instance/"))
      << google_.calls[0];
}

class GcpFile : public GcpFlow {
 protected:
  // A file of the controller's, named by the variable.
  std::string write(const std::string& content) {
    const std::string path =
        testing::TempDir() + "rotor-gcp-" + std::to_string(++files_) + "-" + std::to_string(::getpid());
    std::ofstream(path) << content;
    written_.push_back(path);
    return path;
  }
  ~GcpFile() override {
    for (const std::string& path : written_) (void)std::remove(path.c_str());
  }
  std::string use(const std::string& content) {
    variables_["GOOGLE_APPLICATION_CREDENTIALS"] = write(content);
    auto sm = made(cluster_context(block("")));
    if (!sm) return sm.error().message;
    auto got = get(**sm, remote("app", "user"));
    return got ? *got : got.error().message;
  }

 private:
  int files_ = 0;
  Names written_;
};

TEST_F(GcpFile, TheControllersFileMayHoldEveryKindOfLogin) {
  EXPECT_EQ(use(key_json()), "u");
  EXPECT_EQ(
      use(R"({"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r&","quota_project_id":"q"})"),
      "u");
  EXPECT_EQ(google_.calls[2],
            "POST https://oauth2.googleapis.com/token "
            "grant_type=refresh_token&client_id=c&client_secret=s&refresh_token=r%26");
  EXPECT_EQ(google_.quota_projects, Names{"q"}) << "a person's calls are counted on their project";
  EXPECT_EQ(
      use(R"({"type":"impersonated_service_account","service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/x@p.iam.gserviceaccount.com:generateAccessToken",)"
          R"("source_credentials":{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}})"),
      "u");
  EXPECT_TRUE(google_.calls[5].contains(R"(x@p.iam.gserviceaccount.com:generateAccessToken {"lifetime":"3600s")"))
      << google_.calls[5];
  const std::string token = write("file-jwt\n");
  EXPECT_EQ(
      use(R"({"type":"external_account","audience":"//iam/pool","credential_source":{"file":")" + token + R"("}})"),
      "u");
  EXPECT_TRUE(google_.calls[7].contains("&subject_token=file-jwt&")) << google_.calls[7];
}

TEST_F(GcpFile, AFileThatCannotBeUsedIsNamedAndNotQuoted) {
  EXPECT_TRUE(use(R"({"type":"hunter"})").contains("its type \"hunter\" is none of service_account, external_account"));
  EXPECT_FALSE(use("hunter2").contains("hunter2"));
  EXPECT_TRUE(use(R"({"type":"authorized_user"})").contains("client_id, client_secret and refresh_token are needed"));
  variables_["GOOGLE_APPLICATION_CREDENTIALS"] = "/nowhere/adc.json";
  EXPECT_TRUE(refusal(cluster_context(block("")))
                  .ends_with("GOOGLE_APPLICATION_CREDENTIALS (/nowhere/adc.json): there is no such file"));
  variables_["GOOGLE_APPLICATION_CREDENTIALS"] = "/dev/zero";
  EXPECT_TRUE(refusal(cluster_context(block(""))).ends_with("cannot read the file /dev/zero: it is no file"));
}

class GcpPerson : public GcpFlow {
 protected:
  GcpPerson() {
    folder_ = testing::TempDir() + "rotor-gcp-person-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ + "/.config/gcloud");
    std::ofstream(folder_ + "/.config/gcloud/application_default_credentials.json")
        << R"({"type":"authorized_user","client_id":"gcloud","client_secret":"s","refresh_token":"r"})";
    variables_["HOME"] = folder_;
  }
  ~GcpPerson() override { std::filesystem::remove_all(folder_); }

  std::string who(PersonalLogins personal, const std::string& auth) {
    personal_ = personal;
    provider_ = make_provider(services());
    google_.calls.clear();
    auto sm = client(auth);
    if (!sm) return sm.error().message;
    static_cast<void>(validate(**sm));
    if (google_.calls.empty()) return "nobody";
    return google_.calls.front().contains("grant_type=refresh_token") ? "the person" : "the manifest's";
  }

  std::string folder_;
};

TEST_F(GcpPerson, ComesBeforeTheManifestOnlyWhenThePersonSaysSo) {
  EXPECT_EQ(who(PersonalLogins::kOwn, kKeyAuth), "the manifest's");
  EXPECT_EQ(who(PersonalLogins::kRefused, kKeyAuth), "the manifest's");
  EXPECT_EQ(who(PersonalLogins::kPreferred, kKeyAuth), "the person");
  EXPECT_EQ(who(PersonalLogins::kPreferred, workload()), "the person");
}

TEST_F(GcpPerson, IsNotLookedForUnlessThePersonSaysSo) { EXPECT_NE(who(PersonalLogins::kRefused, ""), "the person"); }

}  // namespace
}  // namespace rotor::providers::gcp
