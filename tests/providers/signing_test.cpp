#include "providers/common/signing.hpp"

#include <gtest/gtest.h>

#include "tests/providers/rsa_key.hpp"

namespace rotor::providers {
namespace {

using test::RsaKey;

TEST(Signing, SignsSoThatThePublicKeyVerifiesInEachScheme) {
  const RsaKey& key = RsaKey::shared();
  for (const auto& [scheme, padding] :
       {std::pair{RsaScheme::kRs256, RSA_PKCS1_PADDING}, std::pair{RsaScheme::kPs256, RSA_PKCS1_PSS_PADDING}}) {
    const auto signature = sign_rsa(scheme, key.pem(), "header.claims");
    ASSERT_TRUE(signature) << signature.error().message;
    EXPECT_EQ(signature->find_first_of("+/="), std::string::npos);
    EXPECT_TRUE(key.verify("header.claims", *signature, padding));
    EXPECT_FALSE(key.verify("header.Claims", *signature, padding));
  }
}

TEST(Signing, ReadsPkcs1AndPassesOverACertificateBeforeTheKey) {
  const RsaKey& key = RsaKey::shared();
  EXPECT_TRUE(key.verify("x", *sign_rsa(RsaScheme::kRs256, key.pem_of_pkcs1(), "x")));
  SecretBytes both("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  both.append(key.pem().reveal());
  const auto signature = sign_rsa(RsaScheme::kRs256, both, "x");
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_TRUE(key.verify("x", *signature));
}

TEST(Signing, SaysWhatIsWrongWithAKeyAndQuotesNothingOfIt) {
  const auto locked = sign_rsa(RsaScheme::kRs256, RsaKey::shared().pem_with_password(), "x");
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().message, "the private key is protected by a password; give one without");
  const auto text = sign_rsa(RsaScheme::kRs256, SecretBytes("hunter2"), "x");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::kInvalid);
  EXPECT_EQ(text.error().message, "the private key is not PEM (-----BEGIN PRIVATE KEY-----)");
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> curve(EVP_EC_gen("P-256"), EVP_PKEY_free);
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, curve.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  const SecretBytes pem(std::string_view(data, static_cast<std::size_t>(size)));
  BIO_free(bio);
  EXPECT_EQ(sign_rsa(RsaScheme::kRs256, pem, "x").error().message, "the private key is not an RSA key");
}

}  // namespace
}  // namespace rotor::providers
