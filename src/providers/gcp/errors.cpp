#include "providers/gcp/errors.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "json/reader.hpp"
#include "providers/common/call.hpp"
#include "providers/common/message.hpp"
#include "providers/gcp/advice.hpp"

namespace rotor::providers::gcp {
namespace {

constexpr std::size_t kLongestWord = 100;  // longer than any name Google gives; a token is longer

bool of_a_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '=' || c == '+';
}

// A token service may quote what it refused.
std::string without_tokens(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, of_a_token);
    const auto size = static_cast<std::size_t>(end - text.begin());
    out += size > kLongestWord ? std::string_view("…") : text.substr(0, size);
    if (size < text.size()) out += text[size];
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return out;
}

// `PERMISSION_DENIED`, `invalid_grant`.
std::string bare_status(std::string_view text) {
  const bool word = !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
  return word ? std::string(text) : std::string();
}

// The `reason` of an ErrorInfo among the details. https://google.aip.dev/193
void read_details(json::Reader& reader, GoogleError& error) {
  reader.begin_array();
  while (reader.next_element()) {
    if (reader.peek() != json::Kind::kObject) {
      reader.read_raw();
      continue;
    }
    reader.begin_object();
    std::string key;
    while (reader.next_member(key)) {
      if (key == "reason" && reader.peek() == json::Kind::kString) {
        error.reason = bare_status(reader.read_string());
      } else {
        reader.read_raw();
      }
    }
  }
}

void read_inner(json::Reader& reader, GoogleError& error) {
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const bool text = reader.peek() == json::Kind::kString;
    if (text && key == "status") {
      error.status = bare_status(reader.read_string());
    } else if (text && key == "message") {
      error.message = reader.read_string();
    } else if (key == "details" && reader.peek() == json::Kind::kArray) {
      read_details(reader, error);
    } else {
      reader.read_raw();
    }
  }
}

Code code_of(const GoogleError& error) {
  if (error.status == "invalid_grant" || error.status == "invalid_client") return Code::kUnauthenticated;
  return error.http == 409 ? Code::kConflict : error_by_status("", error.http).code;
}

}  // namespace

GoogleError read_error(const net::Response& response) {
  GoogleError error{.http = response.status};
  json::Reader reader(response.body.reveal(), 32);
  if (reader.peek() != json::Kind::kObject) return error;
  reader.begin_object();
  std::string key;
  while (reader.next_member(key)) {
    const json::Kind kind = reader.peek();
    if (key == "error" && kind == json::Kind::kObject) {
      read_inner(reader, error);
    } else if (key == "error" && kind == json::Kind::kString) {
      error.status = bare_status(reader.read_string());
    } else if (key == "error_description" && kind == json::Kind::kString) {
      error.message = reader.read_string();
    } else {
      reader.read_raw();
    }
  }
  if (!reader.finish()) return {.http = response.status};
  error.message = fit_message(without_tokens(error.message));
  return error;
}

bool GoogleError::says_absent() const {
  static constexpr std::array<std::string_view, 5> kOfSomethingElse = {"Project", "project", "Location", "location",
                                                                       "Method"};
  return http == 404 && status == "NOT_FOUND" &&
         std::ranges::none_of(kOfSomethingElse, [&](std::string_view word) { return message.starts_with(word); });
}

Error GoogleError::to_error(std::string_view call) const {
  if (status.empty()) return error_by_status(call, http);
  std::string text = message.empty() ? fmt::format("{}: {} (HTTP {})", call, status, http)
                                     : fmt::format("{}: {}: {}", call, status, message);
  if (const std::string_view what_to_do = advice(call, *this); !what_to_do.empty()) {
    text += fmt::format(" ({})", what_to_do);
  }
  return {code_of(*this), std::move(text)};
}

bool is_disabled_version(const Error& error) {
  return error.message.contains("FAILED_PRECONDITION") &&
         (error.message.contains("DISABLED state") || error.message.contains("DESTROYED state"));
}

}  // namespace rotor::providers::gcp
