// Whatever goes wrong at a token service, it is neither the store's word that a secret does not exist, nor a value.
#include <gtest/gtest.h>

#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

struct LoginCase {
  std::string name;
  std::string auth;
  bool signs_itself = false;  // needs no token service when that is down
};

const std::vector<LoginCase> kLogins = {
    {"Key", kKeyAuth, true},
    {"WorkloadIdentity",
     R"("auth":{"workloadIdentity":{"clusterLocation":"l","clusterName":"n","serviceAccountRef":{"name":"app"}}})"},
    {"Federation", R"("auth":{"workloadIdentityFederation":{"audience":"a","serviceAccountRef":{"name":"app"},)"
                   R"("gcpServiceAccountEmail":"x@p.iam.gserviceaccount.com"}})"},
    {"Metadata", ""},
};

struct BrokenAnswer {
  std::string name;
  FakeGoogle::Answer answer;
  bool down = false;
};

const std::vector<BrokenAnswer> kBroken = {
    {"Redirect", {302, "", {{"Location", "https://elsewhere.example/"}}}},
    {"NotModified", {304, ""}},
    {"NoContent", {204, ""}},
    {"BadRequest", {400, "{}"}},
    {"InvalidGrant", {400, R"({"error":"invalid_grant","error_description":"no"})"}},
    {"Unauthorized", {401, "{}"}},
    {"Forbidden", {403, "{}"}},
    {"NotFound", {404, R"({"error":{"code":404,"message":"Secret [x] not found","status":"NOT_FOUND"}})"}},
    {"TooMany", {429, "{}"}},
    {"ServerError", {500, "oops"}, true},
    {"Dropped", {200, "", {}, true}, true},
    {"Null", {200, "null"}},
    {"EmptyObject", {200, "{}"}},
    {"List", {200, "[]"}},
    {"Page", {200, "<html>log in</html>"}},
    {"Truncated", {200, R"({"access_token":"t","expires_in":3600)"}},
    {"EmptyToken",
     {200, R"({"access_token":"","expires_in":3600,"accessToken":"","expireTime":"2026-01-02T04:04:05Z"})"}},
    {"NoLife", {200, R"({"access_token":"t","accessToken":"t"})"}},
};

class EveryLogin : public GcpFlow, public testing::WithParamInterface<std::tuple<LoginCase, BrokenAnswer>> {};

TEST_P(EveryLogin, ThatFailsIsAnErrorAndNothingElse) {
  const auto& [login, broken] = GetParam();
  google_.next_login.assign(8, broken.answer);
  google_.elsewhere
      ["GET http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token?scopes="
       "https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"] = broken.answer;
  StoreContext c = context(block(login.auth));
  c.allow_controller_identity = true;
  auto sm = made(std::move(c));
  ASSERT_TRUE(sm) << sm.error().message;
  const auto got = pump((*sm)->get_secret(remote("app", "user")));
  EXPECT_FALSE(got.absent()) << got.absence().what;
  EXPECT_EQ(got.found(), login.signs_itself && broken.down);
  EXPECT_NE(validate(**sm).validity, Validity::kReady);
}

INSTANTIATE_TEST_SUITE_P(Google, EveryLogin, testing::Combine(testing::ValuesIn(kLogins), testing::ValuesIn(kBroken)),
                         [](const auto& row) {
                           return std::get<0>(row.param).name + "_" + std::get<1>(row.param).name;
                         });

// The second of two exchanges fails in its own way.
TEST_F(GcpFlow, AnImpersonationThatMakesNoSenseGivesNoToken) {
  gate_.annotations["iam.gke.io/gcp-service-account"] = "gsa@p.iam.gserviceaccount.com";
  for (const char* body :
       {"{}", "[]", R"({"accessToken":"t"})", R"({"accessToken":"","expireTime":"2026-01-02T04:04:05Z"})",
        R"({"accessToken":"t","expireTime":"soon"})"}) {
    google_.next_login = {google_.token_answer(), {200, body}};
    auto sm = client(kLogins[1].auth);
    const Validation validation = validate(**sm);
    ASSERT_TRUE(validation.error) << body;
    EXPECT_TRUE(
        validation.error->message.ends_with("GenerateAccessToken: the answer holds no token with a time of expiry"))
        << validation.error->message;
  }
}

TEST_F(GcpFlow, ReconcilesAtTheSameTimeLogInOnceAndOtherStoresWithTheirOwnToken) {
  gate_.secrets["team/two/key.json"] = key_json(R"(,"client_email":"two@proj.iam.gserviceaccount.com")");
  auto one = client(kKeyAuth);
  auto same = client(kKeyAuth);
  auto two = client(R"("auth":{"secretRef":{"secretAccessKeySecretRef":{"name":"two","key":"key.json"}}})");
  ASSERT_TRUE(one && same && two);
  std::vector<std::unique_ptr<test::Running<Lookup<SecretBytes>>>> running;
  for (auto* sm : {&*one, &*same, &*two}) {
    running.push_back(
        std::make_unique<test::Running<Lookup<SecretBytes>>>(io_, (*sm)->get_secret(remote("app", "user"))));
  }
  for (const auto& task : running) {
    const auto got = task->get();
    ASSERT_TRUE(got.found());
    EXPECT_EQ(got->reveal(), "u");
  }
  EXPECT_EQ(google_.issued, 2);
  std::ranges::sort(google_.bearers);
  ASSERT_EQ(google_.bearers.size(), 3U);
  EXPECT_NE(google_.bearers.front(), google_.bearers.back());
}

}  // namespace
}  // namespace rotor::providers::gcp
