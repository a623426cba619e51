#include "providers/vault/config.hpp"

namespace rotor::json {

using namespace providers::vault;

ROTOR_DESCRIBE(AppRoleAuth, "Log in as an AppRole.",
               field<&AppRoleAuth::path>("path", {.default_json = R"("approle")", .doc = "Mount of the auth method."}),
               field<&AppRoleAuth::role_id>("roleId", {.doc = "The role ID; wins over roleRef."}),
               field<&AppRoleAuth::role_ref>("roleRef", {.doc = "A Secret that holds the role ID."}),
               field<&AppRoleAuth::secret_ref>("secretRef",
                                               {.required = true, .doc = "A Secret that holds the secret ID."}));

ROTOR_DESCRIBE(
    KubernetesAuth, "Log in with the token of a ServiceAccount.",
    field<&KubernetesAuth::mount_path>("mountPath",
                                       {.default_json = R"("kubernetes")", .doc = "Mount of the auth method."}),
    field<&KubernetesAuth::role>("role", {.required = true, .doc = "Role of the auth method."}),
    field<&KubernetesAuth::service_account>("serviceAccountRef",
                                            {.doc = "The ServiceAccount to log in as; wins over secretRef."}),
    field<&KubernetesAuth::secret_ref>("secretRef", {.doc = "A Secret that holds a ServiceAccount's token."}));

ROTOR_DESCRIBE(PasswordAuth, "Log in with a user name and a password.",
               field<&PasswordAuth::path>("path", {.doc = "Mount of the auth method."}),
               field<&PasswordAuth::username>("username", {.required = true, .doc = "The user."}),
               field<&PasswordAuth::secret_ref>("secretRef", {.doc = "A Secret that holds the password."}));

ROTOR_DESCRIBE(ServiceAccountTokenSource, "A ServiceAccount whose token is asked for.",
               field<&ServiceAccountTokenSource::service_account>("serviceAccountRef",
                                                                  {.required = true, .doc = "The ServiceAccount."}),
               field<&ServiceAccountTokenSource::audiences>(
                   "audiences", {.doc = "Audiences of the token; \"vault\" when the field is absent."}),
               field<&ServiceAccountTokenSource::expiration_seconds>(
                   "expirationSeconds", {.doc = "How long the token is good; 600 when absent."}));

ROTOR_DESCRIBE(JwtAuth, "Log in with a JWT.",
               field<&JwtAuth::path>("path", {.default_json = R"("jwt")", .doc = "Mount of the auth method."}),
               field<&JwtAuth::role>("role", {.doc = "Role of the auth method; its default role when empty."}),
               field<&JwtAuth::secret_ref>("secretRef", {.doc = "A Secret that holds the JWT; wins."}),
               field<&JwtAuth::service_account_token>("kubernetesServiceAccountToken",
                                                      {.doc = "The token of a ServiceAccount as JWT."}));

ROTOR_DESCRIBE(CertAuth, "Log in with a client certificate.",
               field<&CertAuth::path>("path", {.default_json = R"("cert")", .doc = "Mount of the auth method."}),
               field<&CertAuth::vault_role>("vaultRole", {.doc = "The certificate role; any that fits when empty."}),
               field<&CertAuth::client_cert>("clientCert", {.doc = "A Secret that holds the certificate, PEM."}),
               field<&CertAuth::secret_ref>("secretRef", {.doc = "A Secret that holds its private key, PEM."}));

ROTOR_DESCRIBE(AwsKeys, "Keys of AWS in Secrets.",
               field<&AwsKeys::access_key_id>("accessKeyIDSecretRef", {.doc = "A Secret that holds the key's id."}),
               field<&AwsKeys::secret_access_key>("secretAccessKeySecretRef",
                                                  {.doc = "A Secret that holds the secret key."}),
               field<&AwsKeys::session_token>("sessionTokenSecretRef",
                                              {.doc = "A Secret that holds the session token of temporary keys."}));

ROTOR_DESCRIBE(AwsAccount, "A ServiceAccount with a role of AWS.",
               field<&AwsAccount::service_account>("serviceAccountRef", {.doc = "The ServiceAccount."}));

ROTOR_DESCRIBE(IamAuth, "Log in with an AWS identity: jwt, else secretRef, else the controller's own.",
               field<&IamAuth::path>("path", {.doc = "Mount of the auth method; aws when empty."}),
               field<&IamAuth::region>("region", {.doc = "Whose token service is asked; us-east-1 when empty."}),
               field<&IamAuth::role>("role", {.doc = "A role of AWS to assume first."}),
               field<&IamAuth::vault_role>("vaultRole", {.required = true, .doc = "Role of the auth method."}),
               field<&IamAuth::external_id>("externalID", {.doc = "The external id that the role asks for."}),
               field<&IamAuth::server_id>("vaultAwsIamServerID",
                                          {.doc = "What the server wants signed as X-Vault-AWS-IAM-Server-ID."}),
               field<&IamAuth::secret_ref>("secretRef", {.doc = "Keys of AWS."}),
               field<&IamAuth::jwt>("jwt", {.doc = "A ServiceAccount with a role of AWS."}));

ROTOR_DESCRIBE(GoogleKey, "The key of a service account of Google Cloud.",
               field<&GoogleKey::key>("secretAccessKeySecretRef", {.doc = "A Secret that holds its JSON file."}));

ROTOR_DESCRIBE(GkeAccount, "A ServiceAccount of a GKE cluster.",
               field<&GkeAccount::service_account>("serviceAccountRef",
                                                   {.required = true, .doc = "The ServiceAccount."}),
               field<&GkeAccount::cluster_location>("clusterLocation", {.doc = "Region or zone of the cluster."}),
               field<&GkeAccount::cluster_name>("clusterName", {.doc = "Name of the cluster."}),
               field<&GkeAccount::cluster_project_id>("clusterProjectID", {.doc = "Project of the cluster."}));

ROTOR_DESCRIBE(GcpAuth, "Log in with a Google Cloud identity: secretRef, else workloadIdentity, else the machine's.",
               field<&GcpAuth::path>("path", {.default_json = R"("gcp")", .doc = "Mount of the auth method."}),
               field<&GcpAuth::role>("role", {.required = true, .doc = "Role of the auth method."}),
               field<&GcpAuth::project_id>("projectID", {.doc = "The project, of the cluster too."}),
               field<&GcpAuth::location>("location", {.doc = "Region or zone; logins do without."}),
               field<&GcpAuth::secret_ref>("secretRef", {.doc = "The key of a service account."}),
               field<&GcpAuth::workload_identity>("workloadIdentity", {.doc = "A ServiceAccount of a GKE cluster."}),
               field<&GcpAuth::service_account>("serviceAccountRef",
                                                {.doc = "Means the service account of the machine or pod."}));

ROTOR_DESCRIBE(Auth, "How to log in: the first that is set, in the order of these fields.",
               field<&Auth::ns>("namespace", {.doc = "Vault namespace of the login; that of the store when absent."}),
               field<&Auth::token>("tokenSecretRef", {.doc = "A Secret that holds a token."}),
               field<&Auth::app_role>("appRole", {.doc = "As an AppRole."}),
               field<&Auth::kubernetes>("kubernetes", {.doc = "With a ServiceAccount's token."}),
               field<&Auth::ldap>("ldap", {.doc = "As an LDAP user."}),
               field<&Auth::user_pass>("userPass", {.doc = "As a user of Vault's own."}),
               field<&Auth::jwt>("jwt", {.doc = "With a JWT."}),
               field<&Auth::cert>("cert", {.doc = "With a client certificate."}),
               field<&Auth::iam>("iam", {.doc = "With an AWS identity."}),
               field<&Auth::gcp>("gcp", {.doc = "With a Google Cloud identity."}));

ROTOR_DESCRIBE(ClientTls, "The certificate that every connection presents.",
               field<&ClientTls::cert>("certSecretRef", {.doc = "A Secret that holds the certificate, PEM."}),
               field<&ClientTls::key>("keySecretRef", {.doc = "A Secret that holds its private key, PEM."}));

ROTOR_DESCRIBE(CheckAndSet, "Writes that name the version they replace.",
               field<&CheckAndSet::required>("required", {.doc = "Whether every write must."}));

ROTOR_DESCRIBE(Config, "HashiCorp Vault: a KV mount, or any other path that can be read.",
               field<&Config::server>("server", {.required = true, .doc = "Address, for example https://vault:8200."}),
               field<&Config::path>("path", {.doc = "Path of the KV mount."}),
               field<&Config::version>(
                   "version", {.default_json = R"("v2")", .one_of = {"v1", "v2"}, .doc = "Version of the KV engine."}),
               field<&Config::ns>("namespace", {.doc = "Vault namespace."}),
               field<&Config::ca_bundle>("caBundle", {.format = "byte", .doc = "Certificate authorities, PEM."}),
               field<&Config::ca_provider>("caProvider", {.doc = "Where certificate authorities lie."}),
               field<&Config::tls>("tls", {.doc = "The client certificate of every connection."}),
               field<&Config::read_your_writes>("readYourWrites", {.doc = "See one's own writes on standby servers."}),
               field<&Config::forward_inconsistent>("forwardInconsistent",
                                                    {.doc = "Let the active server answer what a standby cannot yet."}),
               field<&Config::headers>("headers", {.doc = "Added to every request."}),
               field<&Config::check_and_set>("checkAndSet", {.doc = "Options of writes to KV v2."}),
               field<&Config::auth>("auth", {.doc = "How to log in."}));

}  // namespace rotor::json

