// From what a store holds to what stands in the Secret: one row after the other of extract, find, rewrite, conversion,
// decoding and templates. A row is named by its number in the specification.
#include <cctype>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

constexpr std::string_view kSynced = "True/SecretSynced/secret synced";
constexpr std::string_view kNotFetched = "False/SecretSyncedError/could not get secret data from provider";

struct ValueRow {
  std::string name;
  std::string store;                              // its keys; a value that is no string stands there as JSON text
  std::string spec;                               // members beside secretStoreRef
  std::string data = "";                          // of the Secret, decoded; empty: there is none,
  std::string said = "";                          // and the event has this
  std::string texts = "";                         // data of a ConfigMap "texts"
  std::pair<std::string, std::string> mark = {};  // a label or an annotation of the Secret
  std::string type = "Opaque";
};
void PrintTo(const ValueRow& row, std::ostream* out) { *out << row.name; }

std::string as_text(const json::Value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string entries_of(std::string_view store) {
  json::Array entries;
  for (const auto& [key, value] : json::parse(store).value().as_object())
    entries.push_back(json::Object{{"key", key}, {"value", as_text(value)}});
  return json::serialize(json::Value(std::move(entries)));
}

using Texts = std::map<std::string, std::string>;

Texts texts_of(const json::Value* object, bool encoded) {
  Texts out;
  if (object == nullptr) return out;
  for (const auto& [key, value] : object->as_object()) {
    const std::string text(value.as_string());
    out.emplace(key, encoded ? base64_decode(text).value() : text);
  }
  return out;
}

std::string object_name(std::string row) {
  for (char& c : row) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return row;
}

// The rows of one table share a world; each has a store and an ExternalSecret of its name.
class SecretsValues : public testing::TestWithParam<ValueRow> {
 public:
  static void SetUpTestSuite() {
    shared() = std::make_unique<SecretsWorld>();
    shared()->start_operator();
  }
  static void TearDownTestSuite() { shared().reset(); }

 protected:
  static std::unique_ptr<SecretsWorld>& shared() {
    static std::unique_ptr<SecretsWorld> world;
    return world;
  }
  void apply() {
    const ValueRow& row = GetParam();
    if (!row.texts.empty()) world.create("cm", "texts", fmt::format(R"({{"data":{}}})", row.texts));
    world.create("ss", name,
                 fmt::format(R"({{"spec":{{"provider":{{"fake":{{"data":{}}}}}}}}})", entries_of(row.store)));
    world.create("es", name, fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"{}"}},{}}}}})", name, row.spec));
  }
  void expect_secret() {
    world.until_ready("es", name, kSynced);
    const auto secret = world.get("secret", name);
    const auto expected = json::parse(GetParam().data).value();
    EXPECT_EQ(texts_of(json::find(secret, "data"), true), texts_of(&expected, false));
    EXPECT_EQ(json::find_string(secret, "type"), GetParam().type);
    Texts marks = texts_of(json::find(secret, "metadata.labels"), false);
    marks.merge(texts_of(json::find(secret, "metadata.annotations"), false));
    const auto& [mark, value] = GetParam().mark;
    if (!mark.empty()) EXPECT_EQ(marks[mark], value);
  }
  std::string event() {
    for (const auto& event : world.events("UpdateFailed")) {
      if (json::find_string(event, "involvedObject.name") == name)
        return std::string(json::find_string(event, "message"));
    }
    return "";
  }
  void expect_refusal() {
    world.until_ready("es", name, kNotFetched);
    EXPECT_TRUE(world.get("secret", name).is_null());
    world.until("the event", [this] { return !event().empty(); });
    EXPECT_TRUE(event().contains(GetParam().said)) << event();
  }

  SecretsWorld& world = *shared();
  const std::string name = object_name(GetParam().name);
};

TEST_P(SecretsValues, ComeToWhatTheRowSays) {
  apply();
  GetParam().said.empty() ? expect_secret() : expect_refusal();
}

std::string row_name(const testing::TestParamInfo<ValueRow>& info) { return info.param.name; }

