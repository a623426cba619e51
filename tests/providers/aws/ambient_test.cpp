// The controller's own identity: every place it may come from, and the order of them.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

constexpr const char* kDocument =
    R"({"Code":"Success","AccessKeyId":"ASIAMACHINE","SecretAccessKey":"machine-secret","Token":"machine-token",)"
    R"("Expiration":"2026-01-02T09:04:05Z"})";
constexpr const char* kRoles = "GET /latest/meta-data/iam/security-credentials/";

class AwsAmbient : public AwsFlow {
 protected:
  AwsAmbient() {
    folder_ = testing::TempDir() + "rotor-aws-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    aws_.keys["ASIAMACHINE"] = "machine-secret";
    aws_.tokens["ASIAMACHINE"] = "machine-token";
    variables_["HOME"] = folder_;
  }
  ~AwsAmbient() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
    return path;
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  // A ClusterSecretStore without auth reads with whatever the controller is.
  Result<std::string> read() {
    StoreContext c = context("");
    c.store.kind = "ClusterSecretStore";
    c.store.ns.clear();
    auto sm = client(std::move(c));
    if (!sm) return std::unexpected(sm.error());
    return get(**sm, remote("openclaw/api-keys", "anthropic"));
  }
  std::string error() {
    const auto got = read();
    return got ? "no error" : got.error().message;
  }
  std::string first_call() const { return aws_.calls.empty() ? "no call" : aws_.calls.front(); }

  void serve_instance(const std::string& document) {
    variables_.erase("AWS_EC2_METADATA_DISABLED");
    variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = url() + "/";
    aws_.machine["PUT /latest/api/token"] = {200, "imds-token"};
    aws_.machine[kRoles] = {200, "node-role\nanother"};
    aws_.machine[std::string(kRoles) + "node-role"] = {200, document};
  }

  std::string folder_;
};

TEST_F(AwsAmbient, KeysOfTheEnvironmentComeFirst) {
  file(".aws/credentials", "[default]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n");
  variables_["AWS_ACCESS_KEY_ID"] = "ASIAMACHINE";
  variables_["AWS_SECRET_ACCESS_KEY"] = "machine-secret";
  variables_["AWS_SESSION_TOKEN"] = "machine-token";
  EXPECT_EQ(read(), "ant-1");
}

TEST_F(AwsAmbient, AProfileIsReadFromTheSharedFile) {
  file(".aws/credentials",
       "# mine\n[default]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=other\n\n"
       "[work]\r\naws_access_key_id = ASIAMACHINE\r\naws_secret_access_key = machine-secret\r\n"
       "aws_session_token=machine-token\r\n");
  variables_["AWS_PROFILE"] = "work";
  EXPECT_EQ(read(), "ant-1");
}

TEST_F(AwsAmbient, TheConfigFileIsReadAfterTheCredentialsFile) {
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = file("credentials", "[other]\naws_access_key_id = AKIAOTHER\n");
  variables_["AWS_CONFIG_FILE"] =
      file("config", "[profile default]\naws_access_key_id = AKIASTATIC\naws_secret_access_key = static-secret\n");
  EXPECT_EQ(read(), "ant-1");
}

TEST_F(AwsAmbient, PodIdentityReadsItsTokenFromAFile) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url() + "/v1/credentials";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "not this one";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file("token", "pod-token\n");
  aws_.machine["GET /v1/credentials"] = {200, kDocument};
  EXPECT_EQ(read(), "ant-1");
  EXPECT_EQ(first_call(), "GET /v1/credentials pod-token");
}

TEST_F(AwsAmbient, ARotatedPodTokenIsReadAtTheNextRefresh) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url() + "/v1/credentials";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file("token", "pod-token-1");
  aws_.machine["GET /v1/credentials"] = {200, kDocument};
  EXPECT_EQ(read(), "ant-1");
  file("token", "pod-token-2");
  clock_.advance(std::chrono::hours(5) + std::chrono::minutes(56));
  EXPECT_EQ(read(), "ant-1");
  EXPECT_EQ(aws_.calls, (Names{"GET /v1/credentials pod-token-1", aws_.calls.at(1), "GET /v1/credentials pod-token-2",
                               aws_.calls.at(3)}));
  EXPECT_EQ(counter_.counts["AWS/Machine/GetContainerCredentials/success"], 2);
}

