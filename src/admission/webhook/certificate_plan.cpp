#include "admission/webhook/certificate_plan.hpp"

#include <algorithm>
#include <expected>
#include <vector>

#include "net/certificate_facts.hpp"
#include "net/certificates.hpp"

namespace rotor::admission {
namespace {

using namespace std::chrono_literals;
using Step = CertificateStep;

constexpr std::chrono::hours kCaLifetime{24 * 3650};
constexpr std::chrono::hours kLifetime{24 * 365};
// API servers and the other replicas have heard of a new CA by then. Certificates begin an hour before they are made.
constexpr auto kKnown = 1h + 1h;
constexpr int kMostOlder = 3;  // CAs that stay in the bundle: clocks that disagree by years fill no Secret
constexpr auto kUrgent = 24h;  // with less left there is nothing to wait for

struct Signer {
  std::string certificate;
  net::Validity validity;
};

// Or what is wrong with the CA that should sign.
std::expected<Signer, std::string_view> signer_of(const KeptCertificates& kept, WallTime now) {
  const auto validity = net::validity_of(kept.ca_bundle);
  if (!validity || !net::belongs_to(kept.ca_key, kept.ca_bundle))
    return std::unexpected("there is no CA that can sign");
  if (validity->ends <= now) return std::unexpected("the CA has expired");
  if (validity->begins > now) return std::unexpected("the CA is not valid yet: a clock that was ahead made it");
  return Signer{net::split_bundle(kept.ca_bundle).front(), *validity};
}

bool is_trusted(const KeptCertificates& kept, WallTime now) {
  return std::ranges::any_of(net::split_bundle(kept.ca_bundle), [&](const std::string& ca) {
    return net::fault_of(*net::validity_of(ca), now).empty() && net::is_signed_by(kept.certificate, ca);
  });
}

// What is wrong with what is served: "" when it can be served.
std::string_view fault_of_served(const KeptCertificates& kept, const CertificateRules& rules, WallTime now) {
  const auto validity = net::validity_of(kept.certificate);
  if (!validity || !net::belongs_to(kept.key, kept.certificate)) return "the certificate cannot be used";
  if (validity->ends <= now) return "the certificate has expired";
  if (validity->begins > now) return "the certificate is not valid yet: a clock that was ahead made it";
  if (!net::is_for(kept.certificate, rules.host)) return "the certificate is for another name";
  return is_trusted(kept, now) ? "" : "the certificate is of no CA that is known and valid";
}

std::string common_name(const std::string& host) { return host.size() <= 64 ? host : "rotor-webhook"; }

// It begins with its CA, not now: made by a clock that is ahead it is valid for everybody all the same.
void issue(KeptCertificates& kept, const CertificateRules& rules, WallTime now) {
  const net::Validity of_the_ca = *net::validity_of(kept.ca_bundle);
  const auto lifetime = std::min(kLifetime, std::chrono::floor<std::chrono::hours>(of_the_ca.ends - now));
  const net::KeyPair ca{net::split_bundle(kept.ca_bundle).front(), kept.ca_key};
  net::KeyPair made =
      net::issue_certificate(ca, common_name(rules.host), {rules.host}, now, lifetime, of_the_ca.begins);
  kept.certificate = std::move(made.certificate_pem);
  kept.key = std::move(made.key_pem);
}

// In front of what still counts. One that is not valid yet for us counts: other replicas serve something of it until
// they look again.
void put_new_ca(KeptCertificates& kept, WallTime now) {
  net::KeyPair ca = net::make_ca("rotor webhook CA", now, kCaLifetime);
  std::string bundle = std::move(ca.certificate_pem);
  int carried_on = 0;
  for (const std::string& older : net::split_bundle(kept.ca_bundle)) {
    if (net::validity_of(older)->ends > now && carried_on++ < kMostOlder) bundle += older;
  }
  kept.ca_bundle = std::move(bundle);
  kept.ca_key = std::move(ca.key_pem);
}

}  // namespace

CertificateDecision decide_certificates(const KeptCertificates& kept, const CertificateRules& rules, WallTime now,
                                        bool bundle_in_place) {
  const auto signer = signer_of(kept, now);
  if (!signer) return {Step::kStartOver, signer.error()};
  if (const std::string_view fault = fault_of_served(kept, rules, now); !fault.empty()) {
    return {signer->validity.ends - now < kUrgent ? Step::kStartOver : Step::kNewCertificate, fault};
  }
  const auto lookahead = std::min<Duration>(rules.lookahead, kMostLookahead);
  if (signer->validity.ends - now < lookahead) return {Step::kNewCa, "the CA ends soon"};
  const WallTime ends = net::validity_of(kept.certificate)->ends;
  const bool of_the_signer = net::is_signed_by(kept.certificate, signer->certificate);
  if (of_the_signer && ends - now >= lookahead) return {};
  const bool known = bundle_in_place && now - signer->validity.begins >= kKnown;
  if (!of_the_signer && !known && ends - now >= kUrgent) return {};
  return {Step::kNewCertificate, of_the_signer ? "the certificate ends soon" : "the CA is a new one"};
}

KeptCertificates renew(KeptCertificates kept, CertificateStep step, const CertificateRules& rules, WallTime now) {
  if (step == Step::kNewCa || step == Step::kStartOver) put_new_ca(kept, now);
  if (step == Step::kNewCertificate || step == Step::kStartOver) issue(kept, rules, now);
  return kept;
}

}  // namespace rotor::admission
