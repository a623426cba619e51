#include "template/functions/keys_and_certs.hpp"

#include <algorithm>
#include <array>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "template/go/pem.hpp"
#include "template/language/budget.hpp"

namespace rotor::tmpl {

namespace {

template <class Write>
std::string der_of(Write write) {
  unsigned char* out = nullptr;
  const int size = write(&out);
  if (size <= 0) {
    ERR_clear_error();
    return {};
  }
  std::string bytes(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_clear_free(out, static_cast<std::size_t>(size));
  return bytes;
}

std::string octets(const ASN1_OCTET_STRING* s) {
  if (s == nullptr) return {};
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<std::size_t>(ASN1_STRING_length(s))};
}

}  // namespace

CertPtr parse_certificate(std::string_view der) {
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* at = begin;
  CertPtr cert(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (cert != nullptr && at != begin + der.size()) cert.reset();
  return cert;
}

std::string certificate_pem(X509* cert) {
  return write_pem("CERTIFICATE", der_of([cert](unsigned char** out) { return i2d_X509(cert, out); }));
}

namespace {

Result<KeyPtr> small_enough(KeyPtr key) {
  ERR_clear_error();
  if (key != nullptr && EVP_PKEY_get_bits(key.get()) > kMaxKeyBits)
    return over_budget(kMaxKeyBits, "bits of a private key");
  return key;
}

}  // namespace

Result<KeyPtr> key_from_pkcs8(const PKCS8_PRIV_KEY_INFO* info) {
  const ASN1_OBJECT* algorithm = nullptr;
  if (PKCS8_pkey_get0(&algorithm, nullptr, nullptr, nullptr, info) != 1) return KeyPtr();
  constexpr std::array kRead = {NID_rsaEncryption, NID_X9_62_id_ecPublicKey, NID_ED25519, NID_X25519};
  if (std::ranges::find(kRead, OBJ_obj2nid(algorithm)) == kRead.end()) return KeyPtr();
  return small_enough(KeyPtr(EVP_PKCS82PKEY(info)));
}

namespace {

using openssl::Pkcs8;

Pkcs8 pkcs8_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return info;
}

}  // namespace

bool is_pkcs8(std::string_view der) { return pkcs8_of(der) != nullptr; }

Result<KeyPtr> parse_private_key(std::string_view der) {
  constexpr std::size_t kMaxBytes = 64 * 1024;
  if (der.size() > kMaxBytes) return over_budget(kMaxBytes, "bytes of a private key");
  if (const Pkcs8 info = pkcs8_of(der)) return key_from_pkcs8(info.get());
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return small_enough(KeyPtr(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))));
}

std::int64_t steps_of_use(EVP_PKEY* key) {
  const std::int64_t bits = EVP_PKEY_get_bits(key);
  return 10'000 + bits * bits * bits / 250'000;
}

std::string pkcs8_pem(EVP_PKEY* key) {
  const Pkcs8 info(EVP_PKEY2PKCS8(key));
  if (info == nullptr) return {};
  return write_pem("PRIVATE KEY",
                   der_of([&info](unsigned char** out) { return i2d_PKCS8_PRIV_KEY_INFO(info.get(), out); }));
}

std::string pkix_pem(EVP_PKEY* key) {
  return write_pem("PUBLIC KEY", der_of([key](unsigned char** out) { return i2d_PUBKEY(key, out); }));
}

std::string own_format_pem(EVP_PKEY* key) {
  std::string_view type;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      type = "RSA PRIVATE KEY";
      break;
    case EVP_PKEY_EC:
      type = "EC PRIVATE KEY";
      break;
    case EVP_PKEY_DSA:
      type = "DSA PRIVATE KEY";
      break;
    default:
      return pkcs8_pem(key);
  }
  return write_pem(type, der_of([key](unsigned char** out) { return i2d_PrivateKey(key, out); }));
}

std::string subject_key_id(X509* cert) { return octets(X509_get0_subject_key_id(cert)); }
std::string authority_key_id(X509* cert) { return octets(X509_get0_authority_key_id(cert)); }

bool is_root(X509* cert) {
  const std::string authority = authority_key_id(cert);
  return authority.empty() || authority == subject_key_id(cert);
}

namespace {

std::string utf8_of(const ASN1_STRING* s) {
  unsigned char* out = nullptr;
  const int size = ASN1_STRING_to_UTF8(&out, s);
  ERR_clear_error();
  if (size < 0) return {};
  std::string text(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return text;
}

std::string escaped(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool edge = (c == ' ' && (i == 0 || i + 1 == value.size())) || (c == '#' && i == 0);
    if (edge || std::string_view(",+\"\\<>;").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string subject_text(X509* cert) {
  struct Part {
    int nid;
    std::string_view label;
    bool many;
  };
  constexpr Part kParts[] = {{NID_serialNumber, "SERIALNUMBER", false},
                             {NID_commonName, "CN", false},
                             {NID_organizationalUnitName, "OU", true},
                             {NID_organizationName, "O", true},
                             {NID_postalCode, "POSTALCODE", true},
                             {NID_streetAddress, "STREET", true},
                             {NID_localityName, "L", true},
                             {NID_stateOrProvinceName, "ST", true},
                             {NID_countryName, "C", true}};
  const X509_NAME* name = X509_get_subject_name(cert);
  std::string out;
  for (const Part& part : kParts) {
    std::string values;
    for (int at = X509_NAME_get_index_by_NID(name, part.nid, -1); at >= 0;
         at = X509_NAME_get_index_by_NID(name, part.nid, at)) {
      const std::string value = escaped(utf8_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
      if (!part.many) values.clear();  // the last one counts
      if (!values.empty()) values += '+';
      values.append(part.label).append("=").append(value);
    }
    if (values.empty()) continue;
    if (!out.empty()) out += ',';
    out += values;
  }
  return out;
}

Result<std::vector<std::size_t>> order_chain(const std::vector<CertPtr>& certs) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> parent(certs.size(), kNone);
  std::vector<bool> is_parent(certs.size(), false);
  std::vector<std::string> subjects;
  for (const CertPtr& c : certs) subjects.push_back(subject_key_id(c.get()));
  for (std::size_t i = 0; i < certs.size(); ++i) {
    const std::string authority = authority_key_id(certs[i].get());
    for (std::size_t j = 0; j < certs.size() && parent[i] == kNone; ++j) {
      if (i != j && subjects[j] == authority) parent[i] = j;
    }
    if (parent[i] != kNone) is_parent[parent[i]] = true;
  }
  const auto leaves = std::ranges::count(is_parent, false);
  if (leaves == 0) return fail(Code::kInvalid, "no leaf certificate found");
  if (leaves > 1) return fail(Code::kInvalid, "found multiple leaf or disjunct certificates");
  std::vector<std::size_t> order;
  auto at = static_cast<std::size_t>(std::ranges::find(is_parent, false) - is_parent.begin());
  while (at != kNone) {
    if (order.size() == certs.size()) return fail(Code::kInvalid, "constructing chain resulted in cycle");
    order.push_back(at);
    at = parent[at];
  }
  return order;
}

}  // namespace rotor::tmpl
