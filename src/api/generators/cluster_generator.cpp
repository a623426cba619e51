#include "api/generators/cluster_generator.hpp"

#include <optional>

#include "api/generators/fake.hpp"
#include "api/generators/password.hpp"
#include "api/generators/ssh_key.hpp"
#include "api/generators/uuid.hpp"
#include "api/generators/vault_dynamic_secret.hpp"
#include "api/generators/webhook.hpp"

namespace rotor::api::gen {
namespace {

// The schema of spec.generator: the specs of the kinds, so that their defaults are filled in here as well. Those of
// kinds that are not built are kept as they are.
struct OneSpec {
  std::optional<FakeSpec> fake;
  std::optional<PasswordSpec> password;
  std::optional<SshKeySpec> ssh_key;
  std::optional<UuidSpec> uuid;
  std::optional<VaultDynamicSecretSpec> vault_dynamic_secret;
  std::optional<WebhookSpec> webhook;
  std::optional<json::Raw> other;
};

}  // namespace
}  // namespace rotor::api::gen

namespace rotor::json {

using namespace api::gen;

namespace {

constexpr std::string_view kAnything =
    R"({"type":"object","description":"Kept as it is: the kind is not built yet.","x-kubernetes-preserve-unknown-fields":true})";

Field not_built(std::string_view name) { return field<&OneSpec::other>(name, {.schema_json = kAnything}); }

}  // namespace

ROTOR_DESCRIBE_WITH(OneSpec, "The spec of the kind, under its member; exactly one.",
                    (.rules_json = R"("minProperties":1,"maxProperties":1)"), not_built("acrAccessTokenSpec"),
                    not_built("beyondtrustWorkloadCredentialsDynamicSecretSpec"),
                    not_built("cloudsmithAccessTokenSpec"), not_built("ecrAuthorizationTokenSpec"),
                    field<&OneSpec::fake>("fakeSpec", {.doc = "Of Fake."}), not_built("gcrAccessTokenSpec"),
                    not_built("githubAccessTokenSpec"), not_built("gitlabDeployTokenSpec"), not_built("grafanaSpec"),
                    not_built("mfaSpec"), field<&OneSpec::password>("passwordSpec", {.doc = "Of Password."}),
                    not_built("quayAccessTokenSpec"), field<&OneSpec::ssh_key>("sshKeySpec", {.doc = "Of SSHKey."}),
                    not_built("stsSessionTokenSpec"), field<&OneSpec::uuid>("uuidSpec", {.doc = "Of UUID."}),
                    field<&OneSpec::vault_dynamic_secret>("vaultDynamicSecretSpec", {.doc = "Of VaultDynamicSecret."}),
                    field<&OneSpec::webhook>("webhookSpec", {.doc = "Of Webhook."}));

namespace {

std::string_view one_spec_schema() {
  static const std::string text = schema(type_of<OneSpec>());
  return text;
}

}  // namespace

ROTOR_DESCRIBE(ClusterGeneratorSpec, "Which generator it is.",
               field<&ClusterGeneratorSpec::kind>(
                   "kind",
                   {.required = true,
                    .one_of = {"ACRAccessToken", "BeyondtrustWorkloadCredentialsDynamicSecret", "CloudsmithAccessToken",
                               "ECRAuthorizationToken", "Fake", "GCRAccessToken", "GithubAccessToken",
                               "GitlabDeployToken", "QuayAccessToken", "Password", "SSHKey", "STSSessionToken", "UUID",
                               "VaultDynamicSecret", "Webhook", "Grafana", "MFA"},
                    .doc = "Kind of the generator that it stands for."}),
               field<&ClusterGeneratorSpec::generator>("generator",
                                                       {.required = true, .schema_json = one_spec_schema()}));

}  // namespace rotor::json
