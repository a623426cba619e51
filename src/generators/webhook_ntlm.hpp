// The call of a webhook whose server wants a login by NTLM: login and call go over one connection, which is the proof
// of who calls and is nobody else's.
#pragma once

#include <chrono>

#include "api/generators/webhook.hpp"
#include "generators/generator.hpp"
#include "generators/ntlm.hpp"
#include "net/http.hpp"
#include "providers/services.hpp"

namespace rotor::generators {

// Both from Secrets of the consumer's namespace that carry the webhook label.
Task<Result<NtlmPerson>> read_ntlm_person(WebhookSecrets& secrets, std::string consumer_ns, api::gen::NtlmAuth auth);

struct NtlmCall {
  net::Request request;  // an Authorization header of its own gives way
  NtlmPerson person;
  net::TlsConfig tls;
  net::Reach reach;
  std::chrono::milliseconds timeout;
};
Task<Result<net::Response>> call_with_ntlm(providers::Services services, NtlmCall call);

}  // namespace rotor::generators
