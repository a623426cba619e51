// Who may point where: every field of a store that names another object, in every kind of store, with its own, a
// foreign and no namespace. The fields come out of the descriptions themselves: one that has no row here fails.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "providers/aws/config.hpp"
#include "providers/aws/identities.hpp"
#include "providers/aws/provider.hpp"
#include "providers/azure/config.hpp"
#include "providers/azure/provider.hpp"
#include "providers/doppler/config.hpp"
#include "providers/doppler/provider.hpp"
#include "providers/gcp/config.hpp"
#include "providers/gcp/identities.hpp"
#include "providers/gcp/provider.hpp"
#include "providers/kubernetes/config.hpp"
#include "providers/kubernetes/kubernetes.hpp"
#include "providers/onepassword/config.hpp"
#include "providers/onepassword/provider.hpp"
#include "providers/vault/config.hpp"
#include "providers/vault/openbao.hpp"
#include "providers/vault/openbao_config.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers {
namespace {

using testing::HasSubstr;

// What a ClusterSecretStore must say of a reference.
enum class Cluster : std::uint8_t {
  kNamespaceNeeded,
  kMayFollowTheConsumer,  // without a namespace it is the ExternalSecret's
};

struct Field {
  std::string_view path;    // under spec.provider.NAME
  std::string_view called;  // by the message
  Cluster cluster;
  std::string_view block;  // {SECRET}, {ACCOUNT} or {CA} is the reference
  bool own_namespace_is_refused = false;
};

struct BackEnd {
  std::string_view name;
  std::unique_ptr<Provider> (*make)(const Services& services);
  json::TypeRef config;
  std::vector<Field> fields;
};

using enum Cluster;

const std::vector<BackEnd> kBackEnds = {
    {"aws",
     aws::make_provider,
     &json::type_of<aws::Config>,
     {{"auth.secretRef.accessKeyIDSecretRef", "Auth.SecretRef.AccessKeyID", kMayFollowTheConsumer,
       R"({"service":"SecretsManager","region":"eu-west-1","auth":{"secretRef":{"accessKeyIDSecretRef":{SECRET},"secretAccessKeySecretRef":{TEAMS}}}})"},
      {"auth.secretRef.secretAccessKeySecretRef", "Auth.SecretRef.SecretAccessKey", kMayFollowTheConsumer,
       R"({"service":"SecretsManager","region":"eu-west-1","auth":{"secretRef":{"accessKeyIDSecretRef":{TEAMS},"secretAccessKeySecretRef":{SECRET}}}})"},
      {"auth.secretRef.sessionTokenSecretRef", "Auth.SecretRef.SessionToken", kMayFollowTheConsumer,
       R"({"service":"SecretsManager","region":"eu-west-1","auth":{"secretRef":{"accessKeyIDSecretRef":{TEAMS},"secretAccessKeySecretRef":{TEAMS},"sessionTokenSecretRef":{SECRET}}}})"},
      {"auth.jwt.serviceAccountRef", "Auth.JWT.ServiceAccountRef", kMayFollowTheConsumer,
       R"({"service":"SecretsManager","region":"eu-west-1","auth":{"jwt":{"serviceAccountRef":{ACCOUNT}}}})"}}},
    {"azurekv",
     azure::make_provider,
     &json::type_of<azure::Config>,
     {{"authSecretRef.clientId", "AuthSecretRef.ClientID", kMayFollowTheConsumer,
       R"({"vaultUrl":"https://v.vault.azure.net","tenantId":"t","authSecretRef":{"clientId":{SECRET},"clientSecret":{TEAMS}}})"},
      {"authSecretRef.tenantId", "AuthSecretRef.TenantID", kMayFollowTheConsumer,
       R"({"vaultUrl":"https://v.vault.azure.net","authType":"WorkloadIdentity","authSecretRef":{"clientId":{TEAMS},"tenantId":{SECRET}}})"},
      {"authSecretRef.clientSecret", "AuthSecretRef.ClientSecret", kMayFollowTheConsumer,
       R"({"vaultUrl":"https://v.vault.azure.net","tenantId":"t","authSecretRef":{"clientId":{TEAMS},"clientSecret":{SECRET}}})"},
      {"authSecretRef.clientCertificate", "AuthSecretRef.ClientCertificate", kMayFollowTheConsumer,
       R"({"vaultUrl":"https://v.vault.azure.net","tenantId":"t","authSecretRef":{"clientId":{TEAMS},"clientCertificate":{SECRET}}})"},
      {"serviceAccountRef", "ServiceAccountRef", kMayFollowTheConsumer,
       R"({"vaultUrl":"https://v.vault.azure.net","authType":"WorkloadIdentity","serviceAccountRef":{ACCOUNT}})"}}},
    {"gcpsm",
     gcp::make_provider,
     &json::type_of<gcp::Config>,
     {{"auth.secretRef.secretAccessKeySecretRef", "secretAccessKeySecretRef", kMayFollowTheConsumer,
       R"({"projectID":"p","auth":{"secretRef":{"secretAccessKeySecretRef":{SECRET}}}})"},
      {"auth.workloadIdentity.serviceAccountRef", "auth.workloadIdentity.serviceAccountRef", kMayFollowTheConsumer,
       R"({"projectID":"p","auth":{"workloadIdentity":{"serviceAccountRef":{ACCOUNT},"clusterLocation":"l","clusterName":"c"}}})"},
      {"auth.workloadIdentityFederation.credConfig", "credConfig", kMayFollowTheConsumer,
       R"({"projectID":"p","auth":{"workloadIdentityFederation":{"credConfig":{SECRET}}}})"},
      {"auth.workloadIdentityFederation.serviceAccountRef", "serviceAccountRef", kMayFollowTheConsumer,
       R"({"projectID":"p","auth":{"workloadIdentityFederation":{"audience":"x","serviceAccountRef":{ACCOUNT}}}})"},
      {"auth.workloadIdentityFederation.awsSecurityCredentials.awsCredentialsSecretRef", "awsCredentialsSecretRef",
       kMayFollowTheConsumer,
       R"({"projectID":"p","auth":{"workloadIdentityFederation":{"audience":"x","awsSecurityCredentials":{"region":"eu-west-1","awsCredentialsSecretRef":{ACCOUNT}}}}})"}}},
    {"vault",
     vault::make_provider,
     &json::type_of<vault::Config>,
     {{"caProvider", "caProvider", kNamespaceNeeded,
       R"({"server":"https://v.example","caProvider":{CA},"auth":{"tokenSecretRef":{TEAMS}}})"},
      {"tls.certSecretRef", "ClientTLS.ClientCert", kMayFollowTheConsumer,
       R"({"server":"https://v.example","tls":{"certSecretRef":{SECRET},"keySecretRef":{TEAMS}},"auth":{"tokenSecretRef":{TEAMS}}})"},
      {"tls.keySecretRef", "ClientTLS.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","tls":{"certSecretRef":{TEAMS},"keySecretRef":{SECRET}},"auth":{"tokenSecretRef":{TEAMS}}})"},
      {"auth.tokenSecretRef", "Auth.TokenSecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"tokenSecretRef":{SECRET}}})"},
      {"auth.appRole.roleRef", "Auth.AppRole.RoleRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"appRole":{"path":"approle","roleRef":{SECRET},"secretRef":{TEAMS}}}})"},
      {"auth.appRole.secretRef", "Auth.AppRole.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"appRole":{"path":"approle","roleId":"r","secretRef":{SECRET}}}})"},
      {"auth.kubernetes.serviceAccountRef", "Auth.Kubernetes.ServiceAccountRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"kubernetes":{"mountPath":"kubernetes","role":"r","serviceAccountRef":{ACCOUNT}}}})"},
      {"auth.kubernetes.secretRef", "Auth.Kubernetes.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"kubernetes":{"mountPath":"kubernetes","role":"r","secretRef":{SECRET}}}})"},
      {"auth.ldap.secretRef", "Auth.Ldap.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"ldap":{"path":"ldap","username":"u","secretRef":{SECRET}}}})"},
      {"auth.userPass.secretRef", "Auth.UserPass.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"userPass":{"path":"userpass","username":"u","secretRef":{SECRET}}}})"},
      {"auth.jwt.secretRef", "Auth.Jwt.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"jwt":{"path":"jwt","secretRef":{SECRET}}}})"},
      {"auth.jwt.kubernetesServiceAccountToken.serviceAccountRef", "KubernetesServiceAccountToken.ServiceAccountRef",
       kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"jwt":{"path":"jwt","kubernetesServiceAccountToken":{"serviceAccountRef":{ACCOUNT}}}}})"},
      {"auth.iam.jwt.serviceAccountRef", "Auth.Iam.Jwt.ServiceAccountRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"iam":{"vaultRole":"r","jwt":{"serviceAccountRef":{ACCOUNT}}}}})"},
      {"auth.iam.secretRef.accessKeyIDSecretRef", "Auth.Iam.SecretRef.AccessKeyID", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"iam":{"vaultRole":"r","secretRef":{"accessKeyIDSecretRef":{SECRET},"secretAccessKeySecretRef":{TEAMS}}}}})"},
      {"auth.iam.secretRef.secretAccessKeySecretRef", "Auth.Iam.SecretRef.SecretAccessKey", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"iam":{"vaultRole":"r","secretRef":{"accessKeyIDSecretRef":{TEAMS},"secretAccessKeySecretRef":{SECRET}}}}})"},
      {"auth.iam.secretRef.sessionTokenSecretRef", "Auth.Iam.SecretRef.SessionToken", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"iam":{"vaultRole":"r","secretRef":{"accessKeyIDSecretRef":{TEAMS},"secretAccessKeySecretRef":{TEAMS},"sessionTokenSecretRef":{SECRET}}}}})"},
      {"auth.gcp.secretRef.secretAccessKeySecretRef", "Auth.Gcp.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"gcp":{"role":"r","secretRef":{"secretAccessKeySecretRef":{SECRET}}}}})"},
      {"auth.gcp.workloadIdentity.serviceAccountRef", "Auth.Gcp.WorkloadIdentity.ServiceAccountRef",
       kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"gcp":{"role":"r","workloadIdentity":{"serviceAccountRef":{ACCOUNT}}}}})"},
      {"auth.gcp.serviceAccountRef", "Auth.Gcp.ServiceAccountRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"gcp":{"role":"r","serviceAccountRef":{ACCOUNT}}}})"},
      {"auth.cert.clientCert", "Auth.Cert.ClientCert", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"cert":{"clientCert":{SECRET},"secretRef":{TEAMS}}}})"},
      {"auth.cert.secretRef", "Auth.Cert.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"cert":{"clientCert":{TEAMS},"secretRef":{SECRET}}}})"}}},
    {"openBao",
     vault::make_openbao_provider,
     &json::type_of<vault::OpenBaoConfig>,
     {{"caProvider", "caProvider", kMayFollowTheConsumer,
       R"({"server":"https://v.example","caProvider":{CA},"auth":{"tokenSecretRef":{TEAMS}}})"},
      {"auth.tokenSecretRef", "Auth.TokenSecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"tokenSecretRef":{SECRET}}})"},
      {"auth.appRole.roleRef", "Auth.AppRole.RoleRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"appRole":{"roleRef":{SECRET},"secretRef":{TEAMS}}}})"},
      {"auth.appRole.secretRef", "Auth.AppRole.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"appRole":{"roleId":"r","secretRef":{SECRET}}}})"},
      {"auth.userPass.secretRef", "Auth.UserPass.SecretRef", kMayFollowTheConsumer,
       R"({"server":"https://v.example","auth":{"userPass":{"username":"u","secretRef":{SECRET}}}})"}}},
    {"kubernetes",
     make_kubernetes_provider,
     &json::type_of<kubernetes::Config>,
     {{"server.caProvider", "CAProvider.namespace", kNamespaceNeeded,
       R"({"server":{"caProvider":{CA}},"auth":{"token":{"bearerToken":{TEAMS}}}})", true},
      {"auth.cert.clientCert", "ClientCert", kNamespaceNeeded,
       R"({"auth":{"cert":{"clientCert":{SECRET},"clientKey":{TEAMS}}}})"},
      {"auth.cert.clientKey", "ClientKey", kNamespaceNeeded,
       R"({"auth":{"cert":{"clientCert":{TEAMS},"clientKey":{SECRET}}}})"},
      {"auth.token.bearerToken", "BearerToken", kNamespaceNeeded, R"({"auth":{"token":{"bearerToken":{SECRET}}}})"},
      {"auth.serviceAccount", "ServiceAccount", kMayFollowTheConsumer, R"({"auth":{"serviceAccount":{ACCOUNT}}})"},
      {"authRef", "AuthRef", kNamespaceNeeded, R"({"authRef":{SECRET}})"}}},
    {"doppler",
     doppler::make_provider,
     &json::type_of<doppler::Config>,
     {{"auth.secretRef.dopplerToken", "dopplerToken", kNamespaceNeeded,
       R"({"auth":{"secretRef":{"dopplerToken":{SECRET}}}})"},
      {"auth.oidcConfig.serviceAccountRef", "oidcConfig.serviceAccountRef", kNamespaceNeeded,
       R"({"auth":{"oidcConfig":{"identity":"i","serviceAccountRef":{ACCOUNT}}}})"}}},
    {"onepassword",
     onepassword::make_provider,
     &json::type_of<onepassword::Config>,
     {{"auth.secretRef.connectTokenSecretRef", "connectTokenSecretRef", kNamespaceNeeded,
       R"({"connectHost":"https://c.example","vaults":{"v":1},"auth":{"secretRef":{"connectTokenSecretRef":{SECRET}}}})"}}},
};

// A struct with a name and a namespace points to an object, whatever it is called.
bool is_reference(const json::Type& type) {
  const auto has = [&type](std::string_view name) {
    return std::ranges::any_of(type.fields, [name](const json::Field& field) { return field.name == name; });
  };
  return has("name") && has("namespace");
}

void find_references(const json::Type& type, const std::string& path, std::set<std::string>& found) {
  if (type.element != nullptr) return find_references(type.element(), path, found);
  if (type.shape != json::Shape::kStruct) return;
  if (is_reference(type)) {
    found.insert(path);
    return;
  }
  for (const json::Field& field : type.fields) {
    find_references(field.type(), path.empty() ? std::string(field.name) : path + "." + std::string(field.name), found);
  }
}

std::string with_namespace(std::string_view block, std::string_view ns) {
  const std::string in = ns.empty() ? "" : R"(,"namespace":")" + std::string(ns) + "\"";
  std::string text(block);
  const auto put = [&text](std::string_view mark, const std::string& reference) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + reference.size())) {
      text.replace(at, mark.size(), reference);
    }
  };
  put("{SECRET}", R"({"name":"n","key":"k")" + in + "}");
  put("{ACCOUNT}", R"({"name":"n")" + in + "}");
  put("{CA}", R"({"type":"Secret","name":"n","key":"k")" + in + "}");
  put("{TEAMS}", R"({"name":"n","key":"k","namespace":"team"})");
  return text;
}

// Notes where it is asked to look, and has nothing there.
class NotingGate final : public ReferenceGate {
 public:
  Task<Result<SecretBytes>> secret_value(Scope scope, api::es::SecretKeySelector ref) override {
    asked.insert(resolve_namespace(scope, ref.ns));
    co_return fail(Code::kInvalid, "nothing here");
  }
  Task<Result<kube::StringMap>> config_map(Scope scope, std::string, std::optional<std::string> ns) override {
    asked.insert(resolve_namespace(scope, ns));
    co_return fail(Code::kInvalid, "nothing here");
  }
  Task<Result<kube::StringMap>> service_account_annotations(Scope scope, api::es::ServiceAccountSelector ref) override {
    asked.insert(resolve_namespace(scope, ref.ns));
    co_return fail(Code::kInvalid, "nothing here");
  }
  Task<Result<std::vector<std::string>>> service_account_secrets(Scope scope,
                                                                 api::es::ServiceAccountSelector ref) override {
    asked.insert(resolve_namespace(scope, ref.ns));
    co_return fail(Code::kInvalid, "nothing here");
  }
  Task<Result<kube::IssuedToken>> service_account_token(Scope scope, api::es::ServiceAccountSelector ref,
                                                        kube::TokenRequest) override {
    asked.insert(resolve_namespace(scope, ref.ns));
    co_return fail(Code::kInvalid, "nothing here");
  }
  std::set<std::string> asked;
};

class Tenancy : public ProviderRig {
 protected:
  Tenancy()
      : ProviderRig([this](net::ServerRequest, net::ServerResponse& to) -> Task<> {
          ++requests_;
          return nothing(to);
        }) {}
  ~Tenancy() override { stop(); }

  Services with_clouds() {
    Services lent = services();
    lent.aws_identities = aws::make_identities(lent);
    lent.google_identities = gcp::make_identities(lent);
    return lent;
  }
  static Task<> nothing(net::ServerResponse& to) { co_await to.respond(404, {}, SecretBytes()); }

  static Store store_of(std::string_view kind, std::string block) {
    Store store = store_with(std::move(block));
    store.kind = kind;
    if (store.kind == kClusterSecretStoreKind) store.ns.clear();
    return store;
  }
  // Empty: it was taken.
  std::string verdict(const BackEnd& back_end, std::string_view kind, const Field& field, std::string_view ns) {
    const auto provider = back_end.make(with_clouds());
    const auto checked = provider->validate_store(store_of(kind, with_namespace(field.block, ns)));
    return checked ? "" : checked.error().message;
  }
  // Where the provider looks when it is given a store, whether that passed the checks or not.
  std::set<std::string> places(const BackEnd& back_end, std::string_view kind, const Field& field,
                               std::string_view ns) {
    NotingGate gate;
    const auto provider = back_end.make(with_clouds());
    StoreContext context{.store = store_of(kind, with_namespace(field.block, ns)), .consumer_ns = "team", .gate = gate};
    auto client = pump(provider->make_client(std::move(context)));
    if (client) pump((*client)->validate());
    return gate.asked;
  }

  int requests_ = 0;
};

TEST_F(Tenancy, EveryFieldThatPointsToAnObjectHasARow) {
  for (const BackEnd& back_end : kBackEnds) {
    std::set<std::string> found, rows;
    find_references(back_end.config(), "", found);
    for (const Field& field : back_end.fields) rows.emplace(field.path);
    EXPECT_EQ(found, rows) << back_end.name;
  }
}

TEST_F(Tenancy, ANamespacedStorePointsToItsOwnNamespaceAlone) {
  for (const BackEnd& back_end : kBackEnds) {
    for (const Field& field : back_end.fields) {
      SCOPED_TRACE(std::string(back_end.name) + "." + std::string(field.path));
      EXPECT_EQ(verdict(back_end, kSecretStoreKind, field, ""), "");
      EXPECT_EQ(verdict(back_end, kSecretStoreKind, field, "team").empty(), !field.own_namespace_is_refused);
      const std::string refused = verdict(back_end, kSecretStoreKind, field, "other");
      EXPECT_THAT(refused, HasSubstr("namespace"));
      EXPECT_THAT(refused, HasSubstr(std::string(field.called))) << "who reads it must find the field";
    }
  }
}

TEST_F(Tenancy, AClusterStorePointsWhereItsAdministratorSays) {
  for (const BackEnd& back_end : kBackEnds) {
    for (const Field& field : back_end.fields) {
      SCOPED_TRACE(std::string(back_end.name) + "." + std::string(field.path));
      EXPECT_EQ(verdict(back_end, kClusterSecretStoreKind, field, "team"), "");
      EXPECT_EQ(verdict(back_end, kClusterSecretStoreKind, field, "other"), "");
      const std::string without = verdict(back_end, kClusterSecretStoreKind, field, "");
      EXPECT_EQ(without.empty(), field.cluster == kMayFollowTheConsumer) << without;
      if (!without.empty()) EXPECT_THAT(without, HasSubstr("namespace"));
    }
  }
}

// The check of a store is one way in; here it is left out.
TEST_F(Tenancy, NothingIsReadOutsideOfANamespacedStoresNamespaceWhateverWasChecked) {
  for (const BackEnd& back_end : kBackEnds) {
    std::set<std::string> own;
    for (const Field& field : back_end.fields) {
      SCOPED_TRACE(std::string(back_end.name) + "." + std::string(field.path));
      for (const std::string_view ns : {"", "team", "other"}) {
        const auto asked = places(back_end, kSecretStoreKind, field, ns);
        EXPECT_FALSE(asked.contains("other")) << "namespace \"" << ns << "\"";
        EXPECT_FALSE(asked.contains("")) << "namespace \"" << ns << "\"";
        own.insert(asked.begin(), asked.end());
      }
    }
    EXPECT_EQ(own, std::set<std::string>{"team"}) << back_end.name << ": else nothing was tried";
  }
}

TEST_F(Tenancy, OneRuleSaysWhichNamespaceIsMeant) {
  struct Row {
    std::string_view kind, consumer;
    std::optional<std::string> selector;
    std::string_view expected;
  };
  for (const Row& row :
       {Row{kSecretStoreKind, "team", std::nullopt, "team"}, Row{kSecretStoreKind, "team", "", "team"},
        Row{kSecretStoreKind, "team", "team", "team"}, Row{kSecretStoreKind, "team", "other", "team"},
        Row{kClusterSecretStoreKind, "team", std::nullopt, "team"}, Row{kClusterSecretStoreKind, "team", "", "team"},
        Row{kClusterSecretStoreKind, "team", "other", "other"}, Row{kClusterSecretStoreKind, "", std::nullopt, ""},
        Row{kClusterSecretStoreKind, "", "other", "other"}, Row{"", "team", "other", "team"},
        Row{"PushSecret", "team", "other", "team"}}) {
    EXPECT_EQ(resolve_namespace({std::string(row.kind), std::string(row.consumer)}, row.selector), row.expected)
        << row.kind << " " << row.selector.value_or("absent");
  }
}

// A store that says nothing of who it is would be the controller: with all its rights, for whoever may write a store.
TEST_F(Tenancy, ANamespacedStoreIsNeverTheControllerUnlessAFlagSaysSo) {
  struct Row {
    std::string_view back_end, block;
  };
  for (const Row& row :
       {Row{"aws", R"({"service":"SecretsManager","region":"eu-west-1"})"},
        Row{"aws", R"({"service":"ParameterStore","region":"eu-west-1","role":"arn:aws:iam::1:role/r"})"},
        Row{"azurekv", R"({"vaultUrl":"https://v.vault.azure.net","authType":"ManagedIdentity"})"},
        Row{"azurekv", R"({"vaultUrl":"https://v.vault.azure.net","authType":"WorkloadIdentity"})"},
        Row{"gcpsm", R"({"projectID":"p"})"},
        Row{"vault", R"({"server":"http://127.0.0.1:8200"})"},  // a proxy beside the controller adds its token
        Row{"openBao", R"({"server":"http://127.0.0.1:8200"})"},
        Row{"vault", R"({"server":"https://v.example","auth":{"kubernetes":{"mountPath":"kubernetes","role":"r"}}})"},
        Row{"vault", R"({"server":"https://v.example","auth":{"iam":{"vaultRole":"r"}}})"},
        Row{"vault", R"({"server":"https://v.example","auth":{"gcp":{"role":"r"}}})"},
        Row{"vault",
            R"({"server":"https://v.example","auth":{"gcp":{"role":"r","serviceAccountRef":{"name":"n"}}}})"}}) {
    const auto back_end = std::ranges::find(kBackEnds, row.back_end, &BackEnd::name);
    ASSERT_NE(back_end, kBackEnds.end());
    NotingGate gate;
    const auto provider = back_end->make(with_clouds());
    StoreContext context{
        .store = store_of(kSecretStoreKind, std::string(row.block)), .consumer_ns = "team", .gate = gate};
    auto client = pump(provider->make_client(std::move(context)));
    std::string message = client ? "" : client.error().message;
    if (client) message = pump((*client)->validate()).error.value_or(Error{}).message;
    EXPECT_THAT(message, HasSubstr("--allow-controller-identity")) << row.back_end << " " << row.block;
    EXPECT_EQ(requests_, 0) << row.block;
  }
}

}  // namespace
}  // namespace rotor::providers
