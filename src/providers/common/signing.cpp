#include "providers/common/signing.hpp"

#include <new>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/encoding.hpp"
#include "base/openssl_owners.hpp"

namespace rotor::providers {
namespace {

using Bio = openssl::Bio;
using Key = openssl::Key;
using Context = openssl::DigestContext;

// Without it OpenSSL would ask for a password on the terminal. `asked` is a bool*.
int no_password(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<Key> read_key(const SecretBytes& pem) {
  const std::string_view text = pem.reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  bool asked = false;
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, &asked));
  ERR_clear_error();  // its queue may hold parts of what it could not read
  if (asked) return fail(Code::kInvalid, "the private key is protected by a password; give one without");
  if (!key) return fail(Code::kInvalid, "the private key is not PEM (-----BEGIN PRIVATE KEY-----)");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return fail(Code::kInvalid, "the private key is not an RSA key");
  return key;
}

bool set_padding(EVP_PKEY_CTX* key, RsaScheme scheme) {
  if (scheme == RsaScheme::kRs256) return EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) > 0;
  return EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_DIGEST) > 0;
}

}  // namespace

std::string_view to_string(RsaScheme scheme) { return scheme == RsaScheme::kRs256 ? "RS256" : "PS256"; }

Result<std::string> sign_rsa(RsaScheme scheme, const SecretBytes& pem, std::string_view text) {
  TRY(const Key key, read_key(pem));
  const Context context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
  std::size_t size = out.size();
  EVP_PKEY_CTX* options = nullptr;  // the context's own
  const bool made = EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, key.get()) == 1 &&
                    set_padding(options, scheme) &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  ERR_clear_error();
  if (!made) return fail(Code::kInvalid, "the private key cannot sign; an RSA key of 2048 bits or more is needed");
  out.resize(size);
  return base64_encode(out, Base64::kRawUrl);
}

}  // namespace rotor::providers
