// The API without sockets: one call in, one answer out.
#pragma once

#include "apiserver/http/api.hpp"
#include "base/time.hpp"

namespace rotor::apiserver {

class StillClock final : public Clock {
 public:
  WallTime now() const override { return time; }
  SteadyTime steady() const override { return {}; }
  Task<bool> nap_until(SteadyTime) override { co_return true; }
  WallTime time = parse_time("2026-01-01T00:00:00Z").value();
};

struct Heard {
  int status = 0;
  json::Value body;
  std::vector<std::string> warnings{};

  std::string_view at(std::string_view path) const { return json::find_string(body, path); }
  std::string_view message() const { return at("message"); }
  std::size_t items() const { return json::find(body, "items")->get_array().size(); }
};

class ApiHarness {
 public:
  explicit ApiHarness(std::size_t history = 4096) : ApiHarness(Store::Options{.history = history}) {}
  explicit ApiHarness(Store::Options store)
      : api(clock, {.address = "127.0.0.1:1", .token = SecretBytes("secret"), .store = store}, [] {}) {}

  net::ServerRequest request(std::string method, std::string_view target, std::string_view body = {},
                             std::string type = "application/json", std::string accept = "application/json") const {
    net::ServerRequest out;
    out.method = std::move(method);
    const auto mark = target.find('?');
    out.path = target.substr(0, mark);
    if (mark != std::string_view::npos) out.query = target.substr(mark + 1);
    out.headers = {{"Authorization", "Bearer secret"},
                   {"Content-Type", std::move(type)},
                   {"Accept", std::move(accept)},
                   {"User-Agent", "test/1"}};
    out.body = SecretBytes(body);
    return out;
  }

  Heard send(const net::ServerRequest& what) {
    Api::Outcome outcome = api.serve(what);
    const std::string_view body = outcome.reply.body.reveal();
    auto parsed = json::parse(body);
    return {outcome.reply.status, parsed ? *std::move(parsed) : json::Value(body), std::move(outcome.reply.warnings)};
  }

  Heard get(std::string_view target) { return send(request("GET", target)); }
  Heard post(std::string_view target, std::string_view body) { return send(request("POST", target, body)); }
  Heard put(std::string_view target, std::string_view body) { return send(request("PUT", target, body)); }
  Heard merge(std::string_view target, std::string_view body) {
    return send(request("PATCH", target, body, "application/merge-patch+json"));
  }
  Heard apply(std::string_view target, std::string_view body) {
    return send(request("PATCH", target, body, "application/apply-patch+yaml"));
  }
  // DELETE, then what the server's controllers make of it.
  Heard remove(std::string_view target, std::string_view options = {}) {
    Heard out = send(request("DELETE", target, options));
    api.run_controllers();
    return out;
  }

  // What a watch has to send now, line by line.
  std::unique_ptr<OpenWatch> watch(std::string_view target, std::string accept = "application/json") {
    return std::move(api.serve(request("GET", target, {}, {}, std::move(accept))).watch);
  }
  static std::vector<json::Value> read(OpenWatch& watch) {
    std::vector<json::Value> out;
    while (const auto line = watch.feed->next()) out.push_back(json::parse(line->reveal()).value());
    return out;
  }

  StillClock clock;
  Api api;
};

// "ADDED a", "DELETED b", …
inline std::vector<std::string> summary(const std::vector<json::Value>& events) {
  std::vector<std::string> out;
  for (const json::Value& event : events) {
    out.push_back(std::string(json::find_string(event, "type")) + " " +
                  std::string(json::find_string(event, "object.metadata.name")));
  }
  return out;
}

}  // namespace rotor::apiserver
