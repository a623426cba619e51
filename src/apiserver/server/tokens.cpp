#include "apiserver/server/tokens.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/core_names.h>

#include "apiserver/registry/meta.hpp"
#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/openssl_owners.hpp"

namespace rotor::apiserver {

namespace {

constexpr std::size_t kCoordinate = 32;

std::string base64url(std::string_view bytes) { return base64_encode(bytes, Base64::kRawUrl); }

const unsigned char* bytes_of(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

std::int64_t seconds(WallTime t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

// JWS wants r and s side by side; OpenSSL speaks DER. RFC 7518 section 3.4.
std::string raw_signature(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  const openssl::EcdsaSignature parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::array<unsigned char, 2 * kCoordinate> out{};
  if (parsed == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), out.data(), kCoordinate) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), out.data() + kCoordinate, kCoordinate) < 0) {
    throw std::runtime_error("signing a token: broken signature");
  }
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

std::string der_signature(std::string_view raw) {
  const openssl::EcdsaSignature built(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(raw), kCoordinate, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(raw) + kCoordinate, kCoordinate, nullptr);
  ECDSA_SIG_set0(built.get(), r, s);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(built.get(), &der);
  std::string out(reinterpret_cast<const char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return out;
}

}  // namespace

struct TokenIssuer::Key {
  openssl::Key pkey;
  std::string x, y;  // base64url
  std::string id;
};

std::string_view plural_of_bound(std::string_view kind) {
  if (kind == "Pod") return "pods";
  if (kind == "Secret") return "secrets";
  return kind == "Node" ? "nodes" : "";
}

TokenIssuer::TokenIssuer(std::string issuer, std::string server_url)
    : issuer_(std::move(issuer)), server_url_(std::move(server_url)), key_(std::make_unique<Key>()) {
  key_->pkey.reset(EVP_EC_gen("P-256"));
  std::array<unsigned char, 1 + 2 * kCoordinate> point{};
  std::size_t size = 0;
  if (key_->pkey == nullptr ||
      EVP_PKEY_get_octet_string_param(key_->pkey.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) !=
          1 ||
      size != point.size()) {
    throw std::runtime_error("making the token signing key failed");
  }
  const std::string_view raw(reinterpret_cast<const char*>(point.data()), point.size());
  key_->x = base64url(raw.substr(1, kCoordinate));
  key_->y = base64url(raw.substr(1 + kCoordinate));
  key_->id = base64url(sha256(raw));
}

TokenIssuer::~TokenIssuer() = default;

SecretBytes TokenIssuer::issue(const TokenSubject& subject, const std::vector<std::string>& audiences, WallTime now,
                               std::chrono::seconds lifetime) const {
  json::Object header;
  header["alg"] = "ES256";
  header["kid"] = key_->id;
  json::Object account;
  account["name"] = subject.service_account;
  account["uid"] = subject.uid;
  json::Object own;
  own["namespace"] = subject.ns;
  own["serviceaccount"] = std::move(account);
  if (subject.bound) {
    json::Object bound;
    bound["name"] = subject.bound->name;
    bound["uid"] = subject.bound->uid;
    own[ascii_lower(subject.bound->kind)] = std::move(bound);
  }
  json::Object claims;
  json::Array for_whom;
  for (const std::string& one : audiences) for_whom.push_back(json::Value(one));
  claims["aud"] = std::move(for_whom);
  claims["exp"] = seconds(now + lifetime);
  claims["iat"] = seconds(now);
  claims["iss"] = issuer_;
  claims["jti"] = random_uuid();
  claims["kubernetes.io"] = std::move(own);
  claims["nbf"] = seconds(now);
  claims["sub"] = fmt::format("system:serviceaccount:{}:{}", subject.ns, subject.service_account);
  const std::string signed_part =
      base64url(json::serialize(json::Value(header))) + "." + base64url(json::serialize(json::Value(claims)));

  const openssl::DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der{};
  std::size_t size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, bytes_of(signed_part), signed_part.size()) != 1) {
    throw std::runtime_error("signing a token failed");
  }
  SecretBytes out(signed_part);
  out.append(".");
  out.append(base64url(raw_signature({reinterpret_cast<const char*>(der.data()), size})));
  return out;
}

Result<TokenSubject> TokenIssuer::verify(std::string_view token, std::string_view audience, WallTime now) const {
  const auto refuse_token = [](std::string_view why) {
    return fail(Code::kUnauthenticated, fmt::format("token: {}", why));
  };
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return refuse_token("not a JWT");
  const auto signature = base64_decode(token.substr(last + 1), Base64::kRawUrl);
  if (!signature || signature->size() != 2 * kCoordinate) return refuse_token("broken signature");
  const std::string der = der_signature(*signature);
  const std::string_view signed_part = token.substr(0, last);
  const openssl::DigestContext context(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) != 1 ||
      EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(signed_part), signed_part.size()) != 1) {
    return refuse_token("the signature does not match");
  }
  const auto payload = base64_decode(token.substr(first + 1, last - first - 1), Base64::kRawUrl);
  if (!payload) return refuse_token("broken payload");
  TRY(const json::Value document, json::parse(*payload));
  if (!document.is_object()) return refuse_token("broken payload");
  const json::Object& claims = document.get_object();
  if (text(claims, "iss") != issuer_) return refuse_token("another issuer");
  const json::Value* expires = claims.if_contains("exp");
  if (expires == nullptr || !expires->is_int64() || expires->get_int64() <= seconds(now))
    return refuse_token("expired");
  const json::Array* for_whom = list(claims, "aud");
  const bool meant = for_whom != nullptr && std::ranges::any_of(*for_whom, [&](const json::Value& one) {
                       return one.is_string() && std::string_view(one.get_string()) == audience;
                     });
  if (!meant) return refuse_token("another audience");
  const json::Object* own = child(claims, "kubernetes.io");
  const json::Object* account = own == nullptr ? nullptr : child(*own, "serviceaccount");
  if (account == nullptr) return refuse_token("no ServiceAccount");
  TokenSubject out{std::string(text(*own, "namespace")), std::string(text(*account, "name")),
                   std::string(text(*account, "uid"))};
  for (const char* kind : {"Pod", "Secret", "Node"}) {
    if (const json::Object* bound = child(*own, ascii_lower(kind)))
      out.bound = BoundObject{kind, std::string(text(*bound, "name")), std::string(text(*bound, "uid"))};
  }
  return out;
}

json::Object TokenIssuer::discovery_document() const {
  json::Object out;
  out["issuer"] = issuer_;
  out["jwks_uri"] = server_url_ + "/openid/v1/jwks";
  out["response_types_supported"] = json::Array{"id_token"};
  out["subject_types_supported"] = json::Array{"public"};
  out["id_token_signing_alg_values_supported"] = json::Array{"ES256"};
  return out;
}

json::Object TokenIssuer::key_set() const {
  json::Object key;
  key["use"] = "sig";
  key["kty"] = "EC";
  key["kid"] = key_->id;
  key["alg"] = "ES256";
  key["crv"] = "P-256";
  key["x"] = key_->x;
  key["y"] = key_->y;
  json::Object out;
  out["keys"] = json::Array{std::move(key)};
  return out;
}

}  // namespace rotor::apiserver
