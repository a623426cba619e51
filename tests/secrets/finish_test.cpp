#include "secrets/finish.hpp"

#include <gtest/gtest.h>

#include "json/describe.hpp"
#include "template/language/template.hpp"

namespace rotor::secrets {
namespace {

SecretMap map_of(std::initializer_list<std::pair<std::string_view, std::string_view>> entries) {
  SecretMap map;
  for (const auto& [key, value] : entries) map.emplace(key, SecretBytes(value));
  return map;
}

struct FinishCase {
  std::string_view item;  // of dataFrom, as JSON
  SecretMap in;
  SecretMap expected;
  std::string_view error = "";
};
class Finish : public testing::TestWithParam<FinishCase> {};

TEST_P(Finish, RunsTheStepsInOrder) {
  const auto from = json::read<api::es::DataFrom>(GetParam().item);
  ASSERT_TRUE(from) << from.error().message;
  const auto got = finish_map(GetParam().in, *from, tmpl::system_environment());
  if (!GetParam().error.empty()) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message, GetParam().error);
    return;
  }
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(*got, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, Finish,
    testing::Values(
        FinishCase{R"({"extract":{"key":"k"}})", map_of({{"a/b", "1"}, {"", "2"}}), map_of({{"a_b", "1"}})},
        FinishCase{R"({"find":{"name":{"regexp":"."}}})", map_of({{"a/b", "1"}}), map_of({{"a_b", "1"}})},
        FinishCase{R"({"find":{"name":{"regexp":"."},"conversionStrategy":"Unicode","decodingStrategy":"Base64"}})",
                   map_of({{"a/b", "MQ=="}}), map_of({{"a_U002f_b", "1"}})},
        FinishCase{R"({"extract":{"key":"k","conversionStrategy":"Unicode"}})", map_of({{"a/b", "1"}}),
                   map_of({{"a_U002f_b", "1"}})},
        FinishCase{R"({"extract":{"key":"k"}})",
                   map_of({{"a/b", ""}, {"a:b", ""}}),
                   {},
                   "error applying conversion strategy Default to keys: secret name collision during conversion: a_b"},
        // What a generator gave is renamed and checked, never converted and never decoded.
        FinishCase{R"({"sourceRef":{"generatorRef":{"kind":"Fake","name":"f"}}})", map_of({{"a.b", "MQ=="}, {"", "2"}}),
                   map_of({{"a.b", "MQ=="}})},
        FinishCase{R"({"sourceRef":{"generatorRef":{"kind":"Fake","name":"f"}},)"
                   R"("rewrite":[{"regexp":{"source":"/","target":"-"}}]})",
                   map_of({{"a/b", "1"}}), map_of({{"a-b", "1"}})},
        FinishCase{R"({"sourceRef":{"generatorRef":{"kind":"Fake","name":"f"}}})",
                   map_of({{"a/b", "1"}}),
                   {},
                   "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key has invalid "
                   "character /, only alphanumeric, '-', '.' and '_' are allowed: a/b"},
        // Row 83: a rewrite, even one that touches nothing, is instead of the conversion.
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"regexp":{"source":"zz","target":"y"}}]})",
                   map_of({{"foo/bar", "1"}}),
                   {},
                   "invalid secret keys (TIP: use rewrite or conversionStrategy to change keys): key has invalid "
                   "character /, only alphanumeric, '-', '.' and '_' are allowed: foo/bar"},
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"regexp":{"source":"/","target":"-"}},)"
                   R"({"transform":{"template":"{{ .value | upper }}"}}]})",
                   map_of({{"foo/bar", "1"}}), map_of({{"FOO-BAR", "1"}})},
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"merge":{"priority":["a"]}}]})",
                   map_of({{"a", "[1]"}}),
                   {},
                   "error applying rewrite to keys: failed rewrite operation[0]: merge failed with failed to unmarshal "
                   "JSON: the value of key \"a\" is no JSON object"},
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"merge":{"priority":["z"],"priorityPolicy":"IgnoreNotFound",)"
                   R"("conflictPolicy":"Ignore","strategy":"JSON","into":"all"}}]})",
                   map_of({{"a", R"({"x":1})"}, {"b", R"({"x":2})"}}),
                   map_of({{"a", R"({"x":1})"}, {"all", R"({"x":2})"}, {"b", R"({"x":2})"}})},
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"merge":{}}]})",
                   map_of({{"a", R"({"x":1})"}, {"b", R"({"x":2})"}}),
                   {},
                   "error applying rewrite to keys: failed rewrite operation[0]: merge failed with conflicts: x; with "
                   "merge.conflictPolicy: Ignore the later one counts, and merge.priority says which comes last"},
        FinishCase{R"({"extract":{"key":"k"},"rewrite":[{"transform":{"template":"x-{{ .key }}"}}]})",
                   map_of({{"a", "1"}}),
                   {},
                   "error applying rewrite to keys: a key became \"x-<no value>\": the only field of a transform's "
                   "template is .value"},
        FinishCase{R"({"extract":{"key":"k","decodingStrategy":"Base64"}})", map_of({{"a", "eA=="}}),
                   map_of({{"a", "x"}})},
        FinishCase{R"({"extract":{"key":"k","decodingStrategy":"Base64"}})",
                   map_of({{"a", "eA==!"}}),
                   {},
                   "error applying decoding strategy Base64 to data: failure decoding key a: illegal base64 data at "
                   "input byte 4"},
        FinishCase{
            R"({"extract":{"key":"k","decodingStrategy":"Base64","nullBytePolicy":"Fail"}})",
            map_of({{"a", "AA=="}}),
            {},
            "fetched secret value for key \"a\" contains null bytes; use a text-safe format such as PEM/base64 or "
            "leave nullBytePolicy unset for intentional binary data"}));

TEST(FinishValue, DecodesAndLeavesTheKeyAlone) {
  api::es::Data item;
  item.secret_key = "k";
  item.remote_ref.decoding_strategy = "Base64";
  EXPECT_EQ(finish_value(SecretBytes("eA=="), item)->reveal(), "x");
  const auto bad = finish_value(SecretBytes("hunter2!"), item);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "error applying decoding strategy Base64 to data: illegal base64 data at input byte 7");
}

TEST(FinishValues, SayThatARewriteMadeTwoKeysOne_Q6) {
  api::es::ExternalSecret es;
  es.spec.data_from.push_back(
      json::read<api::es::DataFrom>(R"({"extract":{"key":"k"},"rewrite":[{"regexp":{"source":"[0-9]","target":"n"}}]})")
          .value());
  Fetched fetched;
  fetched.data_from.push_back(map_of({{"a1", "x"}, {"a2", "y"}, {"b", "z"}}));
  Finished finished;
  const auto made = finish_values(es, std::move(fetched), tmpl::system_environment(), &finished);
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, map_of({{"an", "y"}, {"b", "z"}}));
  EXPECT_EQ(finished.remarks,
            std::vector<std::string>{"spec.dataFrom[0].rewrite gives 1 key the name of another, whose value counts"});
}

}  // namespace
}  // namespace rotor::secrets
