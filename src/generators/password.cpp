#include "api/generators/password.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/base32.hpp"
#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "generators/generator.hpp"
#include "generators/local.hpp"

namespace rotor::generators {
namespace {

using api::gen::PasswordSpec;

// One character, which may be several bytes; a view into an alphabet, not into a password.
using Character = std::string_view;
using Characters = std::vector<Character, WipingAllocator<Character>>;

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSymbols = "~!@#$%^&*()_+`-={}|[]\\:\"<>?,./";
constexpr std::int64_t kUsualLength = 24;
constexpr std::int64_t kMost = 1 << 20;  // characters of all keys: a Secret holds no more bytes

struct Class {
  std::string_view name;
  std::string_view alphabet;
  std::int64_t count = 0;
};

struct Plan {
  std::vector<Class> classes;
  bool allow_repeat = false;
};

std::int64_t length_of(const PasswordSpec& spec) { return spec.length > 0 ? spec.length : kUsualLength; }

Result<std::int64_t> count_of(std::string_view field, const std::optional<std::int64_t>& wish, std::int64_t length) {
  if (!wish) return length / 4;
  if (*wish < 0) return fail(Code::kInvalid, fmt::format("spec.{} {}: must not be negative", field, *wish));
  return *wish;
}

Result<Plan> plan_of(const PasswordSpec& spec, std::string_view letters) {
  const std::int64_t length = length_of(spec);
  TRY(const std::int64_t digits, count_of("digits", spec.digits, length));
  TRY(const std::int64_t symbols, count_of("symbols", spec.symbols, length));
  if (digits > length || symbols > length - digits) {
    return fail(Code::kInvalid,
                fmt::format("number of digits and symbols must be less than total length: {} and {} of {}; correct "
                            "spec.digits, spec.symbols or spec.length",
                            digits, symbols, length));
  }
  const bool chosen = spec.symbol_characters && !spec.symbol_characters->empty();
  return Plan{{{"letters", letters, length - digits - symbols},
               {"digits", kDigits, digits},
               {"symbols", chosen ? std::string_view(*spec.symbol_characters) : kSymbols, symbols}},
              spec.allow_repeat};
}

Characters characters_of(std::string_view text) {
  Characters out;
  while (!text.empty()) {
    const std::size_t size = std::max<std::size_t>(decode_rune(text).size, 1);
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

// Those that are not there yet, each once.
Characters unused(const Characters& alphabet, const Characters& taken) {
  std::set<Character> seen(taken.begin(), taken.end());
  Characters out;
  for (const Character one : alphabet) {
    if (seen.insert(one).second) out.push_back(one);
  }
  return out;
}

Error too_few(const Class& wanted, std::size_t available) {
  return {Code::kInvalid,
          fmt::format("number of {0} exceeds available {0} and repeats are not allowed: {1} of {2}; set "
                      "spec.allowRepeat: true, or spec.digits and spec.symbols",
                      wanted.name, wanted.count, available)};
}

Result<void> draw(const Class& wanted, bool allow_repeat, const Random& random, Characters& out) {
  Characters pool = characters_of(wanted.alphabet);
  if (!allow_repeat) {
    pool = unused(pool, out);
    if (pool.size() < static_cast<std::size_t>(wanted.count)) return std::unexpected(too_few(wanted, pool.size()));
  }
  for (std::int64_t i = 0; i < wanted.count; ++i) {
    const std::size_t at = random_below(random, pool.size());
    out.push_back(pool[at]);
    if (allow_repeat) continue;
    pool[at] = pool.back();
    pool.pop_back();
  }
  return {};
}

// Fisher and Yates: every order is as likely as any other.
void shuffle(Characters& characters, const Random& random) {
  for (std::size_t left = characters.size(); left > 1; --left) {
    std::swap(characters[left - 1], characters[random_below(random, left)]);
  }
}

Result<SecretBytes> one_password(const Plan& plan, const Random& random) {
  Characters drawn;
  for (const Class& wanted : plan.classes) TRY_VOID(draw(wanted, plan.allow_repeat, random, drawn));
  shuffle(drawn, random);
  std::size_t bytes = 0;
  for (const Character one : drawn) bytes += one.size();
  SecretBytes out;
  out.reserve(bytes);
  for (const Character one : drawn) out.append(one);
  return out;
}

SecretBytes kept(std::string text) {
  SecretBytes out(text);
  wipe(text.data(), text.size());
  return out;
}

Result<SecretBytes> encoded(SecretBytes password, std::string_view encoding) {
  if (encoding.empty() || encoding == "raw") return password;
  if (encoding == "base64") return base64_encode_secret(password.reveal());
  if (encoding == "base64url") return kept(base64_encode(password.reveal(), Base64::kUrl));
  if (encoding == "base32") return kept(base32_encode(password.reveal()));
  if (encoding == "hex") return kept(hex_encode(password.reveal()));
  return fail(Code::kInvalid,
              fmt::format("spec.encoding \"{}\": must be raw, base64, base64url, base32 or hex", encoding));
}

Result<std::vector<std::string>> keys_of(const PasswordSpec& spec) {
  if (spec.secret_keys.empty()) return std::vector<std::string>{"password"};
  std::set<std::string_view> seen;
  for (const std::string& key : spec.secret_keys) {
    if (key.empty() || !seen.insert(key).second) {
      return fail(Code::kInvalid, "secretKeys must be non-empty and unique: correct spec.secretKeys");
    }
  }
  return spec.secret_keys;
}

}  // namespace

Result<SecretMap> make_password(const json::Raw& raw, const Random& random) {
  TRY(const PasswordSpec spec, read_spec<PasswordSpec>(raw));
  TRY(const std::vector<std::string> keys, keys_of(spec));
  if (length_of(spec) > kMost / static_cast<std::int64_t>(keys.size())) {
    return fail(Code::kInvalid, fmt::format("spec.length {}: a Secret holds {} bytes in all", spec.length, kMost));
  }
  std::string letters(kLower);
  if (!spec.no_upper) letters += kUpper;
  TRY(const Plan plan, plan_of(spec, letters));
  SecretMap values;
  for (const std::string& key : keys) {
    TRY(SecretBytes password, one_password(plan, random));
    TRY(SecretBytes text, encoded(std::move(password), spec.encoding));
    values.emplace(key, std::move(text));
  }
  return values;
}

std::string remark_on_password(const json::Raw& raw) {
  const auto spec = read_spec<PasswordSpec>(raw);
  if (!spec || spec->length > 0) return {};
  return fmt::format("spec.length {} is taken for {}: write how many characters you want", spec->length, kUsualLength);
}

}  // namespace rotor::generators
