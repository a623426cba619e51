// PKCS#12 in and out.
#include <openssl/err.h>
#include <openssl/objects.h>

#include "base/encoding.hpp"
#include "template/functions/helpers.hpp"
#include "template/functions/pkcs12_read.hpp"
#include "template/go/pem.hpp"

namespace rotor::tmpl {

namespace {

constexpr int kIterations = 2048;
constexpr std::int64_t kStepsPerStore = 20'000;

Returned certificates_of(Context& c, const std::string& password, const std::string& der) {
  auto content = read_pkcs12(c, der, password);
  if (!content)
    return std::unexpected(std::move(content).error().prefixed("unable to decode pkcs12 certificate with password"));
  std::string out;
  const auto order = order_chain(content->certs);
  if (order) {
    for (const std::size_t i : *order) out += certificate_pem(content->certs[i].get());
  } else {
    for (const CertPtr& cert : content->certs) out += certificate_pem(cert.get());
  }
  return text(std::move(out));
}

Returned key_of(Context& c, const std::string& password, const std::string& der) {
  auto content = read_pkcs12(c, der, password);
  if (!content) return std::unexpected(std::move(content).error().prefixed("unable to decode pkcs12 with password"));
  return text(pkcs8_pem(content->key.get()));
}

Result<std::vector<CertPtr>> certificates_from_pem(Context& c, std::string_view pem, bool all) {
  std::vector<CertPtr> certs;
  while (true) {
    const auto block = next_pem(pem);
    if (!block) break;
    if (certs.size() >= kMaxCertificates) return over_budget(kMaxCertificates, "certificates in one text");
    TRY_VOID(c.spend_steps(kStepsPerCertificate));
    certs.push_back(parse_certificate(block->bytes));
    if (certs.back() == nullptr) return bad("x509: malformed certificate");
    if (!all) return certs;
  }
  if (!pem.empty()) return bad("there is text after the last certificate that is no PEM");
  return certs;
}

struct Free {
  void operator()(STACK_OF(PKCS12_SAFEBAG) * s) const { sk_PKCS12_SAFEBAG_pop_free(s, PKCS12_SAFEBAG_free); }
  void operator()(STACK_OF(PKCS7) * s) const { sk_PKCS7_pop_free(s, PKCS7_free); }
};
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Free>;
using Safes = std::unique_ptr<STACK_OF(PKCS7), Free>;

struct Salt {
  explicit Salt(const Context& c) : bytes(c.random_bytes(16)) {}
  unsigned char* data() { return reinterpret_cast<unsigned char*>(bytes.data()); }
  std::string bytes;
};

bool push_safe(const Safes& safes, PKCS7* safe) {
  if (safe == nullptr || sk_PKCS7_push(safes.get(), safe) > 0) return safe != nullptr;
  PKCS7_free(safe);
  return false;
}

// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256.
bool add_encrypted(const Context& c, const Safes& safes, const Bags& bags, const std::string& password) {
  Salt salt(c);
  return push_safe(
      safes, PKCS12_pack_p7encdata(NID_aes_256_cbc, password.c_str(), -1, salt.data(), 16, kIterations, bags.get()));
}

PKCS12_SAFEBAG* shrouded(const Context& c, EVP_PKEY* key, const std::string& password) {
  const openssl::Pkcs8 info(EVP_PKEY2PKCS8(key));
  if (info == nullptr) return nullptr;
  Salt salt(c);
  return PKCS12_SAFEBAG_create_pkcs8_encrypt(NID_aes_256_cbc, password.c_str(), -1, salt.data(), 16, kIterations,
                                             info.get());
}

Returned sealed(Context& c, const Safes& safes, const std::string& password) {
  const Pkcs12Ptr file(PKCS12_add_safes(safes.get(), 0));
  Salt salt(c);
  const bool ok = file != nullptr &&
                  PKCS12_set_mac(file.get(), password.c_str(), -1, salt.data(), 16, kIterations, EVP_sha256()) == 1;
  unsigned char* der = nullptr;
  const int size = ok ? i2d_PKCS12(file.get(), &der) : -1;
  ERR_clear_error();
  if (size <= 0) return bad("pkcs12: encoding failed");
  std::string out = base64_encode({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  return text(std::move(out));
}

void mark(PKCS12_SAFEBAG* bag, const std::string& id) {
  std::string bytes = id;
  PKCS12_add_localkeyid(bag, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
}

PKCS12_SAFEBAG* push_cert(Bags& bags, X509* cert) {
  STACK_OF(PKCS12_SAFEBAG)* raw = bags.release();
  PKCS12_SAFEBAG* bag = PKCS12_add_cert(&raw, cert);
  bags.reset(raw);
  return bag;
}

Returned key_store(Context& c, const std::string& cert_pem, std::string_view key_pem, const std::string& password,
                   bool all) {
  TRY_VOID(c.spend_steps(kStepsPerStore));
  if (password.find('\0') != std::string::npos) return bad("pkcs12: a password with a zero byte is not supported");
  TRY(const auto certs, certificates_from_pem(c, cert_pem, all));
  if (certs.empty()) return bad("no certificate in PEM form");
  const auto block = next_pem(key_pem);
  if (!block) return bad("no private key in PEM form");
  TRY(const KeyPtr key, parse_private_key(block->bytes));
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_DSA) return bad("unable to parse private key type");

  unsigned char id[EVP_MAX_MD_SIZE];
  unsigned int id_size = 0;
  X509_digest(certs[0].get(), EVP_sha1(), id, &id_size);
  const std::string local_id(reinterpret_cast<char*>(id), id_size);

  Bags cert_bags;
  for (std::size_t i = 0; i < certs.size(); ++i) {
    PKCS12_SAFEBAG* bag = push_cert(cert_bags, certs[i].get());
    if (bag != nullptr && i == 0) mark(bag, local_id);
  }
  PKCS12_SAFEBAG* key_bag = shrouded(c, key.get(), password);
  if (key_bag == nullptr) return bad("pkcs12: encoding failed");
  const Bags key_bags(sk_PKCS12_SAFEBAG_new_null());
  sk_PKCS12_SAFEBAG_push(key_bags.get(), key_bag);
  mark(key_bag, local_id);

  const Safes safes(sk_PKCS7_new_null());
  if (!add_encrypted(c, safes, cert_bags, password) || !push_safe(safes, PKCS12_pack_p7data(key_bags.get())))
    return bad("pkcs12: encoding failed");
  return sealed(c, safes, password);
}

// Java takes a certificate for trusted when its bag says for what: here, for anything.
bool trust(PKCS12_SAFEBAG* bag) {
  const std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>> any(OBJ_txt2obj("2.5.29.37.0", 1));
  return PKCS12_add1_attr_by_txt(bag, "2.16.840.1.113894.746875.1.1", V_ASN1_OBJECT,
                                 reinterpret_cast<unsigned char*>(any.get()), -1) == 1;
}

Returned trust_store(Context& c, const std::string& pem, const std::string& password) {
  TRY_VOID(c.spend_steps(kStepsPerStore));
  if (password.find('\0') != std::string::npos) return bad("pkcs12: a password with a zero byte is not supported");
  TRY(const auto certs, certificates_from_pem(c, pem, true));
  Bags bags(sk_PKCS12_SAFEBAG_new_null());
  for (const CertPtr& cert : certs) {
    PKCS12_SAFEBAG* bag = push_cert(bags, cert.get());
    if (bag == nullptr) return bad("pkcs12: encoding failed");
    PKCS12_add_friendlyname_utf8(bag, subject_text(cert.get()).c_str(), -1);
    if (!trust(bag)) return bad("pkcs12: encoding failed");
  }
  const Safes safes(sk_PKCS7_new_null());
  if (!add_encrypted(c, safes, bags, password)) return bad("pkcs12: encoding failed");
  return sealed(c, safes, password);
}

constexpr Function kPkcs12Table[] = {
    {"pkcs12cert", "s", [](Context& c, Args a) -> Returned { return certificates_of(c, "", str(a, 0)); }},
    {"pkcs12certPass", "ss", [](Context& c, Args a) -> Returned { return certificates_of(c, str(a, 0), str(a, 1)); }},
    {"pkcs12key", "s", [](Context& c, Args a) -> Returned { return key_of(c, "", str(a, 0)); }},
    {"pkcs12keyPass", "ss", [](Context& c, Args a) -> Returned { return key_of(c, str(a, 0), str(a, 1)); }},
    {"pemToPkcs12", "ss", [](Context& c, Args a) -> Returned { return key_store(c, str(a, 0), str(a, 1), "", false); }},
    {"pemToPkcs12Pass", "sss",
     [](Context& c, Args a) -> Returned { return key_store(c, str(a, 0), str(a, 1), str(a, 2), false); }},
    {"fullPemToPkcs12", "ss",
     [](Context& c, Args a) -> Returned { return key_store(c, str(a, 0), str(a, 1), "", true); }},
    {"fullPemToPkcs12Pass", "sss",
     [](Context& c, Args a) -> Returned { return key_store(c, str(a, 0), str(a, 1), str(a, 2), true); }},
    {"pemTruststoreToPKCS12", "s", [](Context& c, Args a) -> Returned { return trust_store(c, str(a, 0), ""); }},
    {"pemTruststoreToPKCS12Pass", "ss",
     [](Context& c, Args a) -> Returned { return trust_store(c, str(a, 0), str(a, 1)); }},
};

}  // namespace

Table pkcs12_functions() { return kPkcs12Table; }

}  // namespace rotor::tmpl
