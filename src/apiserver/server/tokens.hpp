// ServiceAccount tokens: JWTs signed (ES256) by a key that lives as long as the server, and the public documents by
// which others check them. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"
#include "json/document.hpp"

namespace rotor::apiserver {

// The object whose end ends a token.
struct BoundObject {
  std::string kind;  // Pod, Secret or Node
  std::string name;
  std::string uid;
};
// "pods"; "" for a kind that no token is bound to.
std::string_view plural_of_bound(std::string_view kind);

struct TokenSubject {
  std::string ns;
  std::string service_account;
  std::string uid;
  std::optional<BoundObject> bound{};
};

class TokenIssuer {
 public:
  // `server_url`: where the public keys are served.
  TokenIssuer(std::string issuer, std::string server_url);
  ~TokenIssuer();
  TokenIssuer(const TokenIssuer&) = delete;
  TokenIssuer& operator=(const TokenIssuer&) = delete;

  const std::string& issuer() const { return issuer_; }
  SecretBytes issue(const TokenSubject& subject, const std::vector<std::string>& audiences, WallTime now,
                    std::chrono::seconds lifetime) const;
  // Signature, issuer, validity in time, and that `audience` is among its audiences.
  Result<TokenSubject> verify(std::string_view token, std::string_view audience, WallTime now) const;

  json::Object discovery_document() const;
  json::Object key_set() const;

 private:
  struct Key;
  std::string issuer_;
  std::string server_url_;
  std::unique_ptr<Key> key_;
};

}  // namespace rotor::apiserver
