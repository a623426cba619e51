// The controller's own Google identity.
#include <fmt/format.h>

#include "providers/common/cache_key.hpp"
#include "providers/common/other_ways.hpp"
#include "providers/common/small_file.hpp"
#include "providers/gcp/login.hpp"
#include "providers/gcp/service_account_key.hpp"

namespace rotor::providers::gcp {

struct AuthorizedUser {
  std::string client_id;
  json::SecretText client_secret;
  json::SecretText refresh_token;
  std::string quota_project_id;
};
struct ImpersonatedAccount {
  std::string service_account_impersonation_url;
  json::Raw source_credentials;
  std::string quota_project_id;
};
struct TypedFile {
  std::string type;
};

}  // namespace rotor::providers::gcp

namespace rotor::json {

using namespace providers::gcp;

ROTOR_DESCRIBED(AuthorizedUser);
ROTOR_DESCRIBED(ImpersonatedAccount);
ROTOR_DESCRIBED(TypedFile);

ROTOR_DESCRIBE(AuthorizedUser, "A person's login, as gcloud keeps it.",
               field<&AuthorizedUser::client_id>("client_id", {.doc = "The program that logged in."}),
               field<&AuthorizedUser::client_secret>("client_secret", {.doc = "Its secret."}),
               field<&AuthorizedUser::refresh_token>("refresh_token", {.doc = "The login."}),
               field<&AuthorizedUser::quota_project_id>("quota_project_id", {.doc = "Whose quota is used."}));

ROTOR_DESCRIBE(ImpersonatedAccount, "A service account that somebody may impersonate.",
               field<&ImpersonatedAccount::service_account_impersonation_url>("service_account_impersonation_url",
                                                                              {.doc = "Which one."}),
               field<&ImpersonatedAccount::source_credentials>("source_credentials", {.doc = "Who may."}),
               field<&ImpersonatedAccount::quota_project_id>("quota_project_id", {.doc = "Whose quota is used."}));

ROTOR_DESCRIBE(TypedFile, "A file with credentials.", field<&TypedFile::type>("type", {.doc = "Of which kind."}));

}  // namespace rotor::json

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kTokenUri = "https://oauth2.googleapis.com/token";
constexpr int kMostLayers = 3;  // of impersonation

class MetadataLogin final : public Login {
 public:
  explicit MetadataLogin(Shared& shared) : shared_(shared) {}
  std::string identity() const override { return CacheKey().add("metadata").digest(); }
  std::string source() const override { return "the service account of this machine or pod"; }
  Task<Result<AccessToken>> fetch() override {
    auto token = co_await shared_.metadata.token();
    if (token) co_return std::move(token);
    Error error = std::move(token).error();
    error.message += fmt::format(
        "; outside of Google Cloud set spec.provider.gcpsm.auth, or GOOGLE_APPLICATION_CREDENTIALS in the controller's "
        "environment; {}",
        kAsYourself);
    co_return std::unexpected(std::move(error));
  }

 private:
  Shared& shared_;
};

class PersonLogin final : public Login {
 public:
  PersonLogin(Shared& shared, AuthorizedUser user, std::string source)
      : shared_(shared), user_(std::move(user)), source_(std::move(source)) {}
  std::string identity() const override {
    CacheKey key;
    key.add("person").add(user_.client_id).add(user_.client_secret.value).add(user_.refresh_token.value);
    return key.add(user_.quota_project_id).digest();
  }
  std::string source() const override { return source_; }
  Task<Result<AccessToken>> fetch() override {
    RefreshToken login{user_.client_id, user_.client_secret.value, user_.refresh_token.value};
    CO_TRY(AccessToken token,
           co_await exchange_refresh_token(shared_.caller, std::string(kTokenUri), std::move(login)));
    token.quota_project = user_.quota_project_id;
    co_return std::move(token);
  }

 private:
  Shared& shared_;
  AuthorizedUser user_;
  std::string source_;
};

class ImpersonatedLogin final : public Login {
 public:
  ImpersonatedLogin(Shared& shared, LoginPtr base, std::string url, std::string quota_project)
      : shared_(shared), base_(std::move(base)), url_(std::move(url)), quota_project_(std::move(quota_project)) {}
  std::string identity() const override {
    return CacheKey().add("impersonated").add(base_->identity()).add(url_).add(quota_project_).digest();
  }
  std::string source() const override { return base_->source(); }
  Task<Result<AccessToken>> fetch() override {
    CO_TRY(AccessToken base, co_await base_->fetch());
    CO_TRY(AccessToken token, co_await impersonate(shared_.caller, url_, std::move(base), 3600));
    token.quota_project = quota_project_;
    co_return std::move(token);
  }

