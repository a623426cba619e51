#include "secrets/manifest_target/object_content.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/secrets/manifest_target/generic.hpp"

namespace rotor::secrets {
namespace {

constexpr std::string_view kHashOfKeyVal = "2e738a375f9934e48bf078b82d2214e9c058d2b6b45478dcf01785ed";

TEST(ObjectContent, IsTheSpecAloneWhereThereIsOne_Row190) {
  EXPECT_EQ(*content_hash(test::object_of(R"({"spec":{"key":"val"},"data":{"other":"x"}})")), kHashOfKeyVal);
  EXPECT_EQ(*content_hash(test::object_of(R"({"spec":null,"data":{"key":"val"}})")), kHashOfKeyVal);
  EXPECT_EQ(content_member(test::object_of(R"({"spec":{},"data":{}})")), "spec");
}

TEST(ObjectContent, IsMissedWhereThereIsNeither) {
  const auto hash = content_hash(test::object_of(R"({"rules":[]})"));
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().message, "generic target content does not have a spec or data field for content hashing");
}

TEST(ObjectContent, IsRememberedByItsHashOnly) {
  const auto target = decode_object(R"({"apiVersion":"v1","kind":"ConfigMap","data":{"key":"val"},"metadata":{
    "name":"a","namespace":"ns","labels":{"reconcile.external-secrets.io/managed":"true"},
    "managedFields":[{"manager":"kubectl"},{"manager":"externalsecrets.external-secrets.io/es"}]}})");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->actual_hash, kHashOfKeyVal);
  EXPECT_TRUE(target->managed());
  ASSERT_EQ(target->metadata.managed_fields.size(), 1U);
  EXPECT_EQ(target->metadata.managed_fields[0].manager, "externalsecrets.external-secrets.io/es");
}

// Told by the object itself, so that the next process knows it too.
TEST(ObjectContent, IsWhatWasWrittenWhereTheServerMadeThisOfIt) {
  const auto object = [](std::string_view written, std::string_view note, std::string_view spec) {
    return fmt::format(R"({{"metadata":{{"name":"a","annotations":{{"reconcile.external-secrets.io/data-hash":"{}",
      "rotor/stored-as":"{}"}}}},"spec":{}}})",
                       written, note, spec);
  };
  const std::string stored = *content_hash(test::object_of(R"({"spec":{"key":"val","ttl":30}})"));
  const std::string note = stored_as(kHashOfKeyVal, stored);
  EXPECT_TRUE(decode_object(object(kHashOfKeyVal, note, R"({"key":"val","ttl":30})"))->hash_matches());
  EXPECT_FALSE(decode_object(object(kHashOfKeyVal, note, R"({"key":"val","ttl":31})"))->hash_matches()) << "edited";
  EXPECT_FALSE(decode_object(object("other", note, R"({"key":"val","ttl":30})"))->hash_matches()) << "its hash was";
  EXPECT_FALSE(decode_object(object(kHashOfKeyVal, "", R"({"key":"val","ttl":30})"))->hash_matches());
  EXPECT_TRUE(tells_of(note, kHashOfKeyVal));
  EXPECT_FALSE(tells_of(note, stored));
}

TEST(ObjectContent, ThatAServerLeavesOutIsEmpty) {
  const auto bare = decode_object(R"({"metadata":{"name":"a"}})");
  EXPECT_EQ(bare->actual_hash, *content_hash(test::object_of(R"({"data":{}})")));
}

}  // namespace
}  // namespace rotor::secrets
