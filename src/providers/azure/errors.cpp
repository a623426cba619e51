#include "providers/azure/errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "providers/azure/json_walk.hpp"
#include "providers/common/call.hpp"
#include "providers/common/message.hpp"

namespace rotor::providers::azure {
namespace {

// The way out, by the inner code of a vault's error or else its code.
struct VaultHint {
  std::string_view code;
  std::string_view hint;
};
constexpr std::array<VaultHint, 9> kVaultHints = {{
    {"SecretDisabled", "the secret is disabled in the vault: enable it there, or take it out of the manifest"},
    {"KeyDisabled", "the key is disabled in the vault: enable it there, or take it out of the manifest"},
    {"CertificateDisabled",
     "the certificate is disabled in the vault: enable it there, or take it out of the manifest"},
    {"ForbiddenByRbac",
     "give the store's identity a role on the vault: Key Vault Secrets User for secrets, Key Vault Reader for "
     "certificates and keys; a new assignment takes some minutes"},
    {"ForbiddenByPolicy", "give the store's identity an access policy in the vault: Get, and List for dataFrom.find"},
    {"AccessDenied", "give the store's identity an access policy in the vault: Get, and List for dataFrom.find"},
    {"ForbiddenByFirewall", "the vault's firewall does not let this network in"},
    {"ForbiddenByConnection", "the vault takes no connection from this network: a private endpoint may be missing"},
    {"ObjectIsDeletedButRecoverable", "it was deleted and can be recovered or purged in the vault"},
}};

// What a login error means, by the number after "AADSTS".
struct LoginMeaning {
  std::int64_t number;
  Code code;
  std::string_view hint;
};
constexpr std::string_view kNoFederation =
    "no federated credential of the application fits the ServiceAccount's token: compare issuer, subject "
    "(system:serviceaccount:NAMESPACE:NAME) and audience; a new one takes some minutes";
constexpr std::array<LoginMeaning, 13> kLoginMeanings = {{
    {7000215, Code::kUnauthenticated, "authSecretRef.clientSecret must hold the secret's value, not its ID"},
    {7000222, Code::kUnauthenticated,
     "make a new client secret and put it into the Secret of authSecretRef.clientSecret"},
    {700027, Code::kUnauthenticated,
     "the certificate of authSecretRef.clientCertificate must be one of the application's"},
    {700024, Code::kUnauthenticated, "the assertion is too old or from the future: compare this machine's clock"},
    {700016, Code::kInvalid, "the client ID belongs to no application of this tenant: compare client ID and tenant ID"},
    {90002, Code::kInvalid, "there is no such tenant: compare tenantId, and environmentType for the cloud it is in"},
    {900023, Code::kInvalid, "tenantId must be the ID of the tenant or one of its domains"},
    {70021, Code::kDenied, kNoFederation},
    {700211, Code::kDenied, kNoFederation},
    {700212, Code::kDenied, kNoFederation},
    {700213, Code::kDenied, kNoFederation},
    {50196, Code::kThrottled, ""},
    {90033, Code::kUnavailable, ""},
}};
constexpr std::int64_t kAssertionExpired = 700024;

constexpr std::size_t kMostRead = 4096;  // of a message; much less is shown

void cut_labelled(std::string& text, std::string_view label) {
  std::size_t from = 0;
  while (true) {
    const std::size_t at = ascii_lower(text).find(label, from);
    if (at == std::string::npos) return;
    std::size_t end = at + label.size();
    while (end < text.size() && text[end] == ' ') ++end;
    while (end < text.size() && text[end] != ' ' && text[end] != '\r' && text[end] != '\n') ++end;
    text.erase(at, end - at);
    from = at;
  }
}

// Entra's tail, in either of its orders, is nothing but such.
void cut_tail(std::string& text) {
  std::size_t first = std::string::npos;
  for (const std::string_view label : {"Trace ID:", "Correlation ID:", "Timestamp:"}) {
    first = std::min(first, text.find(label));
  }
  if (first != std::string::npos) text.erase(first);
}

// Codes are theirs, but they are words.
std::string as_word(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 100)) {
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (word) out += c;
  }
  return out;
}

std::string_view hint_for(const VaultError& error) {
  for (const std::string& code : {error.inner, error.code}) {
    const auto* found = std::ranges::find(kVaultHints, code, &VaultHint::code);
    if (found != kVaultHints.end()) return found->hint;
  }
  return {};
}

