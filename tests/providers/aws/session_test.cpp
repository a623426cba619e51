// Who a store is towards AWS: logins are shared, kept, renewed and never mixed up.
#include <algorithm>

#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

class AwsSession : public AwsFlow {
 protected:
  std::string read(const std::string& auth) {
    auto made = client(auth);
    if (!made) return made.error().message;
    const Result<std::string> got = get(**made, remote("openclaw/api-keys", "anthropic"));
    return got ? *got : got.error().message;
  }
  auto logins(const std::string& name) const { return std::ranges::count(aws_.names(), name); }
};

TEST_F(AwsSession, RolesOnTopOfOneIdentityShareItsLogin) {
  EXPECT_EQ(read(std::string(kJwtAuth) + R"(,"role":"r1")"), "ant-1");
  EXPECT_EQ(read(std::string(kJwtAuth) + R"(,"role":"r2")"), "ant-1");
  EXPECT_EQ(read(std::string(kJwtAuth) + R"(,"additionalRoles":["r1"],"role":"r3")"), "ant-1");
  EXPECT_EQ(logins("AssumeRoleWithWebIdentity"), 1);
  EXPECT_EQ(logins("AssumeRole"), 3) << "r1 of the last store is the first store's";
}

TEST_F(AwsSession, ARoleOfFifteenMinutesIsAssumedOnceInTen) {
  aws_.expiration = "2026-01-02T03:19:05Z";  // the clock starts at 03:04:05
  const std::string auth = std::string(kKeysAuth) + R"(,"role":"r1")";
  for (int minute = 0; minute < 9; ++minute) {
    EXPECT_EQ(read(auth), "ant-1");
    clock_.advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(logins("AssumeRole"), 1);
  clock_.advance(std::chrono::minutes(2));
  aws_.expiration = "2026-01-02T03:30:05Z";
  EXPECT_EQ(read(auth), "ant-1");
  EXPECT_EQ(logins("AssumeRole"), 2);
}

TEST_F(AwsSession, AStaleBaseIsFetchedAnewForTheRole) {
  const std::string auth = std::string(kJwtAuth) + R"(,"role":"r1")";
  ASSERT_EQ(read(std::string(kJwtAuth)), "ant-1");
  aws_.next.push_back({403, "<R><Error><Code>ExpiredToken</Code></Error></R>"});
  EXPECT_EQ(read(auth), "ant-1");
  EXPECT_EQ(logins("AssumeRoleWithWebIdentity"), 2);
  EXPECT_EQ(logins("AssumeRole"), 2);
}

TEST_F(AwsSession, ARefusedLoginIsNotRepeatedForEachObject) {
  const std::string refusal = "<R><Error><Code>AccessDenied</Code><Message>no trust</Message></Error></R>";
  for (int i = 0; i < 3; ++i) aws_.next.push_back({403, refusal});
  const std::string first = read(kJwtAuth);
  EXPECT_TRUE(first.contains("AccessDenied: no trust")) << first;
  EXPECT_EQ(read(kJwtAuth), first);
  EXPECT_EQ(aws_.calls.size(), 1U);
  aws_.next.clear();
  clock_.advance(std::chrono::seconds(31));
  EXPECT_EQ(read(kJwtAuth), "ant-1");
}

TEST_F(AwsSession, AChangedRoleOfTheServiceAccountIsNoticed) {
  EXPECT_EQ(read(kJwtAuth), "ant-1");
  gate_.annotations["eks.amazonaws.com/role-arn"] = "arn:new";
  EXPECT_EQ(read(kJwtAuth), "ant-1");
  EXPECT_EQ(logins("AssumeRoleWithWebIdentity"), 2);
  EXPECT_TRUE(std::ranges::any_of(aws_.calls, [](const std::string& c) { return c.contains("RoleArn=arn%3Anew&"); }));
}

TEST_F(AwsSession, TheAudienceIsTheServiceAccountsOwn) {
  gate_.annotations["eks.amazonaws.com/audience"] = "sts.amazonaws.com.cn";
  EXPECT_EQ(read(kJwtAuth), "ant-1");
  EXPECT_EQ(gate_.audiences, Names{"sts.amazonaws.com.cn"});
}

TEST_F(AwsSession, AClusterStoreReadsTheServiceAccountWhereItSaysOrWhereItIsUsed) {
  for (const auto& [ns, wanted] :
       {std::pair{R"(,"namespace":"my-sa-ns")", "my-sa-ns/app"}, std::pair{"", "team/app"}}) {
    StoreContext c = context(std::string(R"("auth":{"jwt":{"serviceAccountRef":{"name":"app")") + ns + "}}}");
    c.store.kind = "ClusterSecretStore";
    c.store.ns.clear();
    ASSERT_TRUE(client(std::move(c)));
    EXPECT_EQ(gate_.last_account, wanted);
  }
}

TEST_F(AwsSession, KeysInSecretsMayBeTemporary) {
  aws_.keys["ASIATEMP"] = "temp-secret";
  aws_.tokens["ASIATEMP"] = "temp-token";
  gate_.secrets["team/temp/id"] = "ASIATEMP";
  gate_.secrets["team/temp/key"] = "temp-secret";
  gate_.secrets["team/temp/token"] = "temp-token";
  EXPECT_EQ(read(R"("auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"temp","key":"id"},)"
                 R"("secretAccessKeySecretRef":{"name":"temp","key":"key"},)"
                 R"("sessionTokenSecretRef":{"name":"temp","key":"token"}}})"),
            "ant-1");
}

