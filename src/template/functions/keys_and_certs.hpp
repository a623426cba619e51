// OpenSSL objects with owners, and keys and certificates between PEM, DER and them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/error.hpp"

namespace rotor::tmpl {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};

using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using CertPtr = std::unique_ptr<X509, Deleter<X509_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using Pkcs12Ptr = std::unique_ptr<PKCS12, Deleter<PKCS12_free>>;

// Null when the bytes are not exactly one certificate.
CertPtr parse_certificate(std::string_view der);
std::string certificate_pem(X509* cert);

// PKCS#1, PKCS#8 or SEC1; null when it is none of them, over_budget when it is too large.
Result<KeyPtr> parse_private_key(std::string_view der);
bool is_pkcs8(std::string_view der);
// Null for what Go's x509 does not read: DSA and DH would be computed with, at any size.
Result<KeyPtr> key_from_pkcs8(const PKCS8_PRIV_KEY_INFO* info);

// One signature or decryption with a key, which takes time by the cube of its size.
std::int64_t steps_of_use(EVP_PKEY* key);

inline constexpr int kMaxKeyBits = 16384;
inline constexpr std::size_t kMaxCertificates = 1000;  // in one text
inline constexpr std::int64_t kStepsPerCertificate = 500;

std::string pkcs8_pem(EVP_PKEY* key);  // PRIVATE KEY
std::string pkix_pem(EVP_PKEY* key);   // PUBLIC KEY
// As Go writes a new key: RSA PRIVATE KEY, EC PRIVATE KEY, DSA PRIVATE KEY, and PKCS#8 for Ed25519.
std::string own_format_pem(EVP_PKEY* key);

// Subject key id and authority key id; "" when absent.
std::string subject_key_id(X509* cert);
std::string authority_key_id(X509* cert);

// The subject as Go's pkix.Name prints it: `CN=a,OU=b+OU=c,O=d`.
std::string subject_text(X509* cert);

// From the leaf to the root by key ids (an absent one equals an absent one), as positions in `certs`.
Result<std::vector<std::size_t>> order_chain(const std::vector<CertPtr>& certs);
bool is_root(X509* cert);

}  // namespace rotor::tmpl