TEST_F(AwsAmbient, ARoleThatThePodMayNotUseIsSaidAtOnce) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url() + "/v1/credentials";
  aws_.machine["GET /v1/credentials"] = {403, "denied"};
  const std::string said = error();
  EXPECT_EQ(said, "unable to create session: container credentials endpoint: HTTP 403");
  EXPECT_EQ(aws_.calls.size(), 1U);
}

TEST_F(AwsAmbient, ARotatedWebIdentityTokenIsReadAtTheNextRefresh) {
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = file("jwt", "jwt-one\n");
  variables_["AWS_ROLE_ARN"] = "arn:controller";
  variables_["AWS_ROLE_SESSION_NAME"] = "me";
  EXPECT_EQ(read(), "ant-1");
  file("jwt", "jwt-two\n");
  clock_.advance(std::chrono::minutes(56));
  EXPECT_EQ(read(), "ant-1");
  EXPECT_TRUE(aws_.calls.at(0).ends_with("&RoleSessionName=me&WebIdentityToken=jwt-one")) << aws_.calls.at(0);
  EXPECT_TRUE(aws_.calls.at(2).ends_with("&WebIdentityToken=jwt-two")) << aws_.calls.at(2);
}

TEST_F(AwsAmbient, ATokenFileThatIsNoFileIsNamed) {
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder_;
  variables_["AWS_ROLE_ARN"] = "arn:controller";
  EXPECT_TRUE(error().contains("AWS_WEB_IDENTITY_TOKEN_FILE: cannot read the file " + folder_)) << error();
}

TEST_F(AwsAmbient, ARoleIsAssumedWithTheControllersOwnKeys) {
  variables_["AWS_ACCESS_KEY_ID"] = "AKIASTATIC";
  variables_["AWS_SECRET_ACCESS_KEY"] = "static-secret";
  StoreContext c = context(R"("role":"foo-bar-baz")");
  c.store.kind = "ClusterSecretStore";
  c.store.ns.clear();
  auto sm = client(std::move(c));
  ASSERT_TRUE(sm);
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_TRUE(first_call().contains("RoleArn=foo-bar-baz&")) << first_call();
}

TEST_F(AwsAmbient, ATokenOfTwoLinesIsRefused) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url() + "/v1/credentials";
  variables_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file("token", "canary-1\ncanary-2");
  const std::string said = error();
  EXPECT_TRUE(said.contains("Authorization")) << said;
  EXPECT_FALSE(said.contains("canary")) << said;
  EXPECT_EQ(first_call(), "no call");
}

TEST_F(AwsAmbient, PlainHttpGoesToTheMachineAlone) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://credentials.example.com/v1";
  EXPECT_TRUE(error().contains("AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http is allowed to loopback")) << error();
}

TEST_F(AwsAmbient, TheContainerEndpointIsAskedThreeTimes) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url() + "/v1/credentials";
  aws_.machine["GET /v1/credentials"] = {500, ""};
  EXPECT_TRUE(error().contains("container credentials endpoint: HTTP 500")) << error();
  EXPECT_EQ(std::ranges::count(aws_.names(), "GET"), 3);
}

TEST_F(AwsAmbient, TheInstanceIsAskedWithASessionToken) {
  serve_instance(kDocument);
  EXPECT_EQ(read(), "ant-1");
  const Names first{aws_.calls.begin(), aws_.calls.begin() + 3};
  EXPECT_EQ(first, (Names{"PUT /latest/api/token 21600", std::string(kRoles) + " imds-token",
                          std::string(kRoles) + "node-role imds-token"}));
}

TEST_F(AwsAmbient, AnInstanceDocumentThatIsNoSuccessIsAnError) {
  serve_instance(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"no"})");
  EXPECT_TRUE(error().contains("EC2 instance metadata: AssumeRoleUnauthorizedAccess")) << error();
}

