#include "secrets/marks.hpp"

#include <gtest/gtest.h>

#include "json/object_hash.hpp"
#include "tests/secrets/samples.hpp"

namespace rotor::secrets {
namespace {

TEST(Marks, HashTheFieldManagerOfALongName_Row3) {
  EXPECT_EQ(field_manager("es"), "externalsecrets.external-secrets.io/es");
  const std::string longest(27, 'x');
  EXPECT_EQ(field_manager(longest), "externalsecrets.external-secrets.io/" + longest);
  const std::string name(80, 'x');
  EXPECT_EQ(field_manager(name), "externalsecrets.external-secrets.io/sha3/" + json::object_hash(name));
  EXPECT_LE(owner_hash({"ns", name}).size(), 63U);
}

TEST(Marks, HashTheOwnerAsTodaysOperatorDoes) {
  EXPECT_EQ(owner_hash({"default", "test-es"}), "a8e09351ea392b727f69f63683b28619fbed1174f572e728706a9ea8");
}

TEST(Target, KeepsNoValues) {
  const auto target = decode_target(R"({"metadata":{"name":"a","namespace":"n","managedFields":[{"manager":"kubectl"}]},
                                        "data":{"k":"Y2FuYXJ5"}})");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->actual_hash, json::object_hash(test::one_value("k", "canary")));
  EXPECT_TRUE(target->metadata.managed_fields.empty());
}

}  // namespace
}  // namespace rotor::secrets
