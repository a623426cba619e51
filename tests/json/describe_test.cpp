#include "json/describe.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace test {

struct Ref {
  std::string key;
  std::optional<std::string> property;
  friend bool operator==(const Ref&, const Ref&) = default;
};

struct Base {
  std::string kind;
  std::int32_t count = 0;
  friend bool operator==(const Base&, const Base&) = default;
};

struct Tree {
  std::string name;
  std::optional<Box<Tree>> child;
  friend bool operator==(const Tree&, const Tree&) = default;
};

struct Thing {
  Base base;
  Ref ref;
  std::vector<Ref> refs;
  std::map<std::string, SecretBytes, std::less<>> data;
  std::map<std::string, std::string, std::less<>> labels;
  SecretText token;
  Raw free;
  std::optional<bool> flag;
  std::int64_t big = 0;
  double ratio = 0;
  std::vector<std::string> words;
  bool always = false;
  std::optional<Tree> tree;
  friend bool operator==(const Thing&, const Thing&) = default;
};

}  // namespace test

ROTOR_DESCRIBED(test::Ref);
ROTOR_DESCRIBED(test::Base);
ROTOR_DESCRIBED(test::Tree);
ROTOR_DESCRIBED(test::Thing);

using test::Base;
using test::Ref;
using test::Thing;
using test::Tree;

ROTOR_DESCRIBE(test::Ref, "Points to a value.",
               field<&Ref::key>("key", {.required = true, .min_length = 1, .doc = "Name of the secret."}),
               field<&Ref::property>("property", {.pattern = "^[a-z]+$"}));
ROTOR_DESCRIBE(test::Base, "", field<&Base::kind>("kind", {.default_json = R"("A")", .one_of = {"A", "B"}}),
               field<&Base::count>("count", {.required = true, .minimum = 0, .maximum = 9}));
ROTOR_DESCRIBE_WITH(test::Tree, "", (.rules_json = R"("x-kubernetes-validations":[{"rule":"true"}])"),
                    field<&Tree::name>("name"), field<&Tree::child>("child"));
ROTOR_DESCRIBE(test::Thing, "A thing.", inlined<&Thing::base>(), field<&Thing::ref>("ref"),
               field<&Thing::refs>("refs", {.max_items = 3, .list_map_key = "key"}), field<&Thing::data>("data"),
               field<&Thing::labels>("labels"), field<&Thing::token>("token"), field<&Thing::free>("free"),
               field<&Thing::flag>("flag"), field<&Thing::big>("big", {.int_or_string = true}),
               field<&Thing::ratio>("ratio"), field<&Thing::words>("words", {.one_of = {"x", "y"}}),
               field<&Thing::always>("always", {.keep_empty = true}), field<&Thing::tree>("tree"));

