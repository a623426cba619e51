// Google as far as these tests need it: token services, metadata server and Secret Manager on loopback. It checks what
// it is shown with code of its own, and takes only tokens that it has handed out, or that the service account's key
// signed.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "json/document.hpp"
#include "json/writer.hpp"
#include "net/server.hpp"
#include "providers/gcp/crc32c.hpp"
#include "tests/providers/routed_http.hpp"
#include "tests/providers/rsa_key.hpp"

namespace rotor::test {

inline constexpr const char* kEmail = "app@proj.iam.gserviceaccount.com";

struct FakeGoogle {
  struct Answer {
    int status = 200;
    std::string body{};
    net::Headers headers{{"Content-Type", "application/json"}};
    bool dropped = false;
  };
  struct Version {
    std::string data;
    std::string state = "ENABLED";
    std::string created = "2026-01-01T00:00:00Z";
  };
  struct Secret {
    std::vector<Version> versions{};
    std::string more{};  // members beside the name: `"labels":{…}`
  };

  std::map<std::string, Secret> secrets{};    // "projects/proj/secrets/NAME", as asked for and decoded
  std::map<std::string, Answer> elsewhere{};  // "GET http://169.254.169.254/path" → answer
  std::deque<Answer> next_api{};              // these first, whatever is asked of Secret Manager
  std::deque<Answer> next_login{};            // these first, whatever is asked of a token service
  std::vector<std::string> calls{};           // "GET /v1/…:access", "POST https://sts.googleapis.com/v1/token a=b"
  std::vector<std::string> api_hosts{};
  std::vector<std::string> quota_projects{};
  std::vector<std::string> bearers{};  // of the calls of Secret Manager
  std::vector<std::string> problems{};
  std::set<std::string> tokens{};
  int issued = 0;
  int page_size = 1000;
  std::string crc = "right";  // wrong, none, number
  int life = 3600;

  // Only the method and path, without the query.
  std::vector<std::string> paths() const {
    std::vector<std::string> list;
    for (const std::string& call : calls) list.push_back(call.substr(0, call.find('?')).substr(0, call.find(" {")));
    return list;
  }

  std::string issue() {
    const std::string token = "ya29." + std::to_string(++issued);
    tokens.insert(token);
    return token;
  }

  static std::string field(const std::string& form, const std::string& name) {
    const std::string mark = name + "=";
    std::size_t at = form.starts_with(mark) ? 0 : form.find("&" + mark);
    if (at == std::string::npos) return {};
    at = form.find('=', at) + 1;
    return *percent_decode(form.substr(at, form.find('&', at) - at));
  }

  // The claims of a JWT that the service account's key signed; empty when it is none.
  static std::string claims_of(const std::string& jwt) {
    const std::size_t dot = jwt.rfind('.');
    if (dot == std::string::npos || !RsaKey::shared().verify(jwt.substr(0, dot), jwt.substr(dot + 1))) return {};
    const std::size_t first = jwt.find('.');
    return *base64_decode(jwt.substr(first + 1, dot - first - 1), Base64::kRawUrl);
  }

  Answer token_answer() {
    return {200, fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer"}})", issue(), life)};
  }