Code code_of(int status) {
  if (status == 408) return Code::kTimeout;
  if (status == 409) return Code::kConflict;
  return error_by_status("", status).code;
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += ": ";
    out += part;
  }
  return out;
}

struct LoginParts {
  std::string error;
  std::string description;
  std::vector<std::int64_t> numbers;
};

void read_numbers(json::Reader& reader, std::vector<std::int64_t>& numbers) {
  if (reader.peek() != json::Kind::kArray) {
    reader.read_raw();
    return;
  }
  reader.begin_array();
  while (reader.next_element()) {
    const std::string_view raw = reader.read_raw();
    std::int64_t number = 0;
    if (std::from_chars(raw.data(), raw.data() + raw.size(), number).ec == std::errc()) numbers.push_back(number);
  }
}

LoginParts read_login_parts(std::string_view body) {
  LoginParts parts;
  json::Reader reader(body, 16);
  each_member(reader, [&](const std::string& key) {
    if (key == "error")
      parts.error = as_word(text_or_skip(reader));
    else if (key == "error_description")
      parts.description = text_or_skip(reader);
    else if (key == "error_codes")
      read_numbers(reader, parts.numbers);
    else
      reader.read_raw();
  });
  constexpr std::string_view kMark = "AADSTS";
  if (parts.description.starts_with(kMark)) {
    std::int64_t number = 0;
    const char* end = parts.description.data() + parts.description.size();
    const auto read = std::from_chars(parts.description.data() + kMark.size(), end, number);
    if (read.ec == std::errc()) parts.numbers.insert(parts.numbers.begin(), number);
  }
  return parts;
}

Code login_code(const LoginParts& parts, int status) {
  if (parts.error == "temporarily_unavailable") return Code::kUnavailable;
  if (parts.error == "invalid_client" || parts.error == "invalid_grant") return Code::kUnauthenticated;
  if (parts.error == "unauthorized_client" || parts.error == "access_denied") return Code::kDenied;
  return code_of(status);
}

}  // namespace

std::string sanitize(std::string_view text) {
  text = text.substr(0, kMostRead);
  std::string out(text);
  cut_tail(out);
  for (const std::string_view label : {"request id:", "requestid:", "activityid:", "activity id:"}) {
    cut_labelled(out, label);
  }
  while (!out.empty() && std::string_view(" \r\n\t").contains(out.back())) out.pop_back();
  return fit_message(out);
}

VaultError read_vault_error(const net::Response& response) {
  VaultError error;
  json::Reader reader(response.body.reveal(), 16);
  each_member(reader, [&](const std::string& outer) {
    if (outer != "error") {
      reader.read_raw();
      return;
    }
    each_member(reader, [&](const std::string& key) {
      if (key == "code") {
        error.code = as_word(text_or_skip(reader));
      } else if (key == "message") {
        error.message = sanitize(text_or_skip(reader));
      } else if (key == "innererror") {
        each_member(reader, [&](const std::string& inner) {
          std::string value = text_or_skip(reader);
          if (inner == "code") error.inner = as_word(value);
        });
      } else {
        reader.read_raw();
      }
    });
  });
  if (!reader.finish()) return {};
  return error;
}

Error VaultError::to_error(std::string_view operation, int status) const {
  if (code.empty() || status / 100 == 3) return {code_of(status), error_by_status(operation, status).message};
  const std::string name = inner.empty() ? code : fmt::format("{} ({})", code, inner);
  std::string text = join({operation, name, message});
  if (const std::string_view hint = hint_for(*this); !hint.empty()) text += fmt::format(" — {}", hint);
  return {code_of(status), std::move(text)};
}

LoginError read_login_error(std::string_view operation, const net::Response& response) {
  const LoginParts parts = read_login_parts(response.body.reveal());
  if (parts.error.empty()) return {{code_of(response.status), error_by_status(operation, response.status).message}};
  LoginError out{{login_code(parts, response.status), join({operation, parts.error, sanitize(parts.description)})}};
  for (const LoginMeaning& meaning : kLoginMeanings) {
    if (std::ranges::find(parts.numbers, meaning.number) == parts.numbers.end()) continue;
    out.error.code = meaning.code;
    out.assertion_expired = meaning.number == kAssertionExpired;
    if (!meaning.hint.empty()) out.error.message += fmt::format(" — {}", meaning.hint);
    break;
  }
  return out;
}

}  // namespace rotor::providers::azure
