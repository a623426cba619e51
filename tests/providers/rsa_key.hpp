// An RSA key pair of this test run, and what is signed with it, checked.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/encoding.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::test {

class RsaKey {
 public:
  RsaKey() : key_(EVP_RSA_gen(2048), EVP_PKEY_free) {}

  SecretBytes pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return take(bio);
  }
  SecretBytes pem_with_password() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
    return take(bio);
  }
  SecretBytes pem_of_pkcs1() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey_traditional(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return take(bio);
  }

  // `padding`: RSA_PKCS1_PADDING or RSA_PKCS1_PSS_PADDING; the signature base64url.
  bool verify(std::string_view text, std::string_view signature, int padding = RSA_PKCS1_PADDING) const {
    const auto raw = base64_decode(signature, Base64::kRawUrl);
    if (!raw) return false;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;
    EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key_.get());
    EVP_PKEY_CTX_set_rsa_padding(options, padding);
    if (padding == RSA_PKCS1_PSS_PADDING) EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(raw->data()), raw->size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  }

  // Made once: it takes a tenth of a second.
  static const RsaKey& shared() {
    static const RsaKey key;
    return key;
  }

 private:
  static SecretBytes take(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    SecretBytes out(std::string_view(data, static_cast<std::size_t>(size)));
    BIO_free(bio);
    return out;
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace rotor::test
