// What the process is told by flags, and what it tells: metrics, events of an ordinary start.
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kEntries = R"([{"key":"one","value":"1"}])";
constexpr std::string_view kData = R"("data":[{"secretKey":"a","remoteRef":{"key":"one"}}])";

// By family: its type and the names of its labels.
struct Family {
  std::string type;
  std::set<std::string> labels;
};
std::map<std::string, Family> families_of(const std::string& text) {
  std::map<std::string, Family> families;
  std::istringstream lines(text);
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, what;
    if (words >> hash >> what >> name, hash == "#") {
      if (what == "TYPE") words >> families[name].type;
      continue;
    }
    const std::string series = line.substr(0, line.rfind(' '));
    std::string& current = name = hash.substr(0, hash.find('{'));
    for (const char* suffix : {"_bucket", "_sum", "_count"}) {
      if (current.ends_with(suffix) && !families.contains(current))
        current.resize(current.size() - std::string(suffix).size());
    }
    for (std::size_t at = series.find('{'); at != std::string::npos && at + 1 < series.size();) {
      const std::size_t equals = series.find("=\"", at);
      if (equals == std::string::npos) break;
      families[current].labels.insert(series.substr(at + 1, equals - at - 1));
      at = series.find(',', series.find('"', equals + 2));
    }
    families[current].labels.erase("le");
  }
  return families;
}

class SecretsProcess : public testing::Test {
 protected:
  void start(secrets::Options options = {}) { world.start_operator(std::move(options)); }
  void synced(secrets::Options options = {}) {
    world.store(kEntries);
    start(std::move(options));
    world.external_secret(kData);
    world.until_ready("es", "es", kSynced);
    world.settle();
  }
  void no_warnings() {
    for (const char* reason : {"UpdateFailed", "InvalidProviderConfig"}) no_warnings_of(reason);
  }
  void no_warnings_of(std::string_view reason) { EXPECT_THAT(world.events(reason), IsEmpty()); }
  std::string synced_version() {
    return std::string(json::find_string(world.get("es", "es"), "status.syncedResourceVersion"));
  }
  SecretsWorld world;
};

