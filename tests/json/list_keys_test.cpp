#include "json/list_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rotor::json {
namespace test {

struct Inner {
  std::string name;
};
struct Outer {
  Inner embedded;
  std::vector<Raw> ports;
  std::optional<Box<Inner>> boxed;
};

}  // namespace test

ROTOR_DESCRIBED(test::Inner);
ROTOR_DESCRIBED(test::Outer);

using test::Inner;
using test::Outer;

ROTOR_DESCRIBE(test::Inner, "", field<&Inner::name>("name"));
ROTOR_DESCRIBE(test::Outer, "", inlined<&Outer::embedded>(),
               field<&Outer::ports>("ports", {.list_map_key = "port,protocol"}), field<&Outer::boxed>("boxed"));

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ListKeys, AreSplitAtCommas) {
  EXPECT_THAT(list_keys({}), IsEmpty());
  EXPECT_THAT(list_keys({.list_map_key = "name"}), ElementsAre("name"));
  EXPECT_THAT(list_keys({.list_map_key = "port,protocol"}), ElementsAre("port", "protocol"));
}

TEST(ListKeys, StandInTheSchemaOneByOne) {
  EXPECT_THAT(schema(type_of<Outer>()), HasSubstr(R"("x-kubernetes-list-map-keys":["port","protocol"])"));
}

TEST(FindField, LooksIntoEmbeddedStructsToo) {
  EXPECT_EQ(find_field(type_of<Outer>(), "ports")->rules.list_map_key, "port,protocol");
  EXPECT_EQ(find_field(type_of<Outer>(), "name"), find_field(type_of<Inner>(), "name"));
  EXPECT_EQ(find_field(type_of<Outer>(), "other"), nullptr);
}

TEST(Unwrapped, IsWhatAnOptionalAndABoxHold) {
  EXPECT_EQ(&unwrapped(find_field(type_of<Outer>(), "boxed")->type()), &type_of<Inner>());
  EXPECT_EQ(&unwrapped(type_of<Inner>()), &type_of<Inner>());
}

}  // namespace
}  // namespace rotor::json
