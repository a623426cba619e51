// Vault as far as these tests need it: answers by method, path and query, every login it gets checked, tokens with an
// end. The real server is driven by tests/stores/test_vault.py.
#pragma once

#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "net/server.hpp"
#include "providers/vault/provider.hpp"
#include "tests/providers/provider_rig.hpp"

namespace rotor::providers::vault {

using Names = std::vector<std::string>;

struct FakeVault {
  struct Answer {
    int status = 200;
    std::string body{};
    net::Headers headers{};
    bool dropped = false;
  };
  struct Seen {
    std::string line;  // "GET /v1/secret/data/app?version=1"
    std::string body;
    net::Headers headers;

    std::string header(std::string_view name) const {
      const std::string* value = net::find_header(headers, name);
      return value == nullptr ? "" : *value;
    }
  };

  std::map<std::string, Answer> answers{};      // by line
  std::map<std::string, std::string> logins{};  // path below /v1/auth/ → the one body it takes
  std::set<std::string> tokens{"root"};         // that the server knows
  std::deque<Answer> next{};                    // these first, whatever is asked
  std::vector<Seen> seen{};
  std::string lease = R"("lease_duration":3600,"renewable":false)";
  std::string renewed_lease{};  // set: renew-self answers with it
  int issued = 0;

  std::vector<std::string> lines() const {
    std::vector<std::string> list;
    for (const Seen& one : seen) list.push_back(one.line);
    return list;
  }
  int count(std::string_view part) const {
    int n = 0;
    for (const Seen& one : seen) n += one.line.contains(part) ? 1 : 0;
    return n;
  }

  void put(const std::string& line, std::string data) { answers[line] = {200, R"({"data":)" + data + "}"}; }
  void put_v2(const std::string& path, const std::string& document, int version = 1) {
    put("GET /v1/" + path,
        fmt::format(R"({{"data":{},"metadata":{{"deletion_time":"","destroyed":false,"version":{}}}}})", document,
                    version));
  }

  static Answer error(int status, std::string_view text) {
    return {status, fmt::format(R"({{"errors":["{}"]}})", text)};
  }

  Answer log_in(const std::string& path, const std::string& body) {
    const auto it = logins.find(path);
    if (it == logins.end()) return error(403, "permission denied");
    if (it->second != body) return error(400, "invalid credentials");
    const std::string token = fmt::format("hvs.{}", ++issued);
    tokens.insert(token);
    return {200, fmt::format(R"({{"auth":{{"client_token":"{}",{}}}}})", token, lease)};
  }

  Answer answer(const Seen& one) {
    if (!next.empty()) {
      Answer scripted = next.front();
      next.pop_front();
      return scripted;
    }
    static const std::string kLogin = "PUT /v1/auth/";
    const bool renews = one.line == "PUT /v1/auth/token/renew-self";
    if (one.line.starts_with(kLogin) && !renews) return log_in(one.line.substr(kLogin.size()), one.body);
    const std::string token = one.header("X-Vault-Token");
    if (!tokens.contains(token)) return error(403, "permission denied");
    if (renews) {
      if (renewed_lease.empty()) return error(400, "lease is not renewable");
      return {200, fmt::format(R"({{"auth":{{"client_token":"{}",{}}}}})", token, renewed_lease)};
    }
    const auto it = answers.find(one.line);
    return it == answers.end() ? Answer{404, R"({"errors":[]})"} : it->second;
  }

  static Task<> serve(FakeVault& self, net::ServerRequest request, net::ServerResponse& response) {
    std::string line = request.method + " " + request.path;
    if (!request.query.empty()) line += "?" + request.query;
    self.seen.push_back({std::move(line), std::string(request.body.reveal()), request.headers});
    Answer answer = self.answer(self.seen.back());
    if (answer.dropped) {
      response.drop();
      co_return;
    }
    net::Headers headers = std::move(answer.headers);
    headers.push_back({"Content-Type", "application/json"});
    co_await response.respond(answer.status, std::move(headers), SecretBytes(answer.body));
  }
};

class VaultFlow : public ProviderRig {
 protected:
  explicit VaultFlow(net::ServerConfig config = {})
      : ProviderRig(
            [this](net::ServerRequest r, net::ServerResponse& w) { return FakeVault::serve(vault_, std::move(r), w); },
            std::move(config)) {
    provider_ = make_provider(services());
    gate_.secrets = {{"team/vault/token", "root"},
                     {"team/vault/secret-id", "s-1"},
                     {"team/vault/password", "pw"},
                     {"team/vault/jwt", "a.b.c"},
                     {"team/vault/role-id", "r-2"}};
    vault_.put_v2("secret/data/app", R"({"user":"u","n":1.10,"db":{"host":"h"}})");
  }
  ~VaultFlow() override { stop(); }

  static constexpr const char* kToken = R"("auth":{"tokenSecretRef":{"name":"vault","key":"token"}})";
  static constexpr const char* kAppRole =
      R"("auth":{"appRole":{"roleId":"r-1","secretRef":{"name":"vault","key":"secret-id"}}})";
  static constexpr const char* kAppRoleBody = R"({"role_id":"r-1","secret_id":"s-1"})";

  std::string block(std::string_view more) const {
    return fmt::format(R"({{"server":"{}","path":"secret"{}{}}})", url(), more.empty() ? "" : ",", more);
  }
  StoreContext context(std::string_view more) { return ProviderRig::context(block(more)); }
  StoreContext cluster_context(std::string_view more, std::string consumer) {
    StoreContext c = context(more);
    c.store.kind = kClusterSecretStoreKind;
    c.store.ns.clear();
    c.consumer_ns = std::move(consumer);
    return c;
  }

  Result<std::unique_ptr<SecretsClient>> client(std::string_view more) { return client(context(more)); }
  Result<std::unique_ptr<SecretsClient>> client(StoreContext c) { return pump(provider_->make_client(std::move(c))); }
  Result<std::string> get(SecretsClient& from, RemoteRef ref) { return text_of(pump(from.get_secret(std::move(ref)))); }

  FakeVault vault_;
};

}  // namespace rotor::providers::vault
