#include "base/hash.hpp"

#include <array>
#include <memory>
#include <new>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "base/encoding.hpp"
#include "base/free_with.hpp"

namespace rotor {
namespace {

// Looking an algorithm up costs more than it takes over a short text, so that is done once. Never freed: OpenSSL may be
// cleaned up before them.
const EVP_MD* fetched(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  if (md == nullptr) throw std::bad_alloc();
  return md;
}

using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeWith<EVP_MAC_CTX_free>>;

const unsigned char* pointer_to(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.empty() ? "" : bytes.data());  // null: no key was given
}

// HMAC over SHA-256, to be copied and given its key. What is to be copied needs one, too: the empty one.
const EVP_MAC_CTX* empty_hmac() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  std::array<char, 7> sha256{"SHA256"};
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256.data(), 0), OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_MAC_init(context, pointer_to(""), 0, parameters.data()) != 1) throw std::bad_alloc();
  return context;
}

std::string digest(const EVP_MD* md, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(md)), '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size, md, nullptr) != 1) {
    throw std::bad_alloc();
  }
  return out;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  static const EVP_MD* const md = fetched("SHA256");
  return digest(md, bytes);
}
std::string sha3_224(std::string_view bytes) {
  static const EVP_MD* const md = fetched("SHA3-224");
  return digest(md, bytes);
}
std::string sha1(std::string_view bytes) {
  static const EVP_MD* const md = fetched("SHA1");
  return digest(md, bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  static const EVP_MAC_CTX* const empty = empty_hmac();
  const MacContext context(EVP_MAC_CTX_dup(empty));
  std::string out(32, '\0');
  std::size_t size = 0;
  if (context == nullptr || EVP_MAC_init(context.get(), pointer_to(key), key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), pointer_to(bytes), bytes.size()) != 1 ||
      EVP_MAC_final(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, out.size()) != 1) {
    throw std::bad_alloc();
  }
  return out;
}

std::string random_bytes(std::size_t size) {
  std::string out(size, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)) != 1) throw std::bad_alloc();
  return out;
}

std::string random_uuid() {
  std::string raw = random_bytes(16);
  raw[6] = static_cast<char>((static_cast<unsigned char>(raw[6]) & 0x0f) | 0x40);
  raw[8] = static_cast<char>((static_cast<unsigned char>(raw[8]) & 0x3f) | 0x80);
  std::string text = hex_encode(raw);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, "-");
  return text;
}

}  // namespace rotor
