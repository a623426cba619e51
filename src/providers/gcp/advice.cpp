#include "providers/gcp/advice.hpp"

#include <algorithm>
#include <array>

#include "providers/gcp/errors.hpp"

namespace rotor::providers::gcp {
namespace {

struct Advice {
  std::string_view call;  // empty: any
  std::string_view word;  // the status, the reason, or in the message
  std::string_view text;

  bool fits(std::string_view made, const GoogleError& error) const {
    if (!call.empty() && call != made) return false;
    return word == error.status || word == error.reason || error.message.contains(word);
  }
};

constexpr std::string_view kCompareProject = "compare spec.provider.gcpsm.projectID with `gcloud projects list`";
constexpr std::string_view kCompareLocation =
    "spec.provider.gcpsm.location: regional secrets are read at their own location, global ones without it";

// The first that fits. https://cloud.google.com/apis/design/errors,
// https://cloud.google.com/iam/docs/reference/sts/rest
constexpr std::array kAdvice{
    Advice{"", "SERVICE_DISABLED",
           "enable that API in the project: gcloud services enable secretmanager.googleapis.com, sts.googleapis.com or "
           "iamcredentials.googleapis.com, whichever is named"},
    Advice{"", "BILLING_DISABLED", "the project needs a billing account"},
    Advice{"", "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
           "the machine's access scopes leave Secret Manager out: give it cloud-platform, or log in with auth"},
    Advice{"", "USER_PROJECT_DENIED", "roles/serviceusage.serviceUsageConsumer in the quota project of the login"},
    Advice{"", "CONSUMER_INVALID", kCompareProject},
    Advice{"AccessSecretVersion", "PERMISSION_DENIED",
           "the login needs roles/secretmanager.secretAccessor on the secret, and spec.provider.gcpsm.projectID and "
           "location must be the secret's; one that is not there looks the same"},
    Advice{"ListSecrets", "PERMISSION_DENIED",
           "dataFrom.find needs roles/secretmanager.viewer on the project beside secretAccessor"},
    Advice{"ListSecretVersions", "PERMISSION_DENIED",
           "secretVersionSelectionPolicy LatestOrFetch needs roles/secretmanager.viewer on the secret"},
    Advice{"GetSecret", "PERMISSION_DENIED", "metadataPolicy Fetch needs roles/secretmanager.viewer on the secret"},
    Advice{"GenerateAccessToken", "PERMISSION_DENIED",
           "the service account must be there and let this identity in: roles/iam.workloadIdentityUser, or "
           "roles/iam.serviceAccountTokenCreator"},
    Advice{"GenerateAccessToken", "NOT_FOUND",
           "there is no such service account; see its annotation or "
           "gcpServiceAccountEmail"},
    Advice{"GenerateIDBindToken", "PERMISSION_DENIED",
           "compare clusterProjectID, clusterLocation and clusterName, and see that the cluster has a workload pool"},
    Advice{
        "ExchangeSubjectToken", "invalid_target",
        "audience must be //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/"
        "PROVIDER, with the number of the project and a provider that is enabled"},
    Advice{"ExchangeSubjectToken", "invalid_grant",
           "compare issuer, allowed audiences and attribute condition of the pool's provider with the token"},
    Advice{"ExchangeSubjectToken", "unauthorized_client", "the attribute condition of the pool's provider says no"},
    Advice{"ExchangeAssertion", "Invalid JWT Signature",
           "the key was deleted, or is another account's: make a new one"},
    Advice{"ExchangeAssertion", "Invalid JWT", "is the clock of the controller's machine right?"},
    Advice{"ExchangeAssertion", "account not found", "the service account of the key was deleted"},
    Advice{"ExchangeAssertion", "account has been disabled", "the service account of the key is disabled"},
    Advice{
        "AccessSecretVersion", "DISABLED state",
        "enable the version or add one; without remoteRef.version, secretVersionSelectionPolicy: LatestOrFetch takes "
        "the newest enabled one"},
    Advice{"AccessSecretVersion", "DESTROYED state",
           "add a version; without remoteRef.version, secretVersionSelectionPolicy: LatestOrFetch takes the newest "
           "enabled one"},
    Advice{"AccessSecretVersion", "ocation", kCompareLocation},
    Advice{"ListSecrets", "ocation", kCompareLocation},
    Advice{"GetSecret", "ocation", kCompareLocation},
    Advice{"AccessSecretVersion", "Project", kCompareProject},
    Advice{"ListSecrets", "Project", kCompareProject},
};

}  // namespace

std::string_view advice(std::string_view call, const GoogleError& error) {
  const auto it = std::ranges::find_if(kAdvice, [&](const Advice& one) { return one.fits(call, error); });
  return it == kAdvice.end() ? std::string_view() : it->text;
}

}  // namespace rotor::providers::gcp
