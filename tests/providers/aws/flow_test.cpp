// Logging in and reading, over sockets, against an AWS that checks every signature.
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "providers/aws/signed_call.hpp"
#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

TEST_F(AwsFlow, ReadsWithKeysFromASecret) {
  auto sm = client(kKeysAuth);
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "x.y")), "lit");
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "n")), "1.5");
  EXPECT_EQ(aws_.calls, Names{R"(GetSecretValue {"SecretId":"openclaw/api-keys","VersionStage":"AWSCURRENT"})"});
  EXPECT_EQ(counter_.counts["AWS/SecretsManager/GetSecretValue/success"], 1);
}

TEST_F(AwsFlow, ExtractsMembersAsWritten) {
  auto sm = client(kKeysAuth);
  ASSERT_TRUE(sm);
  const Lookup<SecretMap> map = test::run_task(io_, (*sm)->get_secret_map(remote("openclaw/api-keys")));
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->at("n").reveal(), "1.50");
  EXPECT_EQ(map->at("o").reveal(), "{ \"a\": 1 }");
  aws_.secrets["d"] = R"("SecretString":"------")";
  const Lookup<SecretMap> bad = test::run_task(io_, (*sm)->get_secret_map(remote("d")));
  ASSERT_FALSE(bad);
  EXPECT_TRUE(bad.error().message.starts_with("unable to unmarshal secret d: ")) << bad.error().message;
  EXPECT_TRUE(bad.error().message.contains("key \"d\" is no JSON object")) << bad.error().message;
}

TEST_F(AwsFlow, TellsTheVersionThatAnswered) {
  aws_.secrets["v"] = R"("VersionId":"0f3c-1","VersionStages":["AWSCURRENT"],"SecretString":"{\"a\":\"1\"}")";
  auto sm = client(kKeysAuth);
  ASSERT_TRUE(sm);
  EXPECT_EQ(test::run_task(io_, (*sm)->get_secret(remote("v"))).version(), "0f3c-1");
  EXPECT_EQ(test::run_task(io_, (*sm)->get_secret(remote("v", "a"))).version(), "0f3c-1");
  EXPECT_EQ(test::run_task(io_, (*sm)->get_secret_map(remote("v"))).version(), "0f3c-1");
  EXPECT_EQ(aws_.calls.size(), 1U) << "without a call of its own";
}