// Items of spec.data and spec.dataFrom, all of the key "remote".
std::string value_of(std::string_view more = "") {
  return fmt::format(R"("data":[{{"secretKey":"a","remoteRef":{{"key":"remote"{}}}}}])", more);
}
std::string decoded_by(std::string_view strategy) {
  return value_of(fmt::format(R"(,"decodingStrategy":"{}")", strategy));
}
std::string extracted(std::string_view more = "") {
  return fmt::format(R"("dataFrom":[{{"extract":{{"key":"remote"{}}}}}])", more);
}
std::string rewritten(std::string_view operations) {
  return fmt::format(R"("dataFrom":[{{"extract":{{"key":"remote"}},"rewrite":[{}]}}])", operations);
}
std::string by_regexp(std::string_view source, std::string_view target) {
  return fmt::format(R"({{"regexp":{{"source":"{}","target":"{}"}}}})", source, target);
}
std::string merged(std::string_view how) { return rewritten(fmt::format(R"({{"merge":{{{}}}}})", how)); }
std::string rendered(std::string_view tmpl) {
  return fmt::format(R"("target":{{"template":{{{}}}}},{})", tmpl, value_of());
}

constexpr const char* kSlashed = R"({"remote":{"foo/bar":"1"}})";
constexpr const char* kFooBar = R"({"remote":{"foo":"1","bar":"2"}})";

INSTANTIATE_TEST_SUITE_P(
    Items, SecretsValues,
    testing::Values(ValueRow{"Row77_DataCountsMoreThanDataFrom", R"({"remote":{"a":"1","b":"2"},"x":"of x"})",
                             R"("data":[{"secretKey":"a","remoteRef":{"key":"x"}}],)" + extracted(),
                             R"({"a":"of x","b":"2"})"},
                    ValueRow{"Row79_ExtractAndFindInOneList", R"({"remote":{"foo":"1","found-1":"2"},"found-1":"3"})",
                             R"("dataFrom":[{"extract":{"key":"remote"}},{"find":{"name":{"regexp":"^found"}}}])",
                             R"({"foo":"1","found-1":"3"})"},
                    ValueRow{"Row79_FindAndExtractInOneList", R"({"remote":{"foo":"1","found-1":"2"},"found-1":"3"})",
                             R"("dataFrom":[{"find":{"name":{"regexp":"^found"}}},{"extract":{"key":"remote"}}])",
                             R"({"foo":"1","found-1":"2"})"},
                    ValueRow{"Row96_FindIsNotAnchored", R"({"foo":"1","xfoox":"2","bar":"3"})",
                             R"("dataFrom":[{"find":{"name":{"regexp":"foo"}}}])", R"({"foo":"1","xfoox":"2"})"},
                    ValueRow{"Row105_APropertyInAList", R"({"remote":{"friends":[{"first":"a"},{"first":"b"}]}})",
                             value_of(R"(,"property":"friends.1.first")"), R"({"a":"b"})"}),
    row_name);

const std::string kLongest(253, 'k');
const std::string kTooLong(254, 'k');
constexpr std::string_view kOneKey = R"({{"remote":{{"{}":"1"}}}})";
constexpr const char* kInvalidKeys =
    "error processing spec.dataFrom[0].extract, err: invalid secret keys (TIP: use rewrite or conversionStrategy to "
    "change keys): ";

