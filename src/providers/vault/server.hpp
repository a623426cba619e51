// One store's Vault server and how it is asked: address, trust, headers, namespace, tries.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "providers/common/call.hpp"
#include "providers/vault/config.hpp"

namespace rotor::providers::vault {

// What the manifest says of the server, the Secrets it points at read. Never changes.
struct Server {
  std::string url;  // without a slash at its end
  std::string ns;
  net::Headers headers;
  net::TlsConfig tls;
  RetryPolicy retry;
  net::Reach reach = net::Reach::kNotOfTheNode;
  bool tracks_states = false;  // X-Vault-Index is remembered and sent
  bool forwards = false;       // X-Vault-Inconsistent is sent
};

// Replication states, as they stand for one client.
using States = std::vector<std::string>;

// One request.
struct Ask {
  std::string name;  // for the metric and in front of errors: "ReadSecretData"
  std::string method = "GET";
  std::string path;     // in Vault: "secret/data/app"
  std::string query{};  // without "?"
  SecretBytes body{};
  std::string ns{};
  SecretBytes token{};
  bool may_be_nothing = false;                                 // a 404 that says so is an answer
  bool repeatable = true;                                      // see Call
  std::chrono::milliseconds whole = std::chrono::seconds(60);  // likewise
};

// The answer when it is one. Errors are those of `refusal`; what a busy or sealed server refuses is tried again.
// `states` outlives the call.
Task<Result<net::Response>> ask(Caller& caller, std::shared_ptr<const Server> server, Ask ask, States& states);

// spec.retrySettings: `maxRetries` after the first try, none when only an interval is given; pauses grow by the
// interval. Without it two, after about one and two seconds.
Result<RetryPolicy> retries(const Store& store);

// The certificate authorities and the client certificate of the block.
Task<Result<net::TlsConfig>> read_tls(ReferenceGate& gate, Scope scope, Config config);

Server describe_server(const Config& config, net::TlsConfig tls, RetryPolicy retry);

}  // namespace rotor::providers::vault
