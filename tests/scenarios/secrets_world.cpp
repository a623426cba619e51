#include "tests/scenarios/secrets_world.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "api/core/config_map.hpp"
#include "api/core/secret.hpp"
#include "api/externalsecrets/crds.hpp"
#include "api/externalsecrets/external_secret.hpp"
#include "api/externalsecrets/store.hpp"
#include "api/generators/crds.hpp"
#include "api/generators/generator_state.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "base/encoding.hpp"
#include "generators/kinds.hpp"
#include "kube/client/config.hpp"
#include "providers/fake/fake.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "tests/scenarios/shared_cluster.hpp"

namespace rotor::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);
constexpr std::string_view kAgent = "secrets-under-test";
constexpr std::string_view kNamespace = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ns"}})";

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

void turn_until(std::string_view what, const std::function<bool()>& is_so, const std::function<void()>& turn) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("waited too long for " + std::string(what));
    turn();
  }
}

Task<Result<bool>> done(Task<Result<SecretBytes>> call) {
  CO_TRY_VOID(co_await std::move(call));
  co_return true;
}
Task<Result<bool>> done(Task<Result<void>> call) {
  CO_TRY_VOID(co_await std::move(call));
  co_return true;
}

constexpr std::string_view kLooseCrd = R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"externalsecrets.external-secrets.io"},"spec":{"group":"external-secrets.io","scope":"Namespaced",
  "names":{"kind":"ExternalSecret","listKind":"ExternalSecretList","plural":"externalsecrets","singular":"externalsecret"},
  "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":
  {"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})";

// What the first world of this process found in the shared cluster; those after it find what the one before left.
std::optional<Spared>& spared() {
  static std::optional<Spared> found;
  return found;
}

constexpr kube::Resource kWidgets{"example.com", "v1", "widgets", "Widget", true};
constexpr std::string_view kWidgetCrd = R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
  "names":{"kind":"Widget","listKind":"WidgetList","plural":"widgets","singular":"widget"},
  "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
  "data":{"type":"object","additionalProperties":{"type":"string"}},
  "spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{
    "user":{"type":"string","pattern":"^[a-z]*$"},"ttl":{"type":"integer","default":30}}}}}}}]}})";

kube::Resource resource_of(std::string_view kind) {
  if (kind == "widget") return kWidgets;
  if (kind == "ss") return kube::kResource<api::es::SecretStore>;
  if (kind == "es") return kube::kResource<api::es::ExternalSecret>;
  if (kind == "cm") return kube::kResource<api::ConfigMap>;
  if (kind == "gs") return kube::kResource<api::gen::GeneratorState>;
  if (kind == "secret") return kube::kResource<api::Secret>;
  return generators::resource_of({.api_version = {}, .kind = std::string(kind), .name = {}});
}

std::string ns_of(const kube::Resource& resource) { return resource.namespaced ? "ns" : ""; }

}  // namespace

struct SecretsWorld::Operator {
  Operator(Executor executor, kube::ConnectionConfig connection, std::shared_ptr<RequestCounts> counts, Clock& clock,
           secrets::Options options, kube::Ownership* ownership)
      : client(std::make_unique<CountingClient>(
            must(kube::make_client(executor, clock, std::move(connection), std::string(kAgent), &metrics)),
            Counting{std::move(counts)})),
        http(providers::make_http_clients(executor, clock, "test")),
        calls(providers::make_call_counter(metrics)),
        registry({{"fake", providers::make_fake_provider}, {"kubernetes", providers::make_kubernetes_provider}},
                 {executor, clock, *http, *calls, [](std::string_view) { return std::nullopt; }}),
        generators({executor, clock, *http, *calls, [](std::string_view) { return std::nullopt; }}),
        controllers(executor, *client, clock, registry, generators, metrics, std::move(options), ownership) {}
  MetricsRegistry metrics;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<providers::HttpClients> http;
  std::unique_ptr<providers::CallCounter> calls;
  providers::ProviderRegistry registry;
  generators::Generators generators;
  secrets::Controllers controllers;
  boost::asio::cancellation_signal stop;
  bool ended = false;
};