namespace {

constexpr std::string_view kFull =
    R"({"kind":"B","count":3,"ref":{"key":"k","property":"p"},"refs":[{"key":"a"},{"key":"b"}],"data":{"x":"AAE="},)"
    R"("labels":{"a":"1","b":""},"token":"t","free":{"n": 1.10},"flag":false,"big":9007199254740993,"ratio":0.5,)"
    R"("words":["x"],"always":true,"tree":{"name":"r","child":{"name":"c"}}})";

TEST(Describe, ReadsAndWritesEveryShape) {
  const auto thing = read<Thing>(kFull);
  ASSERT_TRUE(thing) << thing.error().message;
  EXPECT_EQ(thing->base.kind, "B");
  EXPECT_EQ(thing->refs[1].key, "b");
  EXPECT_EQ(thing->data.at("x"), SecretBytes(std::string_view("\0\x01", 2)));
  EXPECT_EQ(thing->free.text, R"({"n": 1.10})");
  EXPECT_EQ(thing->flag, false);
  EXPECT_EQ(thing->big, 9007199254740993);
  EXPECT_EQ((*thing->tree->child)->name, "c");
  EXPECT_EQ(write(*thing), kFull);
  EXPECT_EQ(write_secret(*thing), SecretBytes(kFull));
}

TEST(Describe, IgnoresUnknownFieldsAndLeavesZeroForNull) {
  const auto thing = read<Thing>(
      R"({"other":{"deep":[1]},"kind":null,"count":null,"refs":[null,{"key":"a"}],"labels":{"a":null},"flag":null,"ref":null,"data":null,"token":null,"free":null})");
  ASSERT_TRUE(thing) << thing.error().message;
  EXPECT_EQ(thing->base, Base{});
  ASSERT_EQ(thing->refs.size(), 2U);
  EXPECT_EQ(thing->refs[0], Ref{});
  EXPECT_EQ(thing->labels.at("a"), "");
  EXPECT_FALSE(thing->flag);
  EXPECT_EQ(thing->free.text, "null");
}

TEST(Describe, ReadsADocumentOfNullAsTheZeroValue) { EXPECT_EQ(read<Thing>("null"), Thing{}); }

TEST(Describe, TakesTheLastDuplicate) {
  const auto thing = read<Thing>(R"({"kind":"A","kind":"B","words":["x"],"words":["y","y"]})");
  ASSERT_TRUE(thing);
  EXPECT_EQ(thing->base.kind, "B");
  EXPECT_EQ(thing->words, (std::vector<std::string>{"y", "y"}));
}

TEST(Describe, LeavesOutWhatIsEmptyButRequiredAndKeptFields) {
  EXPECT_EQ(write(Thing{}), R"({"count":0,"always":false})");
  EXPECT_EQ(write(Ref{}), R"({"key":""})");
  Thing thing;
  thing.ref.property = "";
  thing.tree.emplace();
  thing.flag = false;
  EXPECT_EQ(write(thing), R"({"count":0,"ref":{"key":"","property":""},"flag":false,"always":false,"tree":{}})");
}

struct ErrorCase {
  std::string_view text;
  std::string_view message;
};

class DescribeErrors : public testing::TestWithParam<ErrorCase> {};

TEST_P(DescribeErrors, NameTheField) {
  const auto thing = read<Thing>(GetParam().text);
  ASSERT_FALSE(thing);
  EXPECT_EQ(thing.error().code, Code::kInvalid);
  EXPECT_EQ(thing.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DescribeErrors,
    testing::Values(
        ErrorCase{R"({"ref":{"key":1}})", "ref.key: expected a string, found a number"},
        ErrorCase{R"({"refs":[{"key":"a"},{"key":{}}]})", "refs[1].key: expected a string, found an object"},
        ErrorCase{R"({"refs":{}})", "refs: expected an array, found an object"},
        ErrorCase{R"({"labels":{"a.b/c":true}})", R"(labels["a.b/c"]: expected a string, found a boolean)"},
        ErrorCase{R"({"data":{"x":"AA"}})", R"(data["x"]: illegal base64 data at input byte 0)"},
        ErrorCase{R"({"count":1.5})", "count: expected a whole number, found one with a fraction or an exponent"},
        ErrorCase{R"({"count":3000000000})", "count: the number does not fit 32 bits"},
        ErrorCase{R"({"big":9223372036854775808})", "big: the number does not fit 64 bits"},
        ErrorCase{R"({"ratio":1e400})", "ratio: the number is out of range"},
        ErrorCase{R"({"flag":"yes"})", "flag: expected a boolean, found a string"},
        ErrorCase{R"({"tree":{"child":{"name":[]}}})", "tree.child.name: expected a string, found an array"},
        ErrorCase{R"([])", "expected an object, found an array"},
        ErrorCase{R"({"kind":)", "invalid JSON at line 1, column 9: unexpected end of input"}));

TEST(Schema, DescribesFieldsAndRules) {
  EXPECT_EQ(schema(type_of<Ref>()), R"({"description":"Points to a value.","type":"object","properties":{)"
                                    R"("key":{"description":"Name of the secret.","type":"string","minLength":1},)"
                                    R"("property":{"type":"string","pattern":"^[a-z]+$"}},"required":["key"]})");
}

TEST(Schema, CoversEveryShape) {
  const std::string text = schema(type_of<Thing>());
  ASSERT_TRUE(validate(text));
  for (const std::string_view part :
       {R"("kind":{"default":"A","type":"string","enum":["A","B"]})",
        R"("count":{"type":"integer","format":"int32","minimum":0,"maximum":9})",
        R"("refs":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["key"],"items":{)",
        R"("maxItems":3})", R"("data":{"type":"object","additionalProperties":{"type":"string","format":"byte"}})",
        R"("labels":{"type":"object","additionalProperties":{"type":"string"}})",
        R"("free":{"x-kubernetes-preserve-unknown-fields":true})", R"("flag":{"type":"boolean"})",
        R"("big":{"anyOf":[{"type":"integer"},{"type":"string"}],"x-kubernetes-int-or-string":true})",
        R"("words":{"type":"array","items":{"type":"string","enum":["x","y"]}})", R"("required":["count"])"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
  }
}

TEST(Schema, EndsWhereATypeContainsItself) {
  EXPECT_EQ(schema(type_of<Tree>()), R"({"type":"object","properties":{"name":{"type":"string"},)"
                                     R"("child":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},)"
                                     R"("x-kubernetes-validations":[{"rule":"true"}]})");
}

}  // namespace
}  // namespace rotor::json
