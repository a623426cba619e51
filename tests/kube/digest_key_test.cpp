#include "kube/runtime/digest_key.hpp"

#include <gtest/gtest.h>

namespace rotor::kube {
namespace {

const DigestKey& key() {
  static const DigestKey k{SecretBytes("0123456789abcdef0123456789abcdef")};
  return k;
}

TEST(DigestKey, DigestsOfTwoKindsNeverAgree) {
  const SecretBytes input("same");
  EXPECT_EQ(key().digest("a/1", input, 16), key().digest("a/1", input, 16));
  EXPECT_NE(key().digest("a/1", input, 16), key().digest("b/1", input, 16));
  EXPECT_EQ(key().digest("a/1", input, 16).size(), 32U);
}

TEST(DigestKey, AnotherKeyHasAnotherIdAndOtherDigests) {
  const DigestKey other{SecretBytes("fedcba9876543210fedcba9876543210")};
  EXPECT_NE(key().id(), other.id());
  EXPECT_NE(key().digest("a/1", {}, 16), other.digest("a/1", {}, 16));
}

TEST(AppendPart, PartsOfOneTextDoNotRunTogether) {
  SecretBytes a;
  append_part(a, "ab");
  append_part(a, "c");
  SecretBytes b;
  append_part(b, "a");
  append_part(b, "bc");
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace rotor::kube
