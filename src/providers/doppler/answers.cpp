#include "providers/doppler/answers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "json/reader.hpp"
#include "providers/common/call.hpp"
#include "providers/common/message.hpp"

namespace rotor::providers::doppler {

struct Refusal {
  std::vector<std::string> messages;
};

}  // namespace rotor::providers::doppler

namespace rotor::json {

using namespace providers::doppler;

ROTOR_DESCRIBED(providers::doppler::Refusal);
ROTOR_DESCRIBE(Refusal, "Why not.", field<&Refusal::messages>("messages"));

}  // namespace rotor::json

namespace rotor::providers::doppler {
namespace {

bool is_json(const net::Response& response) {
  const std::string* type = net::find_header(response.headers, "Content-Type");
  return type != nullptr && ascii_lower(*type).starts_with("application/json");
}

}  // namespace

Error client_error(Code code, std::string what) { return Error{code, "Doppler API Client Error: " + std::move(what)}; }

std::string messages_of(const net::Response& response) {
  if (!is_json(response)) return {};
  const auto refusal = json::read<Refusal>(response.body.reveal());
  if (!refusal) return {};
  std::string text;
  for (const std::string& message : refusal->messages) {
    if (!text.empty()) text += '\n';
    text += fit_message(message);
  }
  return text;
}

Error error_of(const net::Response& response) {
  Error error = error_by_status("", response.status);
  std::string why = messages_of(response);
  if (why.empty()) {
    why = fmt::format(
        "unable to load response\n{} status code; {} bytes{}", response.status, response.body.size(),
        response.status / 100 == 3 ? "; it is a redirect or says that nothing is new, which nobody asked" : "");
  }
  error.message = fmt::format("Doppler API Client Error (HTTP {}): {}", response.status, why);
  return error;
}

Result<SecretMap> read_secrets(const SecretBytes& body) {
  json::Reader reader(body.reveal());
  SecretMap secrets;
  std::string name;
  reader.begin_object();
  while (reader.next_member(name)) {
    if (reader.peek() != json::Kind::kString && reader.peek() != json::Kind::kEnd) {
      return std::unexpected(
          client_error(Code::kUnavailable, fmt::format("the value of {} in the answer is {}, where Doppler has a text",
                                                       fit_message(name), to_string(reader.peek()))));
    }
    secrets.insert_or_assign(name, reader.read_secret());
  }
  if (const auto whole = reader.finish(); !whole) {
    return std::unexpected(
        client_error(Code::kUnavailable, "the answer is no JSON object of secrets: " + whole.error().message));
  }
  return secrets;
}

Result<void> check_file(const SecretBytes& body, std::string_view format) {
  if (body.empty()) return std::unexpected(client_error(Code::kUnavailable, "the answer is empty"));
  if (format != "json" && format != "dotnet-json") return {};
  if (json::validate(body.reveal()) && json::Reader(body.reveal()).peek() == json::Kind::kObject) return {};
  return std::unexpected(client_error(Code::kUnavailable, fmt::format("the answer is no JSON object, as the format {} "
                                                                      "has it",
                                                                      format)));
}

bool is_secret_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::ranges::all_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace rotor::providers::doppler
