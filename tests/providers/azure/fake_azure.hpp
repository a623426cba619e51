// Azure as far as these tests need it, in the process: Entra ID, the metadata service and key vaults under their real
// names. A vault takes a token only when it was issued for the vault's own cloud, and says so with its challenge.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "net/url.hpp"
#include "providers/services.hpp"

namespace rotor::test {

class FakeAzure final : public net::HttpClient {
 public:
  struct Answer {
    int status = 200;
    std::string body{};
    net::Headers headers{};
    bool silent = false;  // no answer at all
  };

  // "https://team.vault.azure.net/secrets/app/" → the body of its 200. What is not here is not found.
  std::map<std::string, std::string> objects{};
  std::string tenant = "11111111-2222-3333-4444-555555555555";  // of the vaults
  std::string lifetime = R"("expires_in":3599)";                // in every token answer
  // These first, whatever is asked of that party.
  std::deque<Answer> next_login{};
  std::deque<Answer> next_machine{};
  std::deque<Answer> next_vault{};

  std::vector<std::string> calls{};   // "POST https://login…", "GET https://team.vault…"
  std::vector<std::string> logins{};  // the forms, as sent
  std::vector<net::Request> requests{};
  std::map<std::string, std::string> tokens{};  // token → what it is for

  int count(std::string_view part) const {
    int n = 0;
    for (const std::string& call : calls) n += call.contains(part) ? 1 : 0;
    return n;
  }

  static std::string field(const std::string& form, const std::string& name) {
    const std::string text = "&" + form + "&";
    const std::size_t at = text.find("&" + name + "=");
    if (at == std::string::npos) return "";
    const std::size_t from = at + name.size() + 2;
    return percent_decode(text.substr(from, text.find('&', from) - from)).value_or("?");
  }

  Task<Result<net::Response>> send(net::Request request, net::CallOptions) override {
    requests.push_back(request);
    calls.push_back(request.method + " " + request.url);
    const auto parsed = net::parse_url(request.url);
    if (!parsed) co_return std::unexpected(parsed.error());
    const net::Url url = *parsed;
    Answer answer = url.host.starts_with("login.")                        ? login(request)
                    : url.target.starts_with("/metadata/identity/oauth2") ? machine(url)
                                                                          : vault(request, url);
    if (answer.silent) co_return fail(Code::kUnavailable, "connection refused");
    co_return net::Response{answer.status, answer.headers, SecretBytes(answer.body)};
  }
  Task<Result<net::StreamResponse>> open(net::Request, net::CallOptions) override {
    co_return fail(Code::kInternal, "nobody streams here");
  }

  // With the name and version in it that a real answer has.
  static std::string secret(const std::string& name, const std::string& value_json, const std::string& more = "") {
    return R"({"value":)" + value_json + R"(,"id":"https://team.vault.azure.net/secrets/)" + name +
           R"(/0123456789abcdef0123456789abcdef","attributes":{"enabled":true})" + (more.empty() ? "" : "," + more) +
           "}";
  }
  void keep(const std::string& name, const std::string& value_json, const std::string& more = "") {
    objects["https://team.vault.azure.net/secrets/" + name + "/"] = secret(name, value_json, more);
  }

 private:
  static bool take(std::deque<Answer>& from, Answer& answer) {
    if (from.empty()) return false;
    answer = from.front();
    from.pop_front();
    return true;
  }

  Answer issue(const std::string& resource) {
    const std::string token = "token-" + std::to_string(tokens.size() + 1);
    tokens[token] = resource;
    return {200, R"({"token_type":"Bearer",)" + lifetime + R"(,"access_token":")" + token + "\"}"};
  }

  Answer login(const net::Request& request) {
    const std::string form(request.body.reveal());
    logins.push_back(form);
    Answer answer;
    if (take(next_login, answer)) return answer;
    std::string scope = field(form, "scope");
    return issue(scope.substr(0, scope.rfind("/.default")));
  }

  Answer machine(const net::Url& url) {
    Answer answer;
    if (take(next_machine, answer)) return answer;
    return issue(field(url.target.substr(url.target.find('?') + 1), "resource"));
  }

  Answer vault(const net::Request& request, const net::Url& url) {
    Answer answer;
    if (take(next_vault, answer)) return answer;
    const std::string* authorization = net::find_header(request.headers, "Authorization");
    const auto token = authorization == nullptr ? tokens.end() : tokens.find(authorization->substr(7));
    const std::string resource = "https://" + url.host.substr(url.host.find('.') + 1);
    if (token == tokens.end() || token->second != resource) {
      return {401,
              R"({"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}})",
              {{"WWW-Authenticate",
                "Bearer authorization=\"https://login.windows.net/" + tenant + "\", resource=\"" + resource + "\""}}};
    }
    const auto found = objects.find(request.url.substr(0, request.url.find("?api-version=7.4")));
    if (found != objects.end()) return {200, found->second};
    const std::string kind = url.target.starts_with("/keys/")           ? "Key"
                             : url.target.starts_with("/certificates/") ? "Certificate"
                                                                        : "Secret";
    return {404, R"({"error":{"code":")" + kind + R"(NotFound","message":"not found in this key vault"}})"};
  }
};

// One fake behind every TLS configuration.
class FakeAzureClients final : public providers::HttpClients {
 public:
  explicit FakeAzureClients(std::shared_ptr<FakeAzure> fake) : fake_(std::move(fake)) {}
  Result<std::shared_ptr<net::HttpClient>> get(net::TlsConfig, net::Reach) override { return fake_; }

 private:
  std::shared_ptr<FakeAzure> fake_;
};

}  // namespace rotor::test
