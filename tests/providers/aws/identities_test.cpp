// AWS identities as other back ends borrow them.
#include "providers/aws/identities.hpp"

#include <gtest/gtest.h>

#include "providers/common/other_ways.hpp"
#include "tests/providers/aws/aws_flow.hpp"

namespace rotor::providers::aws {
namespace {

class BorrowedAws : public AwsFlow {
 protected:
  // The id of the key it ends with, or why there is none.
  std::string key_of(AwsIdentityRequest request, StoreContext of) {
    request.field = "spec.provider.x.iam";
    request.session_name = "session-of-x";
    auto identities = make_identities(services());
    auto who = pump(identities->open(std::move(request), std::move(of)));
    if (!who) return who.error().message;
    auto credentials = pump((*who)->credentials());
    return credentials ? (*credentials)->access_key_id : credentials.error().message;
  }
  StoreContext cluster() {
    StoreContext c = ProviderRig::context("{}");
    c.store.kind = kClusterSecretStoreKind;
    return c;
  }
  static AwsIdentityRequest with_keys(std::string key = "key") {
    AwsIdentityRequest request{.region = "us-east-1"};
    request.keys = AwsIdentityRequest::Keys{api::es::SecretKeySelector{"aws", {}, "id"},
                                            api::es::SecretKeySelector{"aws", {}, std::move(key)}};
    return request;
  }
};

TEST_F(BorrowedAws, KeysOfASecretAreTakenAsTheyAre) {
  EXPECT_EQ(key_of(with_keys(), ProviderRig::context("{}")), "AKIASTATIC");
  EXPECT_TRUE(aws_.calls.empty());
}

TEST_F(BorrowedAws, AServiceAccountsTokenIsExchangedUnderTheBorrowersName) {
  AwsIdentityRequest request{.region = "us-east-1"};
  request.service_account = api::es::ServiceAccountSelector{"app", {}, {}};
  EXPECT_FALSE(key_of(request, ProviderRig::context("{}")).contains(' '));
  EXPECT_TRUE(aws_.calls.at(0).contains("RoleSessionName=session-of-x")) << aws_.calls.at(0);
}

TEST_F(BorrowedAws, ARoleIsAssumedOnTop) {
  AwsIdentityRequest request = with_keys();
  request.role = "arn:aws:iam::1:role/r";
  request.external_id = "ext";
  EXPECT_FALSE(key_of(request, ProviderRig::context("{}")).contains(' '));
  EXPECT_TRUE(aws_.calls.at(0).contains("ExternalId=ext")) << aws_.calls.at(0);
  aws_.next.push_back({403, "<E><Error><Code>AccessDenied</Code><Message>no</Message></Error></E>"});
  const std::string refused = key_of(request, ProviderRig::context("{}"));
  EXPECT_TRUE(refused.contains("assuming role arn:aws:iam::1:role/r (spec.provider.x.iam.role)")) << refused;
}

TEST_F(BorrowedAws, WhatIsWrongIsNamedByTheBorrowersField) {
  gate_.secrets["team/aws/broken"] = "secret\n";
  const std::string message = key_of(with_keys("broken"), ProviderRig::context("{}"));
  EXPECT_TRUE(message.contains("spec.provider.x.iam.secretRef.secretAccessKeySecretRef")) << message;
}

// V82
TEST_F(BorrowedAws, TheControllersOwnIdentityIsThatOfItsPlatformOnly) {
  const AwsIdentityRequest own{.region = "us-east-1"};
  EXPECT_TRUE(key_of(own, ProviderRig::context("{}")).contains("--allow-controller-identity"));
  variables_["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  variables_["AWS_SECRET_ACCESS_KEY"] = "env-secret";
  const std::string none = key_of(own, cluster());
  EXPECT_TRUE(none.starts_with("no AWS authentication method found: expected either IRSA or Pod Identity")) << none;
  EXPECT_TRUE(none.ends_with(kAsYourself)) << none;
}

}  // namespace
}  // namespace rotor::providers::aws
