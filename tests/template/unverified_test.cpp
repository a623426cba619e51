// What the specification of today's operator only says by reading: settled by running Go's x509, sprig and go-pkcs12.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/dsa.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/encoding.hpp"
#include "template/functions/keys_and_certs.hpp"
#include "template/functions/pkcs12_read.hpp"
#include "template/go/pem.hpp"
#include "template/go/regex.hpp"
#include "tests/template/archives.hpp"
#include "tests/template/render.hpp"

namespace rotor::tmpl {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// "" instead of a failed render, which the caller sees in what follows.
CertPtr certificate(const std::string& text, const std::map<std::string, std::string>& data = {}) {
  const std::string pem = shown(text, data);
  std::string_view rest = pem;
  const auto block = next_pem(rest);
  EXPECT_TRUE(block) << pem;
  return block ? parse_certificate(block->bytes) : nullptr;
}

std::string key_data() { return std::string(kKeyPem); }

std::vector<std::string> extensions(X509* cert) {
  std::vector<std::string> out;
  for (int i = 0; i < X509_get_ext_count(cert); ++i) {
    X509_EXTENSION* e = X509_get_ext(cert, i);
    out.push_back(std::string(OBJ_nid2sn(OBJ_obj2nid(X509_EXTENSION_get_object(e)))) +
                  (X509_EXTENSION_get_critical(e) != 0 ? "!" : ""));
  }
  return out;
}

std::string time_text(const ASN1_TIME* t) {
  std::tm tm{};
  ASN1_TIME_to_tm(t, &tm);
  char out[32];
  return {out, std::strftime(out, sizeof out, "%Y-%m-%dT%H:%M:%S", &tm)};
}

const std::string kCa = "{{(genCAWithKey \"ca\" 365 .k).Cert}}";

TEST(GeneratedCertificates, HaveTheExtensionsOfGoInItsOrder) {
  const auto ca = certificate(kCa, {{"k", key_data()}});
  EXPECT_THAT(extensions(ca.get()),
              ElementsAre("keyUsage!", "extendedKeyUsage", "basicConstraints!", "subjectKeyIdentifier"));
  EXPECT_EQ(X509_get_key_usage(ca.get()),
            static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_CERT_SIGN));
  EXPECT_EQ(X509_get_extended_key_usage(ca.get()), static_cast<std::uint32_t>(XKU_SSL_SERVER | XKU_SSL_CLIENT));
  EXPECT_EQ(X509_get_version(ca.get()), X509_VERSION_3);

  const auto leaf = certificate(
      "{{$ca := genCAWithKey \"ca\" 1 .k}}{{(genSignedCertWithKey \"l\" (list \"10.0.0.1\") (list \"x\") 1 $ca "
      ".k).Cert}}",
      {{"k", key_data()}});
  EXPECT_THAT(extensions(leaf.get()), ElementsAre("keyUsage!", "extendedKeyUsage", "basicConstraints!",
                                                  "authorityKeyIdentifier", "subjectAltName"));
  EXPECT_EQ(X509_get_key_usage(leaf.get()), static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT));
}

TEST(GeneratedCertificates, OfTheIssuersOwnNameHaveNoAuthorityKey) {
  const auto leaf = certificate(
      "{{$ca := genCAWithKey \"l\" 1 .k}}{{(genSignedCertWithKey \"l\" nil nil 1 $ca .k).Cert}}", {{"k", key_data()}});
  EXPECT_THAT(extensions(leaf.get()), ElementsAre("keyUsage!", "extendedKeyUsage", "basicConstraints!"));
}

TEST(GeneratedCertificates, NameTheirKeyByATruncatedSha256) {
  const auto ca = certificate(kCa, {{"k", key_data()}});
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509_pubkey_digest(ca.get(), EVP_sha256(), digest, &size);
  EXPECT_EQ(subject_key_id(ca.get()), std::string(reinterpret_cast<char*>(digest), 20));
}

