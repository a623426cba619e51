// Keys and certificates for tests of certificate logins, made with OpenSSL alone.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace rotor::test {

using TestKey = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* p) { EVP_PKEY_free(p); })>;
using TestCertificate = std::unique_ptr<X509, decltype([](X509* p) { X509_free(p); })>;
using TestBio = std::unique_ptr<BIO, decltype([](BIO* p) { BIO_free_all(p); })>;

inline TestKey rsa_key() { return TestKey(EVP_RSA_gen(2048)); }
inline TestKey ec_key() { return TestKey(EVP_EC_gen("P-256")); }

inline TestCertificate self_signed(EVP_PKEY* key) {
  TestCertificate certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

template <class Write>
std::string written(Write write) {
  const TestBio bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

inline std::string pem_of(X509* certificate) {
  return written([&](BIO* to) { PEM_write_bio_X509(to, certificate); });
}
inline std::string pkcs8_of(EVP_PKEY* key, const char* password = nullptr) {
  return written([&](BIO* to) {
    const int size = password == nullptr ? 0 : 4;
    PEM_write_bio_PKCS8PrivateKey(to, key, password == nullptr ? nullptr : EVP_aes_128_cbc(), password, size, nullptr,
                                  nullptr);
  });
}
inline std::string pkcs1_of(EVP_PKEY* key) {
  return written(
      [&](BIO* to) { PEM_write_bio_PrivateKey_traditional(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
}
inline std::string der_of(X509* certificate) {
  return written([&](BIO* to) { i2d_X509_bio(to, certificate); });
}
inline std::string pkcs12_of(EVP_PKEY* key, X509* certificate, const char* password) {
  const std::unique_ptr<PKCS12, decltype([](PKCS12* p) { PKCS12_free(p); })> archive(
      PKCS12_create(password, "app", key, certificate, nullptr, 0, 0, 0, 0, 0));
  return written([&](BIO* to) { i2d_PKCS12_bio(to, archive.get()); });
}

// Does `signature` fit, by RSASSA-PSS (or PKCS#1 v1.5) with SHA-256?
inline bool verifies(EVP_PKEY* key, const std::string& text, const std::string& signature, bool pss) {
  const std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* p) { EVP_MD_CTX_free(p); })> digest(EVP_MD_CTX_new());
  EVP_PKEY_CTX* context = nullptr;
  if (EVP_DigestVerifyInit(digest.get(), &context, EVP_sha256(), nullptr, key) != 1) return false;
  if (pss) {
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, 32);
  }
  return EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace rotor::test
