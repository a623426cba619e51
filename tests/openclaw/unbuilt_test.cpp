#include "openclaw/unbuilt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::openclaw {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> unbuilt(std::string_view spec) { return unbuilt_features(*json::parse(spec)); }

TEST(Unbuilt, IsWhatTheSpecAsksForAndNothingThatIsOnlyMentioned) {
  EXPECT_THAT(unbuilt("{}"), IsEmpty());
  EXPECT_THAT(unbuilt(R"({"chromium":{"enabled":false,"image":{}},"skills":[],"backup":{"historyLimit":3},
                          "autoUpdate":{"enabled":false,"checkInterval":"24h"},"skillPackUpdatePolicy":"Replace",
                          "runtimeDeps":{"pnpm":false,"python":false},
                          "workspace":{"initialFiles":{"a":"b"},"additionalWorkspaces":[{"name":"a","skills":[]}]},
                          "networking":{"ingress":{"enabled":false}},"restoreFrom":"","probes":null})"),
              IsEmpty());
}

TEST(Unbuilt, IsNamedByItsField) {
  EXPECT_THAT(unbuilt(R"({"chromium":{"enabled":true},"skills":["a"],"backup":{"schedule":"* * * * *"},
                          "runtimeDeps":{"pnpm":true,"python":true},"restoreFrom":"x",
                          "networking":{"ingress":{"enabled":true},"httpRoute":{"enabled":true}},
                          "observability":{"metrics":{"serviceMonitor":{"enabled":true}}},
                          "workspace":{"additionalWorkspaces":[{"name":"a"},{"name":"b","skills":["s"]}]}})"),
              ElementsAre("spec.backup.schedule", "spec.chromium", "spec.networking.httpRoute",
                          "spec.networking.ingress", "spec.observability.metrics.serviceMonitor", "spec.restoreFrom",
                          "spec.runtimeDeps", "spec.skills", "spec.workspace.additionalWorkspaces[].skills"));
}

}  // namespace
}  // namespace rotor::openclaw
