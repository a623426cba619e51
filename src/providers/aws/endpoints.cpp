#include "providers/aws/endpoints.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/url.hpp"

namespace rotor::providers::aws {
namespace {

struct Partition {
  std::string_view prefix;
  std::string_view suffix;
  std::string_view dual_stack_suffix;
};

// The longer prefixes first. Anything else is the commercial partition.
constexpr std::array<Partition, 8> kPartitions = {{
    {"us-gov-", "amazonaws.com", "api.aws"},
    {"us-isob-", "sc2s.sgov.gov", ""},
    {"us-isof-", "csp.hci.ic.gov", ""},
    {"us-iso-", "c2s.ic.gov", ""},
    {"eu-isoe-", "cloud.adc-e.uk", ""},
    {"eusc-de-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"", "amazonaws.com", "api.aws"},
}};

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

struct Override {
  std::string_view name;
  std::string_view what;
};

std::array<Override, 3> overrides_of(Service service) {
  if (service == Service::kSts) {
    return {{{"AWS_STS_ENDPOINT", "sts"}, {"AWS_ENDPOINT_URL_STS", "sts"}, {"AWS_ENDPOINT_URL", "sts"}}};
  }
  return {{{"AWS_SECRETSMANAGER_ENDPOINT", "secretsmanager"},
           {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "secretsmanager"},
           {"AWS_ENDPOINT_URL", "secretsmanager"}}};
}

std::string without_trailing_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string default_url(Service service, const Region& region, const Environment& environment) {
  const Partition& partition = partition_of(region.name);
  const std::string name(signing_name(service));
  const bool dual = service == Service::kSts && is_true(environment, "AWS_USE_DUALSTACK_ENDPOINT") &&
                    !partition.dual_stack_suffix.empty();
  // The government's STS is FIPS as it is.
  const bool fips = region.fips && !(service == Service::kSts && partition.prefix == "us-gov-");
  return fmt::format("https://{}{}.{}.{}", name, fips ? "-fips" : "", region.name,
                     dual ? partition.dual_stack_suffix : partition.suffix);
}

}  // namespace

std::string_view signing_name(Service service) { return service == Service::kSts ? "sts" : "secretsmanager"; }

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
  for (const auto& [name, what] : overrides_of(service)) {
    const std::optional<std::string> value = environment(name);
    if (!value || value->empty()) continue;
    const Result<net::Url> url = net::parse_url(*value);
    if (!url) {
      return fail(Code::kInvalid, fmt::format("failed to parse {} endpoint {}: {}", what, *value, url.error().message));
    }
    if (url->target.contains('?')) {
      return fail(Code::kInvalid, fmt::format("failed to parse {} endpoint {}: a query is not allowed", what, *value));
    }
    return Endpoint{without_trailing_slash(*value), region.name};
  }
  if (service == Service::kSts && region.name == "aws-global")
    return Endpoint{"https://sts.amazonaws.com", "us-east-1"};
  return Endpoint{default_url(service, region, environment), region.name};
}

}  // namespace rotor::providers::aws
