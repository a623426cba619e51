#include "template/functions/pkcs12_mac.hpp"

#include <optional>
#include <string>

#include <openssl/asn1t.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

#include "base/secret_bytes.hpp"
#include "template/functions/keys_and_certs.hpp"

namespace rotor::tmpl {

namespace {

constexpr long kMaxKeyBytes = 1024;

std::unexpected<Error> malformed() {
  ERR_clear_error();
  return fail(Code::kInvalid, "pkcs12: the PBMAC1 parameters are malformed or not supported");
}

std::string_view bytes_of(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<std::size_t>(ASN1_STRING_length(s))};
}

// Takes one object off `der`; its contents when the tag is as wanted.
std::optional<std::string_view> take(std::string_view& der, int want_tag, int want_class) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  long size = 0;
  int tag = 0;
  int kind = 0;
  const int form = ASN1_get_object(&at, &size, &tag, &kind, static_cast<long>(der.size()));
  const bool definite = (form & 0x81) == 0;
  if (!definite || tag != want_tag || kind != want_class) return std::nullopt;
  const std::string_view contents(reinterpret_cast<const char*>(at), static_cast<std::size_t>(size));
  der.remove_prefix(static_cast<std::size_t>(contents.data() + contents.size() - der.data()));
  return contents;
}

// What the MAC is over: the octets of PFX.authSafe.
std::optional<std::string_view> authenticated(std::string_view der) {
  auto pfx = take(der, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  if (!pfx || !take(*pfx, V_ASN1_INTEGER, V_ASN1_UNIVERSAL)) return std::nullopt;
  auto info = take(*pfx, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  if (!info || !take(*info, V_ASN1_OBJECT, V_ASN1_UNIVERSAL)) return std::nullopt;
  auto content = take(*info, 0, V_ASN1_CONTEXT_SPECIFIC);
  return content ? take(*content, V_ASN1_OCTET_STRING, V_ASN1_UNIVERSAL) : std::nullopt;
}

const EVP_MD* hash_of(const X509_ALGOR* hmac) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, hmac);
  switch (OBJ_obj2nid(object)) {
    case NID_hmacWithSHA1:
      return EVP_sha1();
    case NID_hmacWithSHA256:
      return EVP_sha256();
    case NID_hmacWithSHA512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

template <class T>
T* unpack(const X509_ALGOR* algorithm, int want, const ASN1_ITEM* item) {
  const ASN1_OBJECT* object = nullptr;
  int type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&object, &type, &parameter, algorithm);
  if (OBJ_obj2nid(object) != want || type != V_ASN1_SEQUENCE) return nullptr;
  return static_cast<T*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(parameter), item));
}

}  // namespace

bool is_pbmac1(const X509_ALGOR& algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, &algorithm);
  return OBJ_obj2nid(object) == NID_pbmac1;
}

Result<bool> check_pbmac1(const X509_ALGOR& algorithm, const ASN1_OCTET_STRING& mac, std::string_view der,
                          std::string_view password, const std::function<Result<void>(long)>& charge) {
  // PBMAC1-params has the shape of PBES2-params: a key derivation and what uses the key.
  const std::unique_ptr<PBE2PARAM, Deleter<PBE2PARAM_free>> outer(
      unpack<PBE2PARAM>(&algorithm, NID_pbmac1, ASN1_ITEM_rptr(PBE2PARAM)));
  if (outer == nullptr) return malformed();
  const std::unique_ptr<PBKDF2PARAM, Deleter<PBKDF2PARAM_free>> kdf(
      unpack<PBKDF2PARAM>(outer->keyfunc, NID_id_pbkdf2, ASN1_ITEM_rptr(PBKDF2PARAM)));
  const auto message = authenticated(der);
  if (kdf == nullptr || kdf->salt->type != V_ASN1_OCTET_STRING || kdf->keylength == nullptr || !message)
    return malformed();
  const EVP_MD* prf = kdf->prf == nullptr ? EVP_sha1() : hash_of(kdf->prf);
  const EVP_MD* hash = hash_of(outer->encryption);
  const long size = ASN1_INTEGER_get(kdf->keylength);
  const long iterations = ASN1_INTEGER_get(kdf->iter);
  if (prf == nullptr || hash == nullptr || size <= 0 || size > kMaxKeyBytes || iterations <= 0) return malformed();
  const long blocks = (size + EVP_MD_get_size(prf) - 1) / EVP_MD_get_size(prf);
  TRY_VOID(charge(iterations > INT32_MAX / blocks ? INT32_MAX : iterations * blocks));

  const std::string_view salt = bytes_of(kdf->salt->value.octet_string);
  std::string key(static_cast<std::size_t>(size), '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()),
                    static_cast<int>(iterations), prf, static_cast<int>(size),
                    reinterpret_cast<unsigned char*>(key.data()));
  unsigned char made[EVP_MAX_MD_SIZE];
  unsigned int made_size = 0;
  HMAC(hash, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message->data()),
       message->size(), made, &made_size);
  wipe(key.data(), key.size());
  const std::string_view given = bytes_of(&mac);
  return given.size() == made_size && CRYPTO_memcmp(given.data(), made, made_size) == 0;
}

}  // namespace rotor::tmpl