TEST_F(SecretsProcess, ShowsTheSeriesThatDashboardsKnow) {
  synced();
  const std::set<std::string> object = {"name", "namespace"};
  const std::set<std::string> condition = {"name", "namespace", "condition", "status"};
  const std::map<std::string, Family> expected = {
      {"externalsecret_sync_calls_total", {"counter", object}},
      {"externalsecret_sync_calls_error", {"counter", object}},
      {"externalsecret_status_condition", {"gauge", condition}},
      {"externalsecret_reconcile_duration", {"gauge", object}},
      {"externalsecret_provider_api_calls_count", {"counter", {"provider", "call", "status"}}},
      {"secretstore_status_condition", {"gauge", condition}},
      {"secretstore_reconcile_duration", {"gauge", object}},
      {"clustersecretstore_status_condition", {"gauge", {}}},
      {"clustersecretstore_reconcile_duration", {"gauge", {}}},
      {"controller_runtime_reconcile_total", {"counter", {"controller", "result"}}},
      {"controller_runtime_reconcile_errors_total", {"counter", {"controller"}}},
      {"controller_runtime_reconcile_time_seconds", {"histogram", {"controller"}}},
      {"controller_runtime_active_workers", {"gauge", {"controller"}}},
      {"controller_runtime_max_concurrent_reconciles", {"gauge", {"controller"}}},
      {"workqueue_depth", {"gauge", {"name"}}},
      {"workqueue_adds_total", {"counter", {"name"}}},
      {"workqueue_queue_duration_seconds", {"histogram", {"name"}}},
      {"workqueue_work_duration_seconds", {"histogram", {"name"}}},
      {"workqueue_retries_total", {"counter", {"name"}}},
      {"workqueue_unfinished_work_seconds", {"gauge", {"name"}}},
      {"workqueue_longest_running_processor_seconds", {"gauge", {"name"}}},
      {"rest_client_requests_total", {"counter", {"code", "method", "host"}}},
  };
  auto shown = families_of(world.metrics().render());
  for (const auto& [name, family] : expected) {
    ASSERT_TRUE(shown.contains(name)) << name;
    EXPECT_EQ(shown[name].type, family.type) << name;
    // A provider that calls nobody has no calls to count.
    if (name != "externalsecret_provider_api_calls_count") EXPECT_EQ(shown[name].labels, family.labels) << name;
  }
  const std::string text = world.metrics().render();
  for (const char* controller : {"externalsecret", "secretstore", "clustersecretstore"}) {
    EXPECT_THAT(text, HasSubstr(fmt::format("controller_runtime_active_workers{{controller=\"{}\"}}", controller)));
  }
  EXPECT_THAT(
      text,
      HasSubstr(R"(externalsecret_status_condition{name="es",namespace="ns",condition="Ready",status="True"} 1)"));
  EXPECT_THAT(
      text,
      HasSubstr(R"(externalsecret_status_condition{name="es",namespace="ns",condition="Ready",status="False"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(rest_client_requests_total{code="200",method="GET",host=")"));
}

TEST_F(SecretsProcess, ShowsNoSeriesOfWhatIsGone_Row25) {
  synced();
  world.remove("es", "es");
  world.remove("ss", "store");
  world.until("the series to end", [this] {
    const std::string text = world.metrics().render();
    return !text.contains(R"({name="es",namespace="ns"})") && !text.contains(R"(name="store")");
  });
  const std::string text = world.metrics().render();
  EXPECT_THAT(text, Not(HasSubstr(R"(name="es",namespace="ns",condition="Ready")")));
  EXPECT_THAT(
      text,
      HasSubstr(R"(externalsecret_status_condition{name="es",namespace="ns",condition="Deleted",status="False"} 1)"));
}

TEST_F(SecretsProcess, ShowsLabelsOfObjectsWhereItIsAskedTo) {
  secrets::Options options;
  options.extended_metric_labels = true;
  synced(options);
  world.merge("es", "es",
              R"({"metadata":{"labels":{"app.kubernetes.io/name":"shop","app.kubernetes.io/part-of":"site"}}})");
  world.until("the label", [this] {
    return world.metrics().render().contains(
        R"(externalsecret_reconcile_duration{name="es",namespace="ns",app_kubernetes_io_name="shop",)"
        R"(app_kubernetes_io_instance="",app_kubernetes_io_version="",app_kubernetes_io_component="",)"
        R"(app_kubernetes_io_part_of="site",app_kubernetes_io_managed_by=""})");
  });
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(secretstore_status_condition{name="store",namespace="ns",)"
                                                  R"(condition="Ready",status="True",app_kubernetes_io_name="")"));
}

// What is logged while `act` runs, at debug level.
template <class Act>
std::string logged(Act act) {
  log::configure(log::Level::kDebug, log::Format::kJson);
  testing::internal::CaptureStderr();
  act();
  std::string text = testing::internal::GetCapturedStderr();
  log::configure(log::Level::kInfo, log::Format::kLogfmt);
  return text;
}

TEST_F(SecretsProcess, NamesTheKeysThatAnUpdateChangesAndNoValue_Row196) {
  world.store(R"([{"key":"doc","value":"{\"one\":\"canary-5b1f\"}"}])");
  start();
  world.external_secret(R"("dataFrom":[{"extract":{"key":"doc"}}])");
  world.until_ready("es", "es", kSynced);
  const std::string before = synced_version();
  const std::string text = logged([&] {
    world.store(R"([{"key":"doc","value":"{\"zoo\":\"canary-7d\",\"new\":\"\"}"}])");
    world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
    world.until("the new key", [this] { return world.value("es", "zoo") == "canary-7d"; });
    // The Secret is seen before the operator has its answer, and says what it wrote.
    world.until("the status after it", [&] { return synced_version() != before; });
  });
  EXPECT_THAT(text, HasSubstr(R"("added":"new,zoo","updated":"","removed":"one","emptied":"new")")) << text;
  EXPECT_THAT(text, Not(HasSubstr("canary")));
}

