// The certificate and key with which an application logs in.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::providers::azure {

struct ClientCertificate {
  SecretBytes key_pem;  // RSA, PKCS#8
  std::string der;      // of the certificate
};

// PEM with a certificate and an RSA key (PKCS#1 or PKCS#8) in any order, or PKCS#12 without a password. Of several
// certificates the one of the key counts. Errors say which part is missing.
Result<ClientCertificate> read_client_certificate(const SecretBytes& text);

}  // namespace rotor::providers::azure
