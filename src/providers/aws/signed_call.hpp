// Signed (and unsigned) POSTs to AWS: a fresh signature for each try, and the service's clock when ours is wrong.
#pragma once

#include <map>
#include <string>

#include "providers/aws/endpoints.hpp"
#include "providers/aws/errors.hpp"
#include "providers/aws/signing_keys.hpp"
#include "providers/common/call.hpp"
#include "providers/common/sigv4.hpp"

namespace rotor::providers::aws {

struct Operation {
  Service service = Service::kSts;
  std::string name;     // "GetSecretValue": for errors and metrics
  std::string counter;  // the metric's provider label; empty: not counted
  Endpoint endpoint;
  net::Headers headers;  // content type, target
  SecretBytes body;
  RetryPolicy retry{};
};

struct CallResult {
  net::Response response;  // when there is no error
  std::optional<Error> error{};
  bool not_found = false;            // the service stated it: the error says so in its words
  bool credentials_refused = false;  // they may be stale: get new ones and try once more
};

class SignedCaller {
 public:
  explicit SignedCaller(const Services& services) : caller_(services) {}

  // `credentials` null: not signed.
  Task<CallResult> call(Operation operation, std::shared_ptr<const Credentials> credentials);

  // For what is not AWS's own: the machine's endpoints.
  Caller& plain() { return caller_; }

  WallTime now() const { return caller_.clock().now(); }

 private:
  Result<net::Request> make(const Operation& operation, const std::shared_ptr<const Credentials>& credentials);
  bool learn_clock(const std::string& url, const net::Headers& headers);

  Caller caller_;
  SigningKeys keys_;
  std::map<std::string, std::chrono::seconds> clock_offsets_;  // by endpoint
};

}  // namespace rotor::providers::aws