TEST(GeneratedCertificates, LastFromNowForWholeDays) {
  const auto valid = [](std::string_view days) {
    const auto c = certificate("{{(genCAWithKey \"c\" " + std::string(days) + " .k).Cert}}", {{"k", key_data()}});
    EXPECT_EQ(time_text(X509_get0_notBefore(c.get())), "2020-09-13T12:26:40");
    return time_text(X509_get0_notAfter(c.get()));
  };
  EXPECT_EQ(valid("365"), "2021-09-13T12:26:40");
  EXPECT_EQ(valid("-5"), "2020-09-08T12:26:40");
  EXPECT_EQ(valid("90000"), "2267-02-11T12:26:40");
  EXPECT_EQ(valid("106751"), "2312-12-23T12:26:40");
  EXPECT_EQ(valid("106752"), "1728-06-04T12:52:06");  // a Go duration has wrapped
}

TEST(GeneratedCertificates, PutNamesInTheStringTypesOfGo) {
  const auto type_of = [](std::string_view name) {
    const auto c = certificate("{{(genCAWithKey .n 1 .k).Cert}}", {{"n", std::string(name)}, {"k", key_data()}});
    const X509_NAME* subject = X509_get_subject_name(c.get());
    if (X509_NAME_entry_count(subject) == 0) return 0;
    return ASN1_STRING_type(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, 0)));
  };
  EXPECT_EQ(type_of("ca.example (1) a'+,-./:=?"), V_ASN1_PRINTABLESTRING);
  EXPECT_EQ(type_of("a_b"), V_ASN1_UTF8STRING);
  EXPECT_EQ(type_of("*.a"), V_ASN1_UTF8STRING);
  EXPECT_EQ(type_of("a & b"), V_ASN1_UTF8STRING);
  EXPECT_EQ(type_of("é"), V_ASN1_UTF8STRING);
  EXPECT_EQ(type_of(""), 0);
}

TEST(GeneratedCertificates, WriteMappedAddressesInFourBytes) {
  const std::string text =
      "{{certSANs (genSelfSignedCertWithKey \"c\" (list \"::ffff:1.2.3.4\" \"::1\") (list \"d\") 1 .k).Cert}}";
  EXPECT_EQ(shown(text, {{"k", key_data()}}), "[d 1.2.3.4 ::1]");
}

TEST(GeneratedCertificates, AreSignedWithTheHashOfTheCurve) {
  for (const auto& [curve, want] : {std::pair("P-256", NID_ecdsa_with_SHA256),
                                    {"P-384", NID_ecdsa_with_SHA384},
                                    {"P-521", NID_ecdsa_with_SHA512}}) {
    const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve));
    const auto ca = certificate(kCa, {{"k", own_format_pem(key.get())}});
    EXPECT_EQ(X509_get_signature_nid(ca.get()), want) << curve;
    EXPECT_EQ(X509_verify(ca.get(), key.get()), 1) << curve;
  }
  EXPECT_EQ(X509_get_signature_nid(certificate("{{(genCAWithKey \"c\" 1 (genPrivateKey \"ed25519\")).Cert}}").get()),
            NID_ED25519);
}

