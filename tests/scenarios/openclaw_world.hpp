// An API server, the OpenClawInstance controller on it, and a person who edits objects.
//
// The API server is an embedded one of this world's own or, where ROTOR_SCENARIOS_KUBECONFIG leads to one, a real one
// (shared_cluster.hpp) on which nobody but the garbage collector works. What only the embedded one has skips the test
// there.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "kube/client/config.hpp"
#include "openclaw/controller.hpp"
#include "tests/fakes/counting_client.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::apiserver {
class EmbeddedServer;
class Faults;
}  // namespace rotor::apiserver

namespace rotor::test {

inline constexpr kube::Resource kInstances{"openclaw.rocks", "v1alpha1", "openclawinstances", "OpenClawInstance"};
inline constexpr kube::Resource kStatefulSets{"apps", "v1", "statefulsets", "StatefulSet"};
inline constexpr kube::Resource kPods{"", "v1", "pods", "Pod"};
inline constexpr kube::Resource kServices{"", "v1", "services", "Service"};
inline constexpr kube::Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount"};
inline constexpr kube::Resource kSecrets{"", "v1", "secrets", "Secret"};
inline constexpr kube::Resource kClaims{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
inline constexpr kube::Resource kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr kube::Resource kEvents{"", "v1", "events", "Event"};

class OpenClawWorld {
 public:
  OpenClawWorld();  // server, CRD, namespaces "ns" and "rotor"
  ~OpenClawWorld();

  apiserver::EmbeddedServer& server();  // what comes of it skips the test where there is none
  apiserver::Faults& faults();
  kube::ConnectionConfig connection() const;
  Loop& loop() { return loop_; }
  SystemClock& clock() { return clock_; }
  MetricsRegistry& metrics() { return *metrics_; }
  kube::Client& person() { return *person_; }

  // Quiet periods are zero unless said otherwise, so that a pass shows at once what it decides. `clock`: another one
  // than the world's, which outlives the operator.
  void start_operator(openclaw::ControllerOptions options = {.operator_namespace = "rotor",
                                                             .quiet = std::chrono::nanoseconds(0)},
                      openclaw::ManagedKinds kinds = openclaw::managed_kinds(), Clock* clock = nullptr);
  void stop_operator();

  void create(const kube::Resource& resource, const std::string& name, std::string_view document);
  void create_in(const std::string& ns, const kube::Resource& resource, const std::string& name,
                 std::string_view document, const std::string& field_manager = "");
  void instance(const std::string& name, std::string_view spec);
  void merge(const kube::Resource& resource, const std::string& name, std::string_view patch,
             const std::string& subresource = "");
  void merge_as(const std::string& field_manager, const kube::Resource& resource, const std::string& name,
                std::string_view patch, const std::string& subresource = "");
  void remove(const kube::Resource& resource, const std::string& name, kube::DeleteOptions options = {});
  void remove_namespace();  // "ns", and whatever is in it
  bool has_namespace();
  void secret(const std::string& name, std::string_view data_json);          // values in base64
  json::Value get(const kube::Resource& resource, const std::string& name);  // null when it is not there
  std::vector<json::Value> all(const kube::Resource& resource);
  std::vector<json::Value> events(std::string_view reason);
  void pod_is_ready(const std::string& name, bool ready = true);  // as the StatefulSet's controller would say

  // Runs the world until it is so; fails the test after ten seconds.
  void until(std::string_view what, const std::function<bool()>& is_so);
  // Runs `change` and waits until every pass it called for is over.
  void settle_after(const std::string& instance, const std::function<void()>& change);

  std::string secret_hash(const std::string& name);
  std::int64_t generation(const std::string& name);
  std::string condition(const std::string& name, std::string_view type);  // "status/reason"
  std::string phase(const std::string& name);
  std::uint64_t passes(const std::string& name);                                      // that went through
  std::uint64_t operator_requests(std::string_view verb, std::string_view resource);  // empty: any verb

 private:
  template <class T>
  T run(Task<T> task);
  void begin();
  void leave_shared_cluster();

  std::unique_ptr<apiserver::EmbeddedServer> server_;  // null: the cluster is a shared one
  std::vector<kube::Resource> made_;
  std::shared_ptr<RequestCounts> counts_ = std::make_shared<RequestCounts>();
  SystemClock clock_;
  Loop loop_;
  std::unique_ptr<kube::Client> person_;
  std::vector<std::shared_ptr<kube::Client>> retired_;
  struct Operator;
  std::unique_ptr<Operator> operator_;
  MetricsRegistry* metrics_ = nullptr;
};

}  // namespace rotor::test
