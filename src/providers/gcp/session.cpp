#include "providers/gcp/session.hpp"

#include <fmt/format.h>

namespace rotor::providers::gcp {
namespace {

constexpr std::string_view kNoProject = "unable to find ProjectID in storeSpec";

// The project of the cluster, which is the secrets' own where the manifest names no other.
Task<Result<std::string>> cluster_project(Shared& shared, Config config) {
  const bool workload = config.auth && config.auth->workload_identity;
  if (workload && !config.auth->workload_identity->cluster_project_id.empty()) {
    co_return config.auth->workload_identity->cluster_project_id;
  }
  if (!config.project_id.empty()) co_return config.project_id;
  if (config.method() == Method::kKey) {
    co_return fail(Code::kInvalid,
                   fmt::format("{}: auth.secretRef needs spec.provider.gcpsm.projectID beside it", kNoProject));
  }
  auto found = co_await shared.metadata.text("project/project-id");
  if (found) co_return std::move(found);
  Error error = std::move(found).error().prefixed(kNoProject);
  error.message += "; set spec.provider.gcpsm.projectID";
  co_return std::unexpected(std::move(error));
}

Task<Result<LoginPtr>> make_login(Shared& shared, Config config, std::string project, StoreContext context) {
  Result<LoginPtr> login;
  switch (config.method()) {
    case Method::kKey:
      login = co_await make_key_login(shared, *config.auth->secret_ref, context);
      break;
    case Method::kWorkloadIdentity:
      login =
          co_await make_workload_identity_login(shared, *config.auth->workload_identity, std::move(project), context);
      break;
    case Method::kFederation:
      login = co_await make_federation_login(shared, *config.auth->federation, context);
      break;
    case Method::kAmbient:
      login = make_ambient_login(shared);
      break;
  }
  co_return std::move(login);
}

}  // namespace

Task<Result<std::unique_ptr<Session>>> Session::create(Shared& shared, Config config, StoreContext context) {
  CO_TRY(const bool as_person, logs_in_as_person(shared));
  if (as_person) config.auth.reset();
  if (config.method() == Method::kAmbient && !as_person) {
    CO_TRY_VOID(allow_controller_identity(context, "spec.provider.gcpsm.auth is not set"));
  }
  CO_TRY(std::string project, co_await cluster_project(shared, config));
  auto login = co_await make_login(shared, config, project, context);
  if (!login) {
    co_return std::unexpected(std::move(login).error().prefixed("failed to create GCP secretmanager client"));
  }
  if (!config.project_id.empty()) project = config.project_id;
  co_return std::unique_ptr<Session>(new Session(shared, *std::move(login), std::move(project)));
}

Task<Result<TokenPtr>> Session::token() {
  // The session is a member of the client that waits here, so it outlives the fetch.
  auto got = co_await shared_.tokens.get(key_, [this] { return login_->fetch(); });
  if (got) co_return std::move(got);
  co_return std::unexpected(std::move(got).error().prefixed(login_->source()).prefixed("unable to get credentials"));
}

}  // namespace rotor::providers::gcp
