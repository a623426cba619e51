#include "generators/webhook.hpp"

#include "generators/webhook_answer.hpp"
#include "generators/webhook_ntlm.hpp"
#include "generators/webhook_request.hpp"
#include "providers/common/call.hpp"
#include "providers/common/reach.hpp"
#include "providers/common/trust.hpp"

namespace rotor::generators {
namespace {

using api::gen::WebhookSpec;
using providers::Lookup;

Task<Result<WebhookData>> read_secrets(WebhookSecrets& secrets, std::string consumer_ns, WebhookSpec spec) {
  WebhookData data;
  for (const auto& one : spec.secrets) {
    CO_TRY(SecretMap values, co_await secrets.read(consumer_ns, one.secret_ref.name));
    data.insert_or_assign(one.name, std::move(values));
  }
  co_return std::move(data);
}

class WebhookGenerator final : public Generator {
 public:
  WebhookGenerator(const providers::Services& services, Pool& pool)
      : services_(services), caller_(services), pool_(pool), plain_http_(services.plain_http) {}

  Task<Lookup<Made>> generate(Order order) override {
    CO_TRY(WebhookSpec spec, read_spec<WebhookSpec>(order.spec));
    CO_TRY_VOID(check_webhook(spec));
    if (spec.ca_provider) spec.ca_provider->ns.reset();  // it lies where the consumer is
    CO_TRY(std::string ca, co_await providers::resolve_ca(order.gate, order.scope(), spec.ca_bundle, spec.ca_provider));
    CO_TRY(const WebhookData data, co_await read_secrets(order.webhook_secrets, order.consumer_ns, spec));
    auto render = [spec, data, now = caller_.clock().now(), plain = plain_http_] {
      return render_webhook(spec, data, now, plain);
    };
    CO_TRY(WebhookCall call, co_await pool_.run(std::move(render)));
    Result<net::Response> response = spec.auth && spec.auth->ntlm
                                         ? co_await log_in_and_ask(order, spec, call.request, std::move(ca))
                                         : co_await ask(order, call.request, std::move(ca), *webhook_timeout(spec));
    if (!response) co_return std::unexpected(without_secrets(std::move(response).error(), data));
    auto values = webhook_values(*response, call.json_path, spec.result.json_path);
    if (!values) co_return std::move(values).none();
    co_return Made{*std::move(values)};
  }

 private:
  net::Reach reach(const Order& order) const {
    return providers::reach_of(order.allow_controller_identity, services_.environment);
  }

  Task<Result<net::Response>> log_in_and_ask(Order order, WebhookSpec spec, net::Request request, std::string ca) {
    CO_TRY(NtlmPerson person, co_await read_ntlm_person(order.webhook_secrets, order.consumer_ns, *spec.auth->ntlm));
    co_return co_await call_with_ntlm(services_, {.request = std::move(request),
                                                  .person = std::move(person),
                                                  .tls = {.ca_pem = std::move(ca)},
                                                  .reach = reach(order),
                                                  .timeout = *webhook_timeout(spec)});
  }

  // Once: nobody knows whether it is safe to ask such a server twice. The queue tries again later.
  Task<Result<net::Response>> ask(Order order, net::Request request, std::string ca,
                                  std::chrono::milliseconds timeout) {
    providers::Call call{.name = "HTTPRequest",
                         .provider = "Webhook",
                         .retry = {.attempts = 1},
                         .tls = {.ca_pem = std::move(ca)},
                         .reach = reach(order),
                         .attempt = timeout,
                         .whole = timeout};
    bool answered = false;
    call.make = [&request]() -> Result<net::Request> { return request; };
    call.judge = [&answered](const net::Response& response) {
      answered = true;
      return judge_webhook(response);
    };
    Result<net::Response> response = co_await caller_.call(std::move(call));
    if (response || answered) co_return std::move(response);
    co_return std::unexpected(std::move(response).error().prefixed("failed to call endpoint"));
  }

  providers::Services services_;
  providers::Caller caller_;
  Pool& pool_;
  providers::PlainHttp plain_http_;
};

}  // namespace

std::unique_ptr<Generator> make_webhook(const providers::Services& services, Pool& pool) {
  return std::make_unique<WebhookGenerator>(services, pool);
}

}  // namespace rotor::generators
