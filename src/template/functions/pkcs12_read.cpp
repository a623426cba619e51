#include "template/functions/pkcs12_read.hpp"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/provider.h>

#include "template/functions/pkcs12_mac.hpp"

namespace rotor::tmpl {

namespace {

constexpr long kMaxIterations = 2'000'000;  // of all key derivations of a file together
constexpr std::size_t kMaxBytes = 2 * 1024 * 1024;
constexpr int kMaxBags = 1000;
constexpr int kMaxBagDepth = 8;

std::unexpected<Error> refuse(std::string_view why) {
  ERR_clear_error();
  return fail(Code::kInvalid, "pkcs12: " + std::string(why));
}

// RC2, which old archives use, lives in OpenSSL's legacy provider.
void allow_legacy_ciphers() {
  struct Legacy {
    OSSL_PROVIDER* provider = OSSL_PROVIDER_try_load(nullptr, "legacy", 1);
    ~Legacy() { OSSL_PROVIDER_unload(provider); }
  };
  static const Legacy legacy;
  ERR_clear_error();
}

template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

// Iterations of a password-based cipher; 0 when it says none.
long iterations_of(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  int type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&object, &type, &parameter, algorithm);
  if (type != V_ASN1_SEQUENCE) return 0;
  const auto* sequence = static_cast<const ASN1_STRING*>(parameter);
  if (OBJ_obj2nid(object) != NID_pbes2) {
    const Owned<PBEPARAM, PBEPARAM_free> p(
        static_cast<PBEPARAM*>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBEPARAM))));
    return p == nullptr ? 0 : ASN1_INTEGER_get(p->iter);
  }
  const Owned<PBE2PARAM, PBE2PARAM_free> p(
      static_cast<PBE2PARAM*>(ASN1_item_unpack(sequence, ASN1_ITEM_rptr(PBE2PARAM))));
  if (p == nullptr) return 0;
  X509_ALGOR_get0(&object, &type, &parameter, p->keyfunc);
  if (type != V_ASN1_SEQUENCE) return 0;
  if (OBJ_obj2nid(object) != NID_id_pbkdf2) return kMaxIterations + 1;  // scrypt and others: not in use here
  const Owned<PBKDF2PARAM, PBKDF2PARAM_free> k(static_cast<PBKDF2PARAM*>(
      ASN1_item_unpack(static_cast<const ASN1_STRING*>(parameter), ASN1_ITEM_rptr(PBKDF2PARAM))));
  return k == nullptr ? 0 : ASN1_INTEGER_get(k->iter);
}

class Pkcs12Reader {
 public:
  Pkcs12Reader(Context& context, PKCS12* file, std::string_view der, std::string_view password)
      : context_(context), file_(file), der_(der), password_(password) {}