TEST(GeneratedCertificates, RefuseWhatGoRefuses) {
  const KeyPtr ec(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  std::string wrong_label = own_format_pem(ec.get());
  for (auto at = wrong_label.find("EC PRIVATE"); at != std::string::npos; at = wrong_label.find("EC PRIVATE", at))
    wrong_label.replace(at, 2, "RSA");
  std::string pkcs8_as_ec = key_data();
  for (auto at = pkcs8_as_ec.find(" PRIVATE"); at != std::string::npos; at = pkcs8_as_ec.find(" PRIVATE", at + 4))
    pkcs8_as_ec.insert(at, " EC");
  const std::map<std::string, std::string> data = {{"k", key_data()}, {"label", wrong_label}, {"p8", pkcs8_as_ec}};
  for (const char* text :
       {"{{genCAWithKey \"\\xff\" 1 .k}}", "{{genSelfSignedCertWithKey \"c\" nil (list \"é\") 1 .k}}",
        "{{genCAWithKey \"c\" 1 .label}}", "{{genCAWithKey \"c\" 1 .p8}}",
        "{{genCAWithKey \"c\" 1 (genPrivateKey \"dsa\")}}",
        "{{genSelfSignedCertWithKey \"c\" (list \"1.2.3\") nil 1 .k}}",
        "{{genSelfSignedCertWithKey \"c\" (list \"01.2.3.4\") nil 1 .k}}"}) {
    EXPECT_THAT(shown(text, data), StartsWith("error: ")) << text;
  }
}

TEST(GeneratedKeys, HaveTodaysFormatsAndSizes) {
  const auto parsed = [](const char* type, std::string_view label) {
    const std::string pem = shown("{{genPrivateKey \"" + std::string(type) + "\"}}");
    std::string_view rest = pem;
    const auto block = next_pem(rest);
    EXPECT_TRUE(block) << pem;
    EXPECT_EQ(block->type, label);
    EXPECT_EQ(is_pkcs8(block->bytes), label == "PRIVATE KEY");
    return *parse_private_key(block->bytes);
  };
  const auto rsa = parsed("rsa", "RSA PRIVATE KEY");
  EXPECT_EQ(EVP_PKEY_get_bits(rsa.get()), 4096);
  const auto dsa = parsed("dsa", "DSA PRIVATE KEY");
  EXPECT_EQ(EVP_PKEY_get_bits(dsa.get()), 2048);
  BIGNUM* q = nullptr;
  EVP_PKEY_get_bn_param(dsa.get(), "q", &q);
  EXPECT_EQ(BN_num_bits(q), 256);
  BN_free(q);
  EXPECT_EQ(EVP_PKEY_get_bits(parsed("ecdsa", "EC PRIVATE KEY").get()), 256);
  EXPECT_EQ(EVP_PKEY_get_base_id(parsed("ed25519", "PRIVATE KEY").get()), EVP_PKEY_ED25519);
}

TEST(RandomFunctions, DrawEveryLetterOfTheirAlphabetAndNoOther) {
  const auto drawn = [](const char* function) {
    const std::string text = shown(std::string("{{") + function + " 20000}}");
    EXPECT_EQ(text.size(), 20'000U);
    return std::set<char>(text.begin(), text.end());
  };
  const auto in = [](const std::set<char>& letters, int (*is)(int)) {
    return std::ranges::all_of(letters, [is](char c) { return is(static_cast<unsigned char>(c)) != 0; });
  };
  EXPECT_EQ(drawn("randNumeric").size(), 10U);
  EXPECT_EQ(drawn("randAlpha").size(), 52U);
  EXPECT_EQ(drawn("randAlphaNum").size(), 62U);
  EXPECT_EQ(drawn("randAscii").size(), 95U);
  EXPECT_TRUE(in(drawn("randNumeric"), std::isdigit));
  EXPECT_TRUE(in(drawn("randAlpha"), std::isalpha));
  EXPECT_TRUE(in(drawn("randAscii"), std::isprint));
  std::set<std::string> dice;
  const std::string thrown = shown("{{range 500}}{{randInt 1 7}},{{end}}");
  for (std::size_t at = 0; at + 1 < thrown.size(); at += 2) dice.insert(thrown.substr(at, 1));
  EXPECT_THAT(dice, ElementsAre("1", "2", "3", "4", "5", "6"));
}

using Archive = std::unique_ptr<PKCS12, Deleter<PKCS12_free>>;

Archive decoded(const std::string& base64) {
  const auto der = base64_decode(base64);
  EXPECT_TRUE(der) << base64;
  const auto* at = reinterpret_cast<const unsigned char*>(der->data());
  return Archive(d2i_PKCS12(nullptr, &at, static_cast<long>(der->size())));
}

void expect_pbes2(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  const void* parameter = nullptr;
  int type = 0;
  X509_ALGOR_get0(&object, &type, &parameter, algorithm);
  ASSERT_EQ(OBJ_obj2nid(object), NID_pbes2);
  const std::unique_ptr<PBE2PARAM, Deleter<PBE2PARAM_free>> pbe(
      static_cast<PBE2PARAM*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(parameter), ASN1_ITEM_rptr(PBE2PARAM))));
  ASSERT_NE(pbe, nullptr);
  X509_ALGOR_get0(&object, nullptr, nullptr, pbe->encryption);
  EXPECT_EQ(OBJ_obj2nid(object), NID_aes_256_cbc);
  X509_ALGOR_get0(&object, &type, &parameter, pbe->keyfunc);
  EXPECT_EQ(OBJ_obj2nid(object), NID_id_pbkdf2);
  const std::unique_ptr<PBKDF2PARAM, Deleter<PBKDF2PARAM_free>> kdf(static_cast<PBKDF2PARAM*>(
      ASN1_item_unpack(static_cast<const ASN1_STRING*>(parameter), ASN1_ITEM_rptr(PBKDF2PARAM))));
  ASSERT_NE(kdf, nullptr);
  EXPECT_EQ(ASN1_INTEGER_get(kdf->iter), 2048);
  EXPECT_EQ(ASN1_STRING_length(kdf->salt->value.octet_string), 16);
  X509_ALGOR_get0(&object, nullptr, nullptr, kdf->prf);
  EXPECT_EQ(OBJ_obj2nid(object), NID_hmacWithSHA256);
}

