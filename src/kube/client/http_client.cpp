#include "kube/client/http_client.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.hpp"
#include "kube/client/apply_body.hpp"
#include "kube/client/counted_http.hpp"
#include "kube/client/credentials.hpp"
#include "kube/client/fence.hpp"
#include "kube/client/paths.hpp"
#include "kube/client/retry.hpp"
#include "kube/client/status.hpp"
#include "kube/client/watch_stream.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPartialList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
constexpr std::string_view kPartialObject = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

constexpr std::size_t kMaxObject = 16U << 20;
constexpr std::size_t kMaxPage = 512U << 20;  // 500 objects of the largest size etcd takes
constexpr std::size_t kMaxRefusal = 1U << 20;

// Servers send a bookmark about once a minute.
constexpr auto kWatchIdle = 150s;

struct Call {
  std::string_view method = "GET";
  std::string path;  // with query
  Result<void> addressable{};
  std::string_view accept = kJson;
  std::string_view content_type = kJson;
  SecretBytes body{};
  std::string what;  // the kind, for messages
  std::string name{};
  bool about_object = false;
  bool confidential = false;
  net::CallOptions options{.deadline = 30s, .max_body = kMaxObject};
};

std::string_view content_type(PatchType type) {
  switch (type) {
    case PatchType::kMerge:
      return "application/merge-patch+json";
    case PatchType::kStrategicMerge:
      return "application/strategic-merge-patch+json";
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kApply:
      return "application/apply-patch+yaml";
  }
  return kJson;
}

// An absent object is a fact that others act on; a kind that is not served must not look like it. And what is asked of
// one object has no place in a history that could be forgotten: who says so is in trouble, which passes, while kGone of
// a write is the word that its namespace goes.
Error about_object(Error error, const Status& status) {
  const bool no_fact = error.code == Code::kNotFound && !is_absent_object(status);
  const bool no_history = error.code == Code::kGone && status.code == 410;
  if (no_fact || no_history) error.code = Code::kUnavailable;
  return error;
}

std::string manager_of(std::string_view user_agent) { return std::string(user_agent.substr(0, user_agent.find('/'))); }

class HttpApi final : public Client {
 public:
  HttpApi(std::unique_ptr<net::HttpClient> http, Clock& clock, ConnectionConfig config, std::string_view user_agent)
      : http_(std::move(http)),
        clock_(clock),
        server_(std::move(config.server)),
        token_(clock, std::move(config.token), std::move(config.token_file)),
        manager_(manager_of(user_agent)) {}

  Task<Result<SecretBytes>> get(Resource resource, Key key) override;
  Task<Result<ListPage>> list_page(Resource resource, std::string ns, ListOptions options,
                                   std::string continue_token) override;
  Task<Result<std::unique_ptr<WatchStream>>> watch(Resource resource, std::string ns, ListOptions options,
                                                   std::string resource_version) override;
  Task<Result<SecretBytes>> create(Resource resource, std::string ns, SecretBytes object,
                                   WriteOptions options) override;
  Task<Result<SecretBytes>> update(Resource resource, Key key, SecretBytes object, WriteOptions options) override;
  Task<Result<SecretBytes>> patch(Resource resource, Key key, PatchType type, SecretBytes patch,
                                  WriteOptions options) override;
  Task<Result<void>> remove(Resource resource, Key key, DeleteOptions options) override;
  Task<Result<IssuedToken>> request_token(Key service_account, TokenRequest request) override;
  Task<Result<bool>> serves(Resource resource) override;
  Task<Result<std::vector<ServedKind>>> kinds_of(std::string api_version) override;

 private:
  Result<net::Request> request_for(const Call& call);
  // Sends with retries; a refusal is an Error.
  Task<Result<SecretBytes>> send(Call call);
  // One exchange: the answer whatever its status.
  Task<Result<net::Response>> exchange(const Call& call);
  Error unreachable(Error error) const;

  std::unique_ptr<net::HttpClient> http_;
  Clock& clock_;
  std::string server_;
  TokenSource token_;
  std::string manager_;
};

Result<net::Request> HttpApi::request_for(const Call& call) {
  net::Request request{.method = std::string(call.method), .url = server_ + call.path};
  request.headers.push_back({"Accept", std::string(call.accept)});
  TRY(const SecretBytes token, token_.token());
  if (!token.empty()) request.headers.push_back({"Authorization", fmt::format("Bearer {}", token.reveal())});
  if (!call.body.empty()) request.headers.push_back({"Content-Type", std::string(call.content_type)});
  request.body = call.body;
  return request;
}

