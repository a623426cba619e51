#include "net/certificate_facts.hpp"

#include <ctime>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/openssl_owners.hpp"
#include "base/time.hpp"

namespace rotor::net {
namespace {

openssl::Bio text_bio(std::string_view text) {
  return openssl::Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

openssl::Certificate first_certificate(std::string_view pem) {
  const openssl::Bio bio = text_bio(pem);
  openssl::Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return WallTime(std::chrono::seconds(timegm(&parts)));
}

std::string pem_of(X509* certificate) {
  const openssl::Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// A key that asks for a password is no key of ours; nobody is asked.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

std::string fault_of(const Validity& validity, WallTime now) {
  if (validity.ends <= now) return "expired at " + format_time(validity.ends);
  if (validity.begins > now) return "is not valid before " + format_time(validity.begins);
  return "";
}

Result<Validity> validity_of(std::string_view certificate_pem) {
  const openssl::Certificate certificate = first_certificate(certificate_pem);
  if (!certificate) return fail(Code::kInvalid, "holds no PEM certificate");
  return Validity{time_of(X509_get0_notBefore(certificate.get())), time_of(X509_get0_notAfter(certificate.get()))};
}

std::vector<std::string> split_bundle(std::string_view bundle_pem) {
  std::vector<std::string> out;
  const openssl::Bio bio = text_bio(bundle_pem);
  while (const openssl::Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    out.push_back(pem_of(next.get()));
  }
  ERR_clear_error();
  return out;
}

bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem) {
  const openssl::Certificate certificate = first_certificate(certificate_pem);
  const openssl::Certificate ca = first_certificate(ca_pem);
  if (!certificate || !ca) return false;
  const bool good = X509_verify(certificate.get(), X509_get0_pubkey(ca.get())) == 1;
  ERR_clear_error();
  return good;
}

bool is_for(std::string_view certificate_pem, const std::string& host) {
  const openssl::Certificate certificate = first_certificate(certificate_pem);
  if (!certificate) return false;
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (!no_address) return X509_check_ip_asc(certificate.get(), host.c_str(), 0) == 1;
  return X509_check_host(certificate.get(), host.data(), host.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) ==
         1;
}

bool belongs_to(const SecretBytes& key_pem, std::string_view certificate_pem) {
  const openssl::Certificate certificate = first_certificate(certificate_pem);
  const openssl::Bio bio = text_bio(key_pem.reveal());
  const openssl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  const bool good = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace rotor::net