INSTANTIATE_TEST_SUITE_P(
    Keys, SecretsValues,
    testing::Values(
        ValueRow{"Row80_ASlashBecomesAnUnderscore", kSlashed, extracted(), R"({"foo_bar":"1"})"},
        ValueRow{"Row81_OrItsNumber", kSlashed, extracted(R"(,"conversionStrategy":"Unicode")"),
                 R"({"foo_U002f_bar":"1"})"},
        ValueRow{
            "Row82_TwoThatBecomeOne", R"({"remote":{"foo/bar":"1","foo_bar":"2"}})", extracted(), "",
            "error applying conversion strategy Default to keys: secret name collision during conversion: foo_bar"},
        ValueRow{"Row83_ARewriteIsInsteadOfTheConversion", kSlashed, rewritten(by_regexp("zz", "y")), "",
                 std::string(kInvalidKeys) +
                     "key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: foo/bar"},
        ValueRow{"Row83_ButNotOfABackEndThatConvertsThem", R"({"foo/bar":"1"})",
                 fmt::format(R"("dataFrom":[{{"find":{{"name":{{"regexp":"foo"}}}},"rewrite":[{}]}}])",
                             by_regexp("zz", "y")),
                 R"({"foo_bar":"1"})"},
        ValueRow{"Row109_OneTooLong", fmt::format(kOneKey, kTooLong), extracted(), "",
                 kInvalidKeys + ("key has length 254 but max is 253: (following is truncated): " + kLongest)},
        ValueRow{"Row109_TheLongest", fmt::format(kOneKey, kLongest), extracted(),
                 fmt::format(R"({{"{}":"1"}})", kLongest)},
        ValueRow{"Row110_AnEmptyOneIsLeftOut", R"({"remote":{"":"1","a":"2"}})", extracted(), R"({"a":"2"})"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Rewritten, SecretsValues,
    testing::Values(ValueRow{"Row84_ByARegexp", kFooBar, rewritten(by_regexp("^(.*)$", "new-$1")),
                             R"({"new-foo":"1","new-bar":"2"})"},
                    ValueRow{"Row85_ByOneThatMatchesNothingToo", kFooBar, rewritten(by_regexp("(.*)", "new-$1")),
                             R"({"new-foo":"1","new-bar":"2"})"},
                    ValueRow{"Row86_ByAGroupThatIsNone", kFooBar, rewritten(by_regexp("^f(.*)$", "f$1_suffix")),
                             R"({"f":"1","bar":"2"})"},
                    ValueRow{"Row86_ByThatGroupInBraces", kFooBar, rewritten(by_regexp("^f(.*)$", "f${1}_suffix")),
                             R"({"foo_suffix":"1","bar":"2"})"},
                    ValueRow{"Row87_ByOneAfterTheOther", kFooBar,
                             rewritten(by_regexp("^foo$", "mid") + "," + by_regexp("^mid$", "end")),
                             R"({"end":"1","bar":"2"})"},
                    ValueRow{"Row88_ByATemplate", kFooBar,
                             rewritten(R"({"transform":{"template":"{{ .value | upper }}"}})"),
                             R"({"FOO":"1","BAR":"2"})"}),
    row_name);

constexpr const char* kShared = R"({"remote":{"k1":{"a":"of k1","b":"1"},"k2":{"a":"of k2","c":"2"}}})";
constexpr const char* kApart = R"({"remote":{"k1":{"a":"1"},"k2":{"b":"2"}}})";

INSTANTIATE_TEST_SUITE_P(
    Merged, SecretsValues,
    testing::Values(
        ValueRow{"Row89_WithAConflict", kShared, merged(""), "",
                 "error applying rewrite to keys: failed rewrite operation[0]: merge failed with conflicts: a"},
        ValueRow{"Row89_WithAConflictOfEqualValues", R"({"remote":{"k1":{"a":"1"},"k2":{"a":"1"}}})", merged(""), "",
                 "merge failed with conflicts: a"},
        ValueRow{"Row90_TheOneWithPriorityLast", kShared, merged(R"("priority":["k1"],"conflictPolicy":"Ignore")"),
                 R"({"a":"of k1","b":"1","c":"2"})"},
        ValueRow{"Row91_WithAPriorityThatIsNotThere", kApart, merged(R"("priority":["k3"])"), "",
                 "merge failed with key \"k3\" not found in input map"},
        ValueRow{"Row91_WithOneThatNeedNotBeThere", kApart,
                 merged(R"("priority":["k3"],"priorityPolicy":"IgnoreNotFound")"), R"({"a":"1","b":"2"})"},
        ValueRow{"Row92_AsJsonOfNoName", kApart, merged(R"("strategy":"JSON")"), "",
                 "merge failed with missing 'into' field"},
        ValueRow{"Row93_AsJsonBesideWhatItIsMadeOf", kApart, merged(R"("strategy":"JSON","into":"all")"),
                 R"({"k1":"{\"a\":\"1\"}","k2":"{\"b\":\"2\"}","all":"{\"a\":\"1\",\"b\":\"2\"}"})"},
        ValueRow{"Row94_WithAValueThatIsNoJson", R"({"remote":{"k1":{"a":"1"},"k2":"plain"}})", merged(""), "",
                 "merge failed with failed to unmarshal JSON"},
        ValueRow{"Row95_WithNumbersAndObjects",
                 R"({"remote":{"k1":{"port":5432,"much":1e21,"half":0.5,"yes":true,"none":null},
                   "k2":{"o":{"z":"<&>","a":[1, 2]}}}})",
                 merged(""),
                 R"({"port":"5432","much":"1000000000000000000000","half":"0.5","yes":"true","none":"",
                   "o":"{\"a\":[1,2],\"z\":\"\\u003c\\u0026\\u003e\"}"})"}),
    row_name);

