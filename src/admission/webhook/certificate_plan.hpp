// When the webhook's own certificates are renewed, and with what. Pure but for the keys that are made.
//
// Clients must trust a CA before anything that it signed is served, and as long as anybody serves something older: a
// new CA is first only added to the bundle, signs once the API server has the bundle, and the old one stays until it
// ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "base/secret_bytes.hpp"

namespace rotor::admission {

struct KeptCertificates {
  std::string ca_bundle{};    // the CA that signs first, then those that are trusted beside it
  SecretBytes ca_key{};       // of the first
  std::string certificate{};  // what is served
  SecretBytes key{};
};

struct CertificateRules {
  std::string host;                               // that the certificate is for
  Duration lookahead = std::chrono::hours(2160);  // renewed when less than this is left
};

enum class CertificateStep : std::uint8_t {
  kKeep,
  kNewCertificate,  // by the CA that is there
  kNewCa,           // in front of the bundle; what is served stays
  kStartOver,       // a CA and a certificate by it
};
struct CertificateDecision {
  CertificateStep step = CertificateStep::kKeep;
  std::string_view why = {};
};

// `bundle_in_place`: the API server was given this bundle.
CertificateDecision decide_certificates(const KeptCertificates& kept, const CertificateRules& rules, WallTime now,
                                        bool bundle_in_place);

KeptCertificates renew(KeptCertificates kept, CertificateStep step, const CertificateRules& rules, WallTime now);

// Half of what a certificate lives: with more it would be renewed for ever.
inline constexpr std::chrono::hours kMostLookahead{4380};

}  // namespace rotor::admission
