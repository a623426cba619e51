#include "generators/openssh.hpp"

#include <array>
#include <new>

#include <openssl/core_names.h>

#include "base/encoding.hpp"

namespace rotor::generators {
namespace {

constexpr std::size_t kBlock = 8;  // what the private part of an unencrypted key is padded to
constexpr std::size_t kLine = 70;  // as ssh-keygen breaks its lines
constexpr std::string_view kMagic{"openssh-key-v1\0", 15};

void require(bool good) {
  if (!good) throw std::bad_alloc();
}

// The wire format: numbers and length-prefixed strings.
class Blob {
 public:
  Blob& number(std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) byte(static_cast<unsigned char>(value >> shift));
    return *this;
  }
  Blob& text(std::string_view bytes) {
    number(static_cast<std::uint32_t>(bytes.size()));
    bytes_.append(bytes);
    return *this;
  }
  Blob& text(const SecretBytes& bytes) { return text(bytes.reveal()); }
  Blob& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  // A whole number: a zero byte in front keeps it positive.
  Blob& whole(const BIGNUM* value) {
    SecretBytes bytes = bytes_of(value);
    const bool high = !bytes.empty() && (static_cast<unsigned char>(bytes.reveal()[0]) & 0x80U) != 0;
    number(static_cast<std::uint32_t>(bytes.size() + (high ? 1 : 0)));
    if (high) byte(0);
    bytes_.append(bytes.reveal());
    return *this;
  }
  Blob& byte(unsigned char value) {
    const char one = static_cast<char>(value);
    bytes_.append({&one, 1});
    return *this;
  }
  const SecretBytes& bytes() const { return bytes_; }

 private:
  static SecretBytes bytes_of(const BIGNUM* value) {
    std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(out.data()));
    SecretBytes kept(out);
    wipe(out.data(), out.size());
    return kept;
  }
  SecretBytes bytes_;
};

openssl::Number part(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &value) == 1);
  return openssl::Number(value);
}

template <class Read>
SecretBytes octets(Read read) {
  std::size_t size = 0;
  require(read(nullptr, &size) == 1);
  std::string out(size, '\0');
  require(read(reinterpret_cast<unsigned char*>(out.data()), &size) == 1);
  SecretBytes kept(std::string_view(out).substr(0, size));
  wipe(out.data(), out.size());
  return kept;
}

// What stands in both parts, and what only in the private one.
struct Parts {
  std::string algorithm;
  Blob open;
  Blob closed;
};

Parts rsa_parts(const EVP_PKEY* key) {
  const auto n = part(key, OSSL_PKEY_PARAM_RSA_N);
  const auto e = part(key, OSSL_PKEY_PARAM_RSA_E);
  const auto d = part(key, OSSL_PKEY_PARAM_RSA_D);
  const auto p = part(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
  const auto q = part(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
  const auto iqmp = part(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  Parts out{"ssh-rsa", {}, {}};
  out.open.text(out.algorithm).whole(e.get()).whole(n.get());
  out.closed.text(out.algorithm).whole(n.get()).whole(e.get()).whole(d.get());
  out.closed.whole(iqmp.get()).whole(p.get()).whole(q.get());
  return out;
}

Parts ecdsa_parts(const EVP_PKEY* key) {
  const std::string curve = "nistp" + std::to_string(EVP_PKEY_get_bits(key));
  const SecretBytes point = octets([key](unsigned char* out, std::size_t* size) {
    return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out, out == nullptr ? 0 : *size, size);
  });
  const auto scalar = part(key, OSSL_PKEY_PARAM_PRIV_KEY);
  Parts out{"ecdsa-sha2-" + curve, {}, {}};
  out.open.text(out.algorithm).text(curve).text(point);
  out.closed.text(out.algorithm).text(curve).text(point).whole(scalar.get());
  return out;
}

Parts ed25519_parts(const EVP_PKEY* key) {
  const SecretBytes open =
      octets([key](unsigned char* out, std::size_t* size) { return EVP_PKEY_get_raw_public_key(key, out, size); });
  SecretBytes closed =
      octets([key](unsigned char* out, std::size_t* size) { return EVP_PKEY_get_raw_private_key(key, out, size); });
  closed.append(open.reveal());
  Parts out{"ssh-ed25519", {}, {}};
  out.open.text(out.algorithm).text(open);
  out.closed.text(out.algorithm).text(open).text(closed);
  return out;
}

Parts parts_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return rsa_parts(key);
    case EVP_PKEY_EC:
      return ecdsa_parts(key);
    default:
      return ed25519_parts(key);
  }
}

SecretBytes pem(const SecretBytes& bytes) {
  const SecretBytes text = base64_encode_secret(bytes.reveal());
  SecretBytes out("-----BEGIN OPENSSH PRIVATE KEY-----\n");
  for (std::string_view rest = text.reveal(); !rest.empty();) {
    const std::string_view line = rest.substr(0, kLine);
    out.append(line);
    out.append("\n");
    rest.remove_prefix(line.size());
  }
  out.append("-----END OPENSSH PRIVATE KEY-----\n");
  return out;
}

}  // namespace

OpensshPair openssh_pair(const EVP_PKEY* key, std::string_view comment, std::uint32_t check) {
  const Parts parts = parts_of(key);
  Blob inner;
  inner.number(check).number(check).raw(parts.closed.bytes().reveal()).text(comment);
  for (unsigned char pad = 1; inner.bytes().size() % kBlock != 0; ++pad) inner.byte(pad);
  Blob whole;
  whole.raw(kMagic).text("none").text("none").text("").number(1).text(parts.open.bytes()).text(inner.bytes());
  std::string line = parts.algorithm + " " + base64_encode(parts.open.bytes().reveal());
  if (!comment.empty()) line += " " + std::string(comment);
  return {pem(whole.bytes()), line + "\n"};
}

}  // namespace rotor::generators