// The service hands out what has expired while it cannot renew it, and AWS takes that.
TEST_F(AwsAmbient, WhatTheInstanceHandsOutIsUsedPastItsEnd) {
  serve_instance(kDocument);
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(read(), "ant-1");
  EXPECT_EQ(read(), "ant-1");
  EXPECT_EQ(std::ranges::count(aws_.names(), "PUT"), 2) << "and asked for again each time";
}

TEST_F(AwsAmbient, TheOldInstanceProtocolIsNotUsed) {
  serve_instance(kDocument);
  aws_.machine.erase("PUT /latest/api/token");
  EXPECT_TRUE(error().contains("EC2 instance metadata: session token: HTTP 404")) << error();
  EXPECT_EQ(std::ranges::count(aws_.names(), "GET"), 0);
}

TEST_F(AwsAmbient, AnInstanceThatIsSwitchedOffIsNotAskedHoweverItIsWritten) {
  serve_instance(kDocument);
  variables_["AWS_EC2_METADATA_DISABLED"] = "True";
  EXPECT_TRUE(error().contains("no instance role (AWS_EC2_METADATA_DISABLED is true)")) << error();
  EXPECT_TRUE(aws_.calls.empty());
}

TEST_F(AwsAmbient, WithoutAnyIdentityTheErrorNamesThePlacesAndTheWayOut) {
  const std::string said = error();
  EXPECT_TRUE(said.contains("no AWS identity of its own")) << said;
  EXPECT_TRUE(said.contains("--values FILE needs no login")) << said;
  EXPECT_TRUE(said.contains("set spec.provider.aws.auth")) << said;
}

constexpr const char* kMine = "[default]\naws_access_key_id = AKIASTATIC\naws_secret_access_key = static-secret\n";

class AwsPerson : public AwsAmbient {
 protected:
  void logins(PersonalLogins personal) {
    personal_ = personal;
    provider_ = make_provider(services());
  }
  // A SecretStore that logs in with a ServiceAccount, which is nobody outside of its cluster.
  Result<std::string> read_as_account() {
    auto sm = client(context(R"("auth":{"jwt":{"serviceAccountRef":{"name":"app"}}})"));
    if (!sm) return std::unexpected(sm.error());
    return get(**sm, remote("openclaw/api-keys", "anthropic"));
  }
};

TEST_F(AwsPerson, ProfilesAreNotLookedAtUnlessThePersonSaysSo) {
  file(".aws/credentials", kMine);
  logins(PersonalLogins::kRefused);
  const std::string said = error();
  EXPECT_TRUE(said.contains("`rotor run --use-my-credentials` logs in as yourself")) << said;
  EXPECT_EQ(first_call(), "no call");
  logins(PersonalLogins::kPreferred);
  EXPECT_EQ(read(), "ant-1");
}

TEST_F(AwsPerson, LogsInWhereTheManifestNamesAServiceAccount) {
  file(".aws/credentials", kMine);
  logins(PersonalLogins::kPreferred);
  EXPECT_EQ(read_as_account(), "ant-1");
  EXPECT_EQ(gate_.token_requests, 0);
}

TEST_F(AwsPerson, WithoutALoginOfTheirOwnTheManifestsIsUsed) {
  logins(PersonalLogins::kPreferred);
  EXPECT_EQ(read_as_account(), "ant-1");
  EXPECT_EQ(gate_.token_requests, 1);
}

TEST_F(AwsPerson, AProfileThatIsTheCommandLinesToLogInSaysWhatToDo) {
  file(".aws/config", "[profile work]\nsso_session = corp\nsso_account_id = 1\nregion = eu-west-1\n");
  variables_["AWS_PROFILE"] = "work";
  logins(PersonalLogins::kPreferred);
  const std::string said = error();
  EXPECT_TRUE(said.contains("the AWS profile \"work\" logs in by sso_session")) << said;
  EXPECT_TRUE(said.contains("`aws configure export-credentials --profile work --format env`")) << said;
}

}  // namespace
}  // namespace rotor::providers::aws
