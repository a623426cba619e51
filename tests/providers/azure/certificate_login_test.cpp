// Logging in as an application with a certificate.
#include "base/hash.hpp"
#include "providers/azure/client_certificate.hpp"
#include "providers/common/jws.hpp"
#include "tests/providers/azure/azure_flow.hpp"
#include "tests/providers/azure/certificates.hpp"

namespace rotor::providers::azure {
namespace {

using test::der_of;
using test::pem_of;
using test::pkcs12_of;
using test::pkcs1_of;
using test::pkcs8_of;

constexpr const char* kCertificateAuth =
    R"("tenantId":"11111111-2222-3333-4444-555555555555","authSecretRef":{"clientId":{"name":"azure","key":"id"},)"
    R"("clientCertificate":{"name":"azure","key":"certificate"}})";

class AzureCertificate : public AzureFlow {
 protected:
  static EVP_PKEY* key() {
    static const test::TestKey made = test::rsa_key();
    return made.get();
  }
  static X509* certificate() {
    static const test::TestCertificate made = test::self_signed(key());
    return made.get();
  }

  struct Jwt {
    std::string header;
    std::string claims;
    bool verified = false;
  };
  static Jwt jwt_of(const std::string& form) {
    const std::string text = FakeAzure::field(form, "client_assertion");
    const std::size_t one = text.find('.');
    const std::size_t two = text.find('.', one + 1);
    const auto part = [](std::string_view encoded) { return base64_decode(encoded, Base64::kRawUrl).value_or("?"); };
    return {part(text.substr(0, one)), part(text.substr(one + 1, two - one - 1)),
            test::verifies(key(), text.substr(0, two), part(text.substr(two + 1)), true)};
  }
};

TEST_F(AzureCertificate, SignsAnAssertionThatNamesTheCertificate) {
  gate_.secrets["team/azure/certificate"] = pem_of(certificate()) + pkcs8_of(key());
  EXPECT_EQ(read(kCertificateAuth), "plain");
  ASSERT_EQ(azure_->logins.size(), 1U);
  EXPECT_EQ(FakeAzure::field(azure_->logins[0], "client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  EXPECT_EQ(FakeAzure::field(azure_->logins[0], "client_secret"), "");
  const Jwt jwt = jwt_of(azure_->logins[0]);
  EXPECT_TRUE(jwt.verified);
  EXPECT_EQ(jwt.header, R"({"alg":"PS256","typ":"JWT","x5t#S256":")" +
                            base64_encode(sha256(der_of(certificate())), Base64::kRawUrl) + R"(","x5c":[")" +
                            base64_encode(der_of(certificate())) + R"("]})");
  EXPECT_TRUE(
      jwt.claims.starts_with(std::string(R"({"aud":")") + kLoginUrl + R"(","iss":"client-1","sub":"client-1","jti":")"))
      << jwt.claims;
  EXPECT_TRUE(jwt.claims.ends_with(R"(","nbf":1767323045,"exp":1767323645})")) << jwt.claims;
}

TEST_F(AzureCertificate, EachAssertionHasItsOwnNumber) {
  gate_.secrets["team/azure/certificate"] = pem_of(certificate()) + pkcs8_of(key());
  azure_->next_login = {{503, ""}};
  EXPECT_EQ(read(kCertificateAuth), "plain");
  ASSERT_EQ(azure_->logins.size(), 2U);
  EXPECT_NE(jwt_of(azure_->logins[0]).claims, jwt_of(azure_->logins[1]).claims);
}

TEST_F(AzureCertificate, TakesEntrasClockWhenOursIsWrong) {
  gate_.secrets["team/azure/certificate"] = pem_of(certificate()) + pkcs8_of(key());
  azure_->next_login = {
      {401, R"({"error":"invalid_client","error_codes":[700024]})", {{"Date", "Fri, 02 Jan 2026 05:04:05 GMT"}}}};
  EXPECT_EQ(read(kCertificateAuth), "plain");
  ASSERT_EQ(azure_->logins.size(), 2U);
  EXPECT_TRUE(jwt_of(azure_->logins[1]).claims.contains("\"nbf\":1767330245,")) << jwt_of(azure_->logins[1]).claims;
}

TEST_F(AzureCertificate, IsReadInEveryUsualForm) {  // AZ-59
  const test::TestKey other_key = test::rsa_key();
  const test::TestCertificate other = test::self_signed(other_key.get());
  const std::vector<std::pair<const char*, std::string>> forms = {
      {"certificate, PKCS#8", pem_of(certificate()) + pkcs8_of(key())},
      {"PKCS#8, certificate", pkcs8_of(key()) + pem_of(certificate())},
      {"PKCS#1, certificate", pkcs1_of(key()) + pem_of(certificate())},
      {"text around", "Bag Attributes\n  x: y\n" + pem_of(certificate()) + "\n\n" + pkcs1_of(key())},
      {"chain, the leaf first", pem_of(certificate()) + pem_of(other.get()) + pkcs8_of(key())},
      {"chain, the leaf last", pem_of(other.get()) + pem_of(certificate()) + pkcs8_of(key())},
      {"PKCS#12", pkcs12_of(key(), certificate(), "")},
      {"PKCS#12 with a null password", pkcs12_of(key(), certificate(), nullptr)},
  };
  for (const auto& [name, text] : forms) {
    const auto got = read_client_certificate(SecretBytes(text));
    ASSERT_TRUE(got) << name << ": " << got.error().message;
    EXPECT_EQ(got->der, der_of(certificate())) << name;
    EXPECT_EQ(got->key_pem.reveal(), pkcs8_of(key())) << name;
  }
}

TEST_F(AzureCertificate, SaysWhatACertificateLacks) {
  const test::TestKey other = test::rsa_key();
  const test::TestKey curve = test::ec_key();
  const test::TestCertificate of_curve = test::self_signed(curve.get());
  const std::string prefix = "!failed to get oauth token from certificate auth: failed to decode certificate: ";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {pkcs8_of(key()), prefix + "no certificate found in PEM file"},
      {pem_of(certificate()), prefix + "no private key found in PEM file"},
      {pem_of(of_curve.get()) + pkcs8_of(curve.get()), prefix + "found unknown private key type in PKCS#8 wrapping"},
      {pem_of(certificate()) + "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
       prefix + "failed to parse private key"},
      {pem_of(certificate()) + pkcs8_of(key(), "pass"), prefix + "failed to parse private key: it is encrypted"},
      {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + pkcs8_of(key()),
       prefix + "failed to parse PEM certificate: "},
      {pem_of(certificate()) + pkcs8_of(other.get()), prefix + "none of its certificates belongs to its private key"},
      {"nonsense", prefix + "it is neither PEM nor PKCS#12 without a password"},
      {pkcs12_of(key(), certificate(), "pass"), prefix + "it is neither PEM nor PKCS#12 without a password"},
  };
  for (const auto& [text, message] : cases) {
    gate_.secrets["team/azure/certificate"] = text;
    const std::string got = read(kCertificateAuth);
    EXPECT_TRUE(got.starts_with(message)) << got;
  }
  EXPECT_EQ(azure_->calls, Names{});
}

TEST_F(AzureCertificate, SignsByEitherAlgorithm) {
  for (const RsaScheme algorithm : {RsaScheme::kRs256, RsaScheme::kPs256}) {
    const auto token = sign_jws(algorithm, R"({"a":1})", "{}", SecretBytes(pkcs1_of(key())));
    ASSERT_TRUE(token) << token.error().message;
    const std::string text(token->reveal());
    EXPECT_TRUE(text.starts_with("eyJhIjoxfQ.e30.")) << text;
    const std::string signature = *base64_decode(text.substr(15), Base64::kRawUrl);
    const bool pss = algorithm == RsaScheme::kPs256;
    EXPECT_TRUE(test::verifies(key(), "eyJhIjoxfQ.e30", signature, pss)) << to_string(algorithm);
    EXPECT_FALSE(test::verifies(key(), "eyJhIjoxfQ.e30", signature, !pss));
  }
  for (const std::string& bad : {std::string("nonsense"), pkcs8_of(test::ec_key().get()), pkcs8_of(key(), "pass")}) {
    EXPECT_EQ(sign_jws(RsaScheme::kRs256, "{}", "{}", SecretBytes(bad)).error().code, Code::kInvalid);
  }
}

}  // namespace
}  // namespace rotor::providers::azure
