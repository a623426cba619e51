// The PBMAC1 integrity check of PKCS#12, which OpenSSL 3.0 does not know. RFC 9579.
#pragma once

#include <functional>
#include <string_view>

#include <openssl/x509.h>

#include "base/error.hpp"

namespace rotor::tmpl {

bool is_pbmac1(const X509_ALGOR& algorithm);

// Does `mac` fit the file `der`? `charge` is told of the iterations before they are made.
Result<bool> check_pbmac1(const X509_ALGOR& algorithm, const ASN1_OCTET_STRING& mac, std::string_view der,
                          std::string_view password, const std::function<Result<void>(long)>& charge);

}  // namespace rotor::tmpl