TEST_F(AwsFlow, LogsInWithAServiceAccountsToken) {
  auto sm = client(R"("auth":{"jwt":{"serviceAccountRef":{"name":"app","audiences":["extra"]}}})");
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(gate_.last_account, "team/app");
  EXPECT_EQ(gate_.audiences, (Names{"sts.amazonaws.com", "extra"}));
  EXPECT_EQ(
      aws_.calls.at(0),
      "AssumeRoleWithWebIdentity Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
      "123456789012%3Arole%2Fapp&RoleSessionName=external-secrets-provider-aws&WebIdentityToken=jwt-1");
  // Another reconcile: same identity, nothing fetched anew.
  auto again = client(R"("auth":{"jwt":{"serviceAccountRef":{"name":"app","audiences":["extra"]}}})");
  EXPECT_EQ(get(**again, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(aws_.names(), (Names{"AssumeRoleWithWebIdentity", "GetSecretValue", "GetSecretValue"}));
  // Close to the end of their life they are renewed.
  clock_.advance(std::chrono::minutes(56));
  EXPECT_EQ(test::run_task(io_, (*again)->validate()).validity, Validity::kReady);
  EXPECT_EQ(aws_.sessions, 2);
}

TEST_F(AwsFlow, AsksForANewTokenWhenOneIsNotTaken) {
  aws_.next.push_back({400, "<E><Error><Code>InvalidIdentityToken</Code><Message>no provider</Message></Error></E>"});
  auto sm = client(kJwtAuth);
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(gate_.token_requests, 2);
}

TEST_F(AwsFlow, SaysThatTheServiceAccountHasNoRole) {
  gate_.annotations.clear();
  const auto sm = client(kJwtAuth);
  ASSERT_FALSE(sm);
  EXPECT_TRUE(
      sm.error().message.starts_with("unable to create session: an IAM role must be associated with service "
                                     "account app (namespace: team)"))
      << sm.error().message;
}

TEST_F(AwsFlow, AssumesRolesInOrder) {
  auto sm = client(
      std::string(kKeysAuth) +
      R"(,"additionalRoles":["r1","r2"],"role":"r3","externalID":"12345678","sessionTags":[{"key":"t","value":"v"}],)"
      R"("transitiveTagKeys":["t",null])");
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  ASSERT_EQ(aws_.names(), (Names{"AssumeRole", "AssumeRole", "AssumeRole", "GetSecretValue"}));
  EXPECT_TRUE(aws_.calls[0].contains("RoleArn=r1&") && !aws_.calls[0].contains("Tags"));
  EXPECT_TRUE(aws_.calls[1].contains("RoleArn=r2&") && !aws_.calls[1].contains("ExternalId"));
  EXPECT_TRUE(
      aws_.calls[2].ends_with("&DurationSeconds=900&ExternalId=12345678&Tags.member.1.Key=t&Tags.member.1.Value=v&"
                              "TransitiveTagKeys.member.1=t"))
      << aws_.calls[2];
}

TEST_F(AwsFlow, AutomaticTagsWin) {
  auto sm = client(std::string(kKeysAuth) + R"(,"role":"r","sessionTagsPolicy":"Custom","customSessionTags":)"
                                            R"({"team":"x","":"y","z":"","esoNamespace":"evil"})");
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(test::run_task(io_, (*sm)->validate()).validity, Validity::kReady);
  EXPECT_TRUE(aws_.calls.at(0).ends_with(
      "Tags.member.1.Key=esoNamespace&Tags.member.1.Value=team&Tags.member.2.Key=esoStoreKind&Tags.member.2.Value="
      "SecretStore&"
      "Tags.member.3.Key=esoStoreName&Tags.member.3.Value=store&Tags.member.4.Key=team&Tags.member.4.Value=x"))
      << aws_.calls[0];
}

TEST_F(AwsFlow, ANamespacedStoreMayNotUseTheControllersIdentity) {
  variables_["AWS_ACCESS_KEY_ID"] = "AKIASTATIC";
  variables_["AWS_SECRET_ACCESS_KEY"] = "static-secret";
  const auto refused = client("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_TRUE(refused.error().message.contains("--allow-controller-identity")) << refused.error().message;
  StoreContext allowed = context("");
  allowed.allow_controller_identity = true;
  auto sm = client(std::move(allowed));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
}

TEST_F(AwsFlow, AClusterStoreMayAndReadsTheTokenFileEachTime) {
  const std::string path = testing::TempDir() + "rotor-aws-token";
  std::ofstream(path) << "file-jwt\n";
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = path;
  variables_["AWS_ROLE_ARN"] = "arn:controller";
  StoreContext c = context("");
  c.store.kind = "ClusterSecretStore";
  c.store.ns.clear();
  auto sm = client(std::move(c));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_TRUE(aws_.calls.at(0).ends_with("&WebIdentityToken=file-jwt")) << aws_.calls[0];
}

TEST_F(AwsFlow, AReferentClusterStoreWithoutAConsumerIsUnknown) {
  StoreContext c = context(kJwtAuth);
  c.store.kind = "ClusterSecretStore";
  c.consumer_ns.clear();
  auto sm = client(std::move(c));
  ASSERT_TRUE(sm) << sm.error().message;
  EXPECT_EQ(test::run_task(io_, (*sm)->validate()).validity, Validity::kUnknown);
  EXPECT_EQ(gate_.annotation_reads, 0);
  EXPECT_TRUE(aws_.calls.empty());
}

struct ReadCase {
  const char* secret;  // members of the answer
  RemoteRef ref;
  const char* value;  // or, with an error, what it contains
  std::optional<Code> error;
};

TEST_F(AwsFlow, ReadsWhatTheTableSays) {
  auto sm = client(std::string(kKeysAuth) + R"(,"prefix":"p/")");
  ASSERT_TRUE(sm) << sm.error().message;
  const std::vector<ReadCase> cases = {
      {R"("SecretString":"testtesttest")", {}, "testtesttest", {}},
      {R"("SecretString":"")", {}, "", {}},
      {R"("SecretString":"{\"/shmoo\": \"bang\"}")", remote("", "/shmoo"), "bang", {}},
      {R"("SecretString":"")", remote("", "INVALPROP"), "key INVALPROP does not exist in secret ", Code::kInvalid},
      {R"("SecretString":"------")", remote("", "a"), "key a does not exist in secret ", Code::kInvalid},
      {R"("SecretBinary":"eWVzcGxlYXNl")", {}, "yesplease", {}},
      {R"("VersionId":"x")", {}, "no secret string nor binary for key", Code::kInvalid},
      {R"("SecretBinary":"eyJmb29iYXIiOnsiYmF6IjoibmVzdGVkdmFsIn19")", remote("", "foobar.baz"), "nestedval", {}},
      {R"("SecretBinary":"eyJmb29iYXIuYmF6IjoibmVzdGVkdmFsIn0=")", remote("", "foobar.baz"), "nestedval", {}},
      {R"("SecretBinary":"!!!")", {}, "not base64", Code::kUnavailable},
      {R"("Tags":[{"Key":"b","Value":"2"},{"Key":"a","Value":"<1>"}])", tags(), R"({"a":"\u003c1\u003e","b":"2"})", {}},
      {R"("Tags":[{"Key":"b","Value":"2"}])", tags("b"), "2", {}},
      {R"("Tags":[{"Key":"b","Value":"2"}])", tags("fail"), "key fail does not exist in secret k", Code::kInvalid},
  };
  int n = 0;
  for (const ReadCase& c : cases) {
    RemoteRef ref = c.ref;
    ref.key = "k" + std::to_string(n++);
    aws_.secrets["p/" + ref.key] = c.secret;
    const Result<std::string> got = get(**sm, ref);
    if (c.error) {
      ASSERT_FALSE(got) << c.secret;
      EXPECT_EQ(got.error().code, *c.error) << c.secret;
      EXPECT_TRUE(got.error().message.contains(c.value)) << got.error().message;
    } else {
      ASSERT_TRUE(got) << c.secret << " " << got.error().message;
      EXPECT_EQ(*got, c.value);
    }
  }
}

TEST_F(AwsFlow, AsksForVersionsByStageOrId) {
  auto sm = client(kKeysAuth);
  for (const char* version : {"1234", "uuid/1234-5678"}) (void)get(**sm, remote("k", "", version));
  EXPECT_EQ(aws_.calls, (Names{R"(GetSecretValue {"SecretId":"k","VersionStage":"1234"})",
                               R"(GetSecretValue {"SecretId":"k","VersionId":"1234-5678"})"}));
}

TEST_F(AwsFlow, AMissingSecretIsNotFoundAndNothingElseIs) {
  auto sm = client(kKeysAuth);
  EXPECT_EQ(get(**sm, remote("absent")).error().code, Code::kNotFound);
  EXPECT_EQ(get(**sm, remote("absent")).error().message, "Secret does not exist: absent in us-east-1");
  EXPECT_EQ(get(**sm, remote("absent", "", "AWSPREVIOUS")).error().message,
            "Secret does not exist: absent, version \"AWSPREVIOUS\" in us-east-1");
  aws_.next.push_back({400, R"({"__type":"Unheard","message":"oh no"})"});
  const Result<std::string> got = get(**sm, remote("absent"));
  EXPECT_EQ(got.error().code, Code::kInvalid);
  EXPECT_TRUE(got.error().message.contains("oh no"));
}

// SM-20; the description of such a secret is still served.
TEST_F(AwsFlow, ASecretThatWaitsForItsEndIsAbsent) {
  auto sm = client(kKeysAuth);
  aws_.secrets["doomed"] = R"("DeletedDate":1795341732.1,"Tags":[{"Key":"a","Value":"1"}])";
  RemoteRef metadata = tags();
  metadata.key = "doomed";
  EXPECT_TRUE(pump((*sm)->get_secret(metadata)).absent());
  aws_.always["GetSecretValue"] = {400,
                                   R"({"__type":"InvalidRequestException","Message":"it was marked for deletion."})"};
  EXPECT_TRUE(pump((*sm)->get_secret(remote("doomed"))).absent());
  EXPECT_TRUE(pump((*sm)->get_secret_map(remote("doomed", "p"))).absent());
}

TEST_F(AwsFlow, RetriesWhatMayPass) {
  aws_.next.push_back({500, ""});
  aws_.next.push_back({400, R"({"__type":"ThrottlingException"})"});
  auto sm = client(kKeysAuth);
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(aws_.calls.size(), 3U);
}

TEST_F(AwsFlow, HonoursRetrySettings) {
  max_retries_ = 1;
  retry_interval_ = "10ms";
  for (int i = 0; i < 3; ++i) aws_.next.push_back({500, ""});
  auto sm = client(kKeysAuth);
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys")).error().code, Code::kUnavailable);
  EXPECT_EQ(aws_.calls.size(), 1U);
  retry_interval_ = "Invalid";
  const auto bad = client(kKeysAuth);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message, "unable to initialize aws provider: time: invalid duration \"Invalid\"");
}

TEST_F(AwsFlow, TakesTheServicesClockWhenOursIsWrong) {
  aws_.next.push_back({403,
                       R"({"__type":"InvalidSignatureException","message":"Signature expired: x"})",
                       {{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}}});
  auto sm = client(kKeysAuth);
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(aws_.calls.size(), 2U);
}

TEST_F(AwsFlow, GetsNewCredentialsOnceWhenTheyAreRefused) {
  auto sm = client(kJwtAuth);
  ASSERT_EQ(test::run_task(io_, (*sm)->validate()).validity, Validity::kReady);
  aws_.next.push_back({400, R"({"__type":"ExpiredTokenException","message":"expired"})"});
  EXPECT_EQ(get(**sm, remote("openclaw/api-keys", "anthropic")), "ant-1");
  EXPECT_EQ(aws_.names(),
            (Names{"AssumeRoleWithWebIdentity", "GetSecretValue", "AssumeRoleWithWebIdentity", "GetSecretValue"}));
}

TEST_F(AwsFlow, ALoginThatIsDeniedMakesTheStoreInvalid) {
  aws_.next.push_back(
      {403, "<R><Error><Code>AccessDenied</Code><Message>Not authorized, request id: 12-ab</Message></Error></R>"});
  auto sm = client(kJwtAuth);
  const Validation validation = test::run_task(io_, (*sm)->validate());
  EXPECT_EQ(validation.validity, Validity::kError);
  EXPECT_EQ(validation.error->message,
            "unable to create session: assuming role arn:aws:iam::123456789012:role/app (eks.amazonaws.com/role-arn of "
            "ServiceAccount app): AssumeRoleWithWebIdentity: AccessDenied: Not authorized, ");
}

TEST_F(AwsFlow, ARoleThatIsDeniedIsNamedWithItsField) {
  auto sm = client(std::string(kKeysAuth) + R"(,"additionalRoles":["r1"],"role":"r2")");
  aws_.next.push_back({403, "<R><Error><Code>AccessDenied</Code><Message>no</Message></Error></R>"});
  EXPECT_EQ(pump((*sm)->validate()).error->message,
            "unable to create session: assuming role r1 (spec.provider.aws.additionalRoles[0]): AssumeRole: "
            "AccessDenied: no");
}

struct StoreCase {
  const char* config;
  const char* message;  // empty: fine
};

TEST_F(AwsFlow, ARegionThatIsNotKnownIsAWarningAndSaidWhenNobodyAnswers) {
  variables_.erase("AWS_SECRETSMANAGER_ENDPOINT");
  provider_ = make_provider(services());
  const auto warned = provider_->validate_store(store_with(R"({"service":"SecretsManager","region":"us-eats-1"})"));
  ASSERT_TRUE(warned) << warned.error().message;
  ASSERT_EQ(warned->size(), 1U);
  EXPECT_TRUE(warned->front().ends_with("did you mean us-east-1?")) << warned->front();
  EXPECT_TRUE(provider_->validate_store(store_with(R"({"service":"SecretsManager","region":"us-east-1"})"))->empty());

  SignedCaller caller(services());
  Operation there;
  there.service = Service::kSecretsManager;
  there.name = "GetSecretValue";
  there.endpoint = {url(), "r-1", "who?"};
  Operation nowhere = there;
  nowhere.endpoint.url = "http://127.0.0.1:1";
  EXPECT_TRUE(pump(caller.call(std::move(nowhere), nullptr)).error->message.ends_with("; who?"));
  aws_.next.push_back({403, R"({"__type":"AccessDeniedException","message":"no"})"});
  const CallResult answered = pump(caller.call(std::move(there), nullptr));
  ASSERT_TRUE(answered.error);
  EXPECT_FALSE(answered.error->message.contains("who?")) << answered.error->message;
  aws_.problems.clear();  // it was not signed
}

TEST_F(AwsFlow, ChecksTheStoresBlock) {
  const std::vector<StoreCase> cases = {
      {R"({"service":"SecretsManager","region":"us-east-1-fips"})", ""},
      {R"({"service":"ParameterStore","region":"fips-us-east-1"})", ""},
      {"null", "invalid provider spec. Missing AWS field in store store"},
      {R"({"service":"CertificateManager","region":"r-1"})",
       "unknown AWS Provider Service: CertificateManager; spec.provider.aws.service is SecretsManager or "
       "ParameterStore"},
      {R"({"service":"SecretsManager","region":"a.b"})", "region not found: a.b"},
      {R"({"service":"SecretsManager","region":"r-1","secretsManager":{"recoveryWindowInDays":6}})",
       "invalid DeleteSecretInput: RecoveryWindowInDays must be between 7 and 30 days"},
      {R"({"service":"SecretsManager","region":"r-1","secretsManager":{"recoveryWindowInDays":7,"forceDeleteWithoutRecovery":true}})",
       "invalid DeleteSecretInput: ForceDeleteWithoutRecovery conflicts with RecoveryWindowInDays"},
      {R"({"service":"SecretsManager","region":"r-1","auth":{"jwt":{}}})", "auth.jwt.serviceAccountRef is required"},
      {R"({"service":"ParameterStore","region":"r-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"a","key":"k","namespace":"evil"},"secretAccessKeySecretRef":{"name":"a","key":"k"}}}})",
       "invalid Auth.SecretRef.AccessKeyID: namespace should either be empty or match the namespace of the SecretStore "
       "for a namespaced SecretStore"},
      {R"({"service":"ParameterStore","region":"r-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"a","key":"k"},"secretAccessKeySecretRef":{"name":"a","key":"k","namespace":"evil"}}}})",
       "invalid Auth.SecretRef.SecretAccessKey: namespace should either be empty or match the namespace of the "
       "SecretStore for a namespaced SecretStore"},
      {R"({"service":"ParameterStore","region":"r-1","auth":{"secretRef":{"accessKeyIDSecretRef":{"name":"a","key":"k"}}}})",
       "auth.secretRef.secretAccessKeySecretRef is required"},
      {R"({"service":"SecretsManager","region":"r-1","auth":{"jwt":{"serviceAccountRef":{"name":"a","namespace":"evil"}}}})",
       "invalid Auth.JWT.ServiceAccountRef: namespace should either be empty or match the namespace of the SecretStore "
       "for a "
       "namespaced SecretStore"},
  };
  for (const StoreCase& c : cases) {
    const auto checked = provider_->validate_store(store_with(c.config));
    EXPECT_EQ(checked ? "" : checked.error().message, c.message);
  }
}

TEST_F(AwsFlow, TheAutomaticTagsCountAgainstTheLimit) {
  const auto check = [&](int own) {
    std::string tags;
    for (int i = 0; i < own; ++i) FakeAws::add(tags, fmt::format("\"t{}\":\"x\"", i));
    return provider_->validate_store(
        store_with(config(R"("role":"r","sessionTagsPolicy":"Custom","customSessionTags":{)" + tags + "}")));
  };
  EXPECT_TRUE(check(47));
  const auto too_many = check(48);
  ASSERT_FALSE(too_many);
  EXPECT_TRUE(too_many.error().message.starts_with("the session of the role would have 51 tags, AWS takes 50"));
}

}  // namespace
}  // namespace rotor::providers::aws
