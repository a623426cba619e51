#include "providers/aws/api_client.hpp"

#include <set>

#include <fmt/format.h>

namespace rotor::providers::aws {
namespace {

constexpr std::size_t kMostPages = 10'000;

}  // namespace

ApiClient::ApiClient(Shared& shared, std::shared_ptr<Session> session, const Api& api, Endpoint endpoint,
                     RetryPolicy retry)
    : shared_(shared), session_(std::move(session)), api_(api), endpoint_(std::move(endpoint)), retry_(retry) {}

Task<Validation> ApiClient::validate() {
  if (!session_) co_return Validation{.validity = Validity::kUnknown};
  Result<CredentialsPtr> credentials = co_await session_->credentials();
  if (credentials) co_return Validation{};
  co_return Validation{Validity::kError, std::move(credentials).error()};
}

Task<Lookup<SecretBytes>> ApiClient::call(std::string operation, SecretBytes request) {
  if (!session_) {
    co_return fail(Code::kInvalid,
                   "the store's credentials depend on the namespace of its consumer, and there is none");
  }
  for (bool last = false;; last = true) {
    CO_TRY(const CredentialsPtr credentials, co_await session_->credentials());
    Operation signed_call{.service = api_.service,
                          .name = operation,
                          .counter = std::string(api_.counter),
                          .endpoint = endpoint_,
                          .headers = {{"Content-Type", "application/x-amz-json-1.1"},
                                      {"X-Amz-Target", std::string(api_.target_prefix) + operation}},
                          .body = request,
                          .retry = retry_};
    ++calls_;
    CallResult result = co_await shared_.caller.call(std::move(signed_call), credentials);
    if (!result.error) co_return std::move(result.response.body);
    if (result.not_found) co_return Absent{std::move(result.error->message)};
    const bool again = result.credentials_refused && session_->refused(credentials) && !last;
    if (!again) co_return std::unexpected(*std::move(result.error));
  }
}

Task<Lookup<ApiClient::AllRead>> ApiClient::pages(std::string operation, MakePage make, ReadPage read) {
  std::set<std::string> seen;
  std::string token;
  while (seen.insert(token).second && seen.size() <= kMostPages) {
    CO_LOOKUP(const SecretBytes answer, co_await call(operation, make(token)));
    CO_TRY(token, read(answer));
    if (token.empty()) co_return AllRead{};
  }
  co_return fail(Code::kUnavailable, fmt::format("{}: the list does not end ({} pages)", operation, seen.size()));
}

Result<void> required(Lookup<ApiClient::AllRead> pages) {
  if (pages.absent()) return fail(Code::kInvalid, pages.absence().what);
  if (pages.failed()) return std::unexpected(pages.error());
  return {};
}

}  // namespace rotor::providers::aws