template <class T>
T SecretsWorld::run(Task<T> task) {
  auto pending = loop_.begin(std::move(task));
  const auto answered = [&] { return pending->value.has_value() || pending->error != nullptr; };
  turn_until("an answer of the API server", answered, [this] {
    loop_.io().restart();
    loop_.io().run_one_for(std::chrono::milliseconds(2));
  });
  return loop_.take(*pending);
}

SecretsWorld::SecretsWorld(bool loose, apiserver::Admission admission) {
  if (!shared_cluster()) {
    server_ = must(apiserver::EmbeddedServer::start({.admission = std::move(admission)}));
  } else if (loose) {
    skip_on_shared_cluster("CRD that lets everything in");
  } else if (admission) {
    skip_on_shared_cluster("admission within the server");
  }
  person_ = must(kube::make_client(loop_.executor(), clock_, connection(), "person"));
  if (server_ == nullptr) {
    begin_on_shared_cluster();
    return;
  }
  install_crds(loose);
  must(run(done(person_->create(kNamespaceKind, "", SecretBytes(kNamespace)))));
}

SecretsWorld::~SecretsWorld() {
  loop_.stop();
  stop_operator();
  if (server_ == nullptr) leave_shared_cluster();
}

kube::ConnectionConfig SecretsWorld::connection() const {
  if (server_ == nullptr) return shared_cluster().value();
  return must(kube::parse_kubeconfig(server_->kubeconfig().reveal(), "test"));
}

apiserver::EmbeddedServer& SecretsWorld::embedded(std::string_view for_what) {
  if (server_ == nullptr) skip_on_shared_cluster(for_what);
  return *server_;
}

void SecretsWorld::install_crds(bool loose) {
  const std::string es_crd = loose ? std::string(kLooseCrd) : api::es::external_secret_crd();
  std::vector<std::string> crds = api::gen::generator_crds();
  crds.insert(crds.end(), {api::es::secret_store_crd(), api::es::cluster_secret_store_crd(), es_crd});
  if (!loose) crds.push_back(api::es::cluster_external_secret_crd());
  for (const std::string& crd : crds) {
    const auto created = run(done(person_->create(kCrdKind, "", SecretBytes(crd))));
    const bool there = server_ == nullptr && !created && created.error().code == Code::kAlreadyExists;
    if (!there) must(created);
  }
  until("the CRDs to be served", [this] {
    return must(run(person_->serves(resource_of("es")))) && must(run(person_->serves(resource_of("ss"))));
  });
}

void SecretsWorld::begin_on_shared_cluster() {
  if (!spared()) {
    Spared found = must(run(look_around(*person_)));
    install_crds(false);
    spared() = std::move(found);
  }
  create(kNamespaceKind, kNamespace);
}

void SecretsWorld::made(const kube::Resource& resource, const std::string& name) {
  if (server_ != nullptr) return;
  if (resource == kNamespaceKind) {
    until("the namespace to take objects", [&] { return run(takes_objects(*person_, name)).has_value(); });
  } else if (std::ranges::find(made_, resource) == made_.end()) {
    made_.push_back(resource);
  }
}

void SecretsWorld::leave_shared_cluster() {
  try {
    if (std::erase(made_, kWidgets) != 0) {
      remove(kCrdKind, {"", "widgets.example.com"});
      until("the CRD to go", [this] { return get(kCrdKind, {"", "widgets.example.com"}).is_null(); });
    }
    must(run(clear_cluster(*person_, spared().value(), made_)));
  } catch (const std::runtime_error& error) {
    ADD_FAILURE() << "what this test made stays in the cluster: " << error.what();
  }
}

