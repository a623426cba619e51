#include "providers/vault/answer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "net/url.hpp"
#include "providers/common/message.hpp"

namespace rotor::providers::vault {
namespace {

constexpr std::size_t kMostTexts = 16;
constexpr std::size_t kMostBytes = 4000;  // of all error texts, about
constexpr std::string_view kUnknownToken = "permission denied";

std::vector<std::string> read_texts(json::Reader& reader) {
  std::vector<std::string> texts;
  reader.begin_array();
  while (reader.next_element()) {
    std::string text = "(not a text)";
    if (reader.peek() == json::Kind::kString) {
      text = reader.read_string();
    } else {
      reader.read_raw();
    }
    if (texts.size() < kMostTexts) texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<std::string_view> unless_null(std::string_view raw) {
  return raw == "null" ? std::nullopt : std::optional(raw);
}

void read_member(json::Reader& reader, std::string_view key, Envelope& envelope) {
  const bool list = reader.peek() == json::Kind::kArray;
  if (key == "data") {
    envelope.data = unless_null(reader.read_raw());
  } else if (key == "auth") {
    envelope.auth = unless_null(reader.read_raw());
  } else if (key == "errors" && list) {
    envelope.lists_errors = true;
    envelope.errors = read_texts(reader);
  } else if (key == "warnings" && list) {
    envelope.warnings = read_texts(reader);
  } else {
    reader.read_raw();
  }
}

// Go's JSON parser quotes the number it could not store: that is a value.
std::string without_numbers(std::string text) {
  static constexpr std::string_view kBefore = "cannot unmarshal number ";
  const std::size_t at = text.find(kBefore);
  if (at == std::string::npos) return text;
  const std::size_t from = at + kBefore.size();
  const std::size_t to = text.find("into", from);
  text.erase(from, (to == std::string::npos ? text.size() : to) - from);
  return text;
}

// Vault's own line breaks and tabs stay: people search for its texts as they know them.
std::string fit_text(std::string text) {
  text = without_numbers(std::move(text));
  std::string out;
  std::string_view rest = text;
  while (out.size() < kMostBytes) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.starts_with('\t')) {
      out += '\t';
      line.remove_prefix(1);
    }
    out += fit_message(line);
    if (end == std::string_view::npos) break;
    out += '\n';
    rest.remove_prefix(end + 1);
  }
  return out;
}

bool any_contains(const std::vector<std::string>& texts, std::string_view word) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text.contains(word); });
}

Code code_of(int status, const std::vector<std::string>& errors) {
  if (status == 401) return Code::kUnauthenticated;
  if (status == 403) {
    const bool unknown = errors.size() == 1 && errors[0] == kUnknownToken;
    return unknown ? Code::kUnauthenticated : Code::kDenied;
  }
  if (status == 429) return Code::kThrottled;
  if (status == 412) return Code::kUnavailable;  // a standby that has not yet got what we have seen
  // What is stored cannot be served: asking again changes nothing.
  const bool for_good = status == 501 || any_contains(errors, "json: cannot unmarshal");
  return status >= 500 && !for_good ? Code::kUnavailable : Code::kInvalid;
}

Error redirect(std::string_view method, std::string_view url, const net::Response& response,
               const std::string& location) {
  const auto target = net::parse_url(location);
  const std::string where = target ? fmt::format(" to {}", fit_message(target->origin())) : std::string();
  return {Code::kInvalid,
          fmt::format("{} {}: HTTP {}: the server redirects{}, and a token is sent to no other server than the one the "
                      "store names: put the address that answers (of the active server, or of a load balancer) into "
                      "spec.provider.vault.server",
                      method, url, response.status, where)};
}

// The way out, where the status alone does not show it.
std::string_view hint(Code code, int status, const std::vector<std::string>& errors) {
  if (status == 403 && code == Code::kUnauthenticated) {
    return "(Vault does not know this token: it has expired, was revoked or is used up; or no auth method is mounted "
           "at this path, or the user is locked)";
  }
  if (status == 403) return "(no policy of this token allows it, or spec.provider.vault.path or version is wrong)";
  if (any_contains(errors, "no handler for route")) {
    return "(nothing is mounted there: compare spec.provider.vault.path with `vault secrets list`)";
  }
  if (any_contains(errors, "forwarding") && status == 400) {
    return "(forwardInconsistent needs allow_forwarding_via_header in the server's replication block)";
  }
  return {};
}

}  // namespace

bool Envelope::warns_of_versions() const { return any_contains(warnings, "Invalid path for a versioned K/V"); }

std::optional<Envelope> read_envelope(const SecretBytes& body) {
  json::Reader reader(body.reveal());
  if (reader.peek() != json::Kind::kObject) return std::nullopt;
  Envelope envelope;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) read_member(reader, key, envelope);
  if (!reader.finish()) return std::nullopt;
  return envelope;
}

std::optional<std::string_view> member_of(std::string_view object, std::string_view name) {
  json::Reader reader(object);
  if (reader.peek() != json::Kind::kObject) return std::nullopt;
  std::optional<std::string_view> found;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const std::string_view raw = reader.read_raw();
    if (key == name) found = raw;
  }
  return found;
}

std::string text_member(std::string_view object, std::string_view name) {
  const auto raw = member_of(object, name);
  if (!raw) return {};
  json::Reader reader(*raw);
  return reader.peek() == json::Kind::kString ? reader.read_string() : std::string();
}

Error refusal(std::string_view method, std::string_view url, const net::Response& response) {
  const std::string* location = net::find_header(response.headers, "Location");
  if (response.status / 100 == 3 && location != nullptr) return redirect(method, url, response, *location);
  std::string text = "Error making API request.\n\n";
  const std::string* ns = net::find_header(response.headers, "X-Vault-Namespace");
  if (ns != nullptr && !ns->empty() && *ns != "root/") text += fmt::format("Namespace: {}\n", fit_message(*ns));
  text += fmt::format("URL: {} {}\nCode: {}. ", method, url, response.status);
  const std::optional<Envelope> envelope = read_envelope(response.body);
  if (!envelope) {
    text += fmt::format("Raw Message:\n\n* {} bytes that are no JSON object: is something else than Vault answering?",
                        response.body.size());
    return {code_of(response.status, {}), std::move(text)};
  }
  text += "Errors:\n\n";
  for (const std::string& error : envelope->errors) {
    if (text.size() < kMostBytes) text += "* " + fit_text(error);
  }
  if (envelope->errors.empty()) text += "* the server gave no reason";
  const Code code = code_of(response.status, envelope->errors);
  if (const std::string_view way_out = hint(code, response.status, envelope->errors); !way_out.empty()) {
    if (!text.ends_with('\n')) text += '\n';
    text += way_out;
  }
  return {code, std::move(text)};
}

bool names_a_lease(const SecretBytes& body) {
  static constexpr std::string_view kName = "\"lease_id\"";
  static constexpr std::string_view kBetween = " \t\r\n:";
  std::string_view text = body.reveal();
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName)) {
    text.remove_prefix(at + kName.size());
    text.remove_prefix(std::min(text.find_first_not_of(kBetween), text.size()));
    if (text.starts_with('"') && !text.starts_with("\"\"")) return true;
  }
  return false;
}

}  // namespace rotor::providers::vault
