// Reading PKCS#12: one private key and its certificates. RFC 7292.
#pragma once

#include <string_view>
#include <vector>

#include "template/functions/keys_and_certs.hpp"
#include "template/language/context.hpp"

namespace rotor::tmpl {

struct Pkcs12Content {
  KeyPtr key;
  std::vector<CertPtr> certs;  // in the order of the file
};

// kInvalid: not PKCS#12, wrong password, no private key or more than one; over_budget when it is too large or its key
// derivation too costly to follow.
Result<Pkcs12Content> read_pkcs12(Context& context, std::string_view der, std::string_view password);

}  // namespace rotor::tmpl
