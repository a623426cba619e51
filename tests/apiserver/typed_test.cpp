#include "apiserver/patch/typed.hpp"

#include <gtest/gtest.h>

#include "apiserver/patch/managers.hpp"
#include "apiserver/patch/ownership.hpp"

namespace rotor::apiserver::patch {
namespace {

json::Value value(std::string_view text) { return json::parse(text).value(); }

const schema::Schema& list_schema() {
  static const schema::KindSchemaPtr kind = schema::compile(value(R"({"type":"object","properties":{
    "env":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","properties":{
      "name":{"type":"string"},"value":{"type":"string"}}}},
    "set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
    "list":{"type":"array","items":{"type":"string"}},
    "atom":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
    "map":{"type":"object","additionalProperties":{"type":"string"}},
    "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}})")
                                                                .as_object(),
                                                            "g", "v1", "K", false)
                                                .value();
  return kind->root();
}

std::string merged(std::string_view base, std::string_view over) {
  return json::serialize(typed::merge(list_schema(), value(base), value(over)));
}

struct MergeCase {
  std::string_view base, over, expected;
};

TEST(TypedMerge, JoinsListsByTheIdentityOfTheirItems) {
  static constexpr MergeCase kCases[] = {
      {R"({"set":["a","b"]})", R"({"set":["c"]})", R"({"set":["a","b","c"]})"},
      {R"({"set":["a","b","c"]})", R"({"set":["c","a"]})", R"({"set":["b","c","a"]})"},
      {R"({"set":["a","b"]})", R"({"set":["x","b"]})", R"({"set":["a","x","b"]})"},
      {R"({"set":["a"]})", R"({"set":["a","b"]})", R"({"set":["a","b"]})"},
      {R"({"env":[{"name":"a","value":"1"}]})", R"({"env":[{"name":"a"},{"name":"b"}]})",
       R"({"env":[{"name":"a","value":"1"},{"name":"b"}]})"},
      {R"({"list":["a"]})", R"({"list":["b"]})", R"({"list":["b"]})"},
      {R"({"atom":{"a":"1"}})", R"({"atom":{"b":"2"}})", R"({"atom":{"b":"2"}})"},
      {R"({"map":{"a":"1"}})", R"({"map":{"b":"2"}})", R"({"map":{"a":"1","b":"2"}})"},
      {R"({"free":{"a":{"x":1}}})", R"({"free":{"a":{"y":[1]}}})", R"({"free":{"a":{"x":1,"y":[1]}}})"},
      {R"({"map":{"a":"1"}})", R"({"map":null})", R"({"map":null})"}};
  for (const MergeCase& c : kCases) EXPECT_EQ(merged(c.base, c.over), c.expected) << c.base << " + " << c.over;
}

TEST(TypedFields, NameLeavesItemsAndEmptyMaps) {
  const auto fields = [](std::string_view text) { return typed::fields(list_schema(), value(text)).text(); };
  EXPECT_EQ(fields(R"({"map":{"a":"1"}})"), R"({"f:map":{"f:a":{}}})");
  EXPECT_EQ(fields(R"({"map":{}})"), R"({"f:map":{}})");
  EXPECT_EQ(fields(R"({"set":[]})"), R"({})");
  EXPECT_EQ(fields(R"({"set":["a"]})"), R"({"f:set":{"v:\"a\"":{}}})");
  EXPECT_EQ(fields(R"({"env":[{"name":"a"}]})"), R"({"f:env":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}})");
  EXPECT_EQ(fields(R"({"atom":{"a":"1"},"list":["x"]})"), R"({"f:atom":{},"f:list":{}})");
}

