#include "local/node/prober.hpp"

#include <fmt/format.h>

namespace rotor::local {
namespace {

constexpr std::size_t kMostBody = 64U << 10;  // nobody reads it

Task<std::string> failure_of(std::shared_ptr<net::HttpClient> http, Probe probe) {
  net::Request request{.url = fmt::format("http://127.0.0.1:{}{}", probe.port, probe.path),
                       .headers = {{"Accept", "*/*"}}};
  for (const auto& [name, value] : probe.headers) request.headers.push_back({name, value});
  const auto answer = co_await http->send(std::move(request), {.deadline = probe.timeout, .max_body = kMostBody});
  if (!answer) co_return fmt::format("GET {}: {}", probe.path, answer.error().message);
  if (answer->status >= 200 && answer->status < 400) co_return std::string();
  co_return fmt::format("GET {} answered {}", probe.path, answer->status);
}

}  // namespace

Task<> ask_probes(std::shared_ptr<net::HttpClient> http, Clock& clock, ProbeSeries series,
                  std::function<bool(const ProbeNews&)> told) {
  while (const auto due = series.next()) {
    co_await clock.sleep_until(due->at);
    std::string failure = co_await failure_of(http, series.probe(due->role));
    series.take(due->role, failure.empty(), clock.steady());
    if (!told({series, due->role, std::move(failure)})) co_return;
  }
}

}  // namespace rotor::local