  Answer login(const std::string& asked, const std::string& path, const std::string& body,
               const net::ServerRequest& request) {
    if (!next_login.empty()) {
      Answer answer = next_login.front();
      next_login.pop_front();
      return answer;
    }
    if (asked == "https://oauth2.googleapis.com") {
      if (field(body, "grant_type") == "refresh_token") return token_answer();
      const std::string claims = claims_of(field(body, "assertion"));
      if (!claims.contains(R"("aud":"https://oauth2.googleapis.com/token")")) problems.push_back("assertion " + claims);
      return token_answer();
    }
    if (asked == "https://iamcredentials.googleapis.com") {
      if (!authorized(request)) return {401, R"({"error":{"code":401,"status":"UNAUTHENTICATED","message":"no"}})"};
      return {200, fmt::format(R"({{"accessToken":"{}","expireTime":"2026-01-02T04:04:05Z"}})", issue())};
    }
    (void)path;
    return token_answer();
  }

  bool authorized(const net::ServerRequest& request) const {
    const std::string* header = net::find_header(request.headers, "Authorization");
    if (header == nullptr || !header->starts_with("Bearer ")) return false;
    const std::string token = header->substr(7);
    return tokens.contains(token) || claims_of(token).contains(R"("aud":"https://secretmanager.googleapis.com/")");
  }

  static Answer refusal(int status, const std::string& name, const std::string& message) {
    return {status,
            fmt::format(R"({{"error":{{"code":{},"message":{},"status":"{}"}}}})", status, json::quote(message), name)};
  }

  Answer access(const std::string& path) const {
    const std::size_t at = path.find("/versions/");
    const std::string name = path.substr(0, at);
    const std::string version = path.substr(at + 10, path.find(':', at) - at - 10);
    const auto found = secrets.find(name);
    const std::string shown = "projects/123/" + name.substr(name.find("secrets/"));
    if (found == secrets.end() || found->second.versions.empty()) {
      return refusal(404, "NOT_FOUND", "Secret [" + shown + "] not found or has no versions.");
    }
    const auto& versions = found->second.versions;
    std::size_t number = version == "latest" ? versions.size() : 0;
    if (version != "latest" && version.find_first_not_of("0123456789") == std::string::npos)
      number = std::stoul(version);
    if (version == "default") number = 1;  // an alias
    const std::string full = fmt::format("{}/versions/{}", shown, number);
    if (number == 0 || number > versions.size()) {
      return refusal(404, "NOT_FOUND", "Secret Version [" + full + "] not found.");
    }
    const Version& v = versions[number - 1];
    if (v.state != "ENABLED") {
      return refusal(400, "FAILED_PRECONDITION", "Secret Version [" + full + "] is in " + v.state + " state.");
    }
    std::string sum = fmt::format(R"(,"dataCrc32c":"{}")", providers::gcp::crc32c(v.data));
    if (crc == "wrong") sum = R"(,"dataCrc32c":"1")";
    if (crc == "number") sum = fmt::format(R"(,"dataCrc32c":{})", providers::gcp::crc32c(v.data));
    if (crc == "none") sum.clear();
    const std::string data = v.data.empty() ? "" : fmt::format(R"("data":"{}")", base64_encode(v.data));
    if (data.empty() && !sum.empty()) sum.erase(0, 1);
    return {200, fmt::format(R"({{"name":"{}","payload":{{{}{}}}}})", full, data, sum)};
  }

  // One page of `items`, newest first, from `pageToken` on.
  Answer page(const std::string& member, const std::vector<std::string>& items, const std::string& query) const {
    const std::string token = field(query, "pageToken");
    const std::size_t from = token.empty() ? 0 : std::stoul(token);
    std::string body = fmt::format(R"({{"{}":[)", member);
    std::size_t at = from;
    for (; at < items.size() && at < from + static_cast<std::size_t>(page_size); ++at) {
      body += (at > from ? "," : "") + items[at];
    }
    body += "]";
    if (at < items.size()) body += fmt::format(R"(,"nextPageToken":"{}")", at);
    return items.empty() ? Answer{200, "{}"} : Answer{200, body + fmt::format(R"(,"totalSize":{}}})", items.size())};
  }

  Answer versions_of(const std::string& name, const std::string& query) const {
    const auto found = secrets.find(name);
    if (found == secrets.end()) return refusal(404, "NOT_FOUND", "Secret [" + name + "] not found.");
    std::vector<std::string> items;
    const auto& versions = found->second.versions;
    for (std::size_t n = versions.size(); n-- > 0;) {
      if (versions[n].state != "ENABLED") continue;
      items.push_back(fmt::format(R"({{"name":"projects/123/{}/versions/{}","createTime":"{}","state":"ENABLED"}})",
                                  name.substr(name.find("secrets/")), n + 1, versions[n].created));
    }
    return page("versions", items, query);
  }

  static std::string document(const std::string& name, const Secret& secret) {
    return fmt::format(R"({{"name":"projects/123/{}"{}{}}})", name.substr(name.find("secrets/")),
                       secret.more.empty() ? "" : ",", secret.more);
  }

  Answer api(const net::ServerRequest& request) {
    if (const std::string* quota = net::find_header(request.headers, "X-Goog-User-Project")) {
      quota_projects.push_back(*quota);
    }
    if (const std::string* header = net::find_header(request.headers, "Authorization")) bearers.push_back(*header);
    if (!next_api.empty()) {
      Answer answer = next_api.front();
      next_api.pop_front();
      return answer;
    }
    if (!authorized(request)) {
      return refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
    }
    const std::string path = *percent_decode(request.path.substr(4));
    if (path.ends_with(":access")) return access(path);
    if (path.ends_with("/versions")) return versions_of(path.substr(0, path.size() - 9), request.query);
    if (path.ends_with("/secrets")) {
      std::vector<std::string> items;
      for (const auto& [name, secret] : secrets) {
        if (name.starts_with(path + "/")) items.push_back(document(name, secret));
      }
      return page("secrets", items, request.query);
    }
    const auto found = secrets.find(path);
    if (found == secrets.end()) return refusal(404, "NOT_FOUND", "Secret [" + path + "] not found.");
    return {200, document(path, found->second)};
  }

  Answer answer(const net::ServerRequest& request) {
    const std::string* header = net::find_header(request.headers, kAsked);
    const std::string asked = header == nullptr ? "" : *header;
    const std::string target = request.path + (request.query.empty() ? "" : "?" + request.query);
    const bool is_api = asked.empty() || asked.starts_with("https://secretmanager.");
    const std::string body(request.body.reveal());
    calls.push_back(request.method + " " + (is_api ? "" : asked) + target + (body.empty() ? "" : " " + body));
    if (is_api) {
      api_hosts.push_back(asked);
      return api(request);
    }
    const auto found = elsewhere.find(request.method + " " + asked + target);
    if (found != elsewhere.end()) return found->second;
    if (asked.starts_with("http://")) return {404, "", {}};
    return login(asked, request.path, body, request);
  }

  static Task<> serve(FakeGoogle& self, net::ServerRequest request, net::ServerResponse& response) {
    Answer answer = self.answer(request);
    if (answer.dropped) {
      response.drop();
      co_return;
    }
    co_await response.respond(answer.status, std::move(answer.headers), SecretBytes(answer.body));
  }
};

}  // namespace rotor::test