Error HttpApi::unreachable(Error error) const {
  return std::move(error).prefixed(fmt::format("the API server at {}", server_));
}

Task<Result<net::Response>> HttpApi::exchange(const Call& call) {
  CO_TRY(net::Request request, request_for(call));
  auto answer = co_await http_->send(std::move(request), call.options);
  if (answer && answer->status == 401 && token_.renew()) {
    CO_TRY(request, request_for(call));
    answer = co_await http_->send(std::move(request), call.options);
  }
  co_return answer;
}

Task<Result<SecretBytes>> HttpApi::send(Call call) {
  CO_TRY_VOID(call.addressable);
  for (int number = 1;; ++number) {
    auto answer = co_await exchange(call);
    if (answer && answer->status >= 200 && answer->status < 300) co_return std::move(answer->body);
    Error error;
    if (answer) {
      const Status status = read_status(answer->status, answer->body.reveal());
      error = error_of(status, answer->headers, call.what, call.name, call.confidential);
      if (call.about_object) error = about_object(std::move(error), status);
    } else {
      error = unreachable(std::move(answer).error());
    }
    const Attempt attempt{.read = call.method == "GET",
                          .number = number,
                          .http_status = answer ? answer->status : 0,
                          .code = error.code,
                          .retry_after = error.retry_after};
    const std::optional<Duration> delay = next_attempt(attempt, random_fraction());
    if (!delay) co_return std::unexpected(std::move(error));
    co_await clock_.sleep_for(*delay);
  }
}

Task<Result<SecretBytes>> HttpApi::get(Resource resource, Key key) {
  Call call{.path = object_path(resource, key),
            .addressable = check_segments(resource, key),
            .what = group_resource(resource),
            .name = key.name,
            .about_object = true};
  return send(std::move(call));
}

// Reads just the list's metadata; the items are the caller's.
Result<ListPage> read_page(SecretBytes body) {
  ListPage page;
  json::Reader reader(body.reveal());
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "metadata") {
      // The API server writes the metadata before the items; only a list in another order is read to its end here.
      if (key == "items" && !page.resource_version.empty()) break;
      reader.read_raw();
      continue;
    }
    reader.begin_object();
    while (reader.next_member(key)) {
      if (key == "resourceVersion") {
        page.resource_version = reader.read_string();
      } else if (key == "continue") {
        page.continue_token = reader.read_string();
      } else {
        reader.read_raw();
      }
    }
  }
  if (reader.failed()) return std::unexpected(reader.finish().error().prefixed("reading a list"));
  page.body = std::move(body);
  return page;
}

Task<Result<ListPage>> HttpApi::list_page(Resource resource, std::string ns, ListOptions options,
                                          std::string continue_token) {
  Query query;
  query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
  if (options.page_size > 0) query.add("limit", std::to_string(options.page_size));
  query.add("continue", continue_token);
  Call call{.path = collection_path(resource, ns) + query.text(),
            .accept = options.metadata_only ? kPartialList : kJson,
            .what = group_resource(resource),
            .options = {.deadline = 60s, .max_body = kMaxPage}};
  CO_TRY(SecretBytes body, co_await send(std::move(call)));
  co_return read_page(std::move(body));
}

Task<Result<std::unique_ptr<WatchStream>>> HttpApi::watch(Resource resource, std::string ns, ListOptions options,
                                                          std::string resource_version) {
  Query query;
  query.add("watch", "1").add("allowWatchBookmarks", "true").add("resourceVersion", resource_version);
  query.add("labelSelector", options.label_selector).add("fieldSelector", options.field_selector);
  // Spread over minutes, so that watches opened together do not all end together.
  query.add("timeoutSeconds", std::to_string(300 + static_cast<int>(random_fraction() * 300)));
  const Call call{.path = collection_path(resource, ns) + query.text(),
                  .accept = options.metadata_only ? kPartialObject : kJson,
                  .what = group_resource(resource)};
  CO_TRY(net::Request request, request_for(call));
  auto answer = co_await http_->open(std::move(request), call.options);
  if (answer && answer->status == 401 && token_.renew()) {
    CO_TRY(request, request_for(call));
    answer = co_await http_->open(std::move(request), call.options);
  }
  if (!answer) co_return std::unexpected(unreachable(std::move(answer).error()));
  if (answer->status == 200) co_return make_watch_stream(std::move(answer->body), kWatchIdle);
  SecretBytes refusal;
  while (refusal.size() < kMaxRefusal) {
    CO_TRY(const SecretBytes piece, co_await answer->body->read_some(10s));
    if (piece.empty()) break;
    refusal.append(piece.reveal());
  }
  co_return std::unexpected(error_of(read_status(answer->status, refusal.reveal()), answer->headers, call.what));
}