namespace rotor::providers::vault {
namespace {

void default_to(std::string& field, std::string_view value) {
  if (field.empty()) field = value;
}

void default_key(std::optional<SecretKeySelector>& ref, std::string_view key) {
  if (ref) default_to(ref->key, key);
}

template <class Ref>
void forget(std::optional<Ref>& ref) {
  if (ref) ref->ns.reset();
}

void forget_in(Auth& auth) {
  forget(auth.token);
  if (auth.app_role) {
    forget(auth.app_role->role_ref);
    auth.app_role->secret_ref.ns.reset();
  }
  if (auth.kubernetes) {
    forget(auth.kubernetes->service_account);
    forget(auth.kubernetes->secret_ref);
  }
  if (auth.ldap) auth.ldap->secret_ref.ns.reset();
  if (auth.user_pass) auth.user_pass->secret_ref.ns.reset();
  if (auth.jwt) {
    forget(auth.jwt->secret_ref);
    if (auth.jwt->service_account_token) auth.jwt->service_account_token->service_account.ns.reset();
  }
  if (auth.cert) {
    auth.cert->client_cert.ns.reset();
    auth.cert->secret_ref.ns.reset();
  }
}

}  // namespace

void complete(Auth& auth) {
  if (auth.app_role) default_to(auth.app_role->path, "approle");
  if (auth.kubernetes) {
    default_to(auth.kubernetes->mount_path, "kubernetes");
    default_key(auth.kubernetes->secret_ref, "token");
  }
  if (auth.ldap) default_to(auth.ldap->path, "ldap");
  if (auth.user_pass) default_to(auth.user_pass->path, "userpass");
  if (auth.jwt) default_to(auth.jwt->path, "jwt");
  if (auth.cert) {
    default_to(auth.cert->path, "cert");
    default_to(auth.cert->client_cert.key, "tls.crt");
    default_to(auth.cert->secret_ref.key, "tls.key");
  }
  if (auth.iam) {
    default_to(auth.iam->path, "aws");
    default_to(auth.iam->region, "us-east-1");
  }
  if (auth.gcp) default_to(auth.gcp->path, "gcp");
}

void forget_namespaces(Config& config) {
  forget(config.ca_provider);
  forget(config.tls.cert);
  forget(config.tls.key);
  if (config.auth) forget_in(*config.auth);
}

Result<Config> read_config(const Store& store) {
  if (store.config.text.empty() || store.config.text == "null") {
    return fail(Code::kInvalid, "received invalid Vault SecretStore resource: spec.provider.vault is empty");
  }
  Result<Config> config = json::read<Config>(store.config.text);
  if (!config) return std::unexpected(std::move(config).error().prefixed("spec.provider.vault"));
  default_to(config->version, "v2");
  default_key(config->tls.cert, "tls.crt");
  default_key(config->tls.key, "tls.key");
  if (config->auth) complete(*config->auth);
  return config;
}

}  // namespace rotor::providers::vault
