#include "generators/ntlm.hpp"

#include <algorithm>
#include <chrono>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <utf8proc.h>

#include "base/utf8.hpp"
#include "generators/md4.hpp"

namespace rotor::generators {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kSignature = "NTLMSSP\0"sv;

enum Flags : std::uint32_t {
  kUnicode = 0x1,
  kRequestTarget = 0x4,
  kNtlm = 0x200,
  kAlwaysSign = 0x8000,
  kExtendedSessionSecurity = 0x80000,
  kTargetInfo = 0x800000,
  k128Bits = 0x20000000,
  k56Bits = 0x80000000,
};
constexpr std::uint32_t kOurs =
    kUnicode | kRequestTarget | kNtlm | kAlwaysSign | kExtendedSessionSecurity | kTargetInfo | k128Bits | k56Bits;

constexpr std::uint16_t kTimestamp = 7;  // the id of a pair of the target info

template <class Out>
void put(Out& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

std::uint64_t take(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return value;
}

std::string_view text_of(const auto& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string hmac_md5(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, 16> out{};
  unsigned int size = out.size();
  HMAC(EVP_md5(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), out.data(), &size);
  return std::string(text_of(out));
}

enum class Letters : std::uint8_t { kAsTheyAre, kUpper };

// UTF-16, the lower byte first.
Result<SecretBytes> wide(std::string_view text, std::string_view what, Letters letters = Letters::kAsTheyAre) {
  SecretBytes out;
  while (!text.empty()) {
    const Rune rune = decode_rune(text);
    if (!rune.valid) return fail(Code::kInvalid, std::string(what) + " is no UTF-8");
    text.remove_prefix(rune.size);
    char32_t value = rune.value;
    if (letters == Letters::kUpper) value = static_cast<char32_t>(utf8proc_toupper(static_cast<std::int32_t>(value)));
    std::string units;
    if (value >= 0x10000) {
      put(units, 0xD800 + ((value - 0x10000) >> 10), 2);
      value = 0xDC00 + ((value - 0x10000) & 0x3FF);
    }
    put(units, value, 2);
    out.append(units);
  }
  return out;
}

struct Who {
  std::string_view domain, user;
};
Who who(std::string_view name) {
  const auto slash = name.find('\\');
  if (slash == std::string_view::npos) return {"", name};
  return {name.substr(0, slash), name.substr(slash + 1)};
}

// MS-NLMP 3.3.2: NTOWFv2.
Result<SecretBytes> response_key(const NtlmPerson& person) {
  const Who name = who(person.user.reveal());
  TRY(const SecretBytes password, wide(person.password.reveal(), "the password"));
  TRY(SecretBytes identity, wide(name.user, "the user name", Letters::kUpper));
  TRY(const SecretBytes domain, wide(name.domain, "the domain"));
  identity.append(domain.reveal());
  auto hash = md4(password.reveal());
  std::string key = hmac_md5(text_of(hash), identity.reveal());
  SecretBytes out{std::string_view(key)};
  wipe(hash.data(), hash.size());
  wipe(key.data(), key.size());
  return out;
}

// The server's own clock, where it tells: ours may be another.
std::uint64_t server_ticks(std::string_view target_info) {
  for (std::size_t at = 0; at + 4 <= target_info.size();) {
    const auto id = take(target_info, at, 2), size = take(target_info, at + 2, 2);
    if (id == 0 || at + 4 + size > target_info.size()) return 0;
    if (id == kTimestamp && size == 8) return take(target_info, at + 4, 8);
    at += 4 + size;
  }
  return 0;
}

// Fields of a message: its fixed part says how long each is and where behind it.
class Message {
 public:
  explicit Message(std::size_t fixed) : fixed_(fixed) {}
  void plain(std::uint64_t value, int bytes) { put(head_, value, bytes); }
  void text(std::string_view bytes) { head_ += bytes; }
  void field(std::string_view bytes) {
    put(head_, bytes.size(), 2);
    put(head_, bytes.size(), 2);
    put(head_, fixed_ + tail_.size(), 4);
    tail_.append(bytes);
  }
  SecretBytes whole() const {
    SecretBytes out{std::string_view(head_)};
    out.append(tail_.reveal());
    return out;
  }

 private:
  std::size_t fixed_;
  std::string head_;
  SecretBytes tail_;
};

}  // namespace

std::string ntlm_negotiate() {
  std::string out(kSignature);
  put(out, 1, 4);
  put(out, kOurs, 4);
  out.append(16, '\0');  // neither domain nor workstation
  return out;
}

Result<NtlmChallenge> read_ntlm_challenge(std::string_view message) {
  constexpr std::size_t kFixed = 48;
  const bool fits = message.size() >= kFixed && message.starts_with(kSignature) && take(message, 8, 4) == 2;
  if (!fits) return fail(Code::kInvalid, "the server's NTLM challenge cannot be read");
  NtlmChallenge out;
  out.flags = static_cast<std::uint32_t>(take(message, 20, 4));
  std::ranges::copy(message.substr(24, 8), out.nonce.begin());
  const auto size = take(message, 40, 2), at = take(message, 44, 4);
  if (at + size > message.size()) return fail(Code::kInvalid, "the server's NTLM challenge is cut off");
  out.target_info = message.substr(at, size);
  if ((out.flags & kUnicode) != 0 && !out.target_info.empty()) return out;
  return fail(Code::kInvalid, "the server speaks an NTLM before version 2, which Rotor does not");
}

std::uint64_t ntlm_ticks(WallTime now) {
  constexpr std::uint64_t kFrom1601 = 116'444'736'000'000'000;
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return kFrom1601 + static_cast<std::uint64_t>(since) * 10;
}

Result<SecretBytes> ntlm_authenticate(const NtlmChallenge& challenge, const NtlmPerson& person,
                                      const NtlmMoment& moment) {
  TRY(const SecretBytes key, response_key(person));
  const std::uint64_t told = server_ticks(challenge.target_info);
  std::string blob = "\1\1\0\0\0\0\0\0"s;
  put(blob, told != 0 ? told : moment.ticks, 8);
  blob += text_of(moment.nonce);
  blob.append(4, '\0');
  blob += challenge.target_info;
  blob.append(4, '\0');
  const std::string server(text_of(challenge.nonce)), client(text_of(moment.nonce));
  const std::string proof = hmac_md5(key.reveal(), server + blob) + blob;
  // A server that tells its time looks at the other answer alone.
  const std::string older = told != 0 ? std::string(24, '\0') : hmac_md5(key.reveal(), server + client) + client;
  const Who name = who(person.user.reveal());
  TRY(const SecretBytes domain, wide(name.domain, "the domain"));
  TRY(const SecretBytes user, wide(name.user, "the user name"));
  Message out(64);
  out.text(kSignature);
  out.plain(3, 4);
  out.field(older);
  out.field(proof);
  out.field(domain.reveal());
  out.field(user.reveal());
  out.field("");  // workstation
  out.field("");  // session key
  out.plain(challenge.flags & kOurs, 4);
  return out.whole();
}

}  // namespace rotor::generators