// AW-04, AW-05
TEST_F(AwsSession, AKeyThatCannotWorkIsNamedWithItsField) {
  gate_.secrets.erase("team/aws/id");
  EXPECT_EQ(read(kKeysAuth),
            "unable to create session: could not fetch accessKeyID secret: cannot find secret data for key: \"id\"");
  gate_.secrets["team/aws/id"] = "AKIASTATIC";
  gate_.secrets["team/aws/key"] = "canary\n";
  const std::string said = read(kKeysAuth);
  EXPECT_TRUE(said.starts_with("unable to create session: auth.secretRef.secretAccessKeySecretRef: ")) << said;
  EXPECT_TRUE(said.contains("line break") && !said.contains("canary")) << said;
  gate_.secrets["team/aws/key"] = "";
  EXPECT_TRUE(read(kKeysAuth).contains("secretAccessKeySecretRef: the key of the Secret is empty"));
  gate_.secrets.erase("team/aws/key");
  gate_.secrets.erase("team/aws/id");
  EXPECT_TRUE(read(kKeysAuth).contains("could not fetch SecretAccessKey secret: ")) << "read first";
}

TEST_F(AwsSession, TwoStoresNeverAnswerWithEachOthersCredentials) {
  aws_.keys["AKIAOTHER"] = "other-secret";
  gate_.secrets["team/other/id"] = "AKIAOTHER";
  gate_.secrets["team/other/key"] = "other-secret";
  const std::string other = R"("auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"other","key":"id"},)"
                            R"("secretAccessKeySecretRef":{"name":"other","key":"key"}}},"role":"r")";
  auto one = client(std::string(kKeysAuth) + R"(,"role":"r")");
  auto two = client(other);
  ASSERT_TRUE(one && two);
  test::Running<Lookup<SecretBytes>> first(io_, (*one)->get_secret(remote("openclaw/api-keys")));
  test::Running<Lookup<SecretBytes>> second(io_, (*two)->get_secret(remote("openclaw/api-keys")));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  std::vector<std::string> signers = aws_.signers;
  std::ranges::sort(signers);
  EXPECT_EQ(signers,
            (Names{"AKIAOTHER AssumeRole", "AKIASTATIC AssumeRole", "ASIA1 GetSecretValue", "ASIA2 GetSecretValue"}));
}

TEST_F(AwsSession, ManyReadersAtOnceLogInOnce) {
  auto one = client(std::string(kJwtAuth) + R"(,"role":"r")");
  auto two = client(std::string(kJwtAuth) + R"(,"role":"r")");
  ASSERT_TRUE(one && two);
  test::Running<Lookup<SecretBytes>> first(io_, (*one)->get_secret(remote("openclaw/api-keys")));
  test::Running<Lookup<SecretBytes>> second(io_, (*two)->get_secret(remote("openclaw/api-keys")));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_EQ(logins("AssumeRoleWithWebIdentity"), 1);
  EXPECT_EQ(logins("AssumeRole"), 1);
}

TEST_F(AwsSession, TheServicesOwnPauseIsHonoured) {
  aws_.next.push_back(
      {400, R"({"__type":"ThrottlingException"})", {{"x-amz-retry-after", "7000"}, {"Retry-After", "1"}}});
  const SteadyTime before = clock_.steady();
  EXPECT_EQ(read(kKeysAuth), "ant-1");
  EXPECT_GE(clock_.steady() - before, std::chrono::seconds(7));
}

TEST_F(AwsSession, NoAttemptsAtAllMeansOne) {
  max_retries_ = 0;
  aws_.always["GetSecretValue"] = {500, ""};
  EXPECT_EQ(read(kKeysAuth), "GetSecretValue: HTTP 500");
  EXPECT_EQ(aws_.calls.size(), 1U);
}

TEST_F(AwsSession, ACustomEndpointMayHaveAPath) {
  variables_["AWS_SECRETSMANAGER_ENDPOINT"] = url() + "/aws/sm/";
  aws_.root = "/aws/sm/";
  EXPECT_EQ(read(kKeysAuth), "ant-1");
}

TEST_F(AwsSession, TagsWithTheNamespaceKeepConsumersApart) {
  const std::string auth = std::string(kKeysAuth) + R"(,"role":"r","sessionTagsPolicy":"Simple")";
  for (const char* ns : {"team", "other", "team"}) {
    gate_.secrets[std::string(ns) + "/aws/id"] = "AKIASTATIC";
    gate_.secrets[std::string(ns) + "/aws/key"] = "static-secret";
    StoreContext c = context(auth);
    c.store.kind = "ClusterSecretStore";
    c.store.ns.clear();
    c.consumer_ns = ns;
    auto made = client(std::move(c));
    ASSERT_TRUE(made);
    EXPECT_EQ(get(**made, remote("openclaw/api-keys", "anthropic")), "ant-1");
  }
  EXPECT_EQ(logins("AssumeRole"), 2);
  EXPECT_TRUE(aws_.calls.front().ends_with(
      "&Tags.member.1.Key=esoNamespace&Tags.member.1.Value=team&Tags.member.2.Key=esoStoreKind&Tags.member.2.Value="
      "ClusterSecretStore&Tags.member.3.Key=esoStoreName&Tags.member.3.Value=store"))
      << aws_.calls.front();
}

}  // namespace
}  // namespace rotor::providers::aws
