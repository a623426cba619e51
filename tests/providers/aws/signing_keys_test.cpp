#include "providers/aws/signing_keys.hpp"

#include <gtest/gtest.h>

namespace rotor::providers::aws {
namespace {

using namespace std::chrono_literals;

const WallTime kNoon = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)) + 12h;
const SigningScope kScope{"eu-central-1", "secretsmanager"};

std::shared_ptr<const Credentials> credentials(std::string_view secret) {
  return std::make_shared<const Credentials>(
      Credentials{.access_key_id = "AKID", .secret_access_key = SecretBytes(secret)});
}

TEST(SigningKeys, AreMadeOnceForADay) {
  SigningKeys keys;
  const auto mine = credentials("s3cret");
  const SecretBytes first = keys.get(mine, kScope, kNoon);
  const SecretBytes* kept = &keys.get(mine, kScope, kNoon + 11h);
  EXPECT_EQ(*kept, first);
  EXPECT_EQ(kept, &keys.get(mine, kScope, kNoon));
  EXPECT_EQ(keys.size(), 1U);
}

TEST(SigningKeys, AreThoseThatARequestWouldMakeForItself) {
  SigningKeys keys;
  const auto mine = credentials("s3cret");
  const auto yours = credentials("other");
  for (int i = 0; i < 2; ++i) {  // from the second time on they are there
    for (const auto& who : {mine, yours}) {
      for (const SigningScope& scope :
           {kScope, SigningScope{"eu-west-1", "secretsmanager"}, SigningScope{"eu-central-1", "ssm"}}) {
        for (const WallTime time : {kNoon, kNoon + 12h, kNoon - 24h}) {
          EXPECT_EQ(keys.get(who, scope, time), signing_key(*who, scope, time));
        }
      }
    }
  }
}

TEST(SigningKeys, AreNotThoseOfCredentialsThatStoodAtTheSameAddress) {
  SigningKeys keys;
  alignas(Credentials) std::array<std::byte, sizeof(Credentials)> room{};
  const auto at_the_same_place = [&room](std::string_view secret) {
    auto* made = new (room.data()) Credentials{.access_key_id = "AKID", .secret_access_key = SecretBytes(secret)};
    return std::shared_ptr<const Credentials>(made, [](const Credentials* gone) { gone->~Credentials(); });
  };
  auto first = at_the_same_place("s3cret");
  const SecretBytes old = keys.get(first, kScope, kNoon);
  first.reset();
  const auto second = at_the_same_place("other");
  EXPECT_NE(keys.get(second, kScope, kNoon), old);
  EXPECT_EQ(keys.size(), 1U);
}

TEST(SigningKeys, AreBounded) {
  SigningKeys keys;
  std::vector<std::shared_ptr<const Credentials>> many;
  for (std::size_t i = 0; i <= SigningKeys::kMost; ++i) {
    many.push_back(credentials(std::to_string(i)));
    keys.get(many.back(), kScope, kNoon);
  }
  EXPECT_LE(keys.size(), SigningKeys::kMost);
  many.clear();
  keys.get(credentials("last"), kScope, kNoon);
  EXPECT_EQ(keys.size(), 1U);  // of credentials that are gone nothing is kept
}

}  // namespace
}  // namespace rotor::providers::aws
