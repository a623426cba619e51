// Which versions of their stores the keys of a Secret are of.
#include "api/externalsecrets/store_versions.hpp"

#include <gtest/gtest.h>

namespace rotor::api::es {
namespace {

StoreVersions two_keys() {
  StoreVersions out;
  out.keys["dsn"] = {{"ClusterSecretStore/aws", "db/host", "a-1"}, {"SecretStore/vault", "db", "7"}};
  out.keys["token"] = {{"SecretStore/vault", "token", "3"}};
  return out;
}

TEST(StoreVersions, AreReadAsTheyWereWritten) {
  const std::string text = write_store_versions(two_keys());
  EXPECT_EQ(text, R"({"keys":{"dsn":[{"store":"ClusterSecretStore/aws","key":"db/host","version":"a-1"},)"
                  R"({"store":"SecretStore/vault","key":"db","version":"7"}],)"
                  R"("token":[{"store":"SecretStore/vault","key":"token","version":"3"}]}})");
  EXPECT_EQ(read_store_versions(text), two_keys());
  EXPECT_EQ(version_text(two_keys(), "dsn"), "a-1, 7");
  EXPECT_EQ(version_text(two_keys(), "token"), "3");
  EXPECT_EQ(version_text(two_keys(), "other"), "");
}

TEST(StoreVersions, AreNothingWhereSomebodyElseWroteTheMark) {
  for (const std::string_view text : {"", "x", "[]", R"({"keys":7})", R"({"keys":{"a":"b"}})"})
    EXPECT_EQ(read_store_versions(text), StoreVersions{}) << text;
}

TEST(StoreVersions, AreNoMarkWhenThereAreNone) { EXPECT_EQ(write_store_versions({}), ""); }

TEST(StoreVersions, SayThatThereWasNoRoomForAll) {
  StoreVersions many;
  for (int i = 0; i < 1000; ++i) many.keys["key-" + std::to_string(i)] = {{"SecretStore/vault", "k", "1"}};
  const std::string text = write_store_versions(many);
  EXPECT_LE(text.size(), std::size_t{16} << 10);
  EXPECT_GT(text.size(), std::size_t{12} << 10);
  EXPECT_TRUE(read_store_versions(text).partial);
  StoreVersions large;
  large.keys["key"] = {{"SecretStore/vault", std::string(40'000, 'k'), "1"}};
  EXPECT_LE(write_store_versions(large).size(), std::size_t{16} << 10);
}

// A version is shown on terminals, and comes from another server.
TEST(StoreVersions, TakeOnlyWhatLooksLikeAVersion) {
  for (const std::string_view good : {"7", "0f3c1a2b-1", "arn:aws:x/y+z=_.", "latest"})
    EXPECT_EQ(fit_version(good), good);
  for (const std::string& bad :
       {std::string("a b"), std::string("1\n2"), std::string("\x1b[2J"), std::string(129, 'a')})
    EXPECT_EQ(fit_version(bad), "") << bad;
}

}  // namespace
}  // namespace rotor::api::es
