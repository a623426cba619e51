// An API server, the External Secrets controllers on it with the fake provider, and a person who edits objects.
//
// The API server is an embedded one of this world's own or, where ROTOR_SCENARIOS_KUBECONFIG leads to one, a real one
// (shared_cluster.hpp). What only the embedded one has (faults, admission within, a CRD that checks nothing) skips the
// test there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apiserver/registry/admission.hpp"
#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "kube/client/config.hpp"
#include "secrets/controllers.hpp"
#include "tests/fakes/counting_client.hpp"
#include "tests/fakes/loop.hpp"

namespace rotor::kube {
class Ownership;
}
namespace rotor::apiserver {
class EmbeddedServer;
class Faults;
}  // namespace rotor::apiserver

namespace rotor::test {

class SecretsWorld {
 public:
  // Server, CRDs, namespace "ns". `loose`: a CRD that lets everything in, as an older installation may have left
  // objects, and none of ClusterExternalSecrets.
  explicit SecretsWorld(bool loose = false, apiserver::Admission admission = {});
  ~SecretsWorld();

  // `ownership`: what is this operator's to work on, in the hands of the test; null: everything.
  void start_operator(secrets::Options options = {}, kube::Ownership* ownership = nullptr);
  // Before start_operator(): what a test wants of the generators.
  void equip(std::function<void(generators::Generators&)> equip) { equip_ = std::move(equip); }
  // Likewise: back ends of its own.
  void stock(std::function<void(providers::ProviderRegistry&)> stock) { stock_ = std::move(stock); }
  void stop_operator();
  void values_changed();  // the store tells the operator

  // `kind`: ss, es, secret, cm, widget (once its CRD is installed), or a generator's own. The document is what stands
  // beside kind and metadata.name/namespace.
  void install_widgets();  // waits until its kind is served: Widget of example.com/v1, with a default in its spec
  void create(std::string_view kind, const std::string& name, std::string_view document);
  void merge(std::string_view kind, const std::string& name, std::string_view patch);
  void merge_status(std::string_view kind, const std::string& name, std::string_view patch);
  void remove(std::string_view kind, const std::string& name);
  json::Value get(std::string_view kind, const std::string& name);  // null when it is not there
  std::vector<json::Value> events(std::string_view reason, const std::string& ns = "ns");
  std::vector<json::Value> generator_states();

  // The same of any kind in any namespace.
  void create(const kube::Resource& resource, std::string_view object);
  void merge(const kube::Resource& resource, const kube::Key& key, std::string_view patch);
  void remove(const kube::Resource& resource, const kube::Key& key);
  json::Value get(const kube::Resource& resource, const kube::Key& key);

  // A store "store" of the fake provider with these entries, and an ExternalSecret "es" on it.
  void store(std::string_view entries);
  void external_secret(std::string_view spec_members);

  void until(std::string_view what, const std::function<bool()>& is_so);
  std::string value(const std::string& secret, std::string_view key);  // decoded; "" when it is not there
  std::string ready(std::string_view kind, const std::string& name);   // "status/reason/message"
  void until_ready(std::string_view kind, const std::string& name, std::string_view expected);
  std::uint64_t operator_requests(std::string_view verb, std::string_view resource);
  std::uint64_t operator_writes();
  // Long enough for everything that an event calls for to be over.
  void settle();
  MetricsRegistry& metrics();
  // For what a test runs beside the operator; it ends with the world.
  kube::Client& person() { return *person_; }
  Clock& clock() { return clock_; }
  Executor executor() { return loop_.executor(); }
  void start(Task<> task) { loop_.start(std::move(task)); }
  apiserver::Faults& faults();
  // The API server itself, as a back end.
  std::string url() const;
  std::string ca_pem() const;
  std::string token() const;

 private:
  template <class T>
  T run(Task<T> task);
  kube::ConnectionConfig connection() const;
  apiserver::EmbeddedServer& embedded(std::string_view for_what);  // skips the test where there is none
  void install_crds(bool loose);
  void begin_on_shared_cluster();
  void leave_shared_cluster();
  void made(const kube::Resource& resource, const std::string& name);  // on a shared cluster to be taken away
  RequestCounts requests() const;

  std::unique_ptr<apiserver::EmbeddedServer> server_;  // null: the cluster is a shared one
  std::vector<kube::Resource> made_;
  std::shared_ptr<RequestCounts> counts_ = std::make_shared<RequestCounts>();  // where no server counts
  SystemClock clock_;
  Loop loop_;
  std::unique_ptr<kube::Client> person_;
  struct Operator;
  std::unique_ptr<Operator> operator_;
  std::function<void(generators::Generators&)> equip_;
  std::function<void(providers::ProviderRegistry&)> stock_;
};

}  // namespace rotor::test
