#include "tests/scenarios/openclaw_world.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "api/openclaw/instance.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "openclaw/managed.hpp"
#include "tests/scenarios/shared_cluster.hpp"

namespace rotor::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(30);
constexpr std::string_view kAgent = "openclaw-under-test";
constexpr kube::Resource kJobs{"batch", "v1", "jobs", "Job", true};

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

// What the first world of this process found in the shared cluster; those after it find what the one before left.
std::optional<Spared>& spared() {
  static std::optional<Spared> found;
  return found;
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

OpenClawWorld::OpenClawWorld() {
  if (!shared_cluster()) server_ = must(apiserver::EmbeddedServer::start({}));
  person_ = must(kube::make_client(loop_.executor(), clock_, connection(), "person"));
  begin();
}

OpenClawWorld::~OpenClawWorld() {
  stop_operator();
  if (server_ == nullptr) leave_shared_cluster();
}

kube::ConnectionConfig OpenClawWorld::connection() const {
  if (server_ == nullptr) return shared_cluster().value();
  return must(kube::parse_kubeconfig(std::string(server_->kubeconfig().reveal()), "test"));
}

apiserver::EmbeddedServer& OpenClawWorld::server() {
  if (server_ == nullptr) skip_on_shared_cluster("server of one's own");
  return *server_;
}

apiserver::Faults& OpenClawWorld::faults() {
  if (server_ == nullptr) skip_on_shared_cluster("fault to be had");
  return server_->faults();
}

void OpenClawWorld::begin() {
  if (server_ == nullptr && !spared()) spared() = must(run(look_around(*person_)));
  const auto crd = run(answered(person_->create(kCrdKind, "", SecretBytes(api::openclaw_instance_crd()))));
  const bool there = server_ == nullptr && !crd && crd.error().code == Code::kAlreadyExists;
  if (!there) must(crd);
  for (const std::string ns : {"ns", "rotor"}) {
    const std::string body = R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + ns + "\"}}";
    must(run(answered(person_->create(kNamespaceKind, "", SecretBytes(body)))));
    if (server_ == nullptr)
      until("the namespace to take objects", [&] { return run(takes_objects(*person_, ns)).has_value(); });
  }
  until("the CRD to be served", [this] { return must(run(person_->serves(kInstances))); });
}

// The instances first: what they own needs no garbage collector then.
void OpenClawWorld::leave_shared_cluster() {
  std::vector<kube::Resource> kinds = {kInstances};
  for (const openclaw::ManagedKind& kind : openclaw::managed_kinds()) kinds.push_back(kind.resource);
  kinds.insert(kinds.end(), {kJobs, kServiceAccounts, kClaims});
  kinds.insert(kinds.end(), made_.begin(), made_.end());
  try {
    must(run(clear_cluster(*person_, spared().value(), std::move(kinds))));
  } catch (const std::runtime_error& error) {
    ADD_FAILURE() << "what this test made stays in the cluster: " << error.what();
  }
}

void OpenClawWorld::start_operator(openclaw::ControllerOptions options, openclaw::ManagedKinds kinds, Clock* clock) {
  auto client = std::make_unique<CountingClient>(
      must(kube::make_client(loop_.executor(), clock_, connection(), std::string(kAgent))), Counting{counts_});
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
  if (resource != kNamespaceKind && std::ranges::find(made_, resource) == made_.end()) made_.push_back(resource);
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

void OpenClawWorld::remove_namespace() { must(run(person_->remove(kNamespaceKind, {"", "ns"}))); }

bool OpenClawWorld::has_namespace() { return run(person_->get(kNamespaceKind, {"", "ns"})).has_value(); }

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
  const auto add = [&](std::string_view asked, std::string_view of, std::uint64_t often) {
    if ((verb.empty() || asked == verb) && of == resource) times += often;
  };
  if (server_ == nullptr) {
    for (const auto& [request, often] : *counts_) add(request.first, request.second, often);
    return times;
  }
  for (const auto& count : server_->requests()) {
    if (count.user_agent.starts_with(kAgent)) add(count.verb, count.resource, count.times);
  }
  return times;
}

}  // namespace rotor::test
