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

struct Ahead {
  const char* what;
  Duration ca;           // when each was made
  Duration certificate;  // by a clock that began with its CA, unless it says otherwise
  Step step;
  std::string_view why;
};

TEST(WebhookCertificates, ThatAreNotValidYetAreMadeAnew) {
  constexpr std::string_view kCaWhy = "the CA is not valid yet: a clock that was ahead made it";
  constexpr std::string_view kWhy = "the certificate is not valid yet: a clock that was ahead made it";
  for (const Ahead& row :
       std::initializer_list<Ahead>{{"both of now", 0h, 0h, Step::kKeep, ""},
                                    {"a clock ahead by less than they begin before", 59min, 59min, Step::kKeep, ""},
                                    {"a CA of a clock that is ahead", 2h, 2h, Step::kStartOver, kCaWhy},
                                    {"a CA of next year", 400 * kDay, 400 * kDay, Step::kStartOver, kCaWhy},
                                    {"a certificate of a clock that is ahead", 0h, 2h, Step::kNewCertificate, kWhy},
                                    {"a certificate of next year", 0h, 400 * kDay, Step::kNewCertificate, kWhy}}) {
    KeptCertificates kept = fresh(kStart + row.ca);
    const net::KeyPair ca{net::split_bundle(kept.ca_bundle).front(), kept.ca_key};
    net::KeyPair made =
        net::issue_certificate(ca, "w", {kRules.host}, kStart + row.certificate, std::chrono::hours(24 * 365));
    kept.certificate = made.certificate_pem;
    kept.key = made.key_pem;
    const CertificateDecision decision = decide_certificates(kept, kRules, kStart, true);
    EXPECT_EQ(decision.step, row.step) << row.what;
    EXPECT_EQ(decision.why, row.why) << row.what;
    const KeptCertificates next = renew(kept, decision.step, kRules, kStart);
    EXPECT_EQ(decide(next, kStart), Step::kKeep) << row.what;
    EXPECT_TRUE(net::fault_of(*net::validity_of(next.ca_bundle), kStart).empty()) << row.what;
    EXPECT_TRUE(trusts(next.ca_bundle, kept.certificate)) << row.what << ": others serve it until they look again";
  }
}

TEST(WebhookCertificates, OfACaThatIsNotValidYetAreNotTrusted) {
  KeptCertificates kept = fresh(kStart + 2h);
  const net::KeyPair ahead{net::split_bundle(kept.ca_bundle).front(), kept.ca_key};
  kept = renew(kept, Step::kNewCa, kRules, kStart);
  net::KeyPair made = net::issue_certificate(ahead, "w", {kRules.host}, kStart, std::chrono::hours(24 * 365));
  kept.certificate = made.certificate_pem;
  kept.key = made.key_pem;
  EXPECT_EQ(decide(kept, kStart), Step::kNewCertificate);
}

// Two replicas look by turns, one by a wrong clock: they agree soon, on what is valid for the one that is right.
TEST(WebhookCertificates, AreSettledBetweenTwoClocks) {
  constexpr int kLooks = 8;
  for (const Duration wrong_by :
       std::initializer_list<Duration>{-400 * kDay, -2h, 2h, 300 * kDay, 400 * kDay, 3000 * kDay}) {
    for (const bool wrong_first : {true, false}) {
      KeptCertificates kept;
      int written = 0;
      for (int look = 0; look < kLooks; ++look) {
        const WallTime now = kStart + look * 5min + ((look % 2 == 0) == wrong_first ? wrong_by : Duration());
        const CertificateDecision decision = decide_certificates(kept, kRules, now, true);
        if (decision.step == Step::kKeep) continue;
        kept = renew(kept, decision.step, kRules, now);
        ++written;
        EXPECT_LT(look, 6) << wrong_by / 1h << "h " << wrong_first << ": " << decision.why;
      }
      const WallTime end = kStart + kLooks * 5min;
      EXPECT_EQ(net::fault_of(*net::validity_of(kept.certificate), end), "") << wrong_by / 1h << "h " << wrong_first;
      EXPECT_EQ(net::fault_of(*net::validity_of(kept.ca_bundle), end), "") << wrong_by / 1h << "h " << wrong_first;
      EXPECT_LE(written, 4);
    }
  }
}

TEST(WebhookCertificates, OfClocksThatNeverAgreeFillNoSecret) {
  KeptCertificates kept;
  for (int look = 0; look < 8; ++look) {
    kept = renew(kept, Step::kStartOver, kRules, kStart + (look % 2 == 0 ? 0 : 1) * 3650 * kDay);
  }
  EXPECT_LE(net::split_bundle(kept.ca_bundle).size(), 4U);
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
