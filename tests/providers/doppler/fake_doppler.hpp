// Doppler as far as these tests need it: configs that tokens lead to, downloads with ETags, logins by OIDC.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "json/writer.hpp"
#include "net/server.hpp"

namespace rotor::test {

struct FakeDoppler {
  struct Answer {
    int status;
    std::string body;
    net::Headers headers{{"Content-Type", "application/json"}};
  };
  using Config = std::map<std::string, std::string>;

  std::map<std::string, Config> configs{};  // token → name → value
  std::deque<Answer> next{};                // these first, whatever is asked
  std::vector<std::string> calls{};         // "GET /path?query If-None-Match=…", "POST /path body"
  std::vector<int> statuses{};
  std::string accept{};  // of the last call
  std::string token_life = R"(,"expires_at":"2026-01-02T04:04:05Z")";
  int logins = 0;

  static Answer refused(int status, const std::string& message) {
    return {status, fmt::format(R"({{"messages":[{}],"success":false}})", json::quote(message))};
  }

  std::string login() {
    const std::string token = fmt::format("dp.said.{}", ++logins);
    configs[token] = configs["oidc"];
    return token;
  }

  static std::map<std::string, std::string> parameters(const std::string& query) {
    std::map<std::string, std::string> all;
    for (std::size_t from = 0; from < query.size();) {
      const std::size_t end = std::min(query.find('&', from), query.size());
      const std::string pair = query.substr(from, end - from);
      all[pair.substr(0, pair.find('='))] = *percent_decode(pair.substr(pair.find('=') + 1));
      from = end + 1;
    }
    return all;
  }

  Answer download(const net::ServerRequest& request, const Config& config) const {
    auto wanted = parameters(request.query);
    std::string body;
    for (const auto& [name, value] : config) {
      if (wanted.contains("secrets") && wanted["secrets"] != name) continue;
      const bool lower = wanted["name_transformer"] == "lower-snake";
      body += fmt::format("{}{}:{}", body.empty() ? "" : ",", json::quote(lower ? "lower_" + name : name),
                          json::quote(value));
    }
    body = "{" + body + "}";
    if (wanted["format"] == "env") body = "A=\"1\"\nB=\"2\"\n";
    const std::string etag = fmt::format("W/\"{}\"", hex_encode(sha256(body)).substr(0, 8));
    const std::string* held = net::find_header(request.headers, "If-None-Match");
    if (held != nullptr && *held == etag) return {304, "", {{"ETag", etag}}};
    return {200, body, {{"Content-Type", "application/json"}, {"ETag", etag}}};
  }

  Answer answer(const net::ServerRequest& request) {
    const std::string* held = net::find_header(request.headers, "If-None-Match");
    const std::string* sent_accept = net::find_header(request.headers, "Accept");
    accept = sent_accept == nullptr ? "" : *sent_accept;
    calls.push_back(request.method + " " + request.path + (request.query.empty() ? "" : "?" + request.query) +
                    (held == nullptr ? "" : " If-None-Match") +
                    (request.body.empty() ? "" : " " + std::string(request.body.reveal())));
    if (!next.empty()) {
      Answer scripted = next.front();
      next.pop_front();
      return scripted;
    }
    if (request.path == "/v3/auth/oidc") {
      return {200, fmt::format(R"({{"success":true,"token":"{}"{}}})", login(), token_life)};
    }
    const std::string* sent = net::find_header(request.headers, "Authorization");
    const std::string pair =
        sent != nullptr && sent->starts_with("Basic ") ? base64_decode(sent->substr(6)).value_or("") : "";
    const auto config = configs.find(pair.ends_with(':') ? pair.substr(0, pair.size() - 1) : "");
    if (config == configs.end()) return refused(401, "Invalid Auth token");
    if (request.path == "/v3/projects") return {200, R"({"projects":[],"success":true})"};
    if (request.path == "/v3/configs/config/secrets/download") return download(request, config->second);
    return refused(404, "no such path");
  }

  static Task<> serve(FakeDoppler& self, net::ServerRequest request, net::ServerResponse& response) {
    Answer answer = self.answer(request);
    self.statuses.push_back(answer.status);
    co_await response.respond(answer.status, std::move(answer.headers), SecretBytes(answer.body));
  }
};

}  // namespace rotor::test
