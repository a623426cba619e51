#include "admission/instance_findings.hpp"

#include <array>

#include "admission/instance_rules.hpp"

namespace rotor::admission {
namespace {

constexpr std::array<InstanceRule, 20> kRules = {
    judge_user,
    judge_network,
    judge_images_of_sidecars,
    judge_provider_keys,
    judge_privileges,
    judge_limits,
    judge_image,
    judge_workspaces,
    judge_quantities,
    judge_check_interval,
    judge_packages,
    judge_ca_bundle,
    judge_config_keys,
    judge_containers,
    judge_config_format,
    judge_force_paths,
    judge_health_check_timeout,
    judge_suspension,
    judge_addresses,
    judge_volumes,
};

}  // namespace

InstanceFindings examine_instance(const json::Value& spec) {
  InstanceFindings out;
  const SpecReader reader(spec);
  for (const InstanceRule rule : kRules) rule(reader, out);
  return out;
}

}  // namespace rotor::admission
