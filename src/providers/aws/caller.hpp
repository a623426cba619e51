// Signed (and unsigned) POSTs to AWS with retries: fresh signature each time, back-off, and the service's clock when
// ours is wrong.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "net/http.hpp"
#include "providers/aws/endpoints.hpp"
#include "providers/aws/errors.hpp"
#include "providers/aws/sigv4.hpp"
#include "providers/provider.hpp"

namespace rotor::providers::aws {

struct RetryPolicy {
  int attempts = 3;
  std::optional<Duration> interval{};  // nullopt: exponential with jitter
};
// spec.retrySettings. The error is the one users of the existing operator know.
Result<RetryPolicy> retry_policy(const Store& store);

struct Operation {
  std::string name;     // "GetSecretValue": for errors and metrics
  std::string counter;  // the metric's provider label; empty: not counted
  Endpoint endpoint;
  SigningScope scope;
  net::Headers headers;  // content type, target
  SecretBytes body;
  RetryPolicy retry{};
};

struct CallResult {
  net::Response response;  // when there is no error
  std::optional<Error> error{};
  bool credentials_refused = false;  // they may be stale: get new ones and try once more
};

class Caller {
 public:
  Caller(Clock& clock, HttpClients& http, CallCounter& calls) : clock_(clock), http_(http), calls_(calls) {}

  // `credentials` null: not signed.
  Task<CallResult> call(Operation operation, std::shared_ptr<const Credentials> credentials);

  WallTime now() const { return clock_.now(); }
  Clock& clock() { return clock_; }

 private:
  Task<Result<net::Response>> attempt(const Operation& operation, const Credentials* credentials,
                                      std::chrono::milliseconds left);
  bool learn_clock(const std::string& url, const net::Headers& headers);

  Clock& clock_;
  HttpClients& http_;
  CallCounter& calls_;
  std::map<std::string, std::chrono::seconds> clock_offsets_;  // by endpoint
};

// "Thu, 15 Jan 2026 03:04:05 GMT" (RFC 9110 section 5.6.7).
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace rotor::providers::aws
