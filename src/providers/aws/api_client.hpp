// One of AWS's JSON services as one store uses it: signed calls, with new credentials once when they are refused.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "providers/aws/session.hpp"

namespace rotor::providers::aws {

// What differs between the services.
struct Api {
  Service service;
  std::string_view counter;        // the metric's provider label
  std::string_view target_prefix;  // in front of the operation, in X-Amz-Target
  int calls_per_second;            // half of an account's quota for reads
};

class ApiClient {
 public:
  // `session` null: a ClusterSecretStore whose credentials depend on the consumer, looked at without one.
  // Copies are the same to the service, side by side; each counts its own calls.
  ApiClient(Shared& shared, std::shared_ptr<Session> session, const Api& api, Endpoint endpoint, RetryPolicy retry);

  bool has_consumer() const { return session_ != nullptr; }
  const std::string& region() const { return endpoint_.signing_region; }

  // Can we log in? Reads nothing.
  Task<Validation> validate();

  // The answer's body. Absent: the service stated that there is no such thing.
  Task<Lookup<SecretBytes>> call(std::string operation, SecretBytes request);

  // Every page of a list. Absent: the service said so of a page, which says nothing of the others or of anything that
  // would have been on it. `make` is given the token of the page to ask for, `read` answers that of the next.
  using MakePage = std::function<SecretBytes(std::string_view next_token)>;
  using ReadPage = std::function<Result<std::string>(const SecretBytes& answer)>;
  struct AllRead {};
  Task<Lookup<AllRead>> pages(std::string operation, MakePage make, ReadPage read);

  // Made since this was last asked.
  int take_calls() { return std::exchange(calls_, 0); }

 private:
  Shared& shared_;
  std::shared_ptr<Session> session_;
  const Api& api_;
  Endpoint endpoint_;
  RetryPolicy retry_;
  int calls_ = 0;
};

// For a list that cannot be missing: what the service called absent is an error.
Result<void> required(Lookup<ApiClient::AllRead> pages);

}  // namespace rotor::providers::aws
