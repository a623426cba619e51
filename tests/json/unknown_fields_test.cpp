#include "json/unknown_fields.hpp"

#include <gtest/gtest.h>

namespace rotor::json {

struct Leaf {
  std::string key;
  std::string name;
};
struct Common {
  std::string shared;
};
struct Tree {
  std::optional<Leaf> leaf;
  std::vector<Leaf> leaves;
  std::map<std::string, Leaf, std::less<>> by_name;
  Raw anything;
  Common common;
};

ROTOR_DESCRIBED(Leaf);
ROTOR_DESCRIBED(Common);
ROTOR_DESCRIBED(Tree);
ROTOR_DESCRIBE(Leaf, "A leaf.", field<&Leaf::key>("key"), field<&Leaf::name>("name"));
ROTOR_DESCRIBE(Common, "Written beside the rest.", field<&Common::shared>("shared"));
ROTOR_DESCRIBE(Tree, "A tree.", field<&Tree::leaf>("leaf"), field<&Tree::leaves>("leaves"),
               field<&Tree::by_name>("byName"), field<&Tree::anything>("anything"), inlined<&Tree::common>());

namespace {

std::vector<std::string> paths(std::string_view document) {
  std::vector<std::string> out;
  for (const UnknownField& field : unknown_fields(document, type_of<Tree>())) out.push_back(field.path);
  return out;
}

using Paths = std::vector<std::string>;

TEST(UnknownFields, AreFoundAtEveryDepthInTheirOrder) {
  EXPECT_EQ(paths(R"({"leaf":{"key":"a"},"leaves":[{"name":"b"}],"byName":{"x":{"key":"c"}},"shared":"d"})"), Paths{});
  EXPECT_EQ(paths(R"({"laef":{"q":1},"leaf":{"kye":"a"},"leaves":[{},{"nmae":"b"}],"byName":{"x":{"z":[{}]}}})"),
            (Paths{"laef", "leaf.kye", "leaves[1].nmae", "byName[x].z"}));
}

TEST(UnknownFields, HaveTheNamesThatMayStandThere) {
  const auto found = unknown_fields(R"({"leaf":{"kye":"a"},"share":1})", type_of<Tree>());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "kye");
  EXPECT_EQ(found[0].known, (std::vector<std::string>{"key", "name"}));
  EXPECT_EQ(found[1].known, (std::vector<std::string>{"leaf", "leaves", "byName", "anything", "shared"}));
}

TEST(UnknownFields, AreNoneWhereAnythingMayStandOrTheReaderComplains) {
  EXPECT_EQ(paths(R"({"anything":{"x":{"y":1}}})"), Paths{});
  EXPECT_EQ(paths(R"({"leaf":"no object","leaves":{"no":"list"},"byName":[1]})"), Paths{});
  EXPECT_EQ(paths(R"({"leaf":null})"), Paths{});
  EXPECT_EQ(paths("null"), Paths{});
  EXPECT_EQ(paths(""), Paths{});
  EXPECT_EQ(paths(R"({"leaf":{"key")"), Paths{});
}

}  // namespace
}  // namespace rotor::json
