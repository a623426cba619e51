// Keys and certificates between PEM, DER and OpenSSL's objects.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/openssl_owners.hpp"

namespace rotor::tmpl {

using KeyPtr = openssl::Key;
using KeyContext = openssl::KeyContext;
using CertPtr = openssl::Certificate;
using BigNumber = openssl::Number;
using Pkcs12Ptr = openssl::Pkcs12;
template <auto Free>
using Deleter = FreeWith<Free>;

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
