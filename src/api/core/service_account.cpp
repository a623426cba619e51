#include "api/core/service_account.hpp"

namespace rotor::json {

ROTOR_DESCRIBE(api::ServiceAccount, "An identity of processes in pods.",
               field<&api::ServiceAccount::api_version>("apiVersion"), field<&api::ServiceAccount::kind>("kind"),
               field<&api::ServiceAccount::metadata>("metadata"),
               field<&api::ServiceAccount::secrets>("secrets", {.list_map_key = "name"}),
               field<&api::ServiceAccount::image_pull_secrets>("imagePullSecrets"),
               field<&api::ServiceAccount::automount_service_account_token>("automountServiceAccountToken"));

}  // namespace rotor::json
