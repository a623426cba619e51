#include "providers/onepassword/documents.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "providers/common/call.hpp"
#include "providers/common/message.hpp"

namespace rotor::providers::onepassword {

struct Refusal {
  std::int64_t status = 0;
  std::string message;
};

}  // namespace rotor::providers::onepassword

namespace rotor::json {

using namespace providers::onepassword;

ROTOR_DESCRIBED(providers::onepassword::Refusal);
ROTOR_DESCRIBE(Refusal, "Why not.", field<&Refusal::status>("status"), field<&Refusal::message>("message"));
ROTOR_DESCRIBE(Vault, "A vault.", field<&Vault::id>("id"), field<&Vault::name>("name"));
ROTOR_DESCRIBE(Summary, "An item in a list.", field<&Summary::id>("id"), field<&Summary::title>("title"),
               field<&Summary::tags>("tags"));
ROTOR_DESCRIBE(ItemField, "A field.", field<&ItemField::label>("label"), field<&ItemField::value>("value"));
ROTOR_DESCRIBE(ItemFile, "A file.", field<&ItemFile::id>("id"), field<&ItemFile::name>("name"),
               field<&ItemFile::size>("size"), field<&ItemFile::content_path>("content_path"),
               field<&ItemFile::content>("content"));
ROTOR_DESCRIBE(Item, "An item.", field<&Item::id>("id"), field<&Item::title>("title"),
               field<&Item::category>("category"), field<&Item::fields>("fields"), field<&Item::files>("files"),
               field<&Item::version>("version"));

}  // namespace rotor::json

namespace rotor::providers::onepassword {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 13> kPhrases{{{204, "No Content"},
                                                                     {302, "Found (a redirect, which is not followed)"},
                                                                     {304, "Not Modified, which nobody asked for"},
                                                                     {400, "Bad Request"},
                                                                     {401, "Unauthorized"},
                                                                     {403, "Forbidden"},
                                                                     {404, "Not Found"},
                                                                     {413, "Request Entity Too Large"},
                                                                     {429, "Too Many Requests"},
                                                                     {500, "Internal Server Error"},
                                                                     {502, "Bad Gateway"},
                                                                     {503, "Service Unavailable"},
                                                                     {504, "Gateway Timeout"}}};

std::string_view phrase(int status) {
  const auto row = std::ranges::find(kPhrases, status, &std::pair<int, std::string_view>::first);
  return row == kPhrases.end() ? "no success" : row->second;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Letters may be compared without their case by a server; what is no ASCII it may also normalise.
bool may_equal(std::string_view asked, std::string_view answered) {
  return !is_ascii(asked) || !is_ascii(answered) || ascii_lower(asked) == ascii_lower(answered);
}

}  // namespace

Error error_of(const net::Response& response) {
  Error error = error_by_status("Connect", response.status);
  const auto said = json::read<Refusal>(response.body.reveal());
  if (said && !said->message.empty()) {
    error.message =
        fmt::format("status {}: {}", said->status != 0 ? said->status : response.status, fit_message(said->message));
  } else {
    error.message = fmt::format("status {}: {}", response.status, phrase(response.status));
  }
  return error;
}

bool says_missing(const net::Response& response) {
  if (response.status != 404) return false;
  const auto said = json::read<Refusal>(response.body.reveal());
  return said && said->status == 404 && !said->message.empty();
}

template <class T>
Result<std::vector<T>> meant_by(std::string_view name, std::vector<T> found, std::string T::* named) {
  std::vector<T> exact;
  for (const T& one : found) {
    if (one.id.empty() || !may_equal(name, one.*named)) {
      return fail(Code::kUnavailable, "the Connect server answered something else than it was asked for");
    }
    if (one.*named == name) exact.push_back(one);
  }
  return exact.empty() ? std::move(found) : std::move(exact);
}

template Result<std::vector<Vault>> meant_by(std::string_view, std::vector<Vault>, std::string Vault::*);
template Result<std::vector<Summary>> meant_by(std::string_view, std::vector<Summary>, std::string Summary::*);

}  // namespace rotor::providers::onepassword
