#include "tests/scenarios/openclaw_world.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "api/openclaw/instance.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "kube/client/config.hpp"

namespace rotor::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);
constexpr std::string_view kAgent = "openclaw-under-test";
constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                               false};
constexpr kube::Resource kNamespaces{"", "v1", "namespaces", "Namespace", false};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

Task<Result<void>> answered(Task<Result<SecretBytes>> call) {
  CO_TRY_VOID(co_await std::move(call));
  co_return Result<void>{};
}

}  // namespace

struct OpenClawWorld::Operator {
  Operator(Executor executor, std::unique_ptr<kube::Client> c, Clock& clock, openclaw::ControllerOptions options,
           openclaw::ManagedKinds kinds)
      : client(std::move(c)), controller(executor, *client, clock, metrics, std::move(options), kinds) {}
  MetricsRegistry metrics;
  std::shared_ptr<kube::Client> client;
  openclaw::Controller controller;
  boost::asio::cancellation_signal stop;
  bool ended = false;
};

template <class T>
T OpenClawWorld::run(Task<T> task) {
  auto pending = loop_.begin(std::move(task));
  until("an answer of the API server", [&] { return pending->value.has_value() || pending->error != nullptr; });
  return loop_.take(*pending);
}

OpenClawWorld::OpenClawWorld() : server_(must(apiserver::EmbeddedServer::start({}))) {
  const std::string kubeconfig(server_->kubeconfig().reveal());
  person_ =
      must(kube::make_client(loop_.executor(), clock_, must(kube::parse_kubeconfig(kubeconfig, "test")), "person"));
  must(run(answered(person_->create(kCrds, "", SecretBytes(api::openclaw_instance_crd())))));
  for (const char* ns : {"ns", "rotor"}) {
    const std::string body = std::string(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")") + ns + "\"}}";
    must(run(answered(person_->create(kNamespaces, "", SecretBytes(body)))));
  }
  until("the CRD to be served", [this] { return must(run(person_->serves(kInstances))); });
}

OpenClawWorld::~OpenClawWorld() { stop_operator(); }

void OpenClawWorld::start_operator(openclaw::ControllerOptions options, openclaw::ManagedKinds kinds, Clock* clock) {
  const std::string kubeconfig(server_->kubeconfig().reveal());
  auto client = must(kube::make_client(loop_.executor(), clock_, must(kube::parse_kubeconfig(kubeconfig, "test")),
                                       std::string(kAgent)));
  operator_ = std::make_unique<Operator>(loop_.executor(), std::move(client), clock == nullptr ? clock_ : *clock,
                                         std::move(options), kinds);
  metrics_ = &operator_->metrics;
  Operator* op = operator_.get();
  boost::asio::co_spawn(
      loop_.io(), op->controller.run(),
      boost::asio::bind_cancellation_slot(op->stop.slot(), [op](std::exception_ptr) { op->ended = true; }));
  until("the operator's watches", [op] { return op->controller.ready(); });
}

void OpenClawWorld::stop_operator() {
  if (operator_ == nullptr) return;
  operator_->stop.emit(boost::asio::cancellation_type::terminal);
  until("the operator to end", [this] { return operator_->ended; });
  // Events under way are cancelled with the controller and end a little later: the client outlives them.
  retired_.push_back(operator_->client);
  operator_.reset();
  metrics_ = nullptr;
  loop_.settle();
}

void OpenClawWorld::create(const kube::Resource& resource, const std::string& name, std::string_view document) {
  create_in("ns", resource, name, document);
}

void OpenClawWorld::create_in(const std::string& ns, const kube::Resource& resource, const std::string& name,
                              std::string_view document, const std::string& field_manager) {
  json::Value body = must(json::parse(document));
  json::Object& object = body.as_object();
  object["apiVersion"] = resource.api_version();
  object["kind"] = resource.kind;
  if (!object.contains("metadata")) object["metadata"] = json::Object{};
  object["metadata"].as_object()["name"] = name;
  object["metadata"].as_object()["namespace"] = ns;
  must(run(
      answered(person_->create(resource, ns, SecretBytes(json::serialize(body)), {.field_manager = field_manager}))));
}

void OpenClawWorld::instance(const std::string& name, std::string_view spec) {
  create(kInstances, name, std::string(R"({"spec":)") + std::string(spec) + "}");
}

void OpenClawWorld::secret(const std::string& name, std::string_view data_json) {
  const std::string document = std::string(R"({"data":)") + std::string(data_json) + "}";
  if (get(kSecrets, name).is_null()) return create(kSecrets, name, document);
  merge(kSecrets, name, document);
}