 private:
  Shared& shared_;
  LoginPtr base_;
  std::string url_;
  std::string quota_project_;
};

Result<LoginPtr> login_of_file(Shared& shared, const SecretBytes& json, const std::string& source, int layers);

Result<LoginPtr> impersonated(Shared& shared, const SecretBytes& json, const std::string& source, int layers) {
  TRY(ImpersonatedAccount account, json::read<ImpersonatedAccount>(json.reveal()));
  if (layers >= kMostLayers) return fail(Code::kInvalid, "source_credentials is nested too deeply");
  if (account.service_account_impersonation_url.empty()) {
    return fail(Code::kInvalid, "service_account_impersonation_url is missing");
  }
  SecretBytes inner(account.source_credentials.text);
  wipe(account.source_credentials.text.data(), account.source_credentials.text.size());
  TRY(LoginPtr base, login_of_file(shared, inner, source, layers + 1));
  return std::make_unique<ImpersonatedLogin>(shared, std::move(base),
                                             std::move(account.service_account_impersonation_url),
                                             std::move(account.quota_project_id));
}

Result<LoginPtr> person(Shared& shared, const SecretBytes& json, const std::string& source) {
  TRY(AuthorizedUser user, json::read<AuthorizedUser>(json.reveal()));
  if (user.client_id.empty() || user.client_secret.value.empty() || user.refresh_token.value.empty()) {
    return fail(Code::kInvalid, "client_id, client_secret and refresh_token are needed");
  }
  return std::make_unique<PersonLogin>(shared, std::move(user), source);
}

Result<LoginPtr> login_of_file(Shared& shared, const SecretBytes& json, const std::string& source, int layers) {
  TRY(const TypedFile file, json::read<TypedFile>(json.reveal()));
  if (file.type == "service_account") return make_key_login(shared, json, source);
  if (file.type == "external_account") return make_external_account_login(shared, json.reveal(), source);
  if (file.type == "authorized_user") return person(shared, json, source);
  if (file.type == "impersonated_service_account") return impersonated(shared, json, source, layers);
  return fail(Code::kInvalid, fmt::format("its type \"{}\" is none of service_account, external_account, "
                                          "authorized_user and impersonated_service_account",
                                          name_of_type(file.type)));
}

struct KeptFile {
  std::string source;
  SecretBytes json;
};

// The file that the environment names, or what gcloud keeps of a person's login.
Result<std::optional<KeptFile>> own_file(const Shared& shared) {
  const std::string given = shared.environment("GOOGLE_APPLICATION_CREDENTIALS").value_or("");
  if (!given.empty()) {
    std::string source = fmt::format("GOOGLE_APPLICATION_CREDENTIALS ({})", given);
    TRY(std::optional<SecretBytes> json, read_small_file(given));
    if (!json) return fail(Code::kInvalid, source + ": there is no such file");
    return KeptFile{std::move(source), *std::move(json)};
  }
  const std::string home = shared.environment("HOME").value_or("");
  if (home.empty() || shared.personal == PersonalLogins::kRefused) return std::nullopt;
  std::string path = home + "/.config/gcloud/application_default_credentials.json";
  TRY(std::optional<SecretBytes> json, read_small_file(path));
  if (!json) return std::nullopt;
  return KeptFile{std::move(path), *std::move(json)};
}

}  // namespace

Result<bool> logs_in_as_person(Shared& shared) {
  if (shared.personal != PersonalLogins::kPreferred) return false;
  TRY(const std::optional<KeptFile> kept, own_file(shared));
  return kept.has_value();
}

Result<LoginPtr> make_ambient_login(Shared& shared) {
  TRY(const std::optional<KeptFile> kept, own_file(shared));
  if (!kept) return std::make_unique<MetadataLogin>(shared);
  auto login = login_of_file(shared, kept->json, kept->source, 0);
  if (!login) return std::unexpected(std::move(login).error().prefixed(kept->source));
  return login;
}

Result<void> allow_controller_identity(const StoreContext& context, std::string_view what) {
  if (context.scope().cluster() || context.allow_controller_identity) return {};
  return fail(Code::kDenied,
              fmt::format("{}, and a SecretStore may not use the controller's own identity: set another login under "
                          "spec.provider.gcpsm.auth, use a ClusterSecretStore, or start the controller with "
                          "--allow-controller-identity",
                          what));
}

}  // namespace rotor::providers::gcp