  Result<Pkcs12Content> run() {
    TRY_VOID(check_mac());
    const Owned<STACK_OF(PKCS7), free_safes> safes(PKCS12_unpack_authsafes(file_));
    if (safes == nullptr) return refuse("error reading P12 data: no content");
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) TRY_VOID(read_safe(sk_PKCS7_value(safes.get(), i)));
    if (out_.certs.empty()) return refuse("certificate missing");
    if (out_.key == nullptr) return refuse("private key missing");
    return std::move(out_);
  }

 private:
  static void free_safes(STACK_OF(PKCS7) * s) { sk_PKCS7_pop_free(s, PKCS7_free); }
  static void free_bags(STACK_OF(PKCS12_SAFEBAG) * s) { sk_PKCS12_SAFEBAG_pop_free(s, PKCS12_SAFEBAG_free); }

  const char* password() const { return null_password_ ? nullptr : password_.c_str(); }
  int password_size() const { return null_password_ ? 0 : static_cast<int>(password_.size()); }

  Result<void> charge(long iterations) {
    iterations_ += std::clamp(iterations, 0L, kMaxIterations);
    if (iterations < 0 || iterations > kMaxIterations || iterations_ > kMaxIterations)
      return over_budget(kMaxIterations, "iterations of key derivation in a PKCS#12 file");
    return context_.spend_steps(iterations);
  }

  Result<void> check_mac() {
    if (PKCS12_mac_present(file_) == 0) {
      if (!password_.empty()) return refuse("no MAC in data");
      return {};
    }
    const ASN1_INTEGER* given = nullptr;
    const ASN1_OCTET_STRING* mac = nullptr;
    const X509_ALGOR* algorithm = nullptr;
    PKCS12_get0_mac(&mac, &algorithm, nullptr, &given, file_);
    if (is_pbmac1(*algorithm)) {
      TRY(const bool fits, check_pbmac1(*algorithm, *mac, der_, password_, [this](long n) { return charge(n); }));
      if (!fits) return refuse("decryption password incorrect");
      return {};
    }
    const long iterations = given == nullptr ? 1 : ASN1_INTEGER_get(given);
    TRY_VOID(charge(iterations));
    if (PKCS12_verify_mac(file_, password(), password_size()) == 1) return {};
    // An empty password is written in two ways.
    null_password_ = password_.empty();
    if (null_password_) TRY_VOID(charge(iterations));
    if (null_password_ && PKCS12_verify_mac(file_, nullptr, 0) == 1) return {};
    return refuse("decryption password incorrect");
  }

  Result<void> read_safe(PKCS7* safe) {
    Owned<STACK_OF(PKCS12_SAFEBAG), free_bags> bags;
    if (PKCS7_type_is_data(safe)) {
      bags.reset(PKCS12_unpack_p7data(safe));
    } else if (PKCS7_type_is_encrypted(safe)) {
      if (safe->d.encrypted == nullptr || safe->d.encrypted->enc_data == nullptr)
        return refuse("error reading P12 data: no content");
      TRY_VOID(charge(iterations_of(safe->d.encrypted->enc_data->algorithm)));
      allow_legacy_ciphers();
      bags.reset(PKCS12_unpack_p7encdata(safe, password(), password_size()));
    } else {
      return refuse("only data and encrypted data are supported");
    }
    if (bags == nullptr) return refuse("error reading P12 data: decryption or syntax");
    return read_bags(bags.get(), 0);
  }

  Result<void> read_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, int depth) {
    if (depth > kMaxBagDepth) return over_budget(kMaxBagDepth, "levels of bags in a PKCS#12 file");
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
      if (++bags_ > kMaxBags) return over_budget(kMaxBags, "bags in a PKCS#12 file");
      TRY_VOID(context_.spend_steps(kStepsPerCertificate));
      TRY_VOID(read_bag(sk_PKCS12_SAFEBAG_value(bags, i), depth));
    }
    return {};
  }

  Result<void> read_bag(const PKCS12_SAFEBAG* bag, int depth) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_keyBag:
        return add_key(PKCS12_SAFEBAG_get0_p8inf(bag));
      case NID_pkcs8ShroudedKeyBag:
        return read_shrouded_key(bag);
      case NID_certBag: {
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return {};
        CertPtr cert(PKCS12_SAFEBAG_get1_cert(bag));
        if (cert == nullptr) return refuse("a certificate is malformed");
        out_.certs.push_back(std::move(cert));
        return {};
      }
      case NID_safeContentsBag:
        return read_bags(PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
      default:
        return {};
    }
  }

  Result<void> read_shrouded_key(const PKCS12_SAFEBAG* bag) {
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
    TRY_VOID(charge(iterations_of(algorithm)));
    allow_legacy_ciphers();
    const Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(
        PKCS12_decrypt_skey(bag, password(), password_size()));
    if (info == nullptr) return refuse("the private key cannot be decrypted");
    return add_key(info.get());
  }

  Result<void> add_key(const PKCS8_PRIV_KEY_INFO* info) {
    if (info == nullptr) return refuse("the private key is malformed");
    TRY(KeyPtr key, key_from_pkcs8(info));
    if (key == nullptr) return refuse("the private key is malformed");
    if (out_.key != nullptr) return refuse("expected exactly one key in the file");
    out_.key = std::move(key);
    return {};
  }

  Context& context_;
  PKCS12* file_;
  std::string_view der_;
  std::string password_;
  bool null_password_ = false;
  long iterations_ = 0;
  int bags_ = 0;
  Pkcs12Content out_;
};

}  // namespace

Result<Pkcs12Content> read_pkcs12(Context& context, std::string_view der, std::string_view password) {
  if (der.size() > kMaxBytes) return over_budget(kMaxBytes, "bytes of a PKCS#12 file");
  const auto* begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* at = begin;
  const Pkcs12Ptr file(d2i_PKCS12(nullptr, &at, static_cast<long>(der.size())));
  if (file == nullptr || at != begin + der.size())
    return refuse("error reading P12 data: it is not PKCS#12 (is it still base64?)");
  auto content = Pkcs12Reader(context, file.get(), der, password).run();
  ERR_clear_error();
  return content;
}

}  // namespace rotor::tmpl
