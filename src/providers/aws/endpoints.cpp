#include "providers/aws/endpoints.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/url.hpp"
#include "providers/aws/regions.hpp"
#include "providers/common/endpoint.hpp"

namespace rotor::providers::aws {
namespace {

// When Secrets Manager's address over both IP versions is one of its own; where it is not, the usual one serves both.
enum class DualSecrets : std::uint8_t { kNever, kWithFips, kAlways };

struct Partition {
  std::string_view prefix;
  std::string_view suffix;
  std::string_view dual_stack_suffix;
  DualSecrets dual_secrets = DualSecrets::kAlways;
  bool plain_is_fips = false;  // of ssm and sts
};

// The longer prefixes first. Anything else is the commercial partition.
constexpr std::array<Partition, 8> kPartitions = {{
    {"us-gov-", "amazonaws.com", "api.aws", DualSecrets::kNever, true},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", DualSecrets::kWithFips},
    {"", "amazonaws.com", "api.aws", DualSecrets::kNever},
}};

struct ServiceNames {
  std::string_view signing;
  std::string_view own_variable;  // the operator's
  std::string_view sdk_variable;  // the SDKs'
};

// In the order of `Service`.
constexpr std::array<ServiceNames, 3> kServices = {{
    {"secretsmanager", "AWS_SECRETSMANAGER_ENDPOINT", "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
    {"ssm", "AWS_SSM_ENDPOINT", "AWS_ENDPOINT_URL_SSM"},
    {"sts", "AWS_STS_ENDPOINT", "AWS_ENDPOINT_URL_STS"},
}};

const ServiceNames& names_of(Service service) { return kServices.at(static_cast<std::size_t>(service)); }

const Partition& partition_of(std::string_view region) {
  return *std::ranges::find_if(kPartitions, [&](const Partition& p) { return region.starts_with(p.prefix); });
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_true(const Environment& environment, std::string_view name) {
  const std::optional<std::string> value = environment(name);
  return value && (*value == "true" || *value == "TRUE" || *value == "True");
}

std::string erase_once(std::string text, std::string_view part) {
  if (const std::size_t at = text.find(part); at != std::string::npos) text.erase(at, part.size());
  return text;
}

bool has_dual_address(Service service, const Partition& partition, bool fips) {
  if (service != Service::kSecretsManager) return true;
  return partition.dual_secrets == DualSecrets::kAlways || (partition.dual_secrets == DualSecrets::kWithFips && fips);
}

std::string default_url(Service service, const Region& region, const Environment& environment) {
  const Partition& partition = partition_of(region.name);
  const bool dual =
      is_true(environment, "AWS_USE_DUALSTACK_ENDPOINT") && has_dual_address(service, partition, region.fips);
  const bool plain_is_fips = partition.plain_is_fips && service != Service::kSecretsManager && !dual;
  return fmt::format("https://{}{}.{}.{}", signing_name(service), region.fips && !plain_is_fips ? "-fips" : "",
                     region.name, dual ? partition.dual_stack_suffix : partition.suffix);
}

}  // namespace

std::string_view signing_name(Service service) { return names_of(service).signing; }

Result<Region> resolve_region(std::string_view region, const Environment& environment) {
  std::string name(region);
  for (const std::string_view variable : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (name.empty()) name = environment(variable).value_or("");
  }
  if (name.empty()) {
    return fail(Code::kInvalid,
                "region not found: spec.provider.aws.region is empty; set it, or AWS_REGION in the "
                "controller's environment");
  }
  if (!is_label(name)) return fail(Code::kInvalid, "region not found: " + name);
  const bool pseudo = name.starts_with("fips-") || name.ends_with("-fips");
  if (pseudo) name = erase_once(erase_once(std::move(name), "fips-"), "-fips");
  return Region{std::move(name), pseudo || is_true(environment, "AWS_USE_FIPS_ENDPOINT")};
}

Result<Endpoint> resolve_endpoint(Service service, const Region& region, const Environment& environment) {
  const ServiceNames& names = names_of(service);
  for (const std::string_view name : {names.own_variable, names.sdk_variable, std::string_view("AWS_ENDPOINT_URL")}) {
    const std::optional<std::string> value = environment(name);
    if (!value || value->empty()) continue;
    const Result<net::Url> url = net::parse_url(*value);
    if (!url) {
      return fail(Code::kInvalid,
                  fmt::format("failed to parse {} endpoint {}: {}", names.signing, *value, url.error().message));
    }
    if (url->target.contains('?')) {
      return fail(Code::kInvalid,
                  fmt::format("failed to parse {} endpoint {}: a query is not allowed", names.signing, *value));
    }
    return Endpoint{without_trailing_slashes(*value), region.name};
  }
  if (service == Service::kSts && region.name == "aws-global")
    return Endpoint{"https://sts.amazonaws.com", "us-east-1"};
  return Endpoint{default_url(service, region, environment), region.name, doubt_about(region.name)};
}

}  // namespace rotor::providers::aws