void SecretsWorld::start_operator(secrets::Options options, kube::Ownership* ownership) {
  operator_ =
      std::make_unique<Operator>(loop_.executor(), connection(), counts_, clock_, std::move(options), ownership);
  if (equip_) equip_(operator_->generators);
  if (stock_) stock_(operator_->registry);
  Operator* op = operator_.get();
  boost::asio::co_spawn(
      loop_.io(), op->controllers.run(),
      boost::asio::bind_cancellation_slot(op->stop.slot(), [op](std::exception_ptr) { op->ended = true; }));
  until("the operator's watches", [op] { return op->controllers.ready(); });
}

void SecretsWorld::stop_operator() {
  if (operator_ == nullptr) return;
  operator_->stop.emit(boost::asio::cancellation_type::terminal);
  until("the operator to end", [this] { return operator_->ended; });
  operator_.reset();
}

void SecretsWorld::values_changed() { operator_->controllers.values_changed(); }

std::string SecretsWorld::url() const { return connection().server; }
std::string SecretsWorld::ca_pem() const { return connection().tls.ca_pem; }
std::string SecretsWorld::token() const { return std::string(connection().token.reveal()); }

apiserver::Faults& SecretsWorld::faults() { return embedded("fault to be had").faults(); }

MetricsRegistry& SecretsWorld::metrics() { return operator_->metrics; }

void SecretsWorld::install_widgets() {
  must(run(done(person_->create(kCrdKind, "", SecretBytes(kWidgetCrd)))));
  made(kWidgets, "");
  until("Widgets to be served", [this] { return must(run(person_->serves(kWidgets))); });
}

void SecretsWorld::create(std::string_view kind, const std::string& name, std::string_view document) {
  const kube::Resource resource = resource_of(kind);
  json::Value body = must(json::parse(document));
  json::Object& object = body.as_object();
  object["apiVersion"] = resource.api_version();
  object["kind"] = resource.kind;
  if (!object.contains("metadata")) object["metadata"] = json::Object{};
  object["metadata"].as_object()["name"] = name;
  if (resource.namespaced) object["metadata"].as_object()["namespace"] = "ns";
  must(run(done(person_->create(resource, ns_of(resource), SecretBytes(json::serialize(body))))));
  made(resource, name);
}

void SecretsWorld::create(const kube::Resource& resource, std::string_view object) {
  json::Value body = must(json::parse(object));
  body.as_object()["apiVersion"] = resource.api_version();
  body.as_object()["kind"] = resource.kind;
  std::string ns(json::find_string(body, "metadata.namespace"));
  must(run(done(person_->create(resource, std::move(ns), SecretBytes(json::serialize(body))))));
  made(resource, std::string(json::find_string(body, "metadata.name")));
}

void SecretsWorld::merge(std::string_view kind, const std::string& name, std::string_view patch) {
  const kube::Resource resource = resource_of(kind);
  merge(resource, {ns_of(resource), name}, patch);
}

void SecretsWorld::merge(const kube::Resource& resource, const kube::Key& key, std::string_view patch) {
  must(run(
      done(person_->patch(resource, key, kube::PatchType::kMerge, SecretBytes(patch), {.field_manager = "person"}))));
}

void SecretsWorld::merge_status(std::string_view kind, const std::string& name, std::string_view patch) {
  must(run(done(person_->patch(resource_of(kind), {"ns", name}, kube::PatchType::kMerge, SecretBytes(patch),
                               {.field_manager = "person", .subresource = "status"}))));
}

void SecretsWorld::remove(std::string_view kind, const std::string& name) {
  const kube::Resource resource = resource_of(kind);
  remove(resource, {ns_of(resource), name});
}

void SecretsWorld::remove(const kube::Resource& resource, const kube::Key& key) {
  must(run(done(person_->remove(resource, key))));
}

json::Value SecretsWorld::get(std::string_view kind, const std::string& name) {
  const kube::Resource resource = resource_of(kind);
  return get(resource, {ns_of(resource), name});
}

