#include "admission/webhook/webhook.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "admission/webhook/ca_bundle.hpp"
#include "admission/webhook/endpoint.hpp"
#include "admission/webhook/served_state.hpp"
#include "base/log.hpp"
#include "net/certificate_facts.hpp"
#include "net/certificates.hpp"
#include "providers/common/small_file.hpp"

namespace rotor::admission {
namespace {

using namespace std::chrono_literals;

// Whoever reaches the pod may connect: room for the API servers of a large cluster.
constexpr net::ServerLimits kLimits{
    .connections = 128, .connections_per_peer = 64, .head = std::chrono::seconds(10), .body = std::chrono::seconds(20)};
constexpr Duration kAfterFailure = 10s;
constexpr Duration kFolderAtLeast = 10s;  // a mounted Secret changes at any time

std::string path_in(const std::string& folder, std::string_view name) { return fmt::format("{}/{}", folder, name); }

Result<SecretBytes> read_part(const std::string& path) {
  TRY(std::optional<SecretBytes> content, providers::read_small_file(path));
  if (!content) return fail(Code::kNotFound, fmt::format("--cert-dir: {} is not there", path));
  return *std::move(content);
}

}  // namespace

Webhook::Webhook(Executor executor, kube::Client& client, Clock& clock, const providers::ProviderRegistry& registry,
                 WebhookOptions options)
    : executor_(std::move(executor)),
      client_(client),
      clock_(clock),
      registry_(registry),
      options_(std::move(options)),
      secret_(client, options_.operator_namespace) {}

Result<void> Webhook::start() {
  const WallTime now = clock_.now();
  const net::KeyPair nobody = net::make_ca("nobody", now, 1h);
  net::KeyPair first = net::issue_certificate(nobody, "rotor-webhook", {options_.host}, now, 1h);
  net::ServerConfig config{.address = options_.address, .port = options_.port.value_or(0)};
  config.certificate_pem = std::move(first.certificate_pem);
  config.key_pem = std::move(first.key_pem);
  config.max_body = kMostOfAQuestion;
  config.wants_body = wants_question;
  config.limits = kLimits;
  TRY(server_, net::start_server(executor_, std::move(config), make_endpoint(registry_)));
  return {};
}

Task<> Webhook::run() {
  const Duration every =
      options_.certificate_folder.empty() ? options_.check : std::min(options_.check, kFolderAtLeast);
  for (;;) {
    const Result<void> looked = co_await look();
    say(looked);
    co_await clock_.sleep_for(looked ? every : std::min(every, kAfterFailure));
  }
}

void Webhook::stop() {
  if (server_) server_->stop();
}

std::string Webhook::why_not_ready() const { return admission::why_not_ready(valid_, said_, clock_.now()); }

std::optional<WallTime> Webhook::good_until() const {
  return valid_.transform([](const net::Validity& valid) { return valid.ends; });
}

Task<Result<void>> Webhook::look() {
  if (!options_.certificate_folder.empty()) co_return look_at_folder();
  co_return co_await look_at_secret();
}

Task<Result<void>> Webhook::look_at_secret() {
  CO_TRY(KeptCertificates kept,
         co_await secret_.current({options_.host, options_.lookahead}, clock_.now(), bundle_in_place_));
  CO_TRY(const net::Validity validity, net::validity_of(kept.certificate));
  CO_TRY_VOID(serve({std::move(kept.certificate), std::move(kept.key)}, validity));
  bundle_in_place_ = false;
  CO_TRY(bundle_in_place_, co_await publish_bundle(client_, std::move(kept.ca_bundle)));
  co_return Result<void>{};
}

// Who renews it gives the API server its CA, too.
Result<void> Webhook::look_at_folder() {
  const std::string file = path_in(options_.certificate_folder, "tls.crt");
  TRY(const SecretBytes certificate, read_part(file));
  TRY(SecretBytes key, read_part(path_in(options_.certificate_folder, "tls.key")));
  std::string text(certificate.reveal());
  // Half of a renewal: the other file is on its way.
  if (!net::belongs_to(key, text)) return fail(Code::kInvalid, "--cert-dir: tls.key does not belong to tls.crt");
  if (!net::is_for(text, options_.host)) {
    return fail(Code::kInvalid, fmt::format("--cert-dir: tls.crt is not for \"{}\" (--dns-name)", options_.host));
  }
  TRY(const net::Validity validity, net::validity_of(text));
  FolderDecision decision = decide_folder(validity, valid_, file, clock_.now());
  if (decision.serve) {
    TRY_VOID(serve({std::move(text), std::move(key)}, validity));
  }
  if (!decision.problem.empty()) return fail(Code::kInvalid, std::move(decision.problem));
  return {};
}

Result<void> Webhook::serve(Served fresh, const net::Validity& validity) {
  if (fresh.certificate != served_.certificate || fresh.key != served_.key) {
    TRY_VOID(server_->set_certificate(fresh.certificate, fresh.key));
    served_ = std::move(fresh);
    const bool good = net::fault_of(validity, clock_.now()).empty();
    if (good) log::info("webhook certificate in use", {{"host", options_.host}});
  }
  valid_ = validity;
  return {};
}

void Webhook::say(const Result<void>& looked) {
  const std::string problem = looked ? "" : looked.error().message;
  if (!problem.empty() && problem != said_) {
    log::error("webhook certificate not as it should be", {{"error", problem}});
  }
  said_ = problem;
}

}  // namespace rotor::admission