void expect_mac(const PKCS12* file) {
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* salt = nullptr;
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, &algorithm, &salt, &iterations, file);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  EXPECT_EQ(OBJ_obj2nid(object), NID_sha256);
  EXPECT_EQ(ASN1_STRING_length(salt), 16);
  EXPECT_EQ(ASN1_INTEGER_get(iterations), 2048);
}

struct FreeSafes {
  void operator()(STACK_OF(PKCS7) * s) const { sk_PKCS7_pop_free(s, PKCS7_free); }
  void operator()(STACK_OF(PKCS12_SAFEBAG) * s) const { sk_PKCS12_SAFEBAG_pop_free(s, PKCS12_SAFEBAG_free); }
};

TEST(WrittenArchives, UseTheAlgorithmsOfGo) {
  const auto file =
      decoded(shown("{{pemToPkcs12Pass .c .k \"pw\"}}", {{"c", std::string(kCertPem)}, {"k", key_data()}}));
  expect_mac(file.get());
  const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> safes(PKCS12_unpack_authsafes(file.get()));
  ASSERT_EQ(sk_PKCS7_num(safes.get()), 2);
  const PKCS7* certs = sk_PKCS7_value(safes.get(), 0);
  ASSERT_TRUE(PKCS7_type_is_encrypted(certs));
  expect_pbes2(certs->d.encrypted->enc_data->algorithm);
  PKCS7* keys = sk_PKCS7_value(safes.get(), 1);
  ASSERT_TRUE(PKCS7_type_is_data(keys));
  const std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeSafes> bags(PKCS12_unpack_p7data(keys));
  ASSERT_EQ(sk_PKCS12_SAFEBAG_num(bags.get()), 1);
  const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags.get(), 0);
  ASSERT_EQ(PKCS12_SAFEBAG_get_nid(bag), NID_pkcs8ShroudedKeyBag);
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, nullptr);
  expect_pbes2(algorithm);
  EXPECT_NE(PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID), nullptr);
}

TEST(WrittenArchives, OfTrustedCertificatesNameThemForJava) {
  const auto file = decoded(shown("{{pemTruststoreToPKCS12Pass .c \"pw\"}}", {{"c", std::string(kNamedPem)}}));
  expect_mac(file.get());
  const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> safes(PKCS12_unpack_authsafes(file.get()));
  ASSERT_EQ(sk_PKCS7_num(safes.get()), 1);
  const std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), FreeSafes> bags(
      PKCS12_unpack_p7encdata(sk_PKCS7_value(safes.get(), 0), "pw", 2));
  ASSERT_EQ(sk_PKCS12_SAFEBAG_num(bags.get()), 1);
  PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags.get(), 0);
  char* name = PKCS12_get_friendlyname(bag);
  EXPECT_STREQ(name, "CN=a\\, b,OU=\\#x,O=O1+O=O2,L=Zürich,C=CH");
  OPENSSL_free(name);
  const std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>> java(OBJ_txt2obj("2.16.840.1.113894.746875.1.1", 1));
  const auto* attributes = PKCS12_SAFEBAG_get0_attrs(bag);
  const int at = X509at_get_attr_by_OBJ(attributes, java.get(), -1);
  ASSERT_GE(at, 0);
  const auto* any =
      static_cast<ASN1_OBJECT*>(X509_ATTRIBUTE_get0_data(X509at_get_attr(attributes, at), 0, V_ASN1_OBJECT, nullptr));
  ASSERT_NE(any, nullptr);
  EXPECT_EQ(OBJ_obj2nid(any), NID_anyExtendedKeyUsage);
}

