// The one loop in which a back end's HTTP API is called: a deadline over all, tries of what is safe to repeat,
// Retry-After, back-off with jitter, a count of every exchange. What an answer means is the provider's to say.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/http.hpp"
#include "providers/common/retry.hpp"
#include "providers/services.hpp"

namespace rotor::providers {

// What a provider makes of an answer.
struct Judgement {
  enum class Next : std::uint8_t {
    kTake,    // it is the caller's: a value, or the store's word that there is none
    kFail,    // `error`; tried again when that is transient
    kRepeat,  // at once and not counted: what made it fail is mended (our clock, a stale token). Once a call
  } next = Next::kTake;
  Error error{};

  static Judgement take() { return {}; }
  static Judgement fail(Error error) { return {Next::kFail, std::move(error)}; }
  static Judgement repeat(Error error) { return {Next::kRepeat, std::move(error)}; }
};

// 2xx is taken; anything else is an error by its status alone, named `what`: 401 kUnauthenticated, 403 kDenied,
// 429 kThrottled, 5xx kUnavailable, 3xx and the rest kInvalid. A 404 says nothing here: only a provider knows which of
// its answers is the store's word.
Error error_by_status(std::string_view what, int status);
Judgement judge_by_status(std::string_view what, const net::Response& response);

struct Call {
  std::string name;          // "GetSecretValue": in front of errors, and the metric's label
  std::string provider{};    // the metric's other label; empty: not counted
  std::string counted_as{};  // in the metric in place of the name
  RetryPolicy retry{};
  // False: it makes something anew each time. Sent again only when the server said that it did nothing (412, 429, 503),
  // never when nobody knows what became of it.
  bool repeatable = true;
  net::TlsConfig tls{};
  net::Reach reach = net::Reach::kNotOfTheNode;
  std::size_t max_body = 4U << 20;
  std::chrono::milliseconds attempt = std::chrono::seconds(30);  // for one exchange
  std::chrono::milliseconds whole = std::chrono::seconds(60);    // for all of them and the pauses
  std::function<Result<net::Request>()> make{};                  // anew for each try: a signature has a time in it
  std::function<Judgement(const net::Response&)> judge{};        // empty: by status
};

class Caller {
 public:
  explicit Caller(const Services& services) : clock_(services.clock), http_(services.http), calls_(services.calls) {}

  // The answer that was taken. An error carries `retry_after` when the server asked for more than this call could wait.
  Task<Result<net::Response>> call(Call call);

  Clock& clock() const { return clock_; }

 private:
  // `sent`: the headers that went out, whose values no error may repeat.
  Task<Result<net::Response>> attempt(const Call& call, SteadyTime deadline, std::vector<SecretBytes>& sent);

  Clock& clock_;
  HttpClients& http_;
  CallCounter& calls_;
};

}  // namespace rotor::providers
