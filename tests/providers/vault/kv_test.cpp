// What an answer of the KV engine means: a document, the server's word that there is none, or neither.
#include "providers/vault/kv.hpp"

#include <gtest/gtest.h>

#include "providers/common/property.hpp"

namespace rotor::providers::vault {
namespace {

net::Response answer(int status, std::string_view body) { return {status, {}, SecretBytes(body)}; }

constexpr std::string_view kWrongPath =
    R"({"data":null,"warnings":["Invalid path for a versioned K/V secrets engine."]})";

struct DocumentCase {
  std::string_view name;
  bool v1;
  int status;
  std::string_view body;
  std::string_view expected;  // a document; "-" absence; "!…" an error that contains this
};
void PrintTo(const DocumentCase& c, std::ostream* out) { *out << c.name; }
class VaultDocument : public testing::TestWithParam<DocumentCase> {};

TEST_P(VaultDocument, IsWhatTheServerSaid) {
  const DocumentCase& c = GetParam();
  const auto document = read_document(c.v1, answer(c.status, c.body));
  if (c.expected == "-") {
    EXPECT_TRUE(document.absent());
  } else if (c.expected.starts_with('!')) {
    ASSERT_TRUE(document.failed());
    EXPECT_TRUE(document.error().message.contains(c.expected.substr(1))) << document.error().message;
  } else {
    ASSERT_TRUE(document);
    EXPECT_EQ(document->text.reveal(), c.expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Version2, VaultDocument,
    testing::Values(
        DocumentCase{"a document", false, 200, R"({"data":{"data":{"a":1.10},"metadata":{}}})", R"({"a":1.10})"},
        DocumentCase{"an empty one", false, 200, R"({"data":{"data":{},"metadata":{}}})", "{}"},
        DocumentCase{"deleted in the future", false, 200,
                     R"({"data":{"data":{"a":"b"},"metadata":{"deletion_time":"2999-01-01T00:00:00Z"}}})",
                     R"({"a":"b"})"},
        DocumentCase{"no such secret", false, 404, R"({"errors":[]})", "-"},
        DocumentCase{"deleted", false, 404,
                     R"({"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z","destroyed":false}}})",
                     "-"},
        DocumentCase{"destroyed", false, 404,
                     R"({"data":{"data":null,"metadata":{"deletion_time":"","destroyed":true}}})", "-"},
        DocumentCase{"null and live", false, 200,
                     R"({"data":{"data":null,"metadata":{"deletion_time":"","destroyed":false}}})",
                     "!secret has no data"},
        DocumentCase{"404, null and live", false, 404,
                     R"({"data":{"data":null,"metadata":{"deletion_time":"","destroyed":false}}})",
                     "!secret has no data"},
        DocumentCase{"null though destroyed, with 200", false, 200,
                     R"({"data":{"data":null,"metadata":{"destroyed":true}}})", "!secret has no data"},
        DocumentCase{"404 with a document", false, 404, R"({"data":{"data":{"a":1},"metadata":{}}})",
                     "!failed to unmarshall"},
        DocumentCase{"a wrong path", false, 404, kWrongPath, "!failed to find data field"},
        DocumentCase{"no inner data", false, 200, R"({"data":{"a":"b"}})", "!failed to find data field"},
        DocumentCase{"inner data is a text", false, 200, R"({"data":{"data":"x"}})", "!failed to unmarshall JSON"},
        DocumentCase{"no data", false, 200, "{}", "!holds no data"},
        DocumentCase{"null data", false, 200, R"({"data":null})", "!holds no data"},
        DocumentCase{"a page", false, 200, "<html>", "!no JSON object"}));

INSTANTIATE_TEST_SUITE_P(
    Version1, VaultDocument,
    testing::Values(DocumentCase{"a document", true, 200, R"({"data":{"a":1.10,"ttl":"1h"}})",
                                 R"({"a":1.10,"ttl":"1h"})"},
                    DocumentCase{"no such secret", true, 404, R"({"errors":[]})", "-"},
                    DocumentCase{"a version 2 mount", true, 404, kWrongPath, "!spec.provider.vault.version is v1"},
                    DocumentCase{"a deleted version 2 path", true, 404,
                                 R"({"data":{"data":null,"metadata":{"deletion_time":"2026-01-01T00:00:00Z"}}})", "-"},
                    DocumentCase{"404 with data", true, 404, R"({"data":{"a":1}})", "!404 with data"},
                    DocumentCase{"a list", true, 200, R"({"data":[1]})", "!failed to unmarshall JSON"},
                    DocumentCase{"null data", true, 200, R"({"data":null})", "!holds no data"}));

// V1 to V7 and V10: the rule is template/lookup's, the document ours.
struct PropertyCase {
  std::string_view document, property, expected;  // "-": not there
};
class VaultProperty : public testing::TestWithParam<PropertyCase> {};

TEST_P(VaultProperty, IsAnExactKeyAndThenAPath) {
  const auto found = property_of(tmpl::LookupRule::kKeyThenRewritten, SecretBytes(GetParam().document),
                                 GetParam().property, "missing");
  if (GetParam().expected == "-") {
    EXPECT_TRUE(found.absent());
  } else {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->reveal(), GetParam().expected);
  }
}

constexpr std::string_view kKeys = R"({"access_key":"access_key","access_secret":"access_secret","token":null})";
constexpr std::string_view kNested =
    R"({"nested":{"foo":"oke","bar":"also ok?"},"nested.bar":"something different","n":42})";

INSTANTIATE_TEST_SUITE_P(
    Cases, VaultProperty,
    testing::Values(PropertyCase{kKeys, "access_key", "access_key"}, PropertyCase{kKeys, "token", ""},
                    PropertyCase{R"({"b":"<1>","a":"2"})", "", R"({"a":"2","b":"\u003c1\u003e"})"},
                    PropertyCase{kNested, "nested.foo", "oke"},
                    PropertyCase{kNested, "nested.bar", "something different"}, PropertyCase{kNested, "n", "42"},
                    PropertyCase{kNested, "nop.doesnt.exist", "-"},
                    PropertyCase{R"({"l":["a","b"]})", "l", R"(["a","b"])"},
                    PropertyCase{R"({"n":12345678901234567890123})", "n", "12345678901234567890123"},
                    PropertyCase{R"({"n":1e3})", "n", "1e3"}));

struct MembersCase {
  std::string_view document;
  std::map<std::string, std::string> expected;
};
class VaultMembers : public testing::TestWithParam<MembersCase> {};

TEST_P(VaultMembers, AreTextsAsTheyReadAndNumbersAsToday) {
  const auto members = members_of(SecretBytes(GetParam().document));
  ASSERT_TRUE(members) << members.error().message;
  std::map<std::string, std::string> got;
  for (const auto& [key, value] : *members) got.emplace(key, value.reveal());
  EXPECT_EQ(got, GetParam().expected);
}

// V18 to V22
INSTANTIATE_TEST_SUITE_P(
    Cases, VaultMembers,
    testing::Values(
        MembersCase{R"({"a":"acc<ess_&ke.,y","b":"acce&?ss_s>ecret"})",
                    {{"a", "acc<ess_&ke.,y"}, {"b", "acce&?ss_s>ecret"}}},
        MembersCase{R"({"token":null})", {{"token", ""}}},
        MembersCase{R"({"f":2.12,"d":2.1234534153423423,"i":42,"b":true,"x":"AQI="})",
                    {{"f", "2.12"}, {"d", "2.1234534153423423"}, {"i", "42"}, {"b", "true"}, {"x", "AQI="}}},
        MembersCase{R"({"t":1.10,"e":1e3,"m":-1.50,"w":12345678901234567890123,"z":-0})",
                    {{"t", "1.1"}, {"e", "1000"}, {"m", "-1.5"}, {"w", "12345678901234567890123"}, {"z", "-0"}}},
        MembersCase{R"({"foo":{"oke":"yup","mhkeih":"yada yada"},"l":["<", 1.0]})",
                    {{"foo", R"({"mhkeih":"yada yada","oke":"yup"})"}, {"l", R"(["\u003c",1.0])"}}},
        MembersCase{R"({"a":1,"a":2,"":"empty name"})", {{"a", "2"}, {"", "empty name"}}}, MembersCase{"{}", {}}));

TEST(VaultMembers, OfAnythingElseAreAnErrorThatQuotesNothing) {
  for (const char* text : {"", "s3cret", "\"s3cret\"", "[1]", "null", "{\"a\":s3cret}", "{} s3cret"}) {
    const auto members = members_of(SecretBytes(text));
    ASSERT_FALSE(members) << text;
    EXPECT_EQ(members.error().message, "failed to unmarshal secret: invalid JSON format");
  }
}

std::string metadata_text(std::string_view data) {
  const std::string body = R"({"data":)" + std::string(data) + "}";
  const auto metadata = read_metadata(answer(200, body));
  return metadata ? std::string(metadata_document(*metadata).reveal()) : "!" + metadata.error().message;
}

TEST(VaultMetadata, ShowsThreeFieldsOfTheSystemAndWhatUsersWrote) {
  // V15: what users wrote wins, and nothing else of the system's is shown.
  EXPECT_EQ(metadata_text(R"({"created_time":"t","current_version":2,"delete_version_after":"0s","max_versions":9,)"
                          R"("cas_required":false,"custom_metadata":{"access_key":"k","created_time":"custom-time"}})"),
            R"({"access_key":"k","created_time":"custom-time","current_version":"2","delete_version_after":"0s"})");
  // V17
  EXPECT_EQ(
      metadata_text(R"({"created_time":"t","current_version":2,"delete_version_after":null,"custom_metadata":null})"),
      R"({"created_time":"t","current_version":"2"})");
  EXPECT_EQ(metadata_text("{}"), "");
  EXPECT_TRUE(read_metadata(answer(404, R"({"errors":[]})")).absent());
  EXPECT_TRUE(read_metadata(answer(200, R"({"data":null})")).failed());
  EXPECT_TRUE(read_metadata(answer(404, std::string(kWrongPath))).failed());
}

TEST(VaultNames, AreThoseOfTheListAndAbsentWhereThereIsNothing) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(*read_names(answer(200, R"({"data":{"keys":["a"," b ","c/"]}})")), (Names{"a", " b ", "c/"}));
  EXPECT_EQ(*read_names(answer(200, R"({"data":{"keys":null}})")), Names());
  EXPECT_TRUE(read_names(answer(404, R"({"errors":[]})")).absent());
  for (const auto& [status, body] : std::vector<std::pair<int, std::string_view>>{{200, "{}"},
                                                                                  {200, R"({"data":{}})"},
                                                                                  {200, R"({"data":null})"},
                                                                                  {200, R"({"data":{"keys":"a"}})"},
                                                                                  {200, R"({"data":{"keys":[1]}})"},
                                                                                  {404, R"({"data":{"keys":["a"]}})"},
                                                                                  {404, kWrongPath},
                                                                                  {200, ""},
                                                                                  {204, ""}}) {
    EXPECT_TRUE(read_names(answer(status, body)).failed()) << status << " " << body;
  }
}

}  // namespace
}  // namespace rotor::providers::vault
