#include "providers/azure/managed_identity.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "providers/azure/errors.hpp"
#include "providers/common/other_ways.hpp"

namespace rotor::providers::azure {
namespace {

using std::chrono::seconds;

constexpr std::string_view kAskMachine = "GetToken";
// It may be starting or updating; its documentation asks callers for patience.
constexpr RetryPolicy kPatience{.attempts = 6, .interval = seconds(3)};
constexpr int kSilentTries = 2;  // after which nobody is there

struct Service {
  std::string base;  // for messages
  net::Request request;
};

// App Service and its kin name their own address; AZURE_POD_IDENTITY_AUTHORITY_HOST stands in for the usual one.
Service service_of(const EnvironmentVariables& environment, const std::string& client_id, const std::string& resource) {
  const auto set = [&](std::string_view name) { return environment(name).value_or(""); };
  const std::string own = set("IDENTITY_ENDPOINT");
  const std::string header = set("IDENTITY_HEADER");
  const std::string id = client_id.empty() ? "" : "&client_id=" + percent_encode(client_id);
  if (!own.empty() && !header.empty()) {
    const std::string url = fmt::format("{}?api-version=2019-08-01&resource={}{}", own, percent_encode(resource), id);
    return {own, {.url = url, .headers = {{"X-IDENTITY-HEADER", header}}}};
  }
  std::string base = set("AZURE_POD_IDENTITY_AUTHORITY_HOST");
  while (base.ends_with('/')) base.pop_back();
  if (base.empty()) base = "http://169.254.169.254";
  const std::string url = fmt::format("{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}{}", base,
                                      percent_encode(resource), id);
  return {base, {.url = url, .headers = {{"Metadata", "true"}}}};
}

bool is_passing(int status) { return status == 404 || status == 410 || status == 429 || status >= 500; }

Error refusal(const net::Response& response, const std::string& client_id) {
  Error error = read_login_error(kAskMachine, response).error;
  if (is_passing(response.status)) {
    error.code = response.status == 429 ? Code::kThrottled : Code::kUnavailable;
  } else if (response.status == 400) {
    error.code = Code::kUnauthenticated;
    error.message += client_id.empty()
                         ? " — assign a managed identity to the node, or name one of several in identityId"
                         : " — identityId must be the client ID of a managed identity that is assigned to the node";
  }
  return error;
}

}  // namespace

Task<Result<Token>> machine_token(Caller& caller, EnvironmentVariables environment, std::string client_id,
                                  std::string resource) {
  const Service service = service_of(environment, client_id, resource);
  int silent = 0;
  Call call{.name = std::string(kAskMachine),
            .provider = "Azure/IMDS",
            .retry = kPatience,
            .reach = net::Reach::kAnywhere,
            .max_body = 256U << 10,
            .attempt = seconds(5),
            .whole = seconds(30)};
  call.make = [&]() -> Result<net::Request> {
    if (silent++ < kSilentTries) return service.request;
    return fail(Code::kUnauthenticated,
                fmt::format("there is no Azure identity here: the metadata service at {} does not answer. authType "
                            "ManagedIdentity works on machines of Azure alone; elsewhere use WorkloadIdentity or "
                            "ServicePrincipal; {}",
                            service.base, kWithoutALogin));
  };
  call.judge = [&](const net::Response& response) {
    silent = 0;
    return response.status == 200 ? Judgement::take() : Judgement::fail(refusal(response, client_id));
  };
  CO_TRY(const net::Response response, co_await caller.call(std::move(call)));
  co_return read_token(kAskMachine, response.body, caller.clock().now());
}

}  // namespace rotor::providers::azure
