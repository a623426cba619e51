#include "json/yaml.hpp"

#include <gtest/gtest.h>

namespace rotor::json {
namespace {

struct YamlCase {
  std::string_view text;
  std::string_view json;
};

class Yaml : public testing::TestWithParam<YamlCase> {};

TEST_P(Yaml, ReadsAsKubernetesTools) {
  const auto value = parse_yaml(GetParam().text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(serialize(*value), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, Yaml,
    testing::Values(YamlCase{"yes", "true"}, YamlCase{"off", "false"}, YamlCase{"oN", "\"oN\""}, YamlCase{"~", "null"},
                    YamlCase{"", "null"}, YamlCase{"010", "8"}, YamlCase{"08", "8"}, YamlCase{"0o17", "15"},
                    YamlCase{"0x1F", "31"}, YamlCase{"0b101", "5"}, YamlCase{"-0b11", "-3"}, YamlCase{"+5", "5"},
                    YamlCase{"1_000", "1000"}, YamlCase{"_1", "\"_1\""}, YamlCase{"0x", "\"0x\""},
                    YamlCase{"18446744073709551615", "18446744073709551615"}, YamlCase{".5", "0.5"},
                    YamlCase{"1.", "1"}, YamlCase{".", "\".\""}, YamlCase{"1e400", "\"1e400\""},
                    YamlCase{"1e-400", "0"}, YamlCase{"12:30:45", "\"12:30:45\""}, YamlCase{"1.2.3", "\"1.2.3\""},
                    YamlCase{"2020-01-01", "\"2020-01-01\""}, YamlCase{"'yes'", "\"yes\""}, YamlCase{"\"5\"", "\"5\""},
                    YamlCase{"|\n 5\n", "\"5\\n\""}, YamlCase{"!!str 5", "\"5\""}, YamlCase{"!!int '5'", "5"},
                    YamlCase{"!!float 1", "1"}, YamlCase{"!!binary aGk=", "\"hi\""}, YamlCase{"!local 5", "\"5\""},
                    YamlCase{"! 5", "\"5\""}, YamlCase{"=", "\"=\""}));

INSTANTIATE_TEST_SUITE_P(
    Structure, Yaml,
    testing::Values(YamlCase{"{y: 1, 1.50: 2, 0x10: 3, 1e6: 4}", R"({"true":1,"1.5":2,"16":3,"1e+06":4})"},
                    YamlCase{"a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", R"({"a":{"b":1},"c":{"b":1,"d":2}})"},
                    YamlCase{"a:\n  <<: [{x: 1}, {x: 2, z: 3}]\n", R"({"a":{"x":1,"z":3}})"},
                    YamlCase{"a:\n  <<: {x: 1}\n  x: 2\n", R"({"a":{"x":2}})"}, YamlCase{"'<<': 1", R"({"<<":1})"},
                    YamlCase{"- a: &k v\n- *k\n", R"([{"a":"v"},"v"])"},
                    YamlCase{R"({"a":[1,2.50,{"b":null}]})", R"({"a":[1,2.5,{"b":null}]})"},
                    YamlCase{"\xEF\xBB\xBF"
                             "a: b",
                             R"({"a":"b"})"},
                    YamlCase{"a: b\n---\nc: [", R"({"a":"b"})"}, YamlCase{"z: 1\na: 2", R"({"z":1,"a":2})"}));

class YamlErrors : public testing::TestWithParam<YamlCase> {};

TEST_P(YamlErrors, NameLineAndColumn) {
  const auto value = parse_yaml(GetParam().text);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Code::kInvalid);
  EXPECT_EQ(value.error().message, "invalid YAML at " + std::string(GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, YamlErrors,
    testing::Values(YamlCase{"a: 1\nb: 2\na: 3\n", "line 3, column 1: this mapping key appears twice"},
                    YamlCase{"{y: 1, yes: 2}", "line 1, column 8: this mapping key appears twice"},
                    YamlCase{"a: \"x\xff\"", "line 1, column 6: invalid UTF-8"},
                    YamlCase{"a: *b", "line 1, column 4: an alias (*) names an anchor (&) that does not exist"},
                    YamlCase{"a: &b [*b]", "line 1, column 8: an anchor contains an alias to itself"},
                    YamlCase{"<<: 5", "line 1, column 5: a merge key (<<) needs a mapping or a list of mappings"},
                    YamlCase{"? [1]\n: 2", "line 1, column 3: a mapping key must be a scalar"},
                    YamlCase{"~: 2", "line 1, column 1: a mapping key must not be null"},
                    YamlCase{"a: .inf", "line 1, column 4: infinity and NaN have no JSON form; quote them"},
                    YamlCase{"a: !!int x", "line 1, column 4: this value does not fit its tag"},
                    YamlCase{"a: !!binary '*'", "line 1, column 4: !!binary needs base64 text"},
                    YamlCase{"a:\n\tb: c", "line 2, column 1: found character that cannot start any token"}));

TEST(Yaml, ReadsATextWithoutABufferAsAnEmptyOne) {
  EXPECT_EQ(parse_yaml(std::string_view()).has_value(), parse_yaml("").has_value());
  EXPECT_EQ(parse_yaml_node(std::string_view()).has_value(), parse_yaml_node("").has_value());
}

TEST(Yaml, LetsTheLastDuplicateWinWhenAsked) {
  EXPECT_EQ(serialize(*parse_yaml("a: 1\na: 2", Duplicates::kLastWins)), R"({"a":2})");
}

TEST(Yaml, RefusesAliasBombs) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string prev = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) text += prev + (k < 9 ? ", " : "]\n");
  }
  const auto value = parse_yaml(text);
  ASSERT_FALSE(value);
  EXPECT_NE(value.error().message.find("the aliases of this document expand to too much"), std::string::npos);
  EXPECT_FALSE(parse_yaml_node(text));
}

TEST(Yaml, RefusesBombsOfMergeKeysAndOfLongScalars) {
  std::string merges = "a0: &a0 {k: v}\n";
  for (int i = 1; i < 30; ++i) {
    const std::string n = std::to_string(i);
    const std::string prev = "*a" + std::to_string(i - 1);
    merges += "a" + n + ": &a" + n + " {<<: [" + prev + ", " + prev + "]}\n";
  }
  EXPECT_FALSE(parse_yaml(merges));
  std::string scalars = "a: &a " + std::string(100'000, 'x') + "\nb: [";
  for (int i = 0; i < 1000; ++i) scalars += "*a, ";
  EXPECT_FALSE(parse_yaml(scalars + "1]"));
}

TEST(Yaml, StopsAtAHundredLevels) {
  EXPECT_TRUE(parse_yaml(std::string(99, '[') + "1" + std::string(99, ']')));
  EXPECT_FALSE(parse_yaml(std::string(101, '[') + "1" + std::string(101, ']')));
  EXPECT_FALSE(parse_yaml(std::string(100'000, '[')));
  std::string chain = "a0: &a0 [1]\n";
  for (int i = 1; i < 200; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_FALSE(parse_yaml(chain));
}

TEST(YamlStream, GivesDocumentsWithTheirLines) {
  const auto docs = parse_yaml_stream("# first\na: 1\n---\n---\n# only a comment\n---\nb: 2\n...\n---\nnull\n");
  ASSERT_TRUE(docs) << docs.error().message;
  ASSERT_EQ(docs->size(), 2U);
  EXPECT_EQ((*docs)[0].line, 2);
  EXPECT_EQ((*docs)[1].line, 7);
}

TEST(YamlStream, KeepsDirectivesWithTheirDocument) {
  const auto docs = parse_yaml_stream("# c\n%YAML 1.1\n---\na: 1\n---\nb: 1");
  ASSERT_TRUE(docs) << docs.error().message;
  EXPECT_EQ(docs->size(), 2U);
}

TEST(YamlStream, GoesOnAfterABrokenDocument) {
  const auto stream = parse_yaml_leniently("a: 1\n---\nb: [\n---\nc: 1\nc: 2\n---\nd: 4\n");
  ASSERT_EQ(stream.documents.size(), 2U);
  EXPECT_EQ(serialize(stream.documents[1].value), R"({"d":4})");
  ASSERT_EQ(stream.errors.size(), 2U);
  EXPECT_NE(stream.errors[0].message.find("line 4"), std::string::npos) << stream.errors[0].message;
  EXPECT_EQ(stream.errors[1].message, "invalid YAML at line 6, column 1: this mapping key appears twice");
  EXPECT_FALSE(parse_yaml_stream("a: 1\n---\nb: [\n"));
}

TEST(YamlStream, OfNothingIsEmpty) {
  EXPECT_TRUE(parse_yaml_stream("")->empty());
  EXPECT_TRUE(parse_yaml_stream("\n# nothing\n---\n")->empty());
}

TEST(YamlNode, KeepsSourceTextAndQuoting) {
  const auto node = parse_yaml_node("b: 1.10\na: '1.10'\nyes: |\n  x\nl: [ 0x1F, ~ ]\n");
  ASSERT_TRUE(node) << node.error().message;
  ASSERT_EQ(node->members.size(), 4U);
  EXPECT_EQ(node->members[0].key, "b");
  EXPECT_EQ(node->members[0].value.scalar, SecretBytes("1.10"));
  EXPECT_FALSE(node->members[0].value.quoted);
  EXPECT_TRUE(node->members[1].value.quoted);
  EXPECT_EQ(node->members[2].key, "yes");
  EXPECT_TRUE(node->members[2].value.quoted);
  EXPECT_EQ(node->members[3].value.items.size(), 2U);
  EXPECT_EQ(node->members[3].value.line, 5);
}

TEST(YamlNode, WritesBareInJsonOnlyWhatReadsBackAsWritten) {
  const auto json_of = [](const char* scalar) {
    const auto node = parse_yaml_node(std::string("a: ") + scalar);
    return node ? to_json(*node) : SecretBytes(node.error().message);
  };
  for (const char* bare : {"0", "-7", "42", "12345678901234567890123", "1.5", "-0.25", "true", "false"}) {
    EXPECT_EQ(json_of(bare), SecretBytes(std::string(R"({"a":)") + bare + "}")) << bare;
  }
  for (const char* text : {"0123",      "0049", "007", "+4930", "0x1F", "0o17", "1_000", "1e5",
                           "1E5",       "1.10", "1.0", ".5",    "5.",   "yes",  "no",    "y",
                           "True",      "on",   "~",   "null",  ".inf", "1:30", "text",  "0.10000000000000000555",
                           "2026-01-02"}) {
    EXPECT_EQ(json_of(text), SecretBytes(std::string(R"({"a":")") + text + "\"}")) << text;
  }
  EXPECT_EQ(json_of("'42'"), SecretBytes(R"({"a":"42"})"));
  EXPECT_EQ(json_of("!!str 42"), SecretBytes(R"({"a":"42"})"));
  EXPECT_EQ(json_of(""), SecretBytes(R"({"a":""})"));
}

TEST(YamlNode, MergesAndRefusesDuplicates) {
  const auto node = parse_yaml_node("a: &x {p: 1}\nb:\n  <<: *x\n  q: 2\n");
  ASSERT_TRUE(node);
  EXPECT_EQ(to_json(*node), SecretBytes(R"({"a":{"p":1},"b":{"p":1,"q":2}})"));
  EXPECT_FALSE(parse_yaml_node("a: 1\na: 2\n"));
  EXPECT_FALSE(parse_yaml_node("a: 1\n---\nb: 1\n"));
  EXPECT_EQ(parse_yaml_node("")->kind, YamlNode::Kind::kScalar);
}

}  // namespace
}  // namespace rotor::json
