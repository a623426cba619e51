// The admission webhook of `rotor operator`: an HTTPS endpoint and the certificate it is trusted by.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "admission/webhook/certificate_secret.hpp"
#include "base/duration.hpp"
#include "kube/client/client.hpp"
#include "net/certificate_facts.hpp"
#include "net/server.hpp"
#include "providers/registry.hpp"

namespace rotor::admission {

struct WebhookOptions {
  std::string address = "0.0.0.0";
  std::optional<std::uint16_t> port{};            // none: there is no webhook; 0: the system picks one
  std::string host{};                             // that the certificate is for
  std::string operator_namespace{};               // where our own certificates are kept
  std::string certificate_folder{};               // tls.crt and tls.key that somebody else renews; "": our own
  Duration check = std::chrono::minutes(5);       // how often certificates are looked at
  Duration lookahead = std::chrono::hours(2160);  // how long before its end one is renewed
};

class Webhook {
 public:
  Webhook(Executor executor, kube::Client& client, Clock& clock, const providers::ProviderRegistry& registry,
          WebhookOptions options);

  // Listens, so that a port that is taken is said at once. Nobody trusts the certificate before run() has got another.
  Result<void> start();
  Task<> run();  // keeps the certificate good, until cancelled
  void stop();

  bool ready() const { return why_not_ready().empty(); }
  std::string why_not_ready() const;  // what is served is not good for another hour; "" when it is
  std::optional<WallTime> good_until() const;
  std::uint16_t port() const { return server_ ? server_->port() : 0; }

 private:
  struct Served {
    std::string certificate{};
    SecretBytes key{};
  };
  Task<Result<void>> look();
  Task<Result<void>> look_at_secret();
  Result<void> look_at_folder();
  Result<void> serve(Served fresh, const net::Validity& validity);
  void say(const Result<void>& looked);

  Executor executor_;
  kube::Client& client_;
  Clock& clock_;
  const providers::ProviderRegistry& registry_;
  WebhookOptions options_;
  CertificateSecret secret_;
  std::unique_ptr<net::HttpServer> server_;
  Served served_;
  std::optional<net::Validity> valid_;  // of what is served
  bool bundle_in_place_ = false;
  std::string said_;  // the last failure
};

}  // namespace rotor::admission
