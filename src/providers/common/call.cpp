#include "providers/common/call.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rotor::providers {
namespace {

using std::chrono::milliseconds;
using Next = Judgement::Next;

Code code_of(int status) {
  if (status == 401) return Code::kUnauthenticated;
  if (status == 403) return Code::kDenied;
  if (status == 429) return Code::kThrottled;
  return status >= 500 ? Code::kUnavailable : Code::kInvalid;
}

constexpr std::size_t kShortestSecret = 8;

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool logs_in(std::string_view header) {
  constexpr std::array<std::string_view, 3> kWords = {"authorization", "token", "secret"};
  return std::ranges::any_of(
      kWords, [header](std::string_view word) { return !std::ranges::search(header, word, {}, lower_case).empty(); });
}

// What a request carried for the server alone: values of headers that log in, and what follows `Bearer `.
std::vector<SecretBytes> credentials_of(const net::Headers& headers) {
  std::vector<SecretBytes> found;
  for (const auto& [name, value] : headers) {
    if (!logs_in(name)) continue;
    const std::string_view text = value;
    const auto space = text.rfind(' ');
    for (const auto part : {text, space == std::string_view::npos ? text : text.substr(space + 1)}) {
      if (part.size() >= kShortestSecret) found.emplace_back(part);
    }
  }
  return found;
}

// A server may quote what it was sent.
void withhold(std::string& message, const std::vector<SecretBytes>& credentials) {
  for (const SecretBytes& credential : credentials) {
    for (auto at = message.find(credential.reveal()); at != std::string::npos; at = message.find(credential.reveal())) {
      message.replace(at, credential.size(), "(withheld)");
    }
  }
}

// Whether the server itself says that it has done nothing of what it was asked.
bool says_not_done(const Result<net::Response>& response) {
  return response && (response->status == 412 || response->status == 429 || response->status == 503);
}

}  // namespace

Error error_by_status(std::string_view what, int status) {
  const std::string_view note = status / 100 == 3 ? " (a redirect, which is not followed)" : "";
  return {code_of(status), fmt::format("{}: HTTP {}{}", what, status, note)};
}

Judgement judge_by_status(std::string_view what, const net::Response& response) {
  if (response.status / 100 == 2) return Judgement::take();
  return Judgement::fail(error_by_status(what, response.status));
}

Task<Result<net::Response>> Caller::attempt(const Call& call, SteadyTime deadline, std::vector<SecretBytes>& sent) {
  CO_TRY(net::Request request, call.make());
  CO_TRY(const std::shared_ptr<net::HttpClient> client, http_.get(call.tls, call.reach));
  sent = credentials_of(request.headers);
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - clock_.steady());
  const net::CallOptions options{.deadline = std::min(call.attempt, left), .max_body = call.max_body};
  Result<net::Response> response = co_await client->send(std::move(request), options);
  if (!response) co_return std::unexpected(std::move(response).error().prefixed(call.name));
  co_return std::move(response);
}

Task<Result<net::Response>> Caller::call(Call call) {
  const SteadyTime deadline = clock_.steady() + call.whole;
  bool repeated = false;
  for (int tried = 1;; ++tried) {
    std::vector<SecretBytes> sent;
    Result<net::Response> response = co_await attempt(call, deadline, sent);
    std::optional<milliseconds> wait;
    Judgement judgement = Judgement::take();
    if (response) {
      judgement = call.judge ? call.judge(*response) : judge_by_status(call.name, *response);
      wait = retry_after(response->headers, clock_.now());
    } else {
      judgement = Judgement::fail(response.error());
      wait = response.error().retry_after;  // what stands in the way stays: a certificate, for one
    }
    withhold(judgement.error.message, sent);
    if (!call.provider.empty()) {
      calls_.count(call.provider, call.counted_as.empty() ? call.name : call.counted_as, judgement.next == Next::kTake);
    }
    if (judgement.next == Next::kTake) co_return std::move(response);
    if (judgement.next == Next::kRepeat && !std::exchange(repeated, true)) {
      --tried;
      continue;
    }
    const milliseconds pause = std::max(wait.value_or(milliseconds(0)), pause_after(call.retry, tried));
    const bool fits = clock_.steady() + pause < deadline;
    const bool safe = call.repeatable || says_not_done(response);
    if (!is_transient(judgement.error) || !safe || tried >= call.retry.attempts || !fits) {
      // A longer wait that the server asks for is the queue's, not ours.
      judgement.error.retry_after = response ? wait : std::nullopt;
      co_return std::unexpected(std::move(judgement.error));
    }
    co_await clock_.sleep_for(pause);
  }
}

}  // namespace rotor::providers
