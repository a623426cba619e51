#include "tests/conformance/server.hpp"

#include <cstdlib>
#include <iostream>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "apiserver/server/embedded_server.hpp"
#include "base/hash.hpp"
#include "json/writer.hpp"
#include "kube/object/fields.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::conformance {
namespace {

using namespace std::chrono_literals;

constexpr int kPatience = 100;  // × 100 ms
constexpr auto kStep = 100ms;

template <class T>
T or_exit(Result<T> made, std::string_view what) {
  if (made) return *std::move(made);
  std::cerr << "conformance: " << what << ": " << made.error().message << '\n';
  std::exit(2);
}

kube::ConnectionConfig given_or_embedded() {
  const char* path = std::getenv("ROTOR_CONFORMANCE_KUBECONFIG");
  if (path != nullptr && *path != '\0') {
    return or_exit(kube::find_connection(std::string(path)), "ROTOR_CONFORMANCE_KUBECONFIG");
  }
  static const auto embedded = or_exit(apiserver::EmbeddedServer::start({}), "starting the embedded server");
  return or_exit(kube::parse_kubeconfig(embedded->kubeconfig().reveal(), "embedded"),
                 "the embedded server's kubeconfig");
}

}  // namespace

Server* Server::instance() {
  static const std::unique_ptr<Server> server = [] {
    return std::unique_ptr<Server>(new Server(given_or_embedded()));
  }();
  return server.get();
}

Server::Server(kube::ConnectionConfig config) : config_(std::move(config)) {
  http_ = or_exit(net::make_http_client(io_.get_executor(), clock_, {.tls = config_.tls, .user_agent = "conformance"}),
                  "TLS");
  client_ = or_exit(kube::make_client(io_.get_executor(), clock_, config_, "conformance/1"), "TLS");
  install("widgets.json", kWidgets);
  install("gauges.json", kGauges);
}

void Server::install(std::string_view file, const Resource& resource) {
  const std::string crd = test::read_file(test::source_path(fmt::format("tests/conformance/{}", file)));
  auto made = run(client_->create(kCrds, "", SecretBytes(crd)));
  if (!made && made.error().code != Code::kAlreadyExists) {
    std::cerr << "conformance: creating the CRD of " << file << ": " << made.error().message << '\n';
    std::exit(2);
  }
  for (int i = 0; i < kPatience; ++i) {
    const auto served = run(client_->serves(resource));
    if (served && *served && run(client_->list_page(resource, "", {}, ""))) return;
    pause(kStep);
  }
  std::cerr << "conformance: " << resource.plural << " are not served\n";
  std::exit(2);
}

namespace {
Task<bool> sleep(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return true;
}
}  // namespace

void Server::pause(std::chrono::milliseconds time) { run(sleep(time)); }

Server::Answer Server::raw(std::string method, std::string path, std::string body, std::string accept,
                           std::string content_type) {
  net::Request request{.method = std::move(method), .url = std::move(path)};
  request.headers.push_back({"Accept", std::move(accept)});
  if (!config_.token.empty()) {
    request.headers.push_back({"Authorization", "Bearer " + std::string(config_.token.reveal())});
  }
  if (!body.empty()) request.headers.push_back({"Content-Type", std::move(content_type)});
  request.body = SecretBytes(body);
  return send(std::move(request));
}

Server::Answer Server::send(net::Request request) {
  request.url = config_.server + request.url;
  auto response = run(http_->send(std::move(request)));
  Answer answer;
  if (!response) {
    ADD_FAILURE() << response.error().message;
    return answer;
  }
  answer.status = response->status;
  if (const std::string* type = net::find_header(response->headers, "Content-Type")) answer.type = *type;
  for (const net::Header& header : response->headers) {
    if (header.name == "Warning" || header.name == "warning") answer.warnings.push_back(header.value);
  }
  if (auto parsed = json::parse(response->body.reveal())) {
    answer.body = *std::move(parsed);
  } else {
    answer.body = Value(boost::json::string(response->body.reveal()));
  }
  return answer;
}

void Conformance::SetUp() {
  server = Server::instance();
  ns = "conformance-" + random_uuid().substr(0, 8);
  const auto made =
      create(kNamespaces, R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + ns + R"("}})");
  ASSERT_TRUE(made) << made.error().message;
}

void Conformance::TearDown() { (void)server->run(server->client().remove(kNamespaces, {"", ns})); }

namespace {
Result<Value> parsed(Result<SecretBytes> body) {
  if (!body) return std::unexpected(std::move(body).error());
  return json::parse(body->reveal());
}
}  // namespace

Value Conformance::must(Result<Value> result) const {
  if (result) return *std::move(result);
  ADD_FAILURE() << to_string(result.error().code) << ": " << result.error().message;
  return {};
}

