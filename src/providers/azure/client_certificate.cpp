#include "providers/azure/client_certificate.hpp"

#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>

#include "template/functions/keys_and_certs.hpp"
#include "template/functions/pkcs12_read.hpp"
#include "template/go/pem.hpp"
#include "template/language/context.hpp"

namespace rotor::providers::azure {
namespace {

std::unexpected<Error> refuse(std::string_view why) { return fail(Code::kInvalid, std::string(why)); }

struct PemParts {
  tmpl::KeyPtr key;
  std::vector<tmpl::CertPtr> certificates;
};

Result<tmpl::KeyPtr> read_key(const tmpl::PemBlock& block) {
  if (block.type == "ENCRYPTED PRIVATE KEY" || block.headers.contains("DEK-Info")) {
    return refuse("failed to parse private key: it is encrypted; store it without a password");
  }
  auto key = tmpl::parse_private_key(block.bytes);
  if (!key || *key == nullptr) return refuse("failed to parse private key");
  if (EVP_PKEY_get_base_id(key->get()) != EVP_PKEY_RSA) {
    return refuse("found unknown private key type in PKCS#8 wrapping: Entra ID takes RSA keys only");
  }
  return key;
}

Result<PemParts> read_pem(std::string_view text) {
  PemParts parts;
  while (auto block = tmpl::next_pem(text)) {
    if (block->type == "CERTIFICATE") {
      tmpl::CertPtr certificate = tmpl::parse_certificate(block->bytes);
      if (certificate == nullptr) return refuse("failed to parse PEM certificate: it is malformed");
      parts.certificates.push_back(std::move(certificate));
    } else if (block->type.ends_with("PRIVATE KEY") && parts.key == nullptr) {
      auto key = read_key(*block);
      wipe(block->bytes.data(), block->bytes.size());
      if (!key) return std::unexpected(std::move(key).error());
      parts.key = *std::move(key);
    }
  }
  if (parts.certificates.empty()) return refuse("no certificate found in PEM file");
  if (parts.key == nullptr) return refuse("no private key found in PEM file");
  return parts;
}

Result<PemParts> read_archive(std::string_view bytes) {
  const tmpl::Environment environment{};
  const tmpl::Limits limits;
  tmpl::Spent spent;
  tmpl::Context context(environment, limits, spent);
  auto content = tmpl::read_pkcs12(context, bytes, "");
  if (!content) {
    return std::unexpected(std::move(content).error().prefixed("it is neither PEM nor PKCS#12 without a password"));
  }
  if (EVP_PKEY_get_base_id(content->key.get()) != EVP_PKEY_RSA) return refuse("Entra ID takes RSA keys only");
  return PemParts{std::move(content->key), std::move(content->certs)};
}

std::string der_of(X509* certificate) {
  unsigned char* out = nullptr;
  const int size = i2d_X509(certificate, &out);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

}  // namespace

Result<ClientCertificate> read_client_certificate(const SecretBytes& text) {
  const std::string_view bytes = text.reveal();
  TRY(const PemParts parts, bytes.contains("-----BEGIN ") ? read_pem(bytes) : read_archive(bytes));
  for (const tmpl::CertPtr& certificate : parts.certificates) {
    const bool fits = X509_check_private_key(certificate.get(), parts.key.get()) == 1;
    ERR_clear_error();
    if (!fits) continue;
    std::string pem = tmpl::pkcs8_pem(parts.key.get());
    ClientCertificate found{SecretBytes(pem), der_of(certificate.get())};
    wipe(pem.data(), pem.size());
    return found;
  }
  return refuse("none of its certificates belongs to its private key");
}

}  // namespace rotor::providers::azure
