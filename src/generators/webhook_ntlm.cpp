#include "generators/webhook_ntlm.hpp"

#include <algorithm>

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

constexpr std::string_view kScheme = "NTLM ";

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

net::Request with_authorization(net::Request request, std::string_view message) {
  std::erase_if(request.headers, [](const auto& header) { return ascii_lower(header.name) == "authorization"; });
  if (!message.empty()) request.headers.push_back({"Authorization", std::string(kScheme) + base64_encode(message)});
  return request;
}

// The server's word, among the ways to log in that it offers; empty: not this one.
std::string challenge_in(const net::Response& response) {
  for (const net::Header& header : response.headers) {
    if (ascii_lower(header.name) != "www-authenticate" || !header.value.starts_with(kScheme)) continue;
    if (auto message = base64_decode(std::string_view(header.value).substr(kScheme.size()))) return *std::move(message);
  }
  return {};
}

providers::Call exchange(const net::Request& request, const NtlmCall& call, std::string provider) {
  return {.name = "HTTPRequest",
          .provider = std::move(provider),
          .retry = {.attempts = 1},
          .tls = call.tls,
          .attempt = call.timeout,
          .whole = call.timeout,
          .make = [&request]() -> Result<net::Request> { return request; }};
}

Task<Result<net::Response>> send_last(providers::Caller caller, net::Request request, NtlmCall call) {
  providers::Call last = exchange(request, call, "Webhook");
  bool answered = false;
  last.judge = [&answered](const net::Response& response) {
    answered = true;
    return judge_webhook(response);
  };
  auto response = co_await caller.call(std::move(last));
  if (response || answered) co_return std::move(response);
  co_return std::unexpected(std::move(response).error().prefixed("failed to call endpoint"));
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

Task<Result<net::Response>> call_with_ntlm(providers::Services services, NtlmCall call) {
  OneConnection http(services.executor, services.clock);
  const providers::Services own{.executor = services.executor,
                                .clock = services.clock,
                                .http = http,
                                .calls = services.calls,
                                .environment = services.environment};
  providers::Caller caller(own);
  net::Request greeting = with_authorization(call.request, ntlm_negotiate());
  greeting.body = {};  // sent once the server knows who sends it
  providers::Call first = exchange(greeting, call, "");
  first.judge = [](const net::Response&) { return Judgement::take(); };
  auto greeted = co_await caller.call(std::move(first));
  if (!greeted) co_return std::unexpected(std::move(greeted).error().prefixed("failed to call endpoint"));
  const std::string word = challenge_in(*greeted);
  if (greeted->status != 401) co_return co_await send_last(caller, with_authorization(call.request, ""), call);
  if (word.empty()) {
    co_return fail(Code::kUnauthenticated, "endpoint gave error 401: it offers no login by NTLM; leave spec.auth out");
  }
  CO_TRY(const NtlmChallenge challenge, read_ntlm_challenge(word));
  NtlmMoment moment{.ticks = ntlm_ticks(services.clock.now())};
  private_random(moment.nonce);
  CO_TRY(const SecretBytes proof, ntlm_authenticate(challenge, call.person, moment));
  co_return co_await send_last(caller, with_authorization(call.request, proof.reveal()), call);
}

}  // namespace rotor::generators