TEST_F(SecretsProcess, LeavesStoresOfAnotherClassAndWhatReadsThemAlone_Row133_Row138) {
  world.create("ss", "store",
               fmt::format(R"({{"spec":{{"controller":"other","provider":{{"fake":{{"data":{}}}}}}}}})", kEntries));
  start();
  world.external_secret(kData);
  world.settle();
  EXPECT_EQ(world.ready("es", "es"), "");
  EXPECT_EQ(json::find(world.get("ss", "store"), "status"), nullptr);
  EXPECT_TRUE(world.get("secret", "es").is_null());
  world.stop_operator();
  secrets::Options options;
  options.controller_class = "other";
  start(options);
  world.until_ready("es", "es", kSynced);
}

// Nothing else would come for who waits for no time and was told nothing.
TEST_F(SecretsProcess, GoesOnWhenAStoreIsAnotherControllersNoLonger_Row138) {
  world.store(kEntries);
  start();
  world.external_secret(kData);
  world.until_ready("es", "es", kSynced);
  world.merge("ss", "store", R"({"spec":{"controller":"other"}})");
  world.settle();
  world.create("es", "new", fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},{}}}}})", kData));
  world.merge("es", "es", R"({"metadata":{"annotations":{"force-sync":"1"}}})");
  world.settle();
  EXPECT_EQ(world.ready("es", "new"), "");
  const std::string before = synced_version();
  world.merge("ss", "store", R"({"spec":{"controller":null}})");
  world.until_ready("es", "new", kSynced);
  world.until("what was forced meanwhile", [&] { return synced_version() != before; });
}

TEST_F(SecretsProcess, SeesOneNamespaceWhenItIsToldTo) {
  secrets::Options options;
  options.watched = "elsewhere";
  world.store(kEntries);
  start(options);
  world.external_secret(kData);
  world.settle();
  EXPECT_EQ(world.ready("es", "es"), "");
  world.stop_operator();
  options.watched = "ns";
  start(options);
  world.until_ready("es", "es", kSynced);
}

TEST_F(SecretsProcess, UsesSecretStoresThatAnotherControllerValidates) {
  secrets::Options options;
  options.namespaced_stores = false;
  world.store(kEntries);
  start(options);
  world.external_secret(kData);
  world.settle();
  EXPECT_EQ(world.ready("ss", "store"), "") << "not its own to judge";
  world.merge_status("ss", "store", R"({"status":{"conditions":[{"type":"Ready","status":"True","reason":"Valid",
    "message":"by another","lastTransitionTime":"2026-01-02T10:00:00Z"}]}})");
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.ready("ss", "store"), "True/Valid/by another");
}

TEST_F(SecretsProcess, LeavesWhatNamesAClusterSecretStoreAloneWhereTheyAreNotServed_Row139) {
  secrets::Options options;
  options.cluster_stores = false;
  start(options);
  world.create("es", "es",
               fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"s","kind":"ClusterSecretStore"}},{}}}}})", kData));
  world.settle();
  EXPECT_EQ(world.ready("es", "es"), "");
  EXPECT_EQ(world.operator_requests("list", "clustersecretstores"), 0U);
}

TEST_F(SecretsProcess, ReadsFromAStoreThatIsNotReadyWhereThereIsNoFloodGate) {
  world.create("ss", "store",
               fmt::format(R"({{"spec":{{"provider":{{"fake":{{"validationResult":2,"data":{}}}}}}}}})", kEntries));
  secrets::Options options;
  options.flood_gate = false;
  start(options);
  world.until_ready("ss", "store", "False/InvalidProviderConfig/unable to validate store");
  world.external_secret(kData);
  world.until_ready("es", "es", kSynced);
  EXPECT_EQ(world.value("es", "a"), "1");
  no_warnings_of("UpdateFailed");
}

TEST_F(SecretsProcess, WarnsOfNothingWhenAStoreIsMerelyNew) {
  start();
  world.external_secret(kData);
  world.store(kEntries);
  world.until_ready("es", "es", kSynced);
  world.settle();
  no_warnings();
}

TEST_F(SecretsProcess, WarnsOfNothingWhenEverythingWasThereBeforeIt) {
  world.store(kEntries);
  world.external_secret(kData);
  start();
  world.until_ready("es", "es", kSynced);
  world.settle();
  no_warnings();
  EXPECT_THAT(world.metrics().render(), HasSubstr(R"(externalsecret_sync_calls_error{name="es",namespace="ns"} 0)"));
}

}  // namespace
}  // namespace rotor::test
