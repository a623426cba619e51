#include "net/certificates.hpp"

#include <array>
#include <new>
#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/openssl_owners.hpp"

namespace rotor::net {
namespace {

using openssl::Bio;
using openssl::Certificate;
using openssl::Extension;
using openssl::Key;
using openssl::Number;

// OpenSSL fails here only without memory or random numbers, or on a broken CA of ours.
void must(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("certificates: ") + what);
}

std::string_view contents_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_X509(bio.get(), certificate) == 1, "cannot write a certificate");
  return std::string(contents_of(bio.get()));
}

SecretBytes to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1, "cannot write a key");
  return SecretBytes(contents_of(bio.get()));
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "cannot add an extension");
}

void set_serial(X509* certificate) {
  std::array<unsigned char, 16> bytes{};
  must(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "no random numbers");
  bytes[0] &= 0x7f;  // a positive number
  const Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  must(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "cannot set the serial number");
}

Certificate new_certificate(EVP_PKEY* key, std::string_view common_name, WallTime begins, WallTime ends) {
  Certificate certificate(X509_new());
  must(certificate != nullptr, "out of memory");
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  const auto seconds = [](WallTime t) {
    return static_cast<time_t>(std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count());
  };
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(begins));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(ends));
  X509_NAME* name = X509_get_subject_name(certificate.get());
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.data()),
                                  static_cast<int>(common_name.size()), -1, 0) == 1,
       "the common name must have 1 to 64 characters");
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

// The clocks of two machines differ.
WallTime an_hour_before(WallTime now) { return now - std::chrono::hours(1); }

KeyPair sign(X509* certificate, EVP_PKEY* key, EVP_PKEY* signer) {
  must(X509_sign(certificate, signer, EVP_sha256()) > 0, "cannot sign");
  return {to_pem(certificate), to_pem(key)};
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    boost::system::error_code error;
    boost::asio::ip::make_address(name, error);
    must(!name.contains(','), "a name must not hold a comma");
    list += fmt::format("{}{}:{}", list.empty() ? "" : ",", error ? "DNS" : "IP", name);
  }
  return list;
}

}  // namespace

KeyPair make_ca(std::string_view common_name, WallTime now, std::chrono::hours lifetime) {
  const Key key(EVP_EC_gen("P-256"));
  must(key != nullptr, "cannot make a key");
  const Certificate certificate = new_certificate(key.get(), common_name, an_hour_before(now), now + lifetime);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  return sign(certificate.get(), key.get(), key.get());
}

KeyPair issue_certificate(const KeyPair& ca, std::string_view common_name, const std::vector<std::string>& names,
                          WallTime now, std::chrono::hours lifetime, std::optional<WallTime> begins) {
  const Bio ca_text(BIO_new_mem_buf(ca.certificate_pem.data(), static_cast<int>(ca.certificate_pem.size())));
  const Certificate issuer(PEM_read_bio_X509(ca_text.get(), nullptr, nullptr, nullptr));
  const std::string_view key_text = ca.key_pem.reveal();
  const Bio key_bio(BIO_new_mem_buf(key_text.data(), static_cast<int>(key_text.size())));
  const Key issuer_key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  must(issuer && issuer_key, "the CA cannot be read");

  const Key key(EVP_EC_gen("P-256"));
  must(key != nullptr, "cannot make a key");
  const Certificate certificate =
      new_certificate(key.get(), common_name, begins.value_or(an_hour_before(now)), now + lifetime);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  add_extension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash");
  add_extension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid:always");
  if (!names.empty()) add_extension(certificate.get(), issuer.get(), NID_subject_alt_name, alternative_names(names));
  return sign(certificate.get(), key.get(), issuer_key.get());
}

}  // namespace rotor::net