json::Value SecretsWorld::get(const kube::Resource& resource, const kube::Key& key) {
  const Result<SecretBytes> body = run(person_->get(resource, key));
  if (!body && body.error().code == Code::kNotFound) return nullptr;
  if (!body) throw std::runtime_error(body.error().message);
  return must(json::parse(body->reveal()));
}

std::vector<json::Value> SecretsWorld::events(std::string_view reason, const std::string& ns) {
  std::vector<json::Value> found;
  must(run(kube::list_all(*person_, kEventKind, ns, {}, [&](std::string_view item) {
    json::Value event = must(json::parse(item));
    if (json::find_string(event, "reason") == reason) found.push_back(std::move(event));
  })));
  return found;
}

std::vector<json::Value> SecretsWorld::generator_states() {
  std::vector<json::Value> found;
  must(run(kube::list_all(*person_, resource_of("gs"), "ns", {},
                          [&](std::string_view item) { found.push_back(must(json::parse(item))); })));
  return found;
}

void SecretsWorld::store(std::string_view entries) {
  const std::string spec = fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":{}}}}}}}}})", entries);
  if (get("ss", "store").is_null()) return create("ss", "store", spec);
  merge("ss", "store", spec);
}

void SecretsWorld::external_secret(std::string_view spec_members) {
  create("es", "es", fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},{}}}}})", spec_members));
}

void SecretsWorld::until(std::string_view what, const std::function<bool()>& is_so) {
  // A real server is not asked as fast as it can answer: on two cores that takes the time it needs for the controllers.
  const std::chrono::milliseconds pause(server_ == nullptr ? 10 : 2);
  turn_until(what, is_so, [this, pause] {
    loop_.io().restart();
    loop_.io().run_for(pause);
  });
}

std::string SecretsWorld::value(const std::string& secret, std::string_view key) {
  const json::Value object = get("secret", secret);
  const json::Value* data = json::find(object, "data");
  if (data == nullptr || !data->as_object().contains(key)) return "";
  return must(base64_decode(data->as_object().at(key).as_string()));
}

std::string SecretsWorld::ready(std::string_view kind, const std::string& name) {
  const json::Value object = get(kind, name);
  const json::Value* conditions = json::find(object, "status.conditions");
  if (conditions == nullptr || conditions->as_array().empty()) return "";
  const json::Value& c = conditions->as_array().front();
  return fmt::format("{}/{}/{}", json::find_string(c, "status"), json::find_string(c, "reason"),
                     json::find_string(c, "message"));
}

void SecretsWorld::until_ready(std::string_view kind, const std::string& name, std::string_view expected) {
  try {
    until(expected, [&] { return ready(kind, name) == expected; });
  } catch (const std::runtime_error&) {
    FAIL() << kind << " " << name << " is " << ready(kind, name) << ", not " << expected;
  }
}

RequestCounts SecretsWorld::requests() const {
  if (server_ == nullptr) return *counts_;
  RequestCounts counts;
  for (const auto& count : server_->requests()) {
    if (count.user_agent.contains(kAgent)) counts[{count.verb, count.resource}] += count.times;
  }
  return counts;
}

std::uint64_t SecretsWorld::operator_requests(std::string_view verb, std::string_view resource) {
  const RequestCounts counts = requests();
  const auto at = counts.find({std::string(verb), std::string(resource)});
  return at == counts.end() ? 0 : at->second;
}

std::uint64_t SecretsWorld::operator_writes() {
  std::uint64_t times = 0;
  for (const auto& [request, count] : requests()) {
    const auto& [verb, resource] = request;
    const bool read = verb == "get" || verb == "list" || verb == "watch";
    if (!read && resource != "events") times += count;
  }
  return times;
}

void SecretsWorld::settle() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(150);
  until("quiet", [end] { return std::chrono::steady_clock::now() > end; });
}

}  // namespace rotor::test