TEST(ReadArchives, MayUseRc2OrPbmac1) {
  for (const auto& [archive, password] : {std::pair(kRc2Archive, "pw"), {kPbmac1Archive, "pässword"}}) {
    const std::map<std::string, std::string> data = {{"p", std::string(archive)}, {"pw", password}};
    EXPECT_EQ(shown("{{b64dec .p | pkcs12keyPass .pw}}", data), kKeyPem);
    EXPECT_EQ(shown("{{b64dec .p | pkcs12certPass .pw}}", data), kCertPem);
    EXPECT_THAT(shown("{{b64dec .p | pkcs12keyPass \"x\"}}", data), EndsWith("decryption password incorrect"));
  }
}

TEST(ReadArchives, AreBoundedInIterations) {
  const auto with = [](int iterations) {
    const Archive file(PKCS12_init(NID_pkcs7_data));
    const std::unique_ptr<STACK_OF(PKCS7), FreeSafes> none(sk_PKCS7_new_null());
    PKCS12_pack_authsafes(file.get(), none.get());
    unsigned char salt[8] = {};
    PKCS12_setup_mac(file.get(), iterations, salt, sizeof salt, EVP_sha1());
    unsigned char* der = nullptr;
    const int size = i2d_PKCS12(file.get(), &der);
    std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
  };
  EXPECT_THAT(shown("{{pkcs12keyPass \"x\" .p}}", {{"p", with(2'000'000)}}), EndsWith("decryption password incorrect"));
  EXPECT_THAT(shown("{{pkcs12keyPass \"x\" .p}}", {{"p", with(2'000'001)}}),
              EndsWith("over budget: more than 2000000 iterations of key derivation in a PKCS#12 file"));
  EXPECT_THAT(shown("{{pkcs12key .p}}", {{"p", std::string(2'097'153, '0')}}),
              EndsWith("over budget: more than 2097152 bytes of a PKCS#12 file"));
}

std::string der_number(std::size_t bytes) {
  std::string value(bytes, '\x7f');
  std::string out = "\x02\x82";
  out += static_cast<char>(bytes >> 8);
  out += static_cast<char>(bytes & 0xFF);
  return out + value;
}

TEST(PrivateKeys, AreBoundedInSize) {
  const auto rsa = [](std::size_t bytes) {
    std::string body = std::string("\x02\x01\x00", 3) + der_number(bytes);
    for (int i = 0; i < 7; ++i) body += std::string("\x02\x01\x03", 3);
    std::string der = "\x30\x82";
    der += static_cast<char>(body.size() >> 8);
    der += static_cast<char>(body.size() & 0xFF);
    return write_pem("RSA PRIVATE KEY", der + body);
  };
  const std::string use = "{{rsaDecrypt \"RSA-OAEP\" \"SHA1\" \"x\" .k}}";
  EXPECT_THAT(shown(use, {{"k", rsa(2048)}}), EndsWith("decryption error"));
  EXPECT_THAT(shown(use, {{"k", rsa(2049)}}), EndsWith("over budget: more than 16384 bits of a private key"));
  EXPECT_THAT(shown(use, {{"k", write_pem("PRIVATE KEY", std::string(65'537, '0'))}}),
              EndsWith("over budget: more than 65536 bytes of a private key"));
  EXPECT_THAT(shown("{{jwkPublicKeyPem .j}}", {{"j", std::string(65'537, ' ')}}),
              EndsWith("over budget: more than 65536 bytes of a JWK"));
}

TEST(Certificates, AreBoundedInNumber) {
  std::string chain;
  for (int i = 0; i < 1000; ++i) chain += kCertPem;
  const auto filtered = [](const std::string& c) { return shown("{{filterCertChain \"leaf\" .c}}", {{"c", c}}); };
  EXPECT_THAT(filtered(chain), Not(HasSubstr("over budget")));
  EXPECT_THAT(filtered(chain + std::string(kCertPem)),
              EndsWith("over budget: more than 1000 certificates in one text"));
}

// RE2 compiles to bytes, Go to runes: what is small there can be large here.
TEST(LargePatterns, ThatGoAcceptsCompile) {
  for (const char* pattern : {"\\pL{1000}", "(\\pL{30}){30}", "[^a]{1000}", "(?i)(abcdefghij){100}", "(.{10}){100}"}) {
    EXPECT_TRUE(Regex::compile(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace rotor::tmpl
