// What an ExternalSecret may not ask for, with the words of the API.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/admission/rules.hpp"

namespace rotor::admission {
namespace {

constexpr std::string_view kNotOwned =
    "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set "
    "creationPolicy=Owner";
constexpr std::string_view kNothingToMerge =
    "deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with";
constexpr std::string_view kEmpty = "either data or dataFrom should be specified";
constexpr std::string_view kSeveral = "extract, find, or generatorRef cannot be set at the same time";
constexpr std::string_view kNoSource = "either extract, find, or sourceRef must be set to dataFrom";
constexpr std::string_view kEmptySource = "generatorRef or storeRef must be set when using sourceRef in dataFrom";
constexpr std::string_view kData = R"("data":[{"secretKey":"a","remoteRef":{"key":"k"}}])";

struct Case {
  std::string_view name;
  std::string spec;  // its members
  std::string says;  // "" when it is allowed
  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

std::string with_data(std::string_view members) { return fmt::format("{},{}", members, kData); }
std::string target(std::string_view creation, std::string_view deletion) {
  return with_data(fmt::format(R"("target":{{"creationPolicy":"{}","deletionPolicy":"{}"}})", creation, deletion));
}
std::string tmpl(std::string_view members, std::string_view beside = "") {
  return with_data(fmt::format(R"("target":{{"template":{{{}}}{}}})", members, beside));
}
std::string from(std::string_view members) { return fmt::format(R"("dataFrom":[{{{}}}])", members); }
std::string bad_target(std::string_view path) {
  return fmt::format(
      "templateFrom target=\"{}\" is not allowed when targeting a Secret, must be one of \"Data\", \"Annotations\" or "
      "\"Labels\"",
      path);
}
std::string twice(std::string_view deletion) {
  return fmt::format(R"("target":{{{}}},"data":[{{"secretKey":"a","remoteRef":{{"key":"k"}}}},)"
                     R"({{"secretKey":"a","remoteRef":{{"key":"l"}}}},{{"secretKey":"a","remoteRef":{{"key":"m"}}}}])",
                     deletion);
}

const std::string kToken = R"("type":"kubernetes.io/service-account-token")";
const std::string kTokenName = R"("metadata":{"annotations":{"kubernetes.io/service-account.name":"default"}})";
const std::string kNamedToken =
    "template.type=\"kubernetes.io/service-account-token\" with annotation \"kubernetes.io/service-account.name\" is "
    "not allowed";
const std::string kAnnotatedToken =
    "template.type=\"kubernetes.io/service-account-token\" with templateFrom target=\"Annotations\" is not allowed";

std::vector<Case> cases() {
  return {
      {"OneKey", std::string(kData), ""},
      {"Row191_Nothing", R"("secretStoreRef":{"name":"s"})", std::string(kEmpty)},
      {"Row191_DeleteWithMerge", target("Merge", "Delete"), std::string(kNotOwned)},
      {"DeleteWithNone", target("None", "Delete"), std::string(kNotOwned)},
      {"DeleteWithCreateOrMerge", target("CreateOrMerge", "Delete"), std::string(kNotOwned)},
      {"DeleteWithOrphan", target("Orphan", "Delete"), ""},
      {"DeleteWithOwner", target("Owner", "Delete"), ""},
      {"Row191_MergeWithNone", target("None", "Merge"), std::string(kNothingToMerge)},
      {"MergeWithMerge", target("Merge", "Merge"), ""},
      {"Row191_FindAndExtract", from(R"("find":{},"extract":{"key":"k"})"), std::string(kSeveral)},
      {"ExtractAndGenerator",
       from(R"("extract":{"key":"k"},"sourceRef":{"generatorRef":{"kind":"Password","name":"p"}})"),
       std::string(kSeveral)},
      {"FindAndGenerator", from(R"("find":{},"sourceRef":{"generatorRef":{"kind":"Password","name":"p"}})"),
       std::string(kSeveral)},
      {"GeneratorAlone", from(R"("sourceRef":{"generatorRef":{"kind":"Password","name":"p"}})"), ""},
      {"ExtractFromAnotherStore", from(R"("extract":{"key":"k"},"sourceRef":{"storeRef":{"name":"s"}})"), ""},
      {"NoSource", from(R"("rewrite":[])"), std::string(kNoSource)},
      {"Row191_EmptySource", from(R"("sourceRef":{})"), std::string(kEmptySource)},
      {"EmptySourceBesideExtract", from(R"("extract":{"key":"k"},"sourceRef":{})"), std::string(kEmptySource)},
      {"Row191_TwiceWithRetain", twice(R"("deletionPolicy":"Retain")"),
       "duplicate secretKey found: a\nduplicate secretKey found: a"},
      {"TwiceByDefault", twice(""), "duplicate secretKey found: a\nduplicate secretKey found: a"},
      {"Row192_TwiceWithMerge", twice(R"("deletionPolicy":"Merge")"), ""},
      {"Row192_TwiceWithDelete", twice(R"("deletionPolicy":"Delete")"), ""},
      {"Row127_BootstrapToken", tmpl(R"("type":"bootstrap.kubernetes.io/token")"),
       "template.type=\"bootstrap.kubernetes.io/token\" is not allowed"},
      {"Row127_NamedToken", tmpl(kToken + "," + kTokenName), kNamedToken},
      {"TokenWithoutName", tmpl(kToken), ""},
      {"NameWithoutToken", tmpl(R"("type":"Opaque",)" + kTokenName), ""},
      {"TokenThatMightGetAName", tmpl(kToken + R"(,"templateFrom":[{"target":"aNNotations","literal":"x"}])"),
       kAnnotatedToken},
      {"Row128_TargetsOfASecret",
       tmpl(R"("templateFrom":[{"target":"DATA","literal":""},{"target":"labels","literal":""},{"literal":""}])"), ""},
      {"Row128_OtherTargets",
       tmpl(R"("templateFrom":[{"target":"type"},{"target":"metadata.annotations"},)"
            R"({"target":"immutable"},{"target":"metadata.ownerReferences"}])"),
       bad_target("type") + "\n" + bad_target("metadata.annotations") + "\n" + bad_target("immutable") + "\n" +
           bad_target("metadata.ownerReferences")},
      {"PathsOfAnotherKind",
       tmpl(R"("templateFrom":[{"target":"spec.x","literal":""}])",
            R"(,"manifest":{"apiVersion":"v1","kind":"ConfigMap"})"),
       ""},
      // All of it, in this order.
      {"Row191_Everything",
       R"("target":{"creationPolicy":"None","deletionPolicy":"Merge","template":{"type":"bootstrap.kubernetes.io/token",)"
       R"("templateFrom":[{"target":"type"}]}})",
       std::string(kNothingToMerge) + "\n" + std::string(kEmpty) +
           "\ntemplate.type=\"bootstrap.kubernetes.io/token\" is not allowed\n" + bad_target("type")},
      {"Row191_EveryEntry",
       R"("target":{"creationPolicy":"Merge","deletionPolicy":"Delete"},"dataFrom":[{"sourceRef":{}},)"
       R"({"find":{},"extract":{"key":"k"},"sourceRef":{}},{}])",
       std::string(kNotOwned) + "\n" + std::string(kEmptySource) + "\n" + std::string(kSeveral) + "\n" +
           std::string(kEmptySource) + "\n" + std::string(kNoSource)},
  };
}

class JudgesExternalSecret : public testing::TestWithParam<Case> {};

// v1beta1 has the same rules.
TEST_P(JudgesExternalSecret, WithTheWordsOfTheApiInEitherVersion) {
  const Rules rules;
  for (const std::string_view version : {"v1", "v1beta1"}) {
    const Verdict verdict =
        rules.judge("ExternalSecret", fmt::format(R"({{"apiVersion":"external-secrets.io/{}","kind":"ExternalSecret",)"
                                                  R"("metadata":{{"name":"es","namespace":"ns"}},"spec":{{{}}}}})",
                                                  version, GetParam().spec));
    EXPECT_EQ(verdict.message(), GetParam().says);
    EXPECT_EQ(verdict.allowed(), GetParam().says.empty());
    EXPECT_TRUE(verdict.warnings.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, JudgesExternalSecret, testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

// Objects that are older than their admission.

constexpr std::string_view kStored =
    R"({"metadata":{"name":"es","finalizers":["x/y"]},"spec":{"target":{"deletionPolicy":"Delete","creationPolicy":"Merge"}}})";
constexpr std::string_view kWithoutFinalizer =
    R"({"metadata":{"name":"es"},"spec":{"target":{"creationPolicy":"Merge","deletionPolicy":"Delete"}}})";
constexpr std::string_view kEdited =
    R"({"metadata":{"name":"es"},"spec":{"target":{"creationPolicy":"Merge","deletionPolicy":"Delete","name":"t"}}})";

TEST(JudgesUpdates, LetsAnOldObjectGoAndWarnsOfWhatIsWrongWithIt) {
  const Rules rules;
  const Verdict verdict = rules.judge("ExternalSecret", kWithoutFinalizer, kStored);
  EXPECT_TRUE(verdict.allowed()) << verdict.message();
  ASSERT_EQ(verdict.warnings.size(), 2U);
  EXPECT_EQ(verdict.warnings[0],
            "stored before it was checked, and refused at its next change: " + std::string(kNotOwned));
}

TEST(JudgesUpdates, RefusesTheNextEditOfAnOldObject) {
  const Rules rules;
  EXPECT_EQ(rules.judge("ExternalSecret", kEdited, kStored).message(),
            std::string(kNotOwned) + "\n" + std::string(kEmpty));
}

TEST(JudgesUpdates, JudgesTheNewObjectWhenTheOldOneCannotBeRead) {
  const Rules rules;
  EXPECT_FALSE(rules.judge("ExternalSecret", kWithoutFinalizer, R"({"spec":7})").allowed());
}

TEST(JudgesExternalSecretText, NamesTheFieldThatCannotBeReadAndNotItsValue) {
  const Rules rules;
  const std::string message =
      rules.judge("ExternalSecret", R"({"spec":{"data":[{"secretKey":{"canary":1}}]}})").message();
  EXPECT_TRUE(message.contains("spec.data[0].secretKey")) << message;
  EXPECT_FALSE(message.contains("canary")) << message;
}

}  // namespace
}  // namespace rotor::admission
