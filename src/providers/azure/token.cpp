#include "providers/azure/token.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "json/reader.hpp"

namespace rotor::providers::azure {
namespace {

using std::chrono::seconds;

constexpr seconds kLongLife = std::chrono::hours(2);
constexpr std::int64_t kMostSeconds = 400LL * 86'400;  // of a life: a longer one is a mistake of the other side

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 3599 or "3599".
std::optional<std::int64_t> read_number(json::Reader& reader) {
  if (reader.peek() == json::Kind::kNumber) return whole_number(reader.read_number());
  if (reader.peek() == json::Kind::kString) return whole_number(reader.read_string());
  reader.read_raw();
  return std::nullopt;
}

struct Answer {
  SecretBytes token;
  std::string type;
  std::optional<std::int64_t> expires_in;
  std::optional<std::int64_t> expires_on;
  std::optional<std::int64_t> refresh_in;
};

Result<Answer> read_answer(const SecretBytes& body) {
  json::Reader reader(body.reveal(), 16);
  Answer answer;
  std::string key;
  reader.begin_object();
  while (reader.next_member(key)) {
    const bool text = reader.peek() == json::Kind::kString;
    if (key == "access_token" && text)
      answer.token = reader.read_secret();
    else if (key == "token_type" && text)
      answer.type = reader.read_string();
    else if (key == "expires_in")
      answer.expires_in = read_number(reader);
    else if (key == "expires_on")
      answer.expires_on = read_number(reader);
    else if (key == "refresh_in")
      answer.refresh_in = read_number(reader);
    else
      reader.read_raw();
  }
  TRY_VOID(reader.finish());
  return answer;
}

// It becomes part of a header.
bool is_header_text(const SecretBytes& token) {
  return std::ranges::all_of(token.reveal(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

bool plausible(const std::optional<std::int64_t>& life) { return life && *life > 0 && *life <= kMostSeconds; }

}  // namespace

Result<Token> read_token(std::string_view what, const SecretBytes& body, WallTime now) {
  const auto wrong = [&](std::string_view why) {
    return fail(Code::kUnavailable, fmt::format("{}: the answer {}", what, why));
  };
  auto answer = read_answer(body);
  if (!answer) return wrong("is not a JSON object");
  if (answer->token.empty() || !is_header_text(answer->token)) return wrong("holds no token");
  if (!answer->type.empty() && ascii_lower(answer->type) != "bearer")
    return wrong("holds a token that is no Bearer token");
  if (!answer->expires_in && answer->expires_on) {
    const auto seconds_now = std::chrono::floor<seconds>(now.time_since_epoch()).count();
    if (*answer->expires_on > seconds_now) answer->expires_in = *answer->expires_on - seconds_now;
  }
  if (!plausible(answer->expires_in)) return wrong("does not say until when its token is good");
  const seconds life(*answer->expires_in);
  Token token{std::move(answer->token), now + life, {}, now};
  if (plausible(answer->refresh_in)) {
    token.refresh = now + seconds(*answer->refresh_in);
  } else if (life >= kLongLife) {
    token.refresh = now + life / 2;
  }
  return token;
}

}  // namespace rotor::providers::azure