Result<Value> Conformance::create(Resource resource, std::string text, kube::WriteOptions options) {
  return parsed(server->run(
      server->client().create(resource, resource.namespaced ? ns : "", SecretBytes(text), std::move(options))));
}
Result<Value> Conformance::get(Resource resource, std::string_view name) {
  return parsed(server->run(server->client().get(resource, key(name))));
}
Result<Value> Conformance::update(Resource resource, std::string_view name, const Value& object,
                                  kube::WriteOptions options) {
  return parsed(server->run(
      server->client().update(resource, key(name), SecretBytes(boost::json::serialize(object)), std::move(options))));
}
Result<Value> Conformance::patch(Resource resource, std::string_view name, PatchType type, std::string text,
                                 kube::WriteOptions options) {
  return parsed(server->run(server->client().patch(resource, key(name), type, SecretBytes(text), std::move(options))));
}
Result<Value> Conformance::apply(Resource resource, std::string_view name, std::string text, std::string manager,
                                 bool force) {
  return patch(resource, name, PatchType::kApply, std::move(text),
               {.field_manager = std::move(manager), .force = force});
}
Result<void> Conformance::remove(Resource resource, std::string_view name, kube::DeleteOptions options) {
  return server->run(server->client().remove(resource, key(name), std::move(options)));
}
Server::Answer Conformance::raw(std::string method, std::string path, std::string body, std::string accept,
                                std::string content_type) {
  return server->raw(std::move(method), std::move(path), std::move(body), std::move(accept), std::move(content_type));
}
std::string Conformance::ns_path(std::string_view rest) const {
  return fmt::format("/api/v1/namespaces/{}/{}", ns, rest);
}

bool Conformance::goes_away(Resource resource, std::string_view name) {
  for (int i = 0; i < kPatience; ++i) {
    const auto found = get(resource, name);
    if (!found && found.error().code == Code::kNotFound) return true;
    server->pause(kStep);
  }
  return false;
}

std::vector<std::string> Conformance::names(Resource resource, kube::ListOptions options) {
  std::vector<std::string> out;
  const auto version = server->run(kube::list_all(server->client(), resource, ns, options, [&](std::string_view item) {
    out.push_back(text_at(*json::parse(item), "metadata.name"));
  }));
  if (!version) ADD_FAILURE() << version.error().message;
  return out;
}

std::string Conformance::list_version(Resource resource) {
  const auto page = server->run(server->client().list_page(resource, ns, {}, ""));
  if (!page) ADD_FAILURE() << page.error().message;
  return page ? page->resource_version : "";
}

std::unique_ptr<kube::WatchStream> Conformance::watch(Resource resource, std::string from, kube::ListOptions options) {
  auto stream = server->run(server->client().watch(resource, ns, std::move(options), std::move(from)));
  if (!stream) ADD_FAILURE() << stream.error().message;
  return stream ? *std::move(stream) : nullptr;
}

std::optional<kube::WatchEvent> Conformance::next_event(kube::WatchStream& stream) {
  for (;;) {
    auto event = server->run(stream.next());
    if (!event) {
      ADD_FAILURE() << event.error().message;
      return std::nullopt;
    }
    if (!*event) {
      ADD_FAILURE() << "the watch ended";
      return std::nullopt;
    }
    if ((*event)->type != kube::WatchEvent::Type::kBookmark) return std::move(*event);
  }
}

std::string config_map(std::string_view name, std::string_view data, std::string_view meta) {
  return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"{}}},"data":{}}})", name, meta,
                     data);
}
std::string widget(std::string_view name, std::string_view spec, std::string_view meta) {
  return fmt::format(
      R"({{"apiVersion":"conformance.rotor.dev/v1","kind":"Widget","metadata":{{"name":"{}"{}}},"spec":{}}})", name,
      meta, spec);
}
std::string stateful_set(std::string_view name, std::string_view image) {
  return fmt::format(
      R"({{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"{0}"}},"spec":{{"replicas":0,"serviceName":"s",)"
      R"("selector":{{"matchLabels":{{"app":"{0}"}}}},"template":{{"metadata":{{"labels":{{"app":"{0}"}}}},)"
      R"("spec":{{"containers":[{{"name":"main","image":"{1}","env":[{{"name":"A","value":"1"}}]}}]}}}}}}}})",
      name, image);
}

std::string text_at(const Value& value, std::string_view path) { return std::string(json::find_string(value, path)); }
std::int64_t number_at(const Value& value, std::string_view path) {
  const Value* found = json::find(value, path);
  return found != nullptr && found->is_int64() ? found->get_int64() : -1;
}
std::string compact(const Value* value) {
  if (value == nullptr) return "absent";
  return json::compact_sorted(boost::json::serialize(*value), json::Escape::kPlain).value_or("broken");
}

std::vector<std::string> owned(const Value& object, std::string_view manager, std::string_view operation,
                               std::string_view subresource) {
  std::vector<std::string> out;
  const Value* entries = json::find(object, "metadata.managedFields");
  if (entries == nullptr || !entries->is_array()) return out;
  for (const Value& entry : entries->get_array()) {
    if (json::find_string(entry, "manager") != manager || json::find_string(entry, "operation") != operation ||
        json::find_string(entry, "subresource") != subresource) {
      continue;
    }
    const auto set = kube::FieldSet::from_json(*json::find(entry, "fieldsV1"));
    if (!set) continue;
    for (const kube::Path& path : set->paths()) out.push_back(kube::display(path));
  }
  return out;
}

}  // namespace rotor::conformance
