// What a certificate says and whether it fits: for who keeps certificates and renews them in time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::net {

struct Validity {
  WallTime begins;
  WallTime ends;
};

// "expired at …" or "is not valid before …"; "" when it is valid.
std::string fault_of(const Validity& validity, WallTime now);

// Of the first certificate of a PEM text. kInvalid: there is none.
Result<Validity> validity_of(std::string_view certificate_pem);

// The certificates of a PEM text, each as a PEM text of its own; what cannot be read is left out.
std::vector<std::string> split_bundle(std::string_view bundle_pem);

// Of the first certificate each; false also when one cannot be read.
bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem);
bool is_for(std::string_view certificate_pem, const std::string& host);  // a DNS name or an IP address
bool belongs_to(const SecretBytes& key_pem, std::string_view certificate_pem);

}  // namespace rotor::net
