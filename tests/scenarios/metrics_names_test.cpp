// The series that dashboards of today's two operators read: each is exposed here under its name, or docs/metrics.md
// says that it is not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/fakes/source_dir.hpp"
#include "tests/scenarios/openclaw_world.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

enum class Where : std::uint8_t {
  kExposed,
  kByTheProcess,  // by `rotor operator`, with --leader-elect
  kNotHere,       // and the page says why
};
struct Name {
  std::string_view name;
  Where where = Where::kExposed;
};

constexpr Name kSecrets[] = {{"externalsecret_sync_calls_total"},
                             {"externalsecret_sync_calls_error"},
                             {"externalsecret_status_condition"},
                             {"externalsecret_reconcile_duration"},
                             {"externalsecret_provider_api_calls_count"},
                             {"secretstore_status_condition"},
                             {"secretstore_reconcile_duration"},
                             {"clustersecretstore_status_condition"},
                             {"clustersecretstore_reconcile_duration"},
                             {"clusterexternalsecret_status_condition"},
                             {"clusterexternalsecret_reconcile_duration"},
                             {"pushsecret_status_condition", Where::kNotHere},
                             {"pushsecret_reconcile_duration", Where::kNotHere},
                             {"clusterpushsecret_status_condition", Where::kNotHere},
                             {"clusterpushsecret_reconcile_duration", Where::kNotHere}};

constexpr Name kOpenClaw[] = {{"openclaw_reconcile_total"},
                              {"openclaw_reconcile_duration_seconds"},
                              {"openclaw_instance_phase"},
                              {"openclaw_instance_ready"},
                              {"openclaw_instance_info"},
                              {"openclaw_managed_instances"},
                              {"openclaw_resource_creation_failures_total", Where::kNotHere},
                              {"openclaw_autoupdate_checks_total", Where::kNotHere},
                              {"openclaw_autoupdate_applied_total", Where::kNotHere},
                              {"openclaw_autoupdate_rollbacks_total", Where::kNotHere}};

constexpr Name kOfAnyController[] = {{"controller_runtime_reconcile_total"},
                                     {"controller_runtime_reconcile_errors_total"},
                                     {"controller_runtime_reconcile_time_seconds"},
                                     {"controller_runtime_active_workers"},
                                     {"controller_runtime_max_concurrent_reconciles"},
                                     {"workqueue_depth"},
                                     {"workqueue_adds_total"},
                                     {"workqueue_queue_duration_seconds"},
                                     {"workqueue_work_duration_seconds"},
                                     {"workqueue_retries_total"},
                                     {"workqueue_unfinished_work_seconds"},
                                     {"workqueue_longest_running_processor_seconds"},
                                     {"rest_client_requests_total"},
                                     {"leader_election_master_status", Where::kByTheProcess}};

void expect_all(std::span<const Name> names, const std::string& exposition, const std::string& page) {
  for (const Name& row : names) {
    const bool exposed = exposition.contains(fmt::format("# TYPE {} ", row.name));
    EXPECT_EQ(exposed, row.where == Where::kExposed) << row.name;
    EXPECT_TRUE(page.contains(fmt::format("`{}`", row.name))) << row.name << " is not in docs/metrics.md";
  }
}

std::string metrics_page() { return read_file(source_path("docs/metrics.md")); }

TEST(MetricsNames, OfTheExternalSecretsOperatorAreServedOrSaidNotToBe) {
  SecretsWorld world;
  world.start_operator();
  const std::string exposition = world.metrics().render();
  expect_all(kSecrets, exposition, metrics_page());
  expect_all(kOfAnyController, exposition, metrics_page());
  for (const char* controller :
       {"externalsecret", "secretstore", "clustersecretstore", "clusterexternalsecret", "generatorstate"}) {
    EXPECT_TRUE(exposition.contains(fmt::format("workqueue_depth{{name=\"{}\"}}", controller))) << controller;
  }
}

TEST(MetricsNames, OfTheOpenClawOperatorAreServedOrSaidNotToBe) {
  OpenClawWorld world;
  world.start_operator();
  const std::string exposition = world.metrics().render();
  expect_all(kOpenClaw, exposition, metrics_page());
  EXPECT_TRUE(exposition.contains("workqueue_depth{name=\"openclawinstance\"}"));
  EXPECT_TRUE(exposition.contains("workqueue_adds_total{name=\"openclawinstance\"}"));
  EXPECT_TRUE(exposition.contains("controller_runtime_reconcile_total{controller=\"openclawinstance\""));
}

}  // namespace
}  // namespace rotor::test
