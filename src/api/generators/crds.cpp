#include "api/generators/crds.hpp"

#include "api/crd.hpp"
#include "api/generators/cluster_generator.hpp"
#include "api/generators/fake.hpp"
#include "api/generators/generator_state.hpp"
#include "api/generators/password.hpp"
#include "api/generators/ssh_key.hpp"
#include "api/generators/stored.hpp"
#include "api/generators/uuid.hpp"
#include "api/generators/vault_dynamic_secret.hpp"
#include "api/generators/webhook.hpp"

namespace rotor::api::gen {
namespace {

struct Row {
  std::string_view plural, singular, kind;
  json::TypeRef spec;
  std::string_view description;
  bool namespaced = true;
};

const Row kRows[] = {
    {"clustergenerators", "clustergenerator", "ClusterGenerator", &json::type_of<ClusterGeneratorSpec>,
     "A generator that every namespace can use.", false},
    {"fakes", "fake", "Fake", &json::type_of<FakeSpec>, "Gives the values that are written in it."},
    {"passwords", "password", "Password", &json::type_of<PasswordSpec>, "Makes random text."},
    {"sshkeys", "sshkey", "SSHKey", &json::type_of<SshKeySpec>, "Makes a key pair for SSH."},
    {"uuids", "uuid", "UUID", &json::type_of<UuidSpec>, "Makes a random UUID."},
    {"vaultdynamicsecrets", "vaultdynamicsecret", "VaultDynamicSecret", &json::type_of<VaultDynamicSecretSpec>,
     "Gives what Vault answers at any of its paths."},
    {"acraccesstokens", "acraccesstoken", "ACRAccessToken", &json::type_of<StoredSpec>,
     "A login of Azure Container Registry."},
    {"beyondtrustworkloadcredentialsdynamicsecrets", "beyondtrustworkloadcredentialsdynamicsecret",
     "BeyondtrustWorkloadCredentialsDynamicSecret", &json::type_of<StoredSpec>,
     "Credentials of BeyondTrust that end soon."},
    {"cloudsmithaccesstokens", "cloudsmithaccesstoken", "CloudsmithAccessToken", &json::type_of<StoredSpec>,
     "A token of Cloudsmith."},
    {"ecrauthorizationtokens", "ecrauthorizationtoken", "ECRAuthorizationToken", &json::type_of<StoredSpec>,
     "A login of Amazon's container registry."},
    {"gcraccesstokens", "gcraccesstoken", "GCRAccessToken", &json::type_of<StoredSpec>,
     "A login of Google's container registry."},
    {"githubaccesstokens", "githubaccesstoken", "GithubAccessToken", &json::type_of<StoredSpec>,
     "A token of a GitHub App's installation."},
    {"gitlabdeploytokens", "gitlabdeploytoken", "GitlabDeployToken", &json::type_of<GitlabDeployTokenSpec>,
     "A deploy token of GitLab."},
    {"grafanas", "grafana", "Grafana", &json::type_of<StoredSpec>, "A token of a service account of Grafana."},
    {"mfas", "mfa", "MFA", &json::type_of<StoredSpec>, "A one-time password."},
    {"quayaccesstokens", "quayaccesstoken", "QuayAccessToken", &json::type_of<StoredSpec>, "A login of Quay."},
    {"stssessiontokens", "stssessiontoken", "STSSessionToken", &json::type_of<StoredSpec>, "A session of AWS."},
    {"webhooks", "webhook", "Webhook", &json::type_of<WebhookSpec>, "Gives what an HTTP server answers."},
};

CrdNames names_of(const Row& row) {
  return {.group = kGroup,
          .plural = row.plural,
          .singular = row.singular,
          .kind = row.kind,
          .categories = {"external-secrets", "external-secrets-generators"},
          .namespaced = row.namespaced,
          .labels = {{"external-secrets.io/component", "controller"}}};
}

std::string crd_of(const Row& row) {
  const CrdVersion versions[] = {{.name = kVersion, .spec = row.spec, .status = &json::type_of<NoStatus>}};
  return crd(names_of(row), row.description, versions);
}

std::string state_crd() {
  const Row row = {"generatorstates", "generatorstate", "GeneratorState", &json::type_of<GeneratorStateSpec>,
                   "What a run of a generator left behind at a server."};
  CrdNames names = names_of(row);
  names.short_names = {"gs"};
  const CrdVersion versions[] = {{.name = kVersion,
                                  .spec = row.spec,
                                  .status = &json::type_of<GeneratorStateStatus>,
                                  .status_subresource = false,
                                  .columns = {{"GC Deadline", "string", ".spec.garbageCollectionDeadline"},
                                              {"Age", "date", ".metadata.creationTimestamp"}}}};
  return crd(names, row.description, versions);
}

}  // namespace

std::vector<std::string> generator_crds() {
  std::vector<std::string> all;
  for (const Row& row : kRows) all.push_back(crd_of(row));
  all.push_back(state_crd());
  return all;
}

}  // namespace rotor::api::gen