TEST(TypedCompare, SeparatesWhatIsNewGoneAndChanged) {
  const auto found = typed::compare(list_schema(), value(R"({"map":{"a":"1","b":"2"},"set":["x"]})"),
                                    value(R"({"map":{"a":"9","c":"3"},"set":["y"],"list":[]})"));
  EXPECT_EQ(found.added.text(), R"({"f:list":{},"f:map":{"f:c":{}},"f:set":{"v:\"y\"":{}}})");
  EXPECT_EQ(found.removed.text(), R"({"f:map":{"f:b":{}},"f:set":{"v:\"x\"":{}}})");
  EXPECT_EQ(found.modified.text(), R"({"f:map":{"f:a":{}}})");
}

TEST(TypedCompare, CountsANewMapAsAField) {
  const auto found = typed::compare(list_schema(), value("{}"), value(R"({"map":{"a":"1"}})"));
  EXPECT_EQ(found.added.text(), R"({"f:map":{".":{},"f:a":{}}})");
}

TEST(TypedWithout, LeavesNullWhereNothingIsLeft) {
  const auto gone = kube::FieldSet::parse(R"({"f:map":{"f:a":{}},"f:set":{"v:\"x\"":{}}})").value();
  EXPECT_EQ(json::serialize(typed::without(list_schema(), value(R"({"map":{"a":"1"},"set":["x","y"]})"), gone)),
            R"({"map":null,"set":["y"]})");
}

TEST(TypedCheck, NamesThePathOfEachMistake) {
  const auto errors = typed::check(
      list_schema(), value(R"({"set":["a","a"],"map":{"a":1},"none":1,"env":[{"value":"x"}],"atom":[]})"), false);
  EXPECT_EQ(errors,
            (std::vector<std::string>{".set: duplicate entries for key [=\"a\"]",
                                      ".map.a: expected string, got &value.valueUnstructured{Value:1}",
                                      ".none: field not declared in schema",
                                      ".env: element 0: associative list with keys has an element that omits all key "
                                      "fields [\"name\"] (and doesn't have default values for any key fields)",
                                      ".atom: expected map, got a list"}));
}

TEST(Managers, ComeOutInTheServersOrder) {
  Managers managers;
  const auto add = [&](std::string manager, std::string operation, std::string time) {
    Manager& row = managers.make({std::move(manager), std::move(operation), "v1", ""});
    row.time = std::move(time);
    row.fields.insert(kube::PathElement::field("a"));
  };
  add("late", "Update", "2026-01-02T00:00:00Z");
  add("b", "Update", "2026-01-01T00:00:00Z");
  add("a", "Update", "2026-01-01T00:00:00Z");
  add("z", "Apply", "2026-01-03T00:00:00Z");
  std::string order;
  for (const json::Value& row : managers.to_json()) order += std::string(row.at("manager").as_string()) + " ";
  EXPECT_EQ(order, "z a b late ");
}

TEST(Managers, AreOneForAllVersionsOfAnApplier) {
  EXPECT_EQ((ManagerId{"m", "Apply", "v1", ""}), (ManagerId{"m", "Apply", "v1beta1", ""}));
  EXPECT_NE((ManagerId{"m", "Update", "v1", ""}), (ManagerId{"m", "Update", "v1beta1", ""}));
  EXPECT_NE((ManagerId{"m", "Apply", "v1", ""}), (ManagerId{"m", "Apply", "v1", "status"}));
}

TEST(KeepTimes, OnlyWhenNothingElseDiffers) {
  const json::Object live =
      value(R"({"metadata":{"managedFields":[{"manager":"m","time":"old"}]},"data":{"a":"1"}})").as_object();
  json::Object same =
      value(R"({"metadata":{"managedFields":[{"manager":"m","time":"new"}]},"data":{"a":"1"}})").as_object();
  EXPECT_TRUE(keep_times(&live, same));
  EXPECT_EQ(same, live);
  json::Object other =
      value(R"({"metadata":{"managedFields":[{"manager":"m","time":"new"}]},"data":{"a":"2"}})").as_object();
  EXPECT_FALSE(keep_times(&live, other));
  EXPECT_EQ(other.at("metadata").at("managedFields").at(0).at("time"), "new");
}

}  // namespace
}  // namespace rotor::apiserver::patch
