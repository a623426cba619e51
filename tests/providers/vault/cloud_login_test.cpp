// Logging in with a cloud's word: what the server sees, who shares a login, and what is refused before that.
#include <gtest/gtest.h>

#include "providers/common/cloud_identity.hpp"
#include "tests/providers/vault/fake_vault.hpp"

namespace rotor::providers::vault {
namespace {

struct FakeAwsIdentities final : AwsIdentities {
  struct Identity final : AwsIdentity {
    explicit Identity(std::string who) : who_(std::move(who)) {}
    std::string digest() const override { return who_; }
    Task<Result<std::shared_ptr<const aws::Credentials>>> credentials() override {
      co_return std::make_shared<const aws::Credentials>(aws::Credentials{"AKID" + who_, SecretBytes("key")});
    }
    std::string who_;
  };
  Task<Result<std::shared_ptr<AwsIdentity>>> open(AwsIdentityRequest request, StoreContext) override {
    asked.push_back(request);
    co_return std::make_shared<Identity>(request.role);
  }
  std::vector<AwsIdentityRequest> asked;
};

struct FakeGoogleIdentities final : GoogleIdentities {
  struct Identity final : GoogleIdentity {
    std::string digest() const override { return "one"; }
    Task<Result<SecretBytes>> jwt(std::string audience) override { co_return SecretBytes("jwt for " + audience); }
  };
  Task<Result<std::shared_ptr<GoogleIdentity>>> open(GoogleIdentityRequest request, StoreContext) override {
    asked.push_back(request);
    co_return std::make_shared<Identity>();
  }
  std::vector<GoogleIdentityRequest> asked;
};

class VaultClouds : public VaultFlow {
 protected:
  VaultClouds() {
    Services with_clouds = services();
    with_clouds.aws_identities = aws_;
    with_clouds.google_identities = google_;
    provider_ = make_provider(with_clouds);
  }
  std::shared_ptr<FakeAwsIdentities> aws_ = std::make_shared<FakeAwsIdentities>();
  std::shared_ptr<FakeGoogleIdentities> google_ = std::make_shared<FakeGoogleIdentities>();
};

TEST_F(VaultClouds, AnAwsIdentityIsAskedForAsTheBlockSays) {
  vault_.next.push_back({200, R"({"auth":{"client_token":"root","lease_duration":3600,"renewable":false}})"});
  auto made = client(
      R"("auth":{"iam":{"path":"team/aws","region":"eu-west-3","role":"arn:r","vaultRole":"shop","externalID":"x",)"
      R"("vaultAwsIamServerID":"v","jwt":{"serviceAccountRef":{"name":"sa"}},)"
      R"("secretRef":{"accessKeyIDSecretRef":{"name":"a","key":"i"},"secretAccessKeySecretRef":{"name":"a","key":"k"}}}})");
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(aws_->asked.size(), 1U);
  const AwsIdentityRequest& asked = aws_->asked[0];
  EXPECT_EQ(asked.field, "spec.provider.vault.auth.iam");
  EXPECT_EQ(asked.session_name, "external-secrets-provider-vault");
  EXPECT_EQ(asked.region, "eu-west-3");
  EXPECT_EQ(asked.role, "arn:r");
  EXPECT_EQ(asked.external_id, "x");
  EXPECT_EQ(asked.service_account->name, "sa") << "V81: jwt wins";
  EXPECT_EQ(vault_.seen[0].line, "PUT /v1/auth/team/aws/login");
  EXPECT_TRUE(vault_.seen[0].body.starts_with(R"({"role":"shop","iam_http_request_method":"POST",)"));
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
}

TEST_F(VaultClouds, WhoIsTheSameSharesALoginAndWhoIsNotDoesNot) {
  for (const auto& [role, logins] : {std::pair{"arn:a", 1}, {"arn:a", 1}, {"arn:b", 2}}) {
    vault_.next.push_back({200, R"({"auth":{"client_token":"root","lease_duration":3600,"renewable":false}})"});
    auto made = client(fmt::format(R"("auth":{{"iam":{{"role":"{}","vaultRole":"shop"}}}})", role));
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(vault_.count("auth/aws/login"), logins);
    if (vault_.next.size() == 1) vault_.next.clear();
  }
}

struct GoogleCase {
  std::string_view name, auth, audience;
};
void PrintTo(const GoogleCase& c, std::ostream* out) { *out << c.name; }
class VaultGoogle : public VaultClouds, public testing::WithParamInterface<GoogleCase> {};

// V92
TEST_P(VaultGoogle, ShowsAJwtForTheRole) {
  const std::string audience = GetParam().audience.empty() ? url() + "/vault/shop" : std::string(GetParam().audience);
  vault_.logins["gcp/login"] = fmt::format(R"({{"role":"shop","jwt":"jwt for {}"}})", audience);
  auto made = client(GetParam().auth);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(get(**made, remote("app", "user")), "u");
  EXPECT_EQ(google_->asked.at(0).key.has_value(), GetParam().name == "Key");
  EXPECT_EQ(google_->asked.at(0).gke.has_value(), GetParam().name != "Machine" && GetParam().name != "Account");
}

INSTANTIATE_TEST_SUITE_P(
    Methods, VaultGoogle,
    testing::Values(
        GoogleCase{"Key",
                   R"("auth":{"gcp":{"role":"shop","secretRef":{"secretAccessKeySecretRef":{"name":"g","key":"k"}},)"
                   R"("workloadIdentity":{"serviceAccountRef":{"name":"sa"}}}})",
                   "vault/shop"},
        GoogleCase{"Gke", R"("auth":{"gcp":{"role":"shop","workloadIdentity":{"serviceAccountRef":{"name":"sa"}}}})",
                   "vault/shop"},
        GoogleCase{"Account", R"("auth":{"gcp":{"role":"shop","serviceAccountRef":{"name":"sa"}}})", ""},
        GoogleCase{"Machine", R"("auth":{"gcp":{"role":"shop"}})", ""}));

}  // namespace
}  // namespace rotor::providers::vault
