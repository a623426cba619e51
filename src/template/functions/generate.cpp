// New keys and certificates (sprig). Keys come from OpenSSL's generator.
#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "template/functions/helpers.hpp"
#include "template/functions/keys_and_certs.hpp"
#include "template/go/pem.hpp"
#include "template/go/time.hpp"

namespace rotor::tmpl {

namespace {

KeyPtr new_dsa_key() {
  const KeyContext parameters(EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, nullptr));
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_paramgen_init(parameters.get()) <= 0 ||
      EVP_PKEY_CTX_set_dsa_paramgen_bits(parameters.get(), 2048) <= 0 ||
      EVP_PKEY_CTX_set_dsa_paramgen_q_bits(parameters.get(), 256) <= 0 ||
      EVP_PKEY_paramgen(parameters.get(), &raw) <= 0) {
    return nullptr;
  }
  const KeyPtr domain(raw);
  const KeyContext context(EVP_PKEY_CTX_new(domain.get(), nullptr));
  raw = nullptr;
  if (EVP_PKEY_keygen_init(context.get()) <= 0 || EVP_PKEY_keygen(context.get(), &raw) <= 0) return nullptr;
  return KeyPtr(raw);
}

Result<KeyPtr> new_rsa_key(Context& c, std::size_t bits) {
  TRY_VOID(c.spend_effort(bits > 2048 ? Effort::kRsa4096 : Effort::kRsa2048));
  c.vary();
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
  if (key == nullptr) return bad("key generation failed");
  return key;
}

