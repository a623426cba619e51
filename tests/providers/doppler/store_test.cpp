// The store: its block, logging in, what validate says, what is tried again.
#include "tests/providers/doppler/doppler_flow.hpp"

namespace rotor::providers::doppler {
namespace {

using DopplerStore = DopplerFlow;

struct BlockCase {
  std::string block;
  std::string message;  // empty: fine
  std::string kind = "SecretStore";
};

TEST_F(DopplerStore, D7_D8_ChecksTheBlock) {
  const std::string foreign =
      ": namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore";
  const auto oidc = [](const std::string& members) { return R"({"auth":{"oidcConfig":{)" + members + "}}}"; };
  const auto token = [](const std::string& ref) { return R"({"auth":{"secretRef":{"dopplerToken":{)" + ref + "}}}}"; };
  const std::vector<BlockCase> cases = {
      {token(R"("name":"d")"), ""},
      {token(R"("name":"d","key":"k")"), ""},
      {token(R"("name":"d","namespace":"team")"), ""},
      {token(R"("name":"d","namespace":"ns")"), "", "ClusterSecretStore"},
      {token(R"("name":"d")"), "invalid store: dopplerToken: cluster scope requires namespace", "ClusterSecretStore"},
      {token(R"("name":"d","namespace":"other")"), "invalid store: dopplerToken" + foreign},
      {token(R"("key":"k")"), "invalid store: dopplerToken.name cannot be empty"},
      {oidc(R"("identity":"i","serviceAccountRef":{"name":"a"})"), ""},
      {oidc(R"("serviceAccountRef":{"name":"a"})"), "invalid store: oidcConfig.identity cannot be empty"},
      {oidc(R"("identity":"i","serviceAccountRef":{})"),
       "invalid store: oidcConfig.serviceAccountRef.name cannot be empty"},
      {oidc(R"("identity":"i","serviceAccountRef":{"name":"a","namespace":"other"})"),
       "invalid store: oidcConfig.serviceAccountRef" + foreign},
      {oidc(R"("identity":"i","serviceAccountRef":{"name":"a"})"),
       "invalid store: oidcConfig.serviceAccountRef: cluster scope requires namespace", "ClusterSecretStore"},
      {"{}", "invalid store: either auth.secretRef or auth.oidcConfig must be specified"},
      {R"({"auth":{"secretRef":{"dopplerToken":{"name":"d"}},"oidcConfig":{"identity":"i"}}})",
       "invalid store: Exactly one of 'secretRef' or 'oidcConfig' must be specified"},
      {R"({"format":"toml","auth":{"secretRef":{"dopplerToken":{"name":"d"}}}})",
       "invalid store: spec.provider.doppler.format is none of: json, dotnet-json, env, yaml, docker"},
      {"null", "missing or invalid Doppler SecretStore"},
  };
  for (const BlockCase& c : cases) {
    Store store = store_with(c.block);
    store.kind = c.kind;
    if (store.kind == "ClusterSecretStore") store.ns.clear();
    const auto checked = provider_->validate_store(store);
    EXPECT_EQ(checked ? "" : checked.error().message, c.message) << c.block;
  }
}

TEST_F(DopplerStore, ValidateAsksForTheProjectsAndReadsNoSecret) {
  EXPECT_EQ(verdict(), "");
  EXPECT_EQ(doppler_.calls, Names{"GET /v3/projects"});
  doppler_.next.push_back({200, "<html>", {{"Content-Type", "text/html"}}});
  EXPECT_EQ(verdict(), "Doppler API Client Error: unable to load response");
}

TEST_F(DopplerStore, D9_ARefusedTokenIsNamedByItsFieldAndNotTriedAgain) {
  gate_.secrets["team/doppler/dopplerToken"] = "dp.st.gone";
  max_retries_ = 5;
  EXPECT_EQ(verdict(),
            "Doppler API Client Error (HTTP 401): Invalid Auth token (the token is that of "
            "spec.provider.doppler.auth.secretRef.dopplerToken: Secret \"doppler\", key \"dopplerToken\")");
  EXPECT_EQ(doppler_.calls.size(), 1U);
}

TEST_F(DopplerStore, AnAnswerThatIsNoneOfDopplersIsCountedAndNotQuoted) {
  doppler_.next.push_back({502, "<html>canary", {{"Content-Type", "text/html"}}});
  EXPECT_EQ(verdict(), "Doppler API Client Error (HTTP 502): unable to load response\n502 status code; 12 bytes");
  doppler_.next.push_back({400, R"({"messages":["one\u0001","two"]})"});
  EXPECT_EQ(verdict(), "Doppler API Client Error (HTTP 400): one \ntwo");
}

TEST_F(DopplerStore, ATokenMayHaveALineEndBehindItAndNoOtherSpace) {
  gate_.secrets["team/doppler/dopplerToken"] = "dp.st.dev.abc\n";
  EXPECT_EQ(verdict(), "");
  gate_.secrets["team/doppler/dopplerToken"] = "dp.st.dev .abc";
  EXPECT_TRUE(
      verdict().starts_with("spec.provider.doppler.auth.secretRef.dopplerToken: the token in the Secret holds"));
}

TEST_F(DopplerStore, TheAddressOfDopplerIsTheControllersAndCertificatesAreAlwaysChecked) {
  variables_["DOPPLER_VERIFY_TLS"] = "false";
  EXPECT_TRUE(verdict().contains("DOPPLER_VERIFY_TLS")) << verdict();
  variables_["DOPPLER_VERIFY_TLS"] = "TRUE";
  EXPECT_EQ(verdict(), "");
  for (const char* bad : {"http://doppler.example", "https://user@doppler.example", "https://169.254.169.254"}) {
    variables_["DOPPLER_BASE_URL"] = bad;
    EXPECT_TRUE(verdict().starts_with("unable to create DopplerClient : DOPPLER_BASE_URL")) << verdict();
  }
}

TEST_F(DopplerStore, NothingIsTriedAgainUnlessTheStoreSaysSo) {
  FakeDoppler::Answer busy = FakeDoppler::refused(429, "Exceeded limit");
  busy.headers.push_back({"Retry-After", "9"});
  doppler_.next = {busy};
  const auto once = get(remote("API_KEY"));
  EXPECT_EQ(once.error().code, Code::kThrottled);
  EXPECT_EQ(once.error().retry_after, std::chrono::seconds(9));
  EXPECT_EQ(doppler_.calls.size(), 1U);
  max_retries_ = 3;
  doppler_.next = {busy, FakeDoppler::refused(503, "later")};
  const SteadyTime start = clock_.steady();
  EXPECT_EQ(get(remote("API_KEY")), "k-1");
  EXPECT_GE(clock_.steady() - start, std::chrono::seconds(9));
  EXPECT_EQ(doppler_.calls.size(), 4U);
}

TEST_F(DopplerStore, D17_AServiceAccountLogsInOnceForAllReconciles) {
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(verdict(kOidcAuth), "");
  EXPECT_EQ(gate_.audiences, (Names{url(), "secretStore:team:store"}));
  EXPECT_EQ(doppler_.calls.front(), R"(POST /v3/auth/oidc {"identity":"id-1","token":"jwt-1"})");
  EXPECT_EQ(doppler_.logins, 1);
  EXPECT_EQ(gate_.token_requests, 1);
  clock_.advance(std::chrono::minutes(56));
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc") << "renewed before it expires";
  EXPECT_EQ(doppler_.logins, 2);
}

TEST_F(DopplerStore, AClusterStoreNamesItselfAsAudienceAndTheSelectorsReplaceTheServer) {
  StoreContext c = context(
      R"("auth":{"oidcConfig":{"identity":"i","serviceAccountRef":{"name":"app","namespace":"sa-ns","audiences":["x"]}}})");
  c.store.kind = "ClusterSecretStore";
  c.store.ns.clear();
  EXPECT_EQ(get(remote("API_KEY"), std::move(c)), "k-oidc");
  EXPECT_EQ(gate_.audiences, (Names{"x", "clusterSecretStore:store"}));
}

TEST_F(DopplerStore, D17_ARefusedLoginSaysSoAndIsNotRepeated) {
  max_retries_ = 5;
  doppler_.next.push_back(FakeDoppler::refused(401, "no such identity"));
  EXPECT_EQ(verdict(kOidcAuth), "failed to get OIDC token: Doppler OIDC auth failed with status 401: no such identity");
  EXPECT_EQ(verdict(kOidcAuth), "failed to get OIDC token: Doppler OIDC auth failed with status 401: no such identity");
  EXPECT_EQ(doppler_.calls.size(), 1U) << "remembered for a while";
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(verdict(kOidcAuth), "");
}

TEST_F(DopplerStore, D17_EveryOtherAnswerToALoginIsAnError) {
  const std::vector<std::pair<FakeDoppler::Answer, std::string>> cases = {
      {{200, R"({"success":false,"messages":["nope"],"token":"canary"})"}, "Doppler OIDC auth failed: nope"},
      {{200, R"({"success":false,"note":"canary"})"}, "Doppler OIDC auth failed"},
      {{200, R"({"success":true})"}, "Doppler OIDC auth: the answer holds no token"},
      {{200, "null"}, "Doppler OIDC auth: the answer holds no token"},
      {{200, "<html>canary"}, "Doppler OIDC auth: the answer is no JSON object with a token"},
      {{200, R"({"token":"canary","expires_at":"soon"})"}, "Doppler OIDC auth: expires_at in the answer is no date"},
      {{500, "canary"}, "Doppler OIDC auth failed with status 500"},
      {{302, ""}, "Doppler OIDC auth failed with status 302"},
  };
  for (const auto& [answer, message] : cases) {
    clock_.advance(std::chrono::minutes(2));
    doppler_.next.push_back(answer);
    EXPECT_EQ(verdict(kOidcAuth), "failed to get OIDC token: " + message);
  }
}

TEST_F(DopplerStore, ALoginThatDoesNotSayHowLongItLivesIsKeptForAMoment) {
  doppler_.token_life.clear();
  doppler_.next.push_back({200, fmt::format(R"({{"token":"{}"}})", doppler_.login())});
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc") << "success need not be said";
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(doppler_.logins, 1);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(doppler_.logins, 2);
}

TEST_F(DopplerStore, ATokenRevokedInTheMiddleIsReplacedOnce) {
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  doppler_.configs.erase("dp.said.1");
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(doppler_.logins, 2);
  for (int i = 0; i < 3; ++i) doppler_.next.push_back(FakeDoppler::refused(401, "Invalid Auth token"));
  doppler_.next.insert(doppler_.next.begin() + 1,
                       {200, R"({"token":"dp.said.2","expires_at":"2026-01-02T04:04:05Z"})"});
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth).error().code, Code::kUnauthenticated);
  EXPECT_EQ(doppler_.next.size(), 1U) << "one new login, not more";
}

TEST_F(DopplerStore, TwoIdentitiesNeverAnswerForEachOther) {
  const std::string other = R"("auth":{"oidcConfig":{"identity":"id-2","serviceAccountRef":{"name":"app"}}})";
  auto first = *open(context(kOidcAuth));
  auto second = *open(context(other));
  EXPECT_EQ(text_of(pump(first->get_secret(remote("API_KEY")))), "k-oidc");
  doppler_.configs["oidc"]["API_KEY"] = "of-2";
  EXPECT_EQ(text_of(pump(second->get_secret(remote("API_KEY")))), "of-2");
  EXPECT_EQ(get(remote("API_KEY"), kOidcAuth), "k-oidc");
  EXPECT_EQ(get(remote("API_KEY"), other), "of-2");
  EXPECT_EQ(doppler_.logins, 2);
}

}  // namespace
}  // namespace rotor::providers::doppler
