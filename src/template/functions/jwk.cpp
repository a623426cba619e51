// JSON Web Keys to PEM. RFC 7517, 7518, 8037.
#include <algorithm>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "base/encoding.hpp"
#include "template/functions/helpers.hpp"
#include "template/functions/keys_and_certs.hpp"
#include "template/go/json.hpp"

namespace rotor::tmpl {

namespace {

using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;

// Text members of one key.
class Jwk {
 public:
  static Result<Jwk> parse(std::string_view json) {
    auto v = read_json(json);
    if (!v) return bad("failed to unmarshal JWK: it is not valid JSON");
    if (!v->is_map()) return bad("invalid key type from JSON ()");
    return Jwk(*std::move(v));
  }

  std::string text(const char* name) const {
    const auto found = value_.members().find(name);
    return found != value_.members().end() && found->second.is_text() ? found->second.text() : "";
  }

  bool has(const char* name) const { return !text(name).empty(); }

  // A base64url member, with or without padding, in either alphabet.
  Result<std::string> bytes(const char* name) const {
    std::string s = text(name);
    if (s.empty()) return bad(std::string("required field ") + name + " is missing");
    std::ranges::replace(s, '+', '-');
    std::ranges::replace(s, '/', '_');
    while (s.ends_with('=')) s.pop_back();
    auto decoded = base64_decode(s, Base64::kRawUrl);
    if (!decoded) return bad(std::string("field ") + name + " is not base64");
    return decoded;
  }

  Result<BigNumber> number(const char* name) const {
    TRY(const std::string b, bytes(name));
    if (b.size() > kMaxKeyBits / 8) return over_budget(kMaxKeyBits, "bits of a private key");
    return BigNumber(BN_bin2bn(reinterpret_cast<const unsigned char*>(b.data()), static_cast<int>(b.size()), nullptr));
  }

 private:
  explicit Jwk(Value v) : value_(std::move(v)) {}
  Value value_;
};

Result<KeyPtr> from_parameters(const char* type, const ParamBuilder& builder, bool is_private) {
  const std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  const int selection = is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  const bool ok = EVP_PKEY_fromdata_init(context.get()) > 0 &&
                  EVP_PKEY_fromdata(context.get(), &raw, selection, parameters.get()) > 0;
  ERR_clear_error();
  KeyPtr key(raw);
  if (!ok || key == nullptr) return bad("the key's fields do not make a valid key");
  return key;
}

// d mod (p-1), d mod (q-1) and 1/q mod p, whether or not the JWK carries them.
struct Crt {
  BigNumber dp, dq, qi;
};

Result<Crt> crt_of(const BIGNUM* d, const BIGNUM* p, const BIGNUM* q) {
  const std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>> ctx(BN_CTX_new());
  Crt out{BigNumber(BN_new()), BigNumber(BN_new()), BigNumber(BN_new())};
  const BigNumber p1(BN_dup(p));
  const BigNumber q1(BN_dup(q));
  BN_sub_word(p1.get(), 1);
  BN_sub_word(q1.get(), 1);
  const bool ok = BN_mod(out.dp.get(), d, p1.get(), ctx.get()) == 1 &&
                  BN_mod(out.dq.get(), d, q1.get(), ctx.get()) == 1 &&
                  BN_mod_inverse(out.qi.get(), q, p, ctx.get()) != nullptr;
  ERR_clear_error();
  if (!ok) return bad("the key's fields do not make a valid key");
  return out;
}

Result<KeyPtr> rsa_key(const Jwk& jwk, bool is_private) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  TRY(const BigNumber n, jwk.number("n"));
  TRY(const BigNumber e, jwk.number("e"));
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  if (!is_private) return from_parameters("RSA", builder, false);
  TRY(const BigNumber d, jwk.number("d"));
  TRY(const BigNumber p, jwk.number("p"));
  TRY(const BigNumber q, jwk.number("q"));
  TRY(const Crt crt, crt_of(d.get(), p.get(), q.get()));
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR1, p.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_FACTOR2, q.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1, crt.dp.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2, crt.dq.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1, crt.qi.get());
  return from_parameters("RSA", builder, true);
}

struct Curve {
  std::string_view name;
  const char* group;
  std::size_t size;
};
constexpr Curve kCurves[] = {{"P-256", "prime256v1", 32}, {"P-384", "secp384r1", 48}, {"P-521", "secp521r1", 66}};

Result<KeyPtr> ec_key(const Jwk& jwk, bool is_private) {
  const auto* curve = std::ranges::find(kCurves, jwk.text("crv"), &Curve::name);
  if (curve == std::end(kCurves)) return bad("unsupported elliptic curve");
  std::string point(1, '\x04');
  for (const char* name : {"x", "y"}) {
    TRY(const std::string coordinate, jwk.bytes(name));
    if (coordinate.size() > curve->size) return bad(std::string("field ") + name + " is too long for its curve");
    point += std::string(curve->size - coordinate.size(), '\0') + coordinate;
  }
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  if (!is_private) return from_parameters("EC", builder, false);
  TRY(const BigNumber d, jwk.number("d"));
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d.get());
  return from_parameters("EC", builder, true);
}

Result<KeyPtr> okp_key(const Jwk& jwk, bool is_private) {
  if (jwk.text("crv") != "Ed25519") return bad("unsupported curve of an OKP key; use Ed25519");
  TRY(const std::string bytes, jwk.bytes(is_private ? "d" : "x"));
  const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
  KeyPtr key(is_private ? EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw, bytes.size())
                        : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw, bytes.size()));
  ERR_clear_error();
  if (key == nullptr) return bad("the key's fields do not make a valid key");
  return key;
}

Returned to_pem(Context& c, const std::string& json, bool want_private) {
  constexpr std::size_t kMaxBytes = 64 * 1024;
  if (json.size() > kMaxBytes) return over_budget(kMaxBytes, "bytes of a JWK");
  TRY_VOID(c.spend_steps(20'000));
  TRY(const Jwk jwk, Jwk::parse(json));
  const std::string type = jwk.text("kty");
  if (type != "RSA" && type != "EC" && type != "OKP")
    return bad(type == "oct" ? "x509: unsupported key type: oct" : "invalid key type from JSON");
  const bool is_private = jwk.has("d");
  auto key =
      type == "RSA" ? rsa_key(jwk, is_private) : (type == "EC" ? ec_key(jwk, is_private) : okp_key(jwk, is_private));
  if (!key) return std::unexpected(std::move(key).error());
  if (want_private && !is_private) return bad("x509: the JWK holds a public key, a private one is needed");
  if (!want_private && is_private) return bad("x509: the JWK holds a private key, a public one is needed");
  return text(want_private ? pkcs8_pem(key->get()) : pkix_pem(key->get()));
}

constexpr Function kJwkTable[] = {
    {"jwkPublicKeyPem", "s", [](Context& c, Args a) -> Returned { return to_pem(c, str(a, 0), false); }},
    {"jwkPrivateKeyPem", "s", [](Context& c, Args a) -> Returned { return to_pem(c, str(a, 0), true); }},
};

}  // namespace

Table jwk_functions() { return kJwkTable; }

}  // namespace rotor::tmpl