Task<Result<SecretBytes>> HttpApi::create(Resource resource, std::string ns, SecretBytes object, WriteOptions options) {
  Call call{.method = "POST",
            .path = collection_path(resource, ns) + write_query(options, manager_).text(),
            .body = std::move(object),
            .what = group_resource(resource),
            .about_object = true,
            .confidential = options.confidential};
  return send(std::move(call));
}

Task<Result<SecretBytes>> HttpApi::update(Resource resource, Key key, SecretBytes object, WriteOptions options) {
  Call call{.method = "PUT",
            .path = object_path(resource, key, options.subresource) + write_query(options, manager_).text(),
            .addressable = check_segments(resource, key),
            .body = std::move(object),
            .what = group_resource(resource),
            .name = key.name,
            .about_object = true,
            .confidential = options.confidential};
  return send(std::move(call));
}

Task<Result<SecretBytes>> HttpApi::patch(Resource resource, Key key, PatchType type, SecretBytes patch,
                                         WriteOptions options) {
  Call call{.method = "PATCH",
            .path = object_path(resource, key, options.subresource) + write_query(options, manager_).text(),
            .addressable = check_segments(resource, key),
            .content_type = content_type(type),
            .body = type == PatchType::kApply ? apply_body(std::move(patch)) : std::move(patch),
            .what = group_resource(resource),
            .name = key.name,
            .about_object = true,
            .confidential = options.confidential};
  return send(std::move(call));
}

SecretBytes delete_body(const DeleteOptions& options) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("kind");
  writer.string("DeleteOptions");
  writer.key("apiVersion");
  writer.string("v1");
  if (options.uid || options.resource_version) {
    writer.key("preconditions");
    writer.begin_object();
    if (options.uid) {
      writer.key("uid");
      writer.string(*options.uid);
    }
    if (options.resource_version) {
      writer.key("resourceVersion");
      writer.string(*options.resource_version);
    }
    writer.end_object();
  }
  if (options.grace_period_seconds) {
    writer.key("gracePeriodSeconds");
    writer.integer(*options.grace_period_seconds);
  }
  if (!options.propagation_policy.empty()) {
    writer.key("propagationPolicy");
    writer.string(options.propagation_policy);
  }
  if (options.dry_run) {
    writer.key("dryRun");
    writer.begin_array();
    writer.string("All");
    writer.end_array();
  }
  writer.end_object();
  return body;
}

Task<Result<void>> HttpApi::remove(Resource resource, Key key, DeleteOptions options) {
  Call call{.method = "DELETE",
            .path = object_path(resource, key),
            .addressable = check_segments(resource, key),
            .body = delete_body(options),
            .what = group_resource(resource),
            .name = key.name,
            .about_object = true};
  CO_TRY_VOID(co_await send(std::move(call)));
  co_return Result<void>();
}

SecretBytes token_request_body(const TokenRequest& request) {
  SecretBytes body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("kind");
  writer.string("TokenRequest");
  writer.key("apiVersion");
  writer.string("authentication.k8s.io/v1");
  writer.key("spec");
  writer.begin_object();
  writer.key("audiences");
  writer.begin_array();
  for (const std::string& audience : request.audiences) writer.string(audience);
  writer.end_array();
  if (request.expiration_seconds) {
    writer.key("expirationSeconds");
    writer.integer(*request.expiration_seconds);
  }
  writer.end_object();
  writer.end_object();
  return body;
}

Result<IssuedToken> read_token(std::string_view answer) {
  IssuedToken issued;
  std::string expires;
  json::Reader reader(answer);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "status") {
      reader.read_raw();
      continue;
    }
    reader.begin_object();
    while (reader.next_member(key)) {
      if (key == "token") {
        issued.token = reader.read_secret();
      } else if (key == "expirationTimestamp") {
        expires = reader.read_string();
      } else {
        reader.read_raw();
      }
    }
  }
  TRY_VOID(reader.finish());
  if (issued.token.empty()) return fail(Code::kUnavailable, "the API server issued an empty token");
  TRY(issued.expires, parse_time(expires));
  return issued;
}

