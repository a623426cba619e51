#include "api/openclaw/probes.hpp"

namespace rotor::json {
using namespace api;

ROTOR_DESCRIBE(InstanceProbe, "One of the main container's probes.",
               field<&InstanceProbe::enabled>("enabled",
                                              {.default_json = "true", .doc = "False: there is no such probe."}),
               field<&InstanceProbe::failure_threshold>("failureThreshold"),
               field<&InstanceProbe::initial_delay_seconds>("initialDelaySeconds"),
               field<&InstanceProbe::period_seconds>("periodSeconds"),
               field<&InstanceProbe::timeout_seconds>("timeoutSeconds"));

ROTOR_DESCRIBE(InstanceDiskReadiness, "Not ready when the data volume is full or read-only; not built yet.",
               field<&InstanceDiskReadiness::enabled>("enabled", {.default_json = "false"}),
               field<&InstanceDiskReadiness::min_free>("minFree"), field<&InstanceDiskReadiness::path>("path"));

ROTOR_DESCRIBE_WITH(InstanceProbes, "How the main container is watched; what is left out keeps its default.",
                    (.rules_json = R"("nullable":true)"), field<&InstanceProbes::disk_readiness>("diskReadiness"),
                    field<&InstanceProbes::liveness>("liveness"), field<&InstanceProbes::readiness>("readiness"),
                    field<&InstanceProbes::startup>("startup"));

}  // namespace rotor::json
