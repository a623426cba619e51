#include "providers/aws/endpoints.hpp"

#include <map>

#include <gtest/gtest.h>

namespace rotor::providers::aws {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Environment environment_of(Variables variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto it = variables.find(name);
    return it == variables.end() ? std::nullopt : std::optional(it->second);
  };
}

struct EndpointCase {
  const char* region;
  Service service;
  Variables variables;
  const char* url;
  const char* signing_region;
};

class Endpoints : public testing::TestWithParam<EndpointCase> {};

TEST_P(Endpoints, FollowThePartition) {
  const Environment environment = environment_of(GetParam().variables);
  const Result<Region> region = resolve_region(GetParam().region, environment);
  ASSERT_TRUE(region) << region.error().message;
  const Result<Endpoint> endpoint = resolve_endpoint(GetParam().service, *region, environment);
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(endpoint->url, GetParam().url);
  EXPECT_EQ(endpoint->signing_region, GetParam().signing_region);
}

constexpr Service kSm = Service::kSecretsManager;
constexpr Service kSsm = Service::kParameterStore;
constexpr Service kSts = Service::kSts;

INSTANTIATE_TEST_SUITE_P(
    Cases, Endpoints,
    testing::Values(
        EndpointCase{"eu-central-1", kSm, {}, "https://secretsmanager.eu-central-1.amazonaws.com", "eu-central-1"},
        EndpointCase{"eu-central-1", kSts, {}, "https://sts.eu-central-1.amazonaws.com", "eu-central-1"},
        EndpointCase{"cn-north-1", kSm, {}, "https://secretsmanager.cn-north-1.amazonaws.com.cn", "cn-north-1"},
        EndpointCase{"us-gov-west-1", kSm, {}, "https://secretsmanager.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
        EndpointCase{"us-iso-east-1", kSm, {}, "https://secretsmanager.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"},
        EndpointCase{
            "us-isob-east-1", kSm, {}, "https://secretsmanager.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"},
        EndpointCase{
            "eu-isoe-west-1", kSm, {}, "https://secretsmanager.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1"},
        EndpointCase{
            "us-isof-south-1", kSm, {}, "https://secretsmanager.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1"},
        EndpointCase{"eusc-de-east-1", kSm, {}, "https://secretsmanager.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"},
        EndpointCase{"moon-1", kSm, {}, "https://secretsmanager.moon-1.amazonaws.com", "moon-1"},
        EndpointCase{"us-east-1-fips", kSm, {}, "https://secretsmanager-fips.us-east-1.amazonaws.com", "us-east-1"},
        EndpointCase{"fips-us-east-1", kSts, {}, "https://sts-fips.us-east-1.amazonaws.com", "us-east-1"},
        EndpointCase{"us-gov-west-1",
                     kSts,
                     {{"AWS_USE_FIPS_ENDPOINT", "true"}},
                     "https://sts.us-gov-west-1.amazonaws.com",
                     "us-gov-west-1"},
        EndpointCase{"us-gov-west-1",
                     kSm,
                     {{"AWS_USE_FIPS_ENDPOINT", "true"}},
                     "https://secretsmanager-fips.us-gov-west-1.amazonaws.com",
                     "us-gov-west-1"},
        EndpointCase{
            "eu-west-1", kSts, {{"AWS_USE_DUALSTACK_ENDPOINT", "true"}}, "https://sts.eu-west-1.api.aws", "eu-west-1"},
        EndpointCase{"eu-central-1", kSsm, {}, "https://ssm.eu-central-1.amazonaws.com", "eu-central-1"},
        EndpointCase{"us-east-1-fips", kSsm, {}, "https://ssm-fips.us-east-1.amazonaws.com", "us-east-1"},
        EndpointCase{"us-gov-west-1-fips", kSsm, {}, "https://ssm.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
        EndpointCase{"r-1", kSsm, {{"AWS_SSM_ENDPOINT", "http://x.foo"}}, "http://x.foo", "r-1"},
        EndpointCase{"r-1", kSsm, {{"AWS_ENDPOINT_URL_SSM", "http://b"}}, "http://b", "r-1"},
        EndpointCase{
            "r-1", kSsm, {{"AWS_SECRETSMANAGER_ENDPOINT", "http://x.foo"}}, "https://ssm.r-1.amazonaws.com", "r-1"},
        EndpointCase{"aws-global", kSts, {}, "https://sts.amazonaws.com", "us-east-1"},
        EndpointCase{
            "", kSm, {{"AWS_REGION", "eu-west-1"}}, "https://secretsmanager.eu-west-1.amazonaws.com", "eu-west-1"},
        EndpointCase{"",
                     kSm,
                     {{"AWS_DEFAULT_REGION", "eu-west-2"}},
                     "https://secretsmanager.eu-west-2.amazonaws.com",
                     "eu-west-2"},
        EndpointCase{"r-1", kSm, {{"AWS_SECRETSMANAGER_ENDPOINT", "http://x.foo"}}, "http://x.foo", "r-1"},
        EndpointCase{"r-1", kSts, {{"AWS_STS_ENDPOINT", "http://x.foo:81/path/"}}, "http://x.foo:81/path", "r-1"},
        EndpointCase{
            "r-1", kSm, {{"AWS_STS_ENDPOINT", "http://x.foo"}}, "https://secretsmanager.r-1.amazonaws.com", "r-1"},
        EndpointCase{"r-1",
                     kSm,
                     {{"AWS_ENDPOINT_URL", "http://a"}, {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://b"}},
                     "http://b",
                     "r-1"},
        EndpointCase{"r-1", kSts, {{"AWS_ENDPOINT_URL", "http://a"}}, "http://a", "r-1"},
        EndpointCase{"r-1",
                     kSm,
                     {{"AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://b"}, {"AWS_SECRETSMANAGER_ENDPOINT", "http://c"}},
                     "http://c",
                     "r-1"}));

// Region, then the hosts of secretsmanager, ssm and sts over both IP versions, and the same with FIPS: what botocore
// 1.44.8 resolves.
constexpr const char* kDualStack[][7] = {
    {"eu-west-1", "secretsmanager.eu-west-1.amazonaws.com", "ssm.eu-west-1.api.aws", "sts.eu-west-1.api.aws",
     "secretsmanager-fips.eu-west-1.amazonaws.com", "ssm-fips.eu-west-1.api.aws", "sts-fips.eu-west-1.api.aws"},
    {"cn-north-1", "secretsmanager.cn-north-1.amazonaws.com.cn", "ssm.cn-north-1.api.amazonwebservices.com.cn",
     "sts.cn-north-1.api.amazonwebservices.com.cn", "secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn",
     "ssm-fips.cn-north-1.api.amazonwebservices.com.cn", "sts-fips.cn-north-1.api.amazonwebservices.com.cn"},
    {"us-gov-west-1", "secretsmanager.us-gov-west-1.amazonaws.com", "ssm.us-gov-west-1.api.aws",
     "sts.us-gov-west-1.api.aws", "secretsmanager-fips.us-gov-west-1.amazonaws.com", "ssm-fips.us-gov-west-1.api.aws",
     "sts-fips.us-gov-west-1.api.aws"},
    {"eusc-de-east-1", "secretsmanager.eusc-de-east-1.api.amazonwebservices.eu",
     "ssm.eusc-de-east-1.api.amazonwebservices.eu", "sts.eusc-de-east-1.api.amazonwebservices.eu",
     "secretsmanager-fips.eusc-de-east-1.api.amazonwebservices.eu", "ssm-fips.eusc-de-east-1.api.amazonwebservices.eu",
     "sts-fips.eusc-de-east-1.api.amazonwebservices.eu"},
    {"us-iso-east-1", "secretsmanager.us-iso-east-1.api.aws.ic.gov", "ssm.us-iso-east-1.api.aws.ic.gov",
     "sts.us-iso-east-1.api.aws.ic.gov", "secretsmanager-fips.us-iso-east-1.api.aws.ic.gov",
     "ssm-fips.us-iso-east-1.api.aws.ic.gov", "sts-fips.us-iso-east-1.api.aws.ic.gov"},
};

TEST(DualStack, IsWhatAwssOwnClientResolves) {
  for (const auto& row : kDualStack) {
    std::size_t column = 1;
    for (const bool fips : {false, true}) {
      const Environment environment =
          environment_of({{"AWS_USE_DUALSTACK_ENDPOINT", "true"}, {"AWS_USE_FIPS_ENDPOINT", fips ? "true" : "false"}});
      const Result<Region> region = resolve_region(row[0], environment);
      for (const Service service : {kSm, kSsm, kSts}) {
        EXPECT_EQ(resolve_endpoint(service, *region, environment)->url, std::string("https://") + row[column++]);
      }
    }
  }
}

TEST(EndpointOverride, IsNamedWhenItIsNoUrl) {
  const Environment environment = environment_of({{"AWS_SECRETSMANAGER_ENDPOINT", "nonsense"}});
  const Result<Endpoint> endpoint = resolve_endpoint(kSm, {"r-1"}, environment);
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().code, Code::kInvalid);
  EXPECT_TRUE(endpoint.error().message.starts_with("failed to parse secretsmanager endpoint nonsense: "))
      << endpoint.error().message;
}

TEST(AwsRegion, MustBeOneLabel) {
  const Environment environment = environment_of({});
  for (const char* region : {"", "a.b", "evil.example/", "a@b", "-a", "a-", "x y", "a:1"}) {
    const Result<Region> resolved = resolve_region(region, environment);
    ASSERT_FALSE(resolved) << region;
    EXPECT_TRUE(resolved.error().message.starts_with("region not found: ")) << resolved.error().message;
  }
}

TEST(AwsRegion, OneThatIsNotKnownIsTakenAndDoubtedWithTheNearest) {
  const Environment environment = environment_of({});
  const auto doubt = [&](const char* region) {
    const Result<Endpoint> endpoint = resolve_endpoint(kSm, *resolve_region(region, environment), environment);
    return endpoint ? endpoint->doubt : endpoint.error().message;
  };
  for (const char* known : {"eu-central-1", "us-gov-west-1", "us-east-1-fips", "cn-north-1", "eusc-de-east-1"}) {
    EXPECT_EQ(doubt(known), "") << known;
  }
  const std::string unknown = "spec.provider.aws.region: \"eu-centrl-1\" is no region of AWS that Rotor knows";
  EXPECT_EQ(doubt("eu-centrl-1"), unknown + "; did you mean eu-central-1?");
  EXPECT_TRUE(doubt("moon").starts_with("spec.provider.aws.region: \"moon\" is no region")) << doubt("moon");
  const Environment elsewhere = environment_of({{"AWS_ENDPOINT_URL", "http://127.0.0.1:5000"}});
  EXPECT_EQ(resolve_endpoint(kSm, {"anything"}, elsewhere)->doubt, "") << "whoever set it knows the regions there";
}

}  // namespace
}  // namespace rotor::providers::aws
