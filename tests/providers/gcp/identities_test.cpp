// Google identities as other back ends borrow them.
#include "providers/gcp/identities.hpp"

#include <gtest/gtest.h>

#include "tests/providers/gcp/gcp_flow.hpp"

namespace rotor::providers::gcp {
namespace {

class BorrowedGoogle : public GcpFlow {
 protected:
  std::string jwt_of(GoogleIdentityRequest request, StoreContext of) {
    request.field = "spec.provider.x.gcp";
    auto identities = make_identities(services());
    auto who = pump(identities->open(std::move(request), std::move(of)));
    if (!who) return who.error().message;
    auto jwt = pump((*who)->jwt("vault/shop"));
    return jwt ? std::string(jwt->reveal()) : jwt.error().message;
  }
  static GoogleIdentityRequest with_account() {
    GoogleIdentityRequest request;
    request.gke =
        GoogleIdentityRequest::Gke{api::es::ServiceAccountSelector{"app", {}, {}}, "europe-west3", "main", "p"};
    return request;
  }
};

TEST_F(BorrowedGoogle, TheKeyOfAServiceAccountSignsForTheAudienceForTenMinutes) {
  GoogleIdentityRequest request;
  request.key = api::es::SecretKeySelector{"gcp", {}, "key.json"};
  const std::string claims = FakeGoogle::claims_of(jwt_of(request, context("{}")));
  EXPECT_TRUE(claims.contains(fmt::format(R"("sub":"{}","aud":"vault/shop")", test::kEmail))) << claims;
  const auto number = [&claims](std::string_view name) {
    return std::stoll(claims.substr(claims.find(name) + name.size()));
  };
  EXPECT_EQ(number("\"exp\":") - number("\"iat\":"), 600);
  EXPECT_TRUE(google_.calls.empty());
}

TEST_F(BorrowedGoogle, GoogleSignsForTheServiceAccountThatTheAnnotationNames) {
  gate_.annotations["iam.gke.io/gcp-service-account"] = test::kEmail;
  google_.elsewhere[fmt::format("POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:signJwt",
                                test::kEmail)] = {200, R"({"keyId":"k","signedJwt":"a.b.c"})"};
  EXPECT_EQ(jwt_of(with_account(), context("{}")), "a.b.c");
  const std::string& last = google_.calls.back();
  EXPECT_TRUE(
      last.contains(fmt::format(R"("payload":"{{\"aud\":\"vault/shop\",\"sub\":\"{}\",\"exp\":)", test::kEmail)))
      << last;
}

TEST_F(BorrowedGoogle, ATokenThatMayNotSignAnyMoreIsReplacedOnce) {
  gate_.annotations["iam.gke.io/gcp-service-account"] = test::kEmail;
  google_.elsewhere[fmt::format("POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:signJwt",
                                test::kEmail)] = {
      401, R"({"error":{"code":401,"status":"UNAUTHENTICATED","message":"it was revoked"}})"};
  const std::string message = jwt_of(with_account(), context("{}"));
  EXPECT_TRUE(message.contains("it was revoked")) << message;
  const auto times = [this](std::string_view what) {
    return std::ranges::count_if(google_.calls, [what](const std::string& call) { return call.contains(what); });
  };
  EXPECT_EQ(times("identitybindingtoken"), 2);
  EXPECT_EQ(times(":signJwt"), 2);
}

TEST_F(BorrowedGoogle, AServiceAccountWithoutTheAnnotationIsNamed) {
  const std::string message = jwt_of(with_account(), context("{}"));
  EXPECT_TRUE(
      message.contains("spec.provider.x.gcp.workloadIdentity: annotate ServiceAccount team/app with "
                       "iam.gke.io/gcp-service-account"))
      << message;
}

TEST_F(BorrowedGoogle, TheMachinesTokenIsForWhoMayUseIt) {
  EXPECT_TRUE(jwt_of({}, context("{}")).contains("--allow-controller-identity"));
  const std::string line =
      "GET http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/identity?audience=vault%2Fshop&"
      "format=full";
  google_.elsewhere[line] = {200, "x.y.z\n", {{"Metadata-Flavor", "Google"}}};
  EXPECT_EQ(jwt_of({}, cluster_context("{}")), "x.y.z");
  google_.elsewhere[line].body = "<html>";
  EXPECT_EQ(jwt_of({}, cluster_context("{}")), "metadata server: what it answered is no identity token");
}

}  // namespace
}  // namespace rotor::providers::gcp
