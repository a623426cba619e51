#include "providers/common/jws.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/encoding.hpp"

namespace rotor::providers {
namespace {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;

// An encrypted key is not asked about on the terminal.
int no_password(char*, int, int, void*) { return 0; }

Result<Key> read_key(const SecretBytes& pem) {
  const std::string_view text = pem.reveal();
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key) return fail(Code::kInvalid, "the private key is no PEM that can be read without a password");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return fail(Code::kInvalid, "the private key is not an RSA key");
  return key;
}

bool prepare(JwsAlgorithm algorithm, EVP_MD_CTX* digest, EVP_PKEY* key) {
  EVP_PKEY_CTX* context = nullptr;
  if (EVP_DigestSignInit(digest, &context, EVP_sha256(), nullptr, key) != 1) return false;
  if (algorithm == JwsAlgorithm::kRs256) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

Result<std::string> signature_of(JwsAlgorithm algorithm, std::string_view text, EVP_PKEY* key) {
  const Digest digest(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  const bool good =
      prepare(algorithm, digest.get(), key) && EVP_DigestSign(digest.get(), out, &size, bytes, text.size()) == 1;
  ERR_clear_error();
  if (!good) return fail(Code::kInvalid, "the private key cannot sign (an RSA key needs 1024 bits or more)");
  signature.resize(size);
  return signature;
}

}  // namespace

std::string_view to_string(JwsAlgorithm algorithm) { return algorithm == JwsAlgorithm::kRs256 ? "RS256" : "PS256"; }

Result<SecretBytes> sign_jws(JwsAlgorithm algorithm, std::string_view header, std::string_view claims,
                             const SecretBytes& key_pem) {
  TRY(const Key key, read_key(key_pem));
  SecretBytes token(base64_encode(header, Base64::kRawUrl));
  token.append(".");
  token.append(base64_encode(claims, Base64::kRawUrl));
  TRY(const std::string signature, signature_of(algorithm, token.reveal(), key.get()));
  token.append(".");
  token.append(base64_encode(signature, Base64::kRawUrl));
  return token;
}

}  // namespace rotor::providers