Task<Result<IssuedToken>> HttpApi::request_token(Key service_account, TokenRequest request) {
  static constexpr Resource kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
  Call call{.method = "POST",
            .path = object_path(kServiceAccounts, service_account, "token"),
            .addressable = check_segments(kServiceAccounts, service_account),
            .body = token_request_body(request),
            .what = "serviceaccounts/token",
            .about_object = true};
  CO_TRY(const SecretBytes answer, co_await send(std::move(call)));
  auto issued = read_token(answer.reveal());
  if (!issued) co_return std::unexpected(std::move(issued).error().prefixed("reading an issued token"));
  co_return issued;
}

ServedKind read_kind(json::Reader& reader) {
  ServedKind out;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key == "name") {
      out.plural = reader.read_string();
    } else if (key == "kind") {
      out.kind = reader.read_string();
    } else if (key == "namespaced") {
      out.namespaced = reader.read_bool();
    } else {
      reader.read_raw();
    }
  }
  return out;
}

// The resources of an APIResourceList, without what lies below them (`pods/log`).
Result<std::vector<ServedKind>> read_kinds(std::string_view answer) {
  std::vector<ServedKind> kinds;
  json::Reader reader(answer);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "resources") {
      reader.read_raw();
      continue;
    }
    reader.begin_array();
    while (reader.next_element()) {
      ServedKind kind = read_kind(reader);
      if (!kind.plural.contains('/')) kinds.push_back(std::move(kind));
    }
  }
  TRY_VOID(reader.finish());
  return kinds;
}

Task<Result<std::vector<ServedKind>>> HttpApi::kinds_of(std::string api_version) {
  Call call{.path = version_path(api_version), .what = std::move(api_version)};
  auto answer = co_await send(std::move(call));
  if (!answer && answer.error().code == Code::kNotFound) co_return std::vector<ServedKind>{};
  if (!answer) co_return std::unexpected(std::move(answer).error());
  co_return read_kinds(answer->reveal());
}

Task<Result<bool>> HttpApi::serves(Resource resource) {
  CO_TRY(const auto kinds, co_await kinds_of(resource.api_version()));
  co_return std::ranges::any_of(kinds, [&](const ServedKind& kind) { return kind.plural == resource.plural; });
}

}  // namespace

std::unique_ptr<Client> make_client_on(std::unique_ptr<net::HttpClient> http, Clock& clock, ConnectionConfig config,
                                       std::string user_agent) {
  return std::make_unique<HttpApi>(std::move(http), clock, std::move(config), user_agent);
}

Result<std::unique_ptr<Client>> make_client(Executor executor, Clock& clock, ConnectionConfig config,
                                            std::string user_agent, MetricsRegistry* metrics, const Fence* fence) {
  net::ClientConfig http{.tls = config.tls, .proxy = net::proxy_from_environment(), .user_agent = user_agent};
  if (!config.proxy_url.empty()) http.proxy = {.https_proxy = config.proxy_url, .http_proxy = config.proxy_url};
  // Every watch holds a connection for itself.
  http.max_connections_per_host = 48;  // 150 KiB each
  TRY(auto client, net::make_http_client(std::move(executor), clock, std::move(http)));
  if (metrics != nullptr) client = count_requests(std::move(client), *metrics);
  if (fence != nullptr) client = fence_writes(std::move(client), *fence);
  return make_client_on(std::move(client), clock, std::move(config), std::move(user_agent));
}

Task<Result<std::string>> list_all(Client& client, Resource resource, std::string ns, ListOptions options,
                                   std::function<void(std::string_view)> item) {
  std::string continue_token;
  for (;;) {
    CO_TRY(const ListPage page, co_await client.list_page(resource, ns, options, continue_token));
    CO_TRY_VOID(for_each_item(page.body.reveal(), item));
    if (page.continue_token.empty()) co_return page.resource_version;
    continue_token = page.continue_token;
  }
}

Result<void> for_each_item(std::string_view list, const std::function<void(std::string_view)>& item) {
  json::Reader reader(list);
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    if (key != "items" || reader.peek() != json::Kind::kArray) {
      reader.read_raw();
      continue;
    }
    reader.begin_array();
    while (reader.next_element()) {
      const std::string_view slice = reader.read_raw();
      if (!reader.failed()) item(slice);
    }
  }
  return reader.finish();
}

}  // namespace rotor::kube
