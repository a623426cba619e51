#include "providers/common/jws.hpp"

#include "base/encoding.hpp"

namespace rotor::providers {

Result<SecretBytes> sign_jws(RsaScheme scheme, std::string_view header, std::string_view claims,
                             const SecretBytes& key_pem) {
  SecretBytes token(base64_encode(header, Base64::kRawUrl));
  token.append(".");
  token.append(base64_encode(claims, Base64::kRawUrl));
  TRY(const std::string signature, sign_rsa(scheme, key_pem, token.reveal()));
  token.append(".");
  token.append(signature);
  return token;
}

}  // namespace rotor::providers