constexpr const char* kStandard = R"({"remote":"Zm9vJV8/YmFy"})";
constexpr const char* kForUrls = R"({"remote":"Zm9vJV8_YmFy"})";
constexpr const char* kPlain = R"({"a":"foo%_?bar"})";
constexpr const char* kZero = R"({"remote":"YQBi"})";

INSTANTIATE_TEST_SUITE_P(
    Decoded, SecretsValues,
    testing::Values(
        ValueRow{"Row98_Base64", kStandard, decoded_by("Base64"), kPlain},
        ValueRow{"Row99_Base64OfUrls", kForUrls, decoded_by("Base64URL"), kPlain},
        ValueRow{"Row100_WhicheverItIs", kStandard, decoded_by("Auto"), kPlain},
        ValueRow{"Row100_WhicheverItIsOfUrls", kForUrls, decoded_by("Auto"), kPlain},
        ValueRow{"Row100_NeitherOfThem", R"({"remote":"foo%_?bar"})", decoded_by("Auto"), kPlain},
        ValueRow{"Row101_WhatIsNone", R"({"remote":"Zm9v!"})", decoded_by("Base64"), "",
                 "error processing spec.data[0] (key: remote), err: error applying decoding strategy Base64 to data: "},
        ValueRow{"Row101_WhatIsNoneInADocument", R"({"remote":{"k":"Zm9v!"}})",
                 extracted(R"(,"decodingStrategy":"Base64URL")"), "",
                 "error applying decoding strategy Base64URL to data: failure decoding key k: "},
        ValueRow{"Row102_WithoutPadding", R"({"remote":"Zg"})", decoded_by("Base64"), "",
                 "error applying decoding strategy Base64 to data: "},
        ValueRow{"Row102_WithoutPaddingItIsLeftAsItIs", R"({"remote":"Zg"})", decoded_by("Auto"), R"({"a":"Zg"})"},
        ValueRow{"Row104_NullBytesThatNobodyMinds", kZero, decoded_by("Base64"), R"({"a":"a\u0000b"})"},
        ValueRow{"Row104_NullBytesThatAreIgnored", kZero,
                 value_of(R"(,"decodingStrategy":"Base64","nullBytePolicy":"Ignore")"), R"({"a":"a\u0000b"})"}),
    row_name);

constexpr const char* kOne = R"({"remote":"1"})";

INSTANTIATE_TEST_SUITE_P(
    Rendered, SecretsValues,
    testing::Values(
        ValueRow{"Row115_WithoutWhatTheyAreMadeOf", kOne, rendered(R"("data":{"k":"{{ .a }}-x"})"), R"({"k":"1-x"})"},
        ValueRow{"Row116_BesideWhatTheyAreMadeOf", kOne, rendered(R"("mergePolicy":"Merge","data":{"k":"{{ .a }}-x"})"),
                 R"({"a":"1","k":"1-x"})"},
        ValueRow{.name = "Row117_MetadataAndATypeAlone",
                 .store = kOne,
                 .spec = rendered(R"("type":"example.com/t","metadata":{"labels":{"l":"is-{{ .a }}"}})"),
                 .data = R"({"a":"1"})",
                 .mark = {"l", "is-1"},
                 .type = "example.com/t"},
        ValueRow{.name = "Row118_DataAfterItsSources",
                 .store = kOne,
                 .spec = rendered(R"("data":{"k":"of data"},"templateFrom":[{"configMap":{"name":"texts",
                   "items":[{"key":"k"},{"key":"other"}]}}])"),
                 .data = R"({"k":"of data","other":"of texts, 1"})",
                 .texts = R"({"k":"of texts","other":"of texts, {{ .a }}"})"},
        ValueRow{.name = "Row119_IntoAnnotations",
                 .store = kOne,
                 .spec = rendered(R"("templateFrom":[{"target":"Annotations","literal":"note: is {{ .a }}"}])"),
                 .data = "{}",
                 .mark = {"note", "is 1"}},
        ValueRow{"Row129_AndDecodedButForTheirKeys", R"({"remote":"eA=="})",
                 rendered(R"("templateFrom":[{"valuesDecodingStrategy":"Base64","literal":"YWJj: {{ .a }}"}])"),
                 R"({"YWJj":"x"})"}),
    row_name);

}  // namespace
}  // namespace rotor::test
