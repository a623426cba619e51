// The request that Vault's auth method `aws` takes, against signatures that botocore made.
#include "providers/vault/aws_login.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace rotor::providers::vault {
namespace {

constexpr WallTime kNow = WallTime(std::chrono::seconds(1767323045));  // 2026-01-02T03:04:05Z

aws::Credentials keys(std::string_view token) {
  return {"AKIDEXAMPLE", SecretBytes("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), SecretBytes(token)};
}

std::string decoded(const LoginMembers& members, std::string_view name) {
  for (const auto& [member, value] : members) {
    if (member == name) return base64_decode(value.reveal()).value_or("not base64");
  }
  return "absent";
}

TEST(AwsLogin, SignsTheServerIdAndAsksTheGlobalServiceInItsRegion) {
  const auto members = sign_aws_login(keys(""), "us-east-1", "vault.example.com", kNow);
  ASSERT_TRUE(members) << members.error().message;
  EXPECT_EQ(members->at(0).first, "iam_http_request_method");
  EXPECT_EQ(members->at(0).second.reveal(), "POST");
  EXPECT_EQ(decoded(*members, "iam_request_url"), "https://sts.amazonaws.com/");
  EXPECT_EQ(decoded(*members, "iam_request_body"), "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(decoded(*members, "iam_request_headers"),
            R"({"Content-Length":["43"],"Content-Type":["application/x-www-form-urlencoded; charset=utf-8"],)"
            R"("X-Vault-AWS-IAM-Server-ID":["vault.example.com"],"X-Amz-Date":["20260102T030405Z"],)"
            R"("Authorization":["AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/sts/aws4_request, )"
            R"(SignedHeaders=content-length;content-type;host;x-amz-date;x-vault-aws-iam-server-id, )"
            R"(Signature=7d99462b5722581d06b9e90ccf4260ffcfad144dae83ff552608bfbe71a53ca2"]})");
}

TEST(AwsLogin, AsksTheRegionsServiceWithTemporaryKeys) {
  const auto members = sign_aws_login(keys("TOKEN"), "eu-west-3", "", kNow);
  ASSERT_TRUE(members) << members.error().message;
  EXPECT_EQ(decoded(*members, "iam_request_url"), "https://sts.eu-west-3.amazonaws.com/");
  const std::string headers = decoded(*members, "iam_request_headers");
  EXPECT_TRUE(headers.contains(R"("X-Amz-Security-Token":["TOKEN"])")) << headers;
  EXPECT_TRUE(headers.contains("Signature=bfd1f628c285e200cffc2a830496d36f7a96576f350aa14e9c94077a35a50b3f"))
      << headers;
  EXPECT_FALSE(headers.contains("Server-ID")) << headers;
  const auto china = sign_aws_login(keys(""), "cn-north-1", "", kNow);
  ASSERT_TRUE(china) << china.error().message;
  EXPECT_EQ(decoded(*china, "iam_request_url"), "https://sts.cn-north-1.amazonaws.com.cn/");
}

}  // namespace
}  // namespace rotor::providers::vault