void OpenClawWorld::merge(const kube::Resource& resource, const std::string& name, std::string_view patch,
                          const std::string& subresource) {
  merge_as("person", resource, name, patch, subresource);
}

void OpenClawWorld::merge_as(const std::string& field_manager, const kube::Resource& resource, const std::string& name,
                             std::string_view patch, const std::string& subresource) {
  must(run(answered(person_->patch(resource, {"ns", name}, kube::PatchType::kMerge, SecretBytes(patch),
                                   {.field_manager = field_manager, .subresource = subresource}))));
}

void OpenClawWorld::remove(const kube::Resource& resource, const std::string& name, kube::DeleteOptions options) {
  must(run(person_->remove(resource, {"ns", name}, std::move(options))));
}

void OpenClawWorld::remove_namespace() { must(run(person_->remove(kNamespaces, {"", "ns"}))); }

bool OpenClawWorld::has_namespace() { return run(person_->get(kNamespaces, {"", "ns"})).has_value(); }

json::Value OpenClawWorld::get(const kube::Resource& resource, const std::string& name) {
  const Result<SecretBytes> body = run(person_->get(resource, {"ns", name}));
  if (!body && body.error().code == Code::kNotFound) return nullptr;
  if (!body) throw std::runtime_error(body.error().message);
  return must(json::parse(body->reveal()));
}

std::vector<json::Value> OpenClawWorld::all(const kube::Resource& resource) {
  std::vector<json::Value> found;
  must(run(kube::list_all(*person_, resource, "ns", {},
                          [&](std::string_view item) { found.push_back(must(json::parse(item))); })));
  return found;
}

std::vector<json::Value> OpenClawWorld::events(std::string_view reason) {
  std::vector<json::Value> found = all(kEvents);
  std::erase_if(found, [&](const json::Value& event) { return json::find_string(event, "reason") != reason; });
  return found;
}

void OpenClawWorld::pod_is_ready(const std::string& name, bool ready) {
  merge(kStatefulSets, name,
        ready ? R"({"status":{"replicas":1,"readyReplicas":1}})" : R"({"status":{"replicas":1,"readyReplicas":null}})",
        "status");
}

void OpenClawWorld::until(std::string_view what, const std::function<bool()>& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("waited too long for " + std::string(what));
    loop_.io().restart();
    loop_.io().run_for(std::chrono::milliseconds(2));
  }
}

void OpenClawWorld::settle_after(const std::string& instance, const std::function<void()>& change) {
  const std::uint64_t before = passes(instance);
  change();
  until("a pass over " + instance, [&] { return passes(instance) > before; });
}

std::string OpenClawWorld::secret_hash(const std::string& name) {
  const json::Value object = get(kStatefulSets, name);
  const json::Value* annotations = json::find(object, "spec.template.metadata.annotations");
  const json::Value* hash =
      annotations == nullptr ? nullptr : annotations->as_object().if_contains("openclaw.rocks/secret-hash");
  return hash == nullptr ? std::string() : std::string(hash->as_string());
}

std::int64_t OpenClawWorld::generation(const std::string& name) {
  const json::Value object = get(kStatefulSets, name);
  const json::Value* generation = json::find(object, "metadata.generation");
  return generation == nullptr ? 0 : generation->as_int64();
}

std::string OpenClawWorld::condition(const std::string& name, std::string_view type) {
  const json::Value object = get(kInstances, name);
  const json::Value* conditions = json::find(object, "status.conditions");
  if (conditions == nullptr) return "";
  for (const json::Value& c : conditions->as_array()) {
    if (json::find_string(c, "type") != type) continue;
    return std::string(json::find_string(c, "status")) + "/" + std::string(json::find_string(c, "reason"));
  }
  return "";
}

std::string OpenClawWorld::phase(const std::string& name) {
  return std::string(json::find_string(get(kInstances, name), "status.phase"));
}

std::uint64_t OpenClawWorld::passes(const std::string& name) {
  if (metrics_ == nullptr) return 0;
  auto& family = metrics_->counter("openclaw_reconcile_total", "", {"instance", "namespace", "result"});
  return static_cast<std::uint64_t>(family.with({name, "ns", "success"}).value());
}

std::uint64_t OpenClawWorld::operator_requests(std::string_view verb, std::string_view resource) {
  std::uint64_t times = 0;
  for (const auto& count : server_->requests()) {
    const bool wanted = (verb.empty() || count.verb == verb) && count.resource == resource;
    if (wanted && count.user_agent.starts_with(kAgent)) times += count.times;
  }
  return times;
}

}  // namespace rotor::test
