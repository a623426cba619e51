// AWS as far as these tests need it: STS, Secrets Manager and Parameter Store on loopback, with a signature check of
// its own (written from the algorithm's description, sharing no code with src/providers/aws).
#pragma once

#include <deque>
#include <map>
#include <set>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <openssl/hmac.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/line.hpp"
#include "json/reader.hpp"
#include "net/server.hpp"
#include "providers/provider.hpp"

namespace rotor::test {

struct FakeAws {
  struct Answer {
    int status;
    std::string body;
    net::Headers headers{};
  };

  std::map<std::string, std::string> keys{{"AKIASTATIC", "static-secret"}};  // access key id → secret
  std::map<std::string, std::string> tokens{};                               // access key id → session token
  std::map<std::string, std::string> secrets{};                              // id → members of the answer, JSON
  std::map<std::string, std::string> parameters{};                           // name[:version] → members, JSON
  std::map<std::string, Answer> refused{};                 // id or name[:version] → what a call for it alone is told
  std::map<std::string, std::deque<std::string>> pages{};  // operation → the bodies of its answers, in this order
  std::map<std::string, Answer> always{};                  // operation → its answer
  std::map<std::string, Answer> machine{};                 // what the machine itself serves: "GET /path" → answer
  std::deque<Answer> next{};                               // these first, whatever is asked
  std::vector<std::string> calls{};                        // "GetSecretValue {body}", "AssumeRole a=b&c=d"
  std::vector<std::string> signers{};                      // "AKIASTATIC GetSecretValue", with a good signature
  std::string root = "/";                                  // AWS's own calls go there
  std::vector<std::string> problems{};
  int sessions = 0;
  bool holds = false;  // calls that come now are not answered before release()
  Line::Ptr released = std::make_shared<Line>();
  std::string expiration = "2026-01-02T04:04:05Z";

  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const std::string& call : calls) list.push_back(call.substr(0, call.find(' ')));
    return list;
  }

  void release() {
    holds = false;
    released->wake_all();
  }

  static std::string hmac(const std::string& key, const std::string& text) {
    unsigned char out[32];
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), out, &size);
    return {reinterpret_cast<char*>(out), size};
  }

  static std::string part(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name + "=");
    if (at == std::string::npos) return {};
    const std::size_t from = at + name.size() + 1;
    return text.substr(from, text.find_first_of(", ", from) - from);
  }

  // Empty: the signature is good.
  std::string check_signature(const net::ServerRequest& request) const {
    const std::string* header = net::find_header(request.headers, "Authorization");
    const std::string* date = net::find_header(request.headers, "X-Amz-Date");
    if (header == nullptr || date == nullptr) return "not signed";
    const std::string credential = part(*header, "Credential");
    const std::string names = part(*header, "SignedHeaders");
    std::vector<std::string> scope;
    std::istringstream slices(credential);
    for (std::string slice; std::getline(slices, slice, '/');) scope.push_back(slice);
    if (scope.size() != 5 || !keys.contains(scope[0])) return "unknown key";
    const auto token = tokens.find(scope[0]);
    const std::string* sent_token = net::find_header(request.headers, "X-Amz-Security-Token");
    if (token != tokens.end() && (sent_token == nullptr || *sent_token != token->second)) return "wrong session token";
    if (token != tokens.end() && !names.contains("x-amz-security-token")) return "session token is not signed";
    std::string canonical = request.method + "\n" + request.path + "\n" + request.query + "\n";
    std::istringstream list(names);
    for (std::string name; std::getline(list, name, ';');) {
      const std::string* value = net::find_header(request.headers, name);
      if (value == nullptr) return "signed header is missing: " + name;
      canonical += name + ":" + *value + "\n";
    }
    canonical += "\n" + names + "\n" + hex_encode(sha256(request.body.reveal()));
    const std::string scope_text = credential.substr(credential.find('/') + 1);
    const std::string to_sign = "AWS4-HMAC-SHA256\n" + *date + "\n" + scope_text + "\n" + hex_encode(sha256(canonical));
    const std::string key = hmac(hmac(hmac(hmac("AWS4" + keys.at(scope[0]), scope[1]), scope[2]), scope[3]), scope[4]);
    return hex_encode(hmac(key, to_sign)) == part(*header, "Signature") ? "" : "wrong signature";
  }

  Answer session_answer(const std::string& action) {
    const std::string n = std::to_string(++sessions);
    keys["ASIA" + n] = "secret+/" + n;
    tokens["ASIA" + n] = "token&" + n;
    return {200, "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action +
                     "Result><Credentials><AccessKeyId>ASIA" + n + "</AccessKeyId><SecretAccessKey>secret+/" + n +
                     "</SecretAccessKey><SessionToken>token&amp;" + n + "</SessionToken><Expiration>" + expiration +
                     "</Expiration></Credentials></" + action + "Result></" + action + "Response>"};
  }

  // The container and instance endpoints: the call is noted with the credential it carried.
  Answer machine_answer(const net::ServerRequest& request) {
    std::string call = request.method + " " + request.path;
    const auto found = machine.find(call);
    for (const char* name : {"Authorization", "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"}) {
      if (const std::string* value = net::find_header(request.headers, name)) call += " " + *value;
    }
    calls.push_back(std::move(call));
    return found == machine.end() ? Answer{404, ""} : found->second;
  }

  Answer answer(const net::ServerRequest& request) {
    if (request.path != root && request.path != "/") return machine_answer(request);
    const std::string body(request.body.reveal());
    const std::string* target = net::find_header(request.headers, "X-Amz-Target");
    std::string operation = "AssumeRole";
    if (target != nullptr)
      operation = target->substr(target->find('.') + 1);
    else if (body.contains("Action=AssumeRoleWithWebIdentity"))
      operation = "AssumeRoleWithWebIdentity";
    calls.push_back(operation + " " + body);
    const bool unsigned_call = operation == "AssumeRoleWithWebIdentity";
    const std::string problem = unsigned_call ? "" : check_signature(request);
    if (!problem.empty()) problems.push_back(operation + ": " + problem);
    if (problem.empty() && !unsigned_call) {
      const std::string credential = part(*net::find_header(request.headers, "Authorization"), "Credential");
      signers.push_back(credential.substr(0, credential.find('/')) + " " + operation);
    }
    if (unsigned_call && net::find_header(request.headers, "Authorization") != nullptr) problems.push_back("signed");
    if (!next.empty()) {
      Answer scripted = next.front();
      next.pop_front();
      return scripted;
    }
    if (target == nullptr) return session_answer(operation);
    if (const auto found = always.find(operation); found != always.end()) return found->second;
    if (const auto found = pages.find(operation); found != pages.end()) return next_page(operation, found->second);
    return stored_answer(operation, body);
  }

  Answer next_page(const std::string& operation, std::deque<std::string>& left) {
    if (left.empty()) {
      problems.push_back(operation + ": one call too many");
      return {500, ""};
    }
    Answer answer{200, left.front()};
    left.pop_front();
    return answer;
  }

  // The string member of that name, or the strings of the list.
  static std::vector<std::string> texts(const std::string& body, std::string_view member) {
    std::vector<std::string> found;
    json::Reader reader(body);
    std::string name;
    reader.begin_object();
    while (reader.next_member(name)) {
      if (name != member) {
        reader.read_raw();
      } else if (reader.peek() == json::Kind::kString) {
        found.push_back(reader.read_string());
      } else {
        reader.begin_array();
        while (reader.next_element()) found.push_back(reader.read_string());
      }
    }
    return found;
  }
  static std::string text(const std::string& body, std::string_view member) {
    const auto found = texts(body, member);
    return found.empty() ? std::string() : found.front();
  }
  static void add(std::string& list, const std::string& item) { list += (list.empty() ? "" : ",") + item; }

  // As AWS: so many, each once.
  std::vector<std::string> batch(const std::string& body, std::string_view member, std::size_t most) {
    std::vector<std::string> names = texts(body, member);
    const std::set<std::string> once(names.begin(), names.end());
    if (names.size() > most || once.size() < names.size()) problems.push_back("a batch of " + body);
    return names;
  }

  // `NAME:7` is answered as NAME, with a selector.
  static std::string bare_name(const std::string& name) {
    return name.starts_with("arn:") ? name : name.substr(0, name.find(':'));
  }

  Answer parameters_answer(const std::string& body) {
    std::string good;
    std::string bad;
    for (const std::string& name : batch(body, "Names", 10)) {
      const auto found = parameters.find(name);
      const bool known = found != parameters.end() && !refused.contains(name);
      add(known ? good : bad,
          known ? R"({"Name":")" + bare_name(name) + "\"," + found->second + "}" : '"' + name + '"');
    }
    return {200, R"({"Parameters":[)" + good + R"(],"InvalidParameters":[)" + bad + "]}"};
  }

  // An item of Errors says the same as the answer of a call.
  static std::string item_error(const std::string& id, const std::string& answer) {
    return R"({"SecretId":")" + id + R"(","ErrorCode":")" + text(answer, "__type") + R"(","Message":")" +
           text(answer, "Message") + "\"}";
  }

  Answer secrets_answer(const std::string& body) {
    std::string good;
    std::string bad;
    for (const std::string& id : batch(body, "SecretIdList", 20)) {
      const auto found = secrets.find(id);
      const auto refusal = refused.find(id);
      const std::string_view called = id.starts_with("arn:") ? "ARN" : "Name";
      if (refusal != refused.end()) {
        add(bad, item_error(id, refusal->second.body));
      } else if (found == secrets.end()) {
        add(bad, item_error(id, R"({"__type":"ResourceNotFoundException","Message":"no"})"));
      } else {
        add(good, "{\"" + std::string(called) + "\":\"" + id + "\"," + found->second + "}");
      }
    }
    return {200, R"({"SecretValues":[)" + good + R"(],"Errors":[)" + bad + "]}"};
  }

  Answer stored_answer(const std::string& operation, const std::string& body) {
    if (operation == "GetParameters") return parameters_answer(body);
    if (operation == "BatchGetSecretValue") return secrets_answer(body);
    const bool parameter = operation == "GetParameter";
    const std::string id = text(body, parameter ? "Name" : "SecretId");
    if (const auto refusal = refused.find(id); refusal != refused.end()) return refusal->second;
    if (parameter) {
      const auto found = parameters.find(id);
      if (found == parameters.end()) return {400, R"({"__type":"ParameterNotFound"})"};
      return {200, R"({"Parameter":{"Type":"String",)" + found->second + "}}"};
    }
    const auto found = secrets.find(id);
    if (found == secrets.end()) return {400, R"({"__type":"ResourceNotFoundException","Message":"can't find it"})"};
    return {200, "{\"ARN\":\"arn\",\"CreatedDate\":1795341732.1," + found->second + "}"};
  }

  static Task<> serve(FakeAws& self, net::ServerRequest request, net::ServerResponse& response) {
    Answer answer = self.answer(request);
    if (self.holds) co_await Line::wait(self.released);
    co_await response.respond(answer.status, std::move(answer.headers), SecretBytes(answer.body));
  }
};

}  // namespace rotor::test
