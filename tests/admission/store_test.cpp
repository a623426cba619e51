// What a store may not say: §1.1.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/admission/rules.hpp"

namespace rotor::admission {
namespace {

constexpr std::string_view kFake = R"("provider":{"fake":{"data":[{"key":"k","value":"v"}]}})";
constexpr std::string_view kUnmaintained =
    "store shop isn't currently maintained. Please plan and prepare accordingly.";

std::string store(std::string_view spec) {
  return fmt::format(R"({{"metadata":{{"name":"shop","namespace":"ns"}},"spec":{{{}}}}})", spec);
}

struct StoreCase {
  std::string_view name;
  std::string spec;
  std::string says;
  friend void PrintTo(const StoreCase& c, std::ostream* out) { *out << c.name; }
};

std::string backends(std::string_view found) {
  return fmt::format("store error for shop: secret stores must only have exactly one backend specified, found {}",
                     found);
}

std::vector<StoreCase> store_cases() {
  const std::string conditions =
      R"("conditions":[{"namespaceRegexes":["fine","["]},{"namespaceRegexes":["a(","^ok$","*"]}],)";
  return {
      {"Fine", std::string(kFake), ""},
      {"NoProvider", R"("provider":{})", backends("0")},
      {"TwoProviders", R"("provider":{"fake":{"data":[]},"kubernetes":{}})", backends("2")},
      {"UnknownProvider", R"("provider":{"carrierpigeon":{}})",
       "failed to find registered store backend for type: carrierpigeon, name: shop; spec.provider may be fake, "
       "kubernetes, leaving, vault"},
      {"SeveralBadRegexes", conditions + std::string(kFake),
       "failed to compile 1th namespace regex in 0th condition: error parsing regexp: missing closing ]: `[`\n"
       "failed to compile 0th namespace regex in 1th condition: error parsing regexp: missing closing ): `a(`\n"
       "failed to compile 2th namespace regex in 1th condition: error parsing regexp: missing argument to repetition "
       "operator: `*`"},
      {"WholeSeconds", std::string(R"("refreshInterval":10,)") + std::string(kFake), ""},
      {"ADuration", std::string(R"("refreshInterval":"90s",)") + std::string(kFake), ""},
      {"NegativeSeconds", std::string(R"("refreshInterval":-1,)") + std::string(kFake),
       "invalid refreshInterval -1: must not be negative"},
      {"NegativeDuration", std::string(R"("refreshInterval":"-5m",)") + std::string(kFake),
       "invalid refreshInterval \"-5m\": must not be negative"},
      {"TheProvidersOwnCheck", R"("provider":{"fake":{"data":[{"key":"a","value":"v"},{"key":"","value":"v"}]}})",
       "key must be set in data 1"},
      {"AnotherProvidersOwnCheck", R"("provider":{"fake":{"data":[{"key":"a","value":""}]}})",
       "at least one value must be set in data 0"},
  };
}

class JudgesStore : public testing::TestWithParam<StoreCase> {};

TEST_P(JudgesStore, OfEitherKindWithTheWordsOfTheApi_Row145) {
  const Rules rules;
  for (const std::string_view kind : {"SecretStore", "ClusterSecretStore"}) {
    EXPECT_EQ(rules.judge(kind, store(GetParam().spec)).message(), GetParam().says);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, JudgesStore, testing::ValuesIn(store_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(JudgesStores, SaysThatANumberInQuotesIsNoDuration_Row134) {
  const Rules rules;
  const Verdict verdict = rules.judge("SecretStore", store(R"("refreshInterval":"10",)" + std::string(kFake)));
  ASSERT_EQ(verdict.violations.size(), 1U);
  EXPECT_TRUE(verdict.message().starts_with("invalid refreshInterval \"10\": ")) << verdict.message();
}

TEST(JudgesStores, ReportsWhatIsWrongWithTheStoreAndWithItsProviderTogether) {
  const Rules rules;
  const Verdict verdict = rules.judge("ClusterSecretStore", store(R"("refreshInterval":-1,"provider":{"pigeon":{}},)"
                                                                  R"("conditions":[{"namespaceRegexes":["["]}])"));
  EXPECT_EQ(verdict.violations.size(), 3U) << verdict.message();
}

TEST(JudgesStores, ChecksSelectorsWithTheKindOfTheStoreInMind) {
  const Rules rules;
  const std::string spec = store(
      R"("provider":{"vault":{"server":"https://v","auth":{"tokenSecretRef":{"name":"t","key":"k","namespace":"other"}}}})");
  const Verdict namespaced = rules.judge("SecretStore", spec);
  EXPECT_TRUE(namespaced.message().contains("namespace should either be empty or match")) << namespaced.message();
  EXPECT_TRUE(rules.judge("ClusterSecretStore", spec).allowed());
}

TEST(JudgesStores, WarnsOfAProviderThatNobodyMaintains) {
  const Rules rules;
  EXPECT_EQ(rules.judge("SecretStore", store(kFake)).warnings, std::vector<std::string>{std::string(kUnmaintained)});
}

TEST(JudgesStores, WarnsOfAProviderThatIsGoingAndPassesOnWhatItSays) {
  const Rules rules;
  const std::vector<std::string> expected{
      "store shop is deprecated and will stop working on the next major version. Please plan and prepare accordingly.",
      "move to another one"};
  EXPECT_EQ(rules.judge("SecretStore", store(R"("provider":{"leaving":{}})")).warnings, expected);
}

TEST(JudgesStores, LetsAnOldStoreKeepItsSpec) {
  const Rules rules;
  const std::string old = store(R"("provider":{"pigeon":{}})");
  EXPECT_TRUE(rules.judge("SecretStore", old, old).allowed());
  EXPECT_FALSE(rules.judge("SecretStore", old, store(kFake)).allowed());
}

}  // namespace
}  // namespace rotor::admission
