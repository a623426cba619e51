// Webhook: the members of the JSON object that an HTTP server answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/externalsecrets/references.hpp"
#include "json/describe.hpp"

namespace rotor::api::gen {

struct WebhookResult {
  std::string json_path;  // to the object in the answer; the answer itself when empty
};

// A Secret that templates may read: `.name.key`.
struct WebhookSecret {
  std::string name;
  es::SecretKeySelector secret_ref;
};

struct NtlmAuth {
  es::SecretKeySelector username;
  es::SecretKeySelector password;
};
struct WebhookAuth {
  std::optional<NtlmAuth> ntlm;
};

struct WebhookSpec {
  std::string url;  // url, body and the values of headers are templates
  std::string method;
  kube::StringMap headers;
  std::string body;
  std::optional<std::string> timeout;
  WebhookResult result;
  std::vector<WebhookSecret> secrets;
  std::optional<WebhookAuth> auth;
  std::string ca_bundle;
  std::optional<es::CaProvider> ca_provider;
};

}  // namespace rotor::api::gen

namespace rotor::json {
ROTOR_DESCRIBED(api::gen::WebhookResult);
ROTOR_DESCRIBED(api::gen::WebhookSecret);
ROTOR_DESCRIBED(api::gen::NtlmAuth);
ROTOR_DESCRIBED(api::gen::WebhookAuth);
ROTOR_DESCRIBED(api::gen::WebhookSpec);
}  // namespace rotor::json
