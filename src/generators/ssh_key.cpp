#include "api/generators/ssh_key.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "generators/generator.hpp"
#include "generators/local.hpp"
#include "generators/openssh.hpp"

namespace rotor::generators {
namespace {

using api::gen::SshKeySpec;

constexpr std::int64_t kUsualBits = 2048;
constexpr std::int64_t kFewestBits = 1024;  // below that ssh takes no RSA key
constexpr std::int64_t kMostBits = 8192;    // a longer one would take minutes

const char* curve_of(std::int64_t bits) {
  if (bits == 384) return "P-384";
  return bits == 521 ? "P-521" : "P-256";
}

struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

// Asked again and again while primes are looked for: 0 ends the search.
int goes_on(EVP_PKEY_CTX* context) {
  return static_cast<const std::stop_token*>(EVP_PKEY_CTX_get_app_data(context))->stop_requested() ? 0 : 1;
}

Result<openssl::Key> new_rsa(std::int64_t bits, std::stop_token stop) {
  if (bits < kFewestBits || bits > kMostBits) {
    return fail(Code::kInvalid, fmt::format("unable to generate SSH key: spec.keySize {}: an RSA key has {} to {} bits",
                                            bits, kFewestBits, kMostBits));
  }
  const std::unique_ptr<EVP_PKEY_CTX, FreeContext> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits)) <= 0) {
    return openssl::Key();
  }
  EVP_PKEY_CTX_set_app_data(context.get(), &stop);
  EVP_PKEY_CTX_set_cb(context.get(), goes_on);
  EVP_PKEY* made = nullptr;
  const bool done = EVP_PKEY_generate(context.get(), &made) > 0;
  openssl::Key key(made);
  if (stop.stop_requested()) {
    ERR_clear_error();
    return fail(Code::kCancelled, "unable to generate SSH key: it was told to stop");
  }
  return done ? std::move(key) : openssl::Key();
}

Result<openssl::Key> new_key(const SshKeySpec& spec, std::stop_token stop) {
  const std::string& type = spec.key_type;
  if (type.empty() || type == "rsa") return new_rsa(spec.key_size.value_or(kUsualBits), std::move(stop));
  if (type == "ecdsa") {
    return openssl::Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_of(spec.key_size.value_or(256))));
  }
  if (type == "ed25519") return openssl::Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return fail(Code::kInvalid,
              fmt::format("unable to generate SSH key: unsupported key type: {}; set spec.keyType to rsa, ecdsa or "
                          "ed25519",
                          type));
}

// A line break in it would be a second line of an authorized_keys file.
Result<void> check_comment(std::string_view comment) {
  if (std::ranges::none_of(comment, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) return {};
  return fail(Code::kInvalid, "unable to generate SSH key: spec.comment holds a control character; write one line");
}

}  // namespace

Result<SecretMap> make_ssh_key(const json::Raw& raw, const Random& random, std::stop_token stop) {
  TRY(const SshKeySpec spec, read_spec<SshKeySpec>(raw));
  TRY_VOID(check_comment(spec.comment));
  TRY(const openssl::Key key, new_key(spec, std::move(stop)));
  if (key == nullptr) {
    ERR_clear_error();
    return fail(Code::kInternal, "unable to generate SSH key: the library gave none");
  }
  std::array<unsigned char, 4> drawn{};
  random(drawn);
  std::uint32_t check = 0;
  std::memcpy(&check, drawn.data(), sizeof check);
  OpensshPair pair = openssh_pair(key.get(), spec.comment, check);
  SecretMap values;
  values.emplace("privateKey", std::move(pair.private_key));
  values.emplace("publicKey", SecretBytes(pair.public_key));
  return values;
}

std::string remark_on_ssh_key(const json::Raw& raw) {
  const auto spec = read_spec<SshKeySpec>(raw);
  if (!spec || !spec->key_size) return {};
  if (spec->key_type == "ed25519") {
    return fmt::format("spec.keySize {} means nothing for ed25519, whose keys have one size: leave it out",
                       *spec->key_size);
  }
  constexpr std::array<std::int64_t, 3> kCurves = {256, 384, 521};
  if (spec->key_type != "ecdsa" || std::ranges::find(kCurves, *spec->key_size) != kCurves.end()) return {};
  return fmt::format("spec.keySize {} is taken for 256: an ecdsa key has 256, 384 or 521 bits", *spec->key_size);
}

}  // namespace rotor::generators
