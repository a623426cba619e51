#include "providers/vault/server.hpp"

#include <cstring>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "providers/common/endpoint.hpp"
#include "providers/common/trust.hpp"
#include "providers/vault/answer.hpp"
#include "providers/vault/paths.hpp"
#include "providers/vault/replication.hpp"

namespace rotor::providers::vault {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostBody = 32U << 20;

// Asked for by several clients at once, a server that comes back is not met by all of them together.
milliseconds first_pause() {
  const std::string bytes = random_bytes(2);
  std::uint16_t spread = 0;
  std::memcpy(&spread, bytes.data(), sizeof spread);
  return milliseconds(1000 + spread % 501);
}

net::Request make_request(const Server& server, const Ask& ask, const std::string& url, const States& states) {
  net::Request request{.method = ask.method, .url = url, .headers = {{"X-Vault-Request", "true"}}, .body = ask.body};
  net::Headers& headers = request.headers;
  if (!ask.token.empty()) headers.push_back({"X-Vault-Token", std::string(ask.token.reveal())});
  if (!ask.ns.empty()) headers.push_back({"X-Vault-Namespace", ask.ns});
  if (!ask.body.empty()) headers.push_back({"Content-Type", "application/json"});
  if (server.forwards) headers.push_back({"X-Vault-Inconsistent", "forward-active-node"});
  for (const std::string& state : states) headers.push_back({"X-Vault-Index", state});
  headers.insert(headers.end(), server.headers.begin(), server.headers.end());
  return request;
}

bool redirects(int status) { return status == 301 || status == 302 || status == 307; }

// Where a redirect leads, when it is the same server; empty when it is another one.
std::string redirected(const std::string& url, const net::Response& response) {
  const std::string* location = net::find_header(response.headers, "Location");
  if (!redirects(response.status) || location == nullptr) return {};
  const bool relative = location->starts_with('/') && !location->starts_with("//");
  const auto base = net::parse_url(url);
  if (relative && base) return base->origin() + *location;
  return same_origin(url, *location) ? *location : std::string();
}

// Whether a 404 is an answer: the server's word that there is nothing, or a document with a reason.
bool answers(const Envelope& envelope) {
  return envelope.says_nothing() || (envelope.errors.empty() && (envelope.data || !envelope.warnings.empty()));
}

bool is_answer(const Ask& ask, const net::Response& response) {
  if (response.status / 100 == 2) return true;
  if (response.status != 404 || !ask.may_be_nothing) return false;
  const auto envelope = read_envelope(response.body);
  return envelope && answers(*envelope);
}

}  // namespace

Task<Result<net::Response>> ask(Caller& caller, std::shared_ptr<const Server> server, Ask ask, States& states) {
  std::string url = server->url + request_path(ask.path);
  if (!ask.query.empty()) url += "?" + ask.query;
  Call call{.name = ask.name,
            .provider = "HashiCorp/Vault",
            .retry = server->retry,
            .repeatable = ask.repeatable,
            .tls = server->tls,
            .reach = server->reach,
            .max_body = kMostBody};
  call.whole = ask.whole;
  call.attempt = std::min(call.attempt, ask.whole);
  call.make = [&]() -> Result<net::Request> { return make_request(*server, ask, url, states); };
  call.judge = [&](const net::Response& response) {
    if (is_answer(ask, response)) return Judgement::take();
    Error error = refusal(ask.method, url, response);
    std::string target = redirected(url, response);
    if (target.empty()) return Judgement::fail(std::move(error));
    url = std::move(target);
    return Judgement::repeat(std::move(error));
  };
  Result<net::Response> response = co_await caller.call(std::move(call));
  if (response && server->tracks_states) {
    if (const std::string* state = net::find_header(response->headers, "X-Vault-Index")) {
      states = merge_state(states, *state);
    }
  }
  co_return std::move(response);
}

Result<RetryPolicy> retries(const Store& store) {
  RetryPolicy policy{.attempts = 3, .interval = first_pause(), .growing = true};
  if (!store.max_retries && !store.retry_interval) return policy;
  policy.attempts = 1 + std::clamp(store.max_retries.value_or(0), 0, 20);
  if (store.retry_interval && !store.retry_interval->empty()) {
    auto interval = parse_duration(*store.retry_interval);
    if (!interval) return std::unexpected(std::move(interval).error().prefixed("spec.retrySettings.retryInterval"));
    policy.interval = *interval;
  }
  return policy;
}

Task<Result<net::TlsConfig>> read_tls(ReferenceGate& gate, Scope scope, Config config) {
  net::TlsConfig tls;
  CO_TRY(tls.ca_pem, co_await resolve_ca(gate, scope, config.ca_bundle, config.ca_provider));
  if (!config.tls.cert || !config.tls.key) co_return std::move(tls);
  Result<SecretBytes> certificate = co_await gate.secret_value(scope, *config.tls.cert);
  if (!certificate) co_return std::unexpected(std::move(certificate).error().prefixed("tls.certSecretRef"));
  Result<SecretBytes> key = co_await gate.secret_value(scope, *config.tls.key);
  if (!key) co_return std::unexpected(std::move(key).error().prefixed("tls.keySecretRef"));
  tls.certificate_pem = std::string(certificate->reveal());
  tls.key_pem = *std::move(key);
  co_return std::move(tls);
}

Server describe_server(const Config& config, net::TlsConfig tls, RetryPolicy retry) {
  Server server{.url = config.server,
                .ns = config.ns,
                .headers = {},
                .tls = std::move(tls),
                .retry = retry,
                .tracks_states = config.read_your_writes || config.forward_inconsistent,
                .forwards = config.read_your_writes && config.forward_inconsistent};
  while (server.url.ends_with('/')) server.url.pop_back();
  for (const auto& [name, value] : config.headers) server.headers.push_back({name, value});
  return server;
}

}  // namespace rotor::providers::vault