Returned gen_private_key(Context& c, Args a) {
  const std::string& type = str(a, 0);
  c.vary();
  KeyPtr key;
  if (type.empty() || type == "rsa") {
    TRY(key, new_rsa_key(c, 4096));
  } else if (type == "ecdsa") {
    TRY_VOID(c.spend_effort(Effort::kSmallKey));
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  } else if (type == "ed25519") {
    TRY_VOID(c.spend_effort(Effort::kSmallKey));
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else if (type == "dsa") {
    TRY_VOID(c.spend_effort(Effort::kDsa2048));
    key = new_dsa_key();
  } else {
    return text("Unknown type " + type);
  }
  if (key == nullptr) return bad("key generation failed");
  return text(own_format_pem(key.get()));
}

// The label says which form the key must have.
bool label_fits(std::string_view label, std::string_view der, EVP_PKEY* key) {
  if (label == "PRIVATE KEY") return is_pkcs8(der);
  const int type = EVP_PKEY_get_base_id(key);
  const bool named = (label == "RSA PRIVATE KEY" && type == EVP_PKEY_RSA) ||
                     (label == "EC PRIVATE KEY" && type == EVP_PKEY_EC) ||
                     (label == "DSA PRIVATE KEY" && type == EVP_PKEY_DSA);
  return named && !is_pkcs8(der);
}

Result<KeyPtr> key_from_pem(std::string_view pem) {
  const auto block = next_pem(pem);
  if (!block) return bad("parsing private key: no PEM data in input");
  TRY(KeyPtr key, parse_private_key(block->bytes));
  if (key == nullptr || !label_fits(block->type, block->bytes, key.get()))
    return bad("parsing private key: unable to parse the private key");
  return key;
}

// Null when the key's algorithm chooses for itself; RSA and P-256 take SHA-256, larger curves the hash of their size.
const EVP_MD* hash_for(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return nullptr;
  const int bits = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? EVP_PKEY_get_bits(key) : 0;
  if (bits == 384) return EVP_sha384();
  return bits == 521 ? EVP_sha512() : EVP_sha256();
}

bool can_sign(EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  return type == EVP_PKEY_RSA || type == EVP_PKEY_EC || type == EVP_PKEY_ED25519;
}

struct Names {
  std::vector<std::string> ips, dns;  // ips as network bytes
};

// An IPv4 address in IPv6's clothes is one of four bytes.
std::string shortest_ip(std::string ip) {
  const std::string mapped = std::string(10, '\0') + "\xff\xff";
  return ip.starts_with(mapped) ? ip.substr(mapped.size()) : ip;
}

Result<Names> names_of(const Value& ips, const Value& dns) {
  Names out;
  for (const Value& v : ips.items()) {
    if (!v.is_text())
      return bad(fmt::format("error parsing ip: a value of type {} is not a string", type_name(v.type())));
    unsigned char bytes[16];
    if (inet_pton(AF_INET, v.text().c_str(), bytes) == 1)
      out.ips.emplace_back(reinterpret_cast<char*>(bytes), 4);
    else if (inet_pton(AF_INET6, v.text().c_str(), bytes) == 1)
      out.ips.push_back(shortest_ip({reinterpret_cast<char*>(bytes), 16}));
    else
      return bad("error parsing ip: not an IP address");
  }
  for (const Value& v : dns.items()) {
    if (!v.is_text())
      return bad(
          fmt::format("error processing alternate dns name: a value of type {} is not a string", type_name(v.type())));
    if (std::ranges::any_of(v.text(), [](char ch) { return static_cast<unsigned char>(ch) > 0x7F; }))
      return bad("error creating certificate: x509: a DNS name cannot be encoded as an IA5String");
    out.dns.push_back(v.text());
  }
  return out;
}

// Builds one certificate, its parts in the order of Go's x509; `issuer` null means self-signed.
class Builder {
 public:
  Builder(Context& c, EVP_PKEY* key) : context_(c), cert_(X509_new()) {
    X509_set_version(cert_.get(), X509_VERSION_3);
    const BigNumber serial(BN_new());
    const std::string bytes = context_.random_bytes(16);
    BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), 16, serial.get());
    BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert_.get()));
    X509_set_pubkey(cert_.get(), key);
  }

  void subject(const std::string& cn) {
    if (cn.empty()) return;
    // Given as the final type, so that no length limit applies.
    constexpr std::string_view kPrintable =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
    const bool printable = cn.find_first_not_of(kPrintable) == std::string::npos;
    X509_NAME_add_entry_by_NID(X509_get_subject_name(cert_.get()), NID_commonName,
                               printable ? V_ASN1_PRINTABLESTRING : V_ASN1_UTF8STRING,
                               reinterpret_cast<const unsigned char*>(cn.data()), static_cast<int>(cn.size()), -1, 0);
  }

  // A Go duration holds 292 years; more days than that wrap around.
  void validity(std::int64_t days) {
    const __int128 now = context_.now().time_since_epoch().count();
    constexpr std::uint64_t kDay = 86'400'000'000'000;
    set_time(X509_getm_notBefore(cert_.get()), now);
    set_time(X509_getm_notAfter(cert_.get()), now + static_cast<std::int64_t>(static_cast<std::uint64_t>(days) * kDay));
  }

  void usages(bool ca) {
    add(NID_key_usage,
        ca ? "critical,digitalSignature,keyEncipherment,keyCertSign" : "critical,digitalSignature,keyEncipherment");
    add(NID_ext_key_usage, "serverAuth,clientAuth");
    add(NID_basic_constraints, ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  }

  // RFC 7093, method 1: the first 20 bytes of a SHA-256 of the key's bits.
  void subject_key() {
    const ASN1_BIT_STRING* bits = X509_get0_pubkey_bitstr(cert_.get());
    const std::string id = sha256({reinterpret_cast<const char*>(ASN1_STRING_get0_data(bits)),
                                   static_cast<std::size_t>(ASN1_STRING_length(bits))});
    ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(octets, reinterpret_cast<const unsigned char*>(id.data()), 20);
    X509_add1_ext_i2d(cert_.get(), NID_subject_key_identifier, octets, 0, X509V3_ADD_DEFAULT);
    ASN1_OCTET_STRING_free(octets);
  }

  void issued_by(X509* issuer) {
    X509* by = issuer != nullptr ? issuer : cert_.get();
    X509_set_issuer_name(cert_.get(), X509_get_subject_name(by));
    const bool other = X509_NAME_cmp(X509_get_subject_name(by), X509_get_subject_name(cert_.get())) != 0;
    const auto* id = X509_get0_subject_key_id(by);
    if (!other || id == nullptr) return;
    AUTHORITY_KEYID* authority = AUTHORITY_KEYID_new();
    authority->keyid = ASN1_OCTET_STRING_dup(id);
    X509_add1_ext_i2d(cert_.get(), NID_authority_key_identifier, authority, 0, X509V3_ADD_DEFAULT);
    AUTHORITY_KEYID_free(authority);
  }

  void names(const Names& n) {
    if (n.dns.empty() && n.ips.empty()) return;
    GENERAL_NAMES* all = GENERAL_NAMES_new();
    for (const std::string& d : n.dns) push(all, GEN_DNS, V_ASN1_IA5STRING, d);
    for (const std::string& ip : n.ips) push(all, GEN_IPADD, V_ASN1_OCTET_STRING, ip);
    const bool nameless = X509_NAME_entry_count(X509_get_subject_name(cert_.get())) == 0;
    X509_add1_ext_i2d(cert_.get(), NID_subject_alt_name, all, nameless ? 1 : 0, X509V3_ADD_DEFAULT);
    GENERAL_NAMES_free(all);
  }

  Result<std::string> sign(EVP_PKEY* issuer_key) {
    if (!can_sign(issuer_key) || !can_sign(X509_get0_pubkey(cert_.get())))
      return bad("error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported");
    TRY_VOID(context_.spend_steps(steps_of_use(issuer_key)));
    const bool ok = X509_sign(cert_.get(), issuer_key, hash_for(issuer_key)) > 0;
    ERR_clear_error();
    if (!ok) return bad("error creating certificate: signing failed");
    return certificate_pem(cert_.get());
  }

 private:
  static void set_time(ASN1_TIME* into, __int128 nanos) {
    Time t;
    t.seconds = static_cast<std::int64_t>((nanos - (nanos % kSecond + kSecond) % kSecond) / kSecond);
    ASN1_TIME_set_string_X509(into, format_time(t, "20060102150405Z").c_str());
  }

  void add(int nid, const char* value) {
    X509V3_CTX v3;
    X509V3_set_ctx_nodb(&v3);
    X509V3_set_ctx(&v3, cert_.get(), cert_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &v3, nid, value);
    X509_add_ext(cert_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  static void push(GENERAL_NAMES* all, int kind, int type, const std::string& bytes) {
    ASN1_STRING* s = ASN1_STRING_type_new(type);
    ASN1_STRING_set(s, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, kind, s);
    sk_GENERAL_NAME_push(all, name);
  }

  Context& context_;
  CertPtr cert_;
};

Result<void> check_name(const std::string& cn) {
  if (!is_utf8(cn)) return bad("error creating certificate: asn1: string not valid UTF-8");
  return {};
}

Returned make_ca(Context& c, const std::string& cn, std::int64_t days, KeyPtr key) {
  TRY_VOID(check_name(cn));
  Builder b(c, key.get());
  b.subject(cn);
  b.validity(days);
  b.usages(true);
  b.subject_key();
  b.issued_by(nullptr);
  TRY(std::string pem, b.sign(key.get()));
  return Value::certificate({std::move(pem), own_format_pem(key.get())});
}

struct Issuer {
  CertPtr cert;
  KeyPtr key;
};

Result<Issuer> issuer_of(const Certificate& ca) {
  std::string_view pem = ca.cert;
  const auto block = next_pem(pem);
  if (!block) return bad("unable to decode certificate");
  Issuer out{parse_certificate(block->bytes), nullptr};
  if (out.cert == nullptr) return bad("error parsing certificate");
  TRY(out.key, key_from_pem(ca.key));
  return out;
}

Returned make_leaf(Context& c, Args a, const Issuer* issuer, KeyPtr key, const Names& names) {
  TRY_VOID(check_name(str(a, 0)));
  Builder b(c, key.get());
  b.subject(str(a, 0));
  b.validity(a[3].integer());
  b.usages(false);
  b.issued_by(issuer != nullptr ? issuer->cert.get() : nullptr);
  b.names(names);
  TRY(std::string pem, b.sign(issuer != nullptr ? issuer->key.get() : key.get()));
  return Value::certificate({std::move(pem), own_format_pem(key.get())});
}

Returned self_signed(Context& c, Args a, bool with_key) {
  TRY(const Names names, names_of(a[1], a[2]));
  KeyPtr key;
  if (with_key) {
    TRY(key, key_from_pem(str(a, 4)));
  } else {
    TRY(key, new_rsa_key(c, 2048));
  }
  return make_leaf(c, a, nullptr, std::move(key), names);
}

Returned signed_by(Context& c, Args a, bool with_key) {
  TRY(const Names names, names_of(a[1], a[2]));
  TRY(const Issuer issuer, issuer_of(a[4].certificate()));
  KeyPtr key;
  if (with_key) {
    TRY(key, key_from_pem(str(a, 5)));
  } else {
    TRY(key, new_rsa_key(c, 2048));
  }
  return make_leaf(c, a, &issuer, std::move(key), names);
}

Returned build_custom_cert(Context&, Args a) {
  auto cert = base64_decode(str(a, 0));
  if (!cert) return bad("unable to decode base64 certificate");
  auto key = base64_decode(str(a, 1));
  if (!key) return bad("unable to decode base64 private key");
  std::string_view rest = *cert;
  const auto block = next_pem(rest);
  if (!block) return bad("unable to decode certificate");
  if (parse_certificate(block->bytes) == nullptr) return bad("error parsing certificate: it is malformed");
  if (auto parsed = key_from_pem(*key); !parsed) return bad("error " + parsed.error().message);
  return Value::certificate({*std::move(cert), *std::move(key)});
}

Returned gen_ca(Context& c, Args a) {
  TRY(KeyPtr key, new_rsa_key(c, 2048));
  return make_ca(c, str(a, 0), a[1].integer(), std::move(key));
}

Returned gen_ca_with_key(Context& c, Args a) {
  TRY(KeyPtr key, key_from_pem(str(a, 2)));
  return make_ca(c, str(a, 0), a[1].integer(), std::move(key));
}

constexpr Function kGenerateTable[] = {
    {"genPrivateKey", "s", gen_private_key},
    {"genCA", "si", gen_ca},
    {"genCAWithKey", "sis", gen_ca_with_key},
    {"genSelfSignedCert", "slli", [](Context& c, Args a) -> Returned { return self_signed(c, a, false); }},
    {"genSelfSignedCertWithKey", "sllis", [](Context& c, Args a) -> Returned { return self_signed(c, a, true); }},
    {"genSignedCert", "sllic", [](Context& c, Args a) -> Returned { return signed_by(c, a, false); }},
    {"genSignedCertWithKey", "sllics", [](Context& c, Args a) -> Returned { return signed_by(c, a, true); }},
    {"buildCustomCert", "ss", build_custom_cert},
};

}  // namespace

Table generate_functions() { return kGenerateTable; }

}  // namespace rotor::tmpl
