#include "api/generators/ssh_key.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>
#include <openssl/err.h>

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

Result<openssl::Key> new_rsa(std::int64_t bits) {
  if (bits < kFewestBits || bits > kMostBits) {
    return fail(Code::kInvalid, fmt::format("unable to generate SSH key: spec.keySize {}: an RSA key has {} to {} bits",
                                            bits, kFewestBits, kMostBits));
  }
  return openssl::Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<std::size_t>(bits)));
}

Result<openssl::Key> new_key(const SshKeySpec& spec) {
  const std::string& type = spec.key_type;
  if (type.empty() || type == "rsa") return new_rsa(spec.key_size.value_or(kUsualBits));
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

Result<SecretMap> make_ssh_key(const json::Raw& raw, const Random& random) {
  TRY(const SshKeySpec spec, read_spec<SshKeySpec>(raw));
  TRY_VOID(check_comment(spec.comment));
  TRY(const openssl::Key key, new_key(spec));
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

}  // namespace rotor::generators
