// What the house lends to every provider. All of it outlives the provider.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "net/http.hpp"

namespace rotor {
class MetricsRegistry;
}

namespace rotor::providers {

// Clients per TLS configuration and reach, made once and kept. Outlives every provider.
class HttpClients {
 public:
  virtual ~HttpClients() = default;
  virtual Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig tls, net::Reach reach) = 0;
};
std::unique_ptr<HttpClients> make_http_clients(Executor executor, Clock& clock, std::string user_agent);

// Feeds externalsecret_provider_api_calls_count{provider,call,status}.
class CallCounter {
 public:
  virtual ~CallCounter() = default;
  virtual void count(std::string_view provider, std::string_view call, bool success) = 0;
};
std::unique_ptr<CallCounter> make_call_counter(MetricsRegistry& registry);

// An environment variable, handed in so that tests have none. nullopt: not set.
using EnvironmentVariables = std::function<std::optional<std::string>(std::string_view name)>;

// Logins that somebody left on this machine: ~/.aws, gcloud's application default credentials, VAULT_TOKEN, ….
enum class PersonalLogins : std::uint8_t {
  kOwn,        // an operator's: files that its pod was given are its identity; tokens of command line clients are not
  kRefused,    // a person's who did not say that they may be used
  kPreferred,  // a person's, used in place of what a store's manifest says
};

// Which addresses of manifests may be plain HTTP: who sends a credential there shows it to everybody on the way.
enum class PlainHttp : std::uint8_t {
  kNearby,    // loopback and names of the cluster
  kAnywhere,  // the administrator says so: --allow-plain-http-endpoints
};

class AwsIdentities;
class GoogleIdentities;

struct Services {
  Executor executor;
  Clock& clock;
  HttpClients& http;
  CallCounter& calls;
  EnvironmentVariables environment;
  PersonalLogins personal = PersonalLogins::kOwn;
  // common/cloud_identity.hpp; null: not in this process.
  std::shared_ptr<AwsIdentities> aws_identities{};
  std::shared_ptr<GoogleIdentities> google_identities{};
  PlainHttp plain_http = PlainHttp::kNearby;
};

}  // namespace rotor::providers
