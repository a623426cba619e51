#include "api/generators/webhook.hpp"

namespace rotor::json {

using namespace api::gen;

ROTOR_DESCRIBE(WebhookResult, "What of the answer becomes keys.",
               field<&WebhookResult::json_path>("jsonPath", {.doc = "Path to the object in the answer, such as $.data; "
                                                                    "the answer itself when absent."}));

ROTOR_DESCRIBE(WebhookSecret, "A Secret for the templates.",
               field<&WebhookSecret::name>("name", {.required = true, .doc = "What templates call it."}),
               field<&WebhookSecret::secret_ref>(
                   "secretRef",
                   {.required = true, .doc = "The Secret. It carries the label external-secrets.io/type: webhook."}));

ROTOR_DESCRIBE(NtlmAuth, "A login with NTLM.",
               field<&NtlmAuth::username>("usernameSecret", {.required = true, .doc = "The user's name."}),
               field<&NtlmAuth::password>("passwordSecret", {.required = true, .doc = "The user's password."}));

ROTOR_DESCRIBE_WITH(WebhookAuth, "How to log in.", (.rules_json = R"("minProperties":1,"maxProperties":1)"),
                    field<&WebhookAuth::ntlm>("ntlm", {.doc = "A login with NTLM."}));

ROTOR_DESCRIBE(WebhookSpec, "An HTTP call that answers values.",
               field<&WebhookSpec::url>("url", {.required = true, .doc = "Address to call; a template."}),
               field<&WebhookSpec::method>("method", {.doc = "Method of the call; GET when absent."}),
               field<&WebhookSpec::headers>("headers", {.doc = "Headers of the call; their values are templates."}),
               field<&WebhookSpec::body>("body", {.doc = "Body of the call; a template."}),
               field<&WebhookSpec::timeout>("timeout",
                                            {.doc = "How long the call may take, a duration; a minute at most."}),
               field<&WebhookSpec::result>("result", {.required = true, .doc = "What of the answer becomes keys."}),
               field<&WebhookSpec::secrets>("secrets", {.doc = "Secrets for the templates."}),
               field<&WebhookSpec::auth>("auth", {.doc = "How to log in, where a header is not enough."}),
               field<&WebhookSpec::ca_bundle>("caBundle",
                                              {.format = "byte", .doc = "Certificate authorities, PEM in base64."}),
               field<&WebhookSpec::ca_provider>("caProvider", {.doc = "Where certificate authorities lie."}));

}  // namespace rotor::json
