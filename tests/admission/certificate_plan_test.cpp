// When the webhook's certificates are renewed, over years of a clock that nobody waits for. Row 195 of §7.9.
#include "admission/webhook/certificate_plan.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "net/certificate_facts.hpp"
#include "net/certificates.hpp"

namespace rotor::admission {
namespace {

using namespace std::chrono_literals;
using Step = CertificateStep;

constexpr std::chrono::hours kDay{24};
constexpr WallTime kStart{std::chrono::seconds(1767323045)};
const CertificateRules kRules{.host = "rotor-webhook.rotor-system.svc"};

KeptCertificates fresh(WallTime now = kStart) { return renew({}, Step::kStartOver, kRules, now); }

Step decide(const KeptCertificates& kept, WallTime now, bool in_place = true, const CertificateRules& rules = kRules) {
  return decide_certificates(kept, rules, now, in_place).step;
}

bool trusts(const std::string& bundle, const std::string& certificate) {
  return std::ranges::any_of(net::split_bundle(bundle),
                             [&](const std::string& ca) { return net::is_signed_by(certificate, ca); });
}

TEST(WebhookCertificates, AreMadeWhenThereAreNone) {
  EXPECT_EQ(decide({}, kStart), Step::kStartOver);
  const KeptCertificates made = fresh();
  EXPECT_EQ(decide(made, kStart), Step::kKeep);
  EXPECT_TRUE(net::is_for(made.certificate, kRules.host));
  EXPECT_TRUE(net::belongs_to(made.key, made.certificate));
  EXPECT_TRUE(trusts(made.ca_bundle, made.certificate));
}

TEST(WebhookCertificates, AreRenewedByTheSameCaLongBeforeTheyEnd) {
  const KeptCertificates made = fresh();
  EXPECT_EQ(decide(made, kStart + 274 * kDay), Step::kKeep);
  EXPECT_EQ(decide(made, kStart + 276 * kDay), Step::kNewCertificate);
  const KeptCertificates renewed = renew(made, Step::kNewCertificate, kRules, kStart + 276 * kDay);
  EXPECT_EQ(renewed.ca_bundle, made.ca_bundle);
  EXPECT_NE(renewed.certificate, made.certificate);
  EXPECT_EQ(decide(renewed, kStart + 276 * kDay), Step::kKeep);
}

TEST(WebhookCertificates, AreMadeAnewForAnotherName) {
  const CertificateRules other{.host = "10.1.2.3"};
  EXPECT_EQ(decide(fresh(), kStart, true, other), Step::kNewCertificate);
  const KeptCertificates renewed = renew(fresh(), Step::kNewCertificate, other, kStart);
  EXPECT_EQ(decide(renewed, kStart, true, other), Step::kKeep);
}

TEST(WebhookCertificates, AreRepairedWhenSomebodyBrokeTheirSecret) {
  const KeptCertificates good = fresh();
  const KeptCertificates other = fresh();
  KeptCertificates broken = good;
  broken.key = other.key;
  EXPECT_EQ(decide(broken, kStart), Step::kNewCertificate);
  broken = good;
  broken.certificate = "canary";
  EXPECT_EQ(decide(broken, kStart), Step::kNewCertificate);
  broken = good;
  broken.certificate = other.certificate;
  broken.key = other.key;
  EXPECT_EQ(decide(broken, kStart), Step::kNewCertificate) << "of a CA that nobody trusts";
  broken = good;
  broken.ca_key = other.ca_key;
  EXPECT_EQ(decide(broken, kStart), Step::kStartOver);
  broken = good;
  broken.ca_bundle.clear();
  EXPECT_EQ(decide(broken, kStart), Step::kStartOver);
  EXPECT_EQ(decide(renew(broken, Step::kStartOver, kRules, kStart), kStart), Step::kKeep);
}

TEST(WebhookCertificates, OfANewCaAreServedOnlyWhenItIsKnown) {
  const KeptCertificates old = fresh();
  const WallTime soon = kStart + (3650 - 80) * kDay;
  const KeptCertificates near = renew(old, Step::kNewCertificate, kRules, soon);  // it had expired meanwhile
  ASSERT_EQ(decide(near, soon), Step::kNewCa);
  const KeptCertificates both = renew(near, Step::kNewCa, kRules, soon);
  EXPECT_EQ(net::split_bundle(both.ca_bundle).size(), 2U);
  EXPECT_EQ(both.certificate, near.certificate);
  EXPECT_EQ(decide(both, soon + 59min), Step::kKeep) << "the other replicas look every few minutes";
  EXPECT_EQ(decide(both, soon + 61min, false), Step::kKeep) << "the API server has no bundle yet";
  EXPECT_EQ(decide(both, soon + 61min), Step::kNewCertificate);
  const WallTime last_day = soon + 80 * kDay - 23h;
  EXPECT_EQ(decide(both, last_day, false), Step::kNewCertificate) << "waiting longer would end worse";
}

// What is served is always valid, and trusted by who has the bundle of the look before; and what a replica that did not
// look yet still serves is trusted by who has the new one.
TEST(WebhookCertificates, AreNeverServedUnknownOrEndedThroughTwelveYears) {
  KeptCertificates kept = fresh();
  int certificates = 0, authorities = 0;
  for (WallTime now = kStart; now < kStart + 4380 * kDay; now += 10 * kDay) {
    const CertificateDecision decision = decide_certificates(kept, kRules, now, true);
    if (decision.step == Step::kKeep) continue;
    ASSERT_NE(decision.step, Step::kStartOver) << decision.why;
    const KeptCertificates next = renew(kept, decision.step, kRules, now);
    ASSERT_TRUE(trusts(kept.ca_bundle, next.certificate)) << decision.why;
    ASSERT_TRUE(trusts(next.ca_bundle, kept.certificate)) << decision.why;
    ASSERT_GT(net::validity_of(kept.certificate)->ends - now, 30 * kDay) << "renewed well before";
    (decision.step == Step::kNewCa ? authorities : certificates) += 1;
    kept = next;
  }
  EXPECT_EQ(authorities, 1);
  EXPECT_GE(certificates, 12);
  EXPECT_LE(certificates, 20);
}

TEST(WebhookCertificates, CarryNoCaOnThatHasEnded) {
  const KeptCertificates old = fresh();
  const WallTime later = kStart + 4000 * kDay;
  const KeptCertificates anew = renew(old, Step::kStartOver, kRules, later);
  EXPECT_EQ(net::split_bundle(anew.ca_bundle).size(), 1U);
}

TEST(CertificateFacts, AreOfNothingThatIsNoCertificate) {
  const net::KeyPair ca = net::make_ca("ca", kStart, 1h);
  for (const std::string_view text : {"", "canary", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
    EXPECT_FALSE(net::validity_of(text));
    EXPECT_TRUE(net::split_bundle(text).empty());
    EXPECT_FALSE(net::is_signed_by(text, ca.certificate_pem));
    EXPECT_FALSE(net::is_signed_by(ca.certificate_pem, text));
    EXPECT_FALSE(net::is_for(text, "a"));
    EXPECT_FALSE(net::belongs_to(ca.key_pem, text));
    EXPECT_FALSE(net::belongs_to(SecretBytes(text), ca.certificate_pem));
  }
  EXPECT_EQ(net::validity_of(ca.certificate_pem)->ends, kStart + 1h);
  EXPECT_EQ(net::validity_of(ca.certificate_pem)->begins, kStart - 1h);
}

}  // namespace
}  // namespace rotor::admission
