#include "providers/aws/regions.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/quote.hpp"

namespace rotor::providers::aws {
namespace {

// https://docs.aws.amazon.com/general/latest/gr/rande.html, and the partitions of their own.
const std::vector<std::string>& regions() {
  static const std::vector<std::string> all = {
      "af-south-1",     "ap-east-1",      "ap-east-2",       "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
      "ap-south-1",     "ap-south-2",     "ap-southeast-1",  "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
      "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",  "ca-central-1",   "ca-west-1",      "eu-central-1",
      "eu-central-2",   "eu-north-1",     "eu-south-1",      "eu-south-2",     "eu-west-1",      "eu-west-2",
      "eu-west-3",      "il-central-1",   "me-central-1",    "me-south-1",     "mx-central-1",   "sa-east-1",
      "us-east-1",      "us-east-2",      "us-west-1",       "us-west-2",      "cn-north-1",     "cn-northwest-1",
      "us-gov-east-1",  "us-gov-west-1",  "us-iso-east-1",   "us-iso-west-1",  "us-isob-east-1", "us-isob-west-1",
      "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1", "eusc-de-east-1", "aws-global"};
  return all;
}

}  // namespace

std::string doubt_about(std::string_view region) {
  if (std::ranges::find(regions(), region) != regions().end()) return {};
  const auto meant = nearest(region, regions());
  return fmt::format("spec.provider.aws.region: {} is no region of AWS that Rotor knows{}", go_quote(region),
                     meant ? fmt::format("; did you mean {}?", *meant) : "");
}

}  // namespace rotor::providers::aws
