#include "generators/webhook_ntlm.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "generators/random.hpp"
#include "generators/webhook_answer.hpp"
#include "providers/common/call.hpp"

namespace rotor::generators {
namespace {

using providers::Judgement;
using std::chrono::milliseconds;

// By the words that servers ask for it with; the one that was asked with is answered with.
constexpr std::array<std::string_view, 2> kSchemes{"NTLM", "Negotiate"};

// One client with one connection for one login.
class OneConnection final : public providers::HttpClients {
 public:
  OneConnection(Executor executor, Clock& clock) : executor_(std::move(executor)), clock_(clock) {}

  Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls, net::Reach reach) override {
    if (client_) return client_;
    net::ClientConfig config;
    config.tls = std::move(tls);
    config.reach = reach;
    config.proxy = net::proxy_from_environment();
    config.max_connections_per_host = 1;
    TRY(client_, net::make_http_client(executor_, clock_, std::move(config)));
    return client_;
  }

 private:
  Executor executor_;
  Clock& clock_;
  std::shared_ptr<net::HttpClient> client_;
};

net::Request without_authorization(net::Request request) {
  std::erase_if(request.headers, [](const auto& header) { return ascii_lower(header.name) == "authorization"; });
  return request;
}

net::Request with_authorization(net::Request request, std::string_view scheme, std::string_view message) {
  request = without_authorization(std::move(request));
  request.headers.push_back({"Authorization", fmt::format("{} {}", scheme, base64_encode(message))});
  return request;
}

// What follows the scheme where the server names it among the ways to log in; nullopt: it does not.
std::optional<std::string_view> offered(const net::Response& response, std::string_view scheme) {
  for (const net::Header& header : response.headers) {
    if (ascii_lower(header.name) != "www-authenticate") continue;
    std::string_view value = header.value;
    if (ascii_lower(value.substr(0, scheme.size())) != ascii_lower(scheme)) continue;
    value.remove_prefix(scheme.size());
    if (value.empty() || value.front() == ',') return std::string_view();
    if (value.front() == ' ') return value.substr(1);
  }
  return std::nullopt;
}

std::string_view scheme_offered(const net::Response& response) {
  const auto it = std::ranges::find_if(kSchemes, [&](auto scheme) { return offered(response, scheme).has_value(); });
  return it == kSchemes.end() ? std::string_view() : *it;
}

// The server's answer to our greeting; empty: it has none.
std::string challenge_in(const net::Response& response, std::string_view scheme) {
  return base64_decode(offered(response, scheme).value_or("")).value_or("");
}

// Login and call have one time-out: `left` of it is.
providers::Call exchange(const net::Request& request, const NtlmCall& call, Duration left) {
  const auto time = std::chrono::duration_cast<milliseconds>(left);
  return {.name = "HTTPRequest",
          .retry = {.attempts = 1},
          .tls = call.tls,
          .reach = call.reach,
          .attempt = time,
          .whole = time,
          .make = [&request]() -> Result<net::Request> { return request; }};
}

struct NtlmExchange {
  Result<net::Response> response;
  bool wants_login = false;  // 401, where that is no error
};

Task<NtlmExchange> send_once(providers::Caller caller, providers::Call call, bool may_want_login) {
  bool answered = false;
  bool wants_login = false;
  call.judge = [&](const net::Response& response) {
    answered = true;
    wants_login = may_want_login && response.status == 401;
    return wants_login ? Judgement::take() : judge_webhook(response);
  };
  auto response = co_await caller.call(std::move(call));
  if (!response && !answered)
    response = std::unexpected(std::move(response).error().prefixed("failed to call endpoint"));
  co_return NtlmExchange{std::move(response), wants_login};
}

// However many exchanges it took, it is one call.
Result<net::Response> counted(const providers::Services& services, Result<net::Response> response) {
  services.calls.count("Webhook", "HTTPRequest", response.has_value());
  return response;
}

Result<SecretBytes> value_of(const SecretMap& values, const api::es::SecretKeySelector& ref) {
  const auto it = values.find(ref.key);
  if (it != values.end()) return it->second;
  return fail(Code::kInvalid, fmt::format("cannot find secret data for key: \"{}\" of Secret {}", ref.key, ref.name));
}

}  // namespace

Task<Result<NtlmPerson>> read_ntlm_person(WebhookSecrets& secrets, std::string consumer_ns, api::gen::NtlmAuth auth) {
  NtlmPerson person;
  CO_TRY(const SecretMap user, co_await secrets.read(consumer_ns, auth.username.name));
  CO_TRY(person.user, value_of(user, auth.username));
  CO_TRY(const SecretMap password, co_await secrets.read(consumer_ns, auth.password.name));
  CO_TRY(person.password, value_of(password, auth.password));
  co_return std::move(person);
}

// The call as it is goes first: a server that wants no login has carried it out, and one that wants one has not. The
// greeting carries no body: its answer is the challenge, whatever the call is.
Task<Result<net::Response>> call_with_ntlm(providers::Services services, NtlmCall call) {
  OneConnection http(services.executor, services.clock);
  const providers::Services own{.executor = services.executor,
                                .clock = services.clock,
                                .http = http,
                                .calls = services.calls,
                                .environment = services.environment};
  providers::Caller caller(own);
  const SteadyTime end = services.clock.steady() + call.timeout;
  const auto left = [&services, end] { return end - services.clock.steady(); };

  const net::Request anonymous = without_authorization(call.request);
  NtlmExchange first = co_await send_once(caller, exchange(anonymous, call, left()), true);
  if (!first.wants_login) co_return counted(services, std::move(first.response));
  const std::string_view scheme = scheme_offered(*first.response);
  if (scheme.empty()) {
    co_return counted(services, fail(Code::kUnauthenticated,
                                     "endpoint gave error 401: it offers no login by NTLM; leave spec.auth out"));
  }
  net::Request greeting = with_authorization(call.request, scheme, ntlm_negotiate());
  greeting.body = {};
  NtlmExchange greeted = co_await send_once(caller, exchange(greeting, call, left()), true);
  if (!greeted.response) co_return counted(services, std::move(greeted.response));
  const std::string word = greeted.wants_login ? challenge_in(*greeted.response, scheme) : std::string();
  if (word.empty()) {
    co_return counted(services,
                      fail(Code::kUnauthenticated,
                           fmt::format("endpoint asks for a login by {} and answers its beginning with HTTP {} and no "
                                       "challenge; does a proxy in front of it share connections?",
                                       scheme, greeted.response->status)));
  }
  CO_TRY(const NtlmChallenge challenge, read_ntlm_challenge(word));
  NtlmMoment moment{.ticks = ntlm_ticks(services.clock.now())};
  private_random(moment.nonce);
  CO_TRY(const SecretBytes proof, ntlm_authenticate(challenge, call.person, moment));
  const net::Request proven = with_authorization(call.request, scheme, proof.reveal());
  NtlmExchange last = co_await send_once(caller, exchange(proven, call, left()), false);
  co_return counted(services, std::move(last.response));
}

}  // namespace rotor::generators
