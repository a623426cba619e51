// Certificates in PEM: filters, chains and subject alternative names; RSA decryption with a PEM key.
#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "template/functions/helpers.hpp"
#include "template/functions/keys_and_certs.hpp"
#include "template/go/pem.hpp"

namespace rotor::tmpl {

namespace {

std::string_view from_first_block(std::string_view s) {
  const auto at = s.find("-----BEGIN");
  return at == std::string_view::npos ? s : s.substr(at);
}

bool equal_fold(std::string_view a, std::string_view b) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, low, low);
}

Returned filter_pem(Context&, Args a) {
  std::string_view rest = from_first_block(str(a, 1));
  std::string out;
  while (const auto block = next_pem(rest)) {
    if (equal_fold(block->type, str(a, 0))) out += write_pem(*block);
  }
  if (out.empty() && !rest.empty()) return bad("error filtering pem: found junk");
  return text(std::move(out));
}

Result<std::vector<CertPtr>> all_certificates(Context& c, std::string_view s) {
  std::vector<CertPtr> certs;
  while (const auto block = next_pem(s)) {
    CertPtr cert = parse_certificate(block->bytes);
    if (cert == nullptr) return bad("failed to parse certificate: x509: malformed certificate");
    if (certs.size() >= kMaxCertificates) return over_budget(kMaxCertificates, "certificates in one text");
    TRY_VOID(c.spend_steps(kStepsPerCertificate));
    certs.push_back(std::move(cert));
  }
  return certs;
}

Returned filter_cert_chain(Context& c, Args a) {
  TRY(const auto certs, all_certificates(c, str(a, 1)));
  TRY(const auto order, order_chain(certs));
  const auto cert_at = [&](std::size_t i) { return certs[order[i]].get(); };
  const bool rooted = is_root(cert_at(order.size() - 1));
  const std::string& kind = str(a, 0);
  std::string out;
  if (kind == "leaf" && !is_root(cert_at(0))) out = certificate_pem(cert_at(0));
  if (kind == "root" && rooted) out = certificate_pem(cert_at(order.size() - 1));
  if (kind == "intermediate") {
    for (std::size_t i = 1; i + (rooted ? 1 : 0) < order.size(); ++i) out += certificate_pem(cert_at(i));
  }
  return text(std::move(out));
}

std::string ip_text(const ASN1_OCTET_STRING* ip) {
  char buffer[INET6_ADDRSTRLEN] = "";
  const int family = ASN1_STRING_length(ip) == 4 ? AF_INET : AF_INET6;
  inet_ntop(family, ASN1_STRING_get0_data(ip), buffer, sizeof buffer);
  return buffer;
}

std::string ia5(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<std::size_t>(ASN1_STRING_length(s))};
}

Returned cert_sans(Context&, Args a) {
  std::string_view rest = from_first_block(str(a, 0));
  const auto block = next_pem(rest);
  if (!block) return bad("failed to decode PEM block");
  const CertPtr cert = parse_certificate(block->bytes);
  if (cert == nullptr) return bad("failed to parse certificate: x509: malformed certificate");
  std::vector<std::string> dns, ips, emails, uris;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert.get(), NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    switch (name->type) {
      case GEN_DNS:
        dns.push_back(ia5(name->d.dNSName));
        break;
      case GEN_EMAIL:
        emails.push_back(ia5(name->d.rfc822Name));
        break;
      case GEN_URI:
        uris.push_back(ia5(name->d.uniformResourceIdentifier));
        break;
      case GEN_IPADD:
        ips.push_back(ip_text(name->d.iPAddress));
        break;
      default:
        break;
    }
  }
  GENERAL_NAMES_free(names);
  ERR_clear_error();
  for (auto* more : {&ips, &emails, &uris}) dns.insert(dns.end(), more->begin(), more->end());
  return Value::strings(std::move(dns));
}

const EVP_MD* oaep_hash(std::string_view name) {
  if (name == "SHA1") return EVP_sha1();
  return name == "SHA512" ? EVP_sha512() : EVP_sha256();
}

Returned rsa_decrypt(Context& c, Args a) {
  if (str(a, 0) == "None") return a[2];
  if (str(a, 0) != "RSA-OAEP") return bad("decryption scheme is not supported; use RSA-OAEP or None");
  std::string_view rest = str(a, 3);
  const auto block = next_pem(rest);
  if (!block) return bad("failed to decode PEM block");
  TRY(const KeyPtr key, parse_private_key(block->bytes));
  if (key == nullptr) return bad("could not parse private key: unable to parse private key type");
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return bad("could not parse RSA private key");
  TRY_VOID(c.spend_steps(steps_of_use(key.get())));
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  const EVP_MD* hash = oaep_hash(str(a, 1));
  const auto* in = reinterpret_cast<const unsigned char*>(str(a, 2).data());
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  std::string out(size, '\0');
  const bool ok =
      EVP_PKEY_decrypt_init(context.get()) > 0 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) > 0 &&
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), hash) > 0 && EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash) > 0 &&
      EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, in, str(a, 2).size()) > 0;
  ERR_clear_error();
  if (!ok) return bad("error decrypting data with RSA: crypto/rsa: decryption error");
  out.resize(size);
  return text(std::move(out));
}

constexpr Function kCertificatesTable[] = {
    {"filterPEM", "ss", filter_pem},
    {"filterCertChain", "ss", filter_cert_chain},
    {"certSANs", "s", cert_sans},
    {"rsaDecrypt", "ssss", rsa_decrypt},
};

}  // namespace

Table pem_functions() { return kCertificatesTable; }

}  // namespace rotor::tmpl
