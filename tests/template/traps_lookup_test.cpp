// Traps of properties: which of two readings of a dotted name wins, how numbers are written, that null is something.
#include <gtest/gtest.h>

#include "template/lookup.hpp"

namespace rotor::tmpl {
namespace {

struct Lookup {
  std::string_view name;
  LookupRule rule;
  std::string_view payload, property;
  std::optional<std::string_view> expected;
};

void PrintTo(const Lookup& l, std::ostream* out) { *out << l.name << ": " << l.property; }

class TrapsLookup : public testing::TestWithParam<Lookup> {};

TEST_P(TrapsLookup, FindWhatTodayFinds) {
  const Lookup& l = GetParam();
  const auto found = find_property(l.rule, SecretBytes(l.payload), l.property);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->has_value(), l.expected.has_value());
  if (*found) EXPECT_EQ((*found)->reveal(), *l.expected);
}

constexpr std::string_view kBoth = R"({"a.b":"key","a":{"b":"path"}})";
constexpr std::string_view kHeld = R"({"a.b":"key","a":"{\"b\":\"path\"}"})";
constexpr std::string_view kPath = R"({"a":{"b":"path"}})";
constexpr std::string_view kNumbers =
    R"({"one":1.0,"kilo":1e3,"long":12345678901234567890123,"minus":-0,"small":1e-7,"o":{"x":1.0},"n":null,"e":""})";

constexpr auto kAws = LookupRule::kKeyThenPath;
constexpr auto kGcp = LookupRule::kJsonKeyThenPath;
constexpr auto kAzure = LookupRule::kPathThenKey;
constexpr auto kVault = LookupRule::kKeyThenRewritten;
constexpr auto kKubernetes = LookupRule::kTextsOfData;

INSTANTIATE_TEST_SUITE_P(
    KeyOrPath, TrapsLookup,
    testing::Values(
        Lookup{"AWS: key first", kAws, kBoth, "a.b", "key"}, Lookup{"AWS: then path", kAws, kPath, "a.b", "path"},
        Lookup{"GCP: key first", kGcp, kBoth, "a.b", "key"}, Lookup{"GCP: then path", kGcp, kPath, "a.b", "path"},
        Lookup{"Azure: path first", kAzure, kBoth, "a.b", "path"},
        Lookup{"Azure: then key", kAzure, R"({"a.b":"key"})", "a.b", "key"},
        Lookup{"Vault: exact key", kVault, kBoth, "a.b", "key"},
        Lookup{"Vault: no path in a key", kVault, R"({"@this":"key"})", "@this", "key"},
        Lookup{"Vault: then path", kVault, kPath, "a.b", "path"},
        Lookup{"Kubernetes: exact key", kKubernetes, kHeld, "a.b", "key"},
        Lookup{"Kubernetes: then path in a value", kKubernetes, R"({"a":"{\"b\":\"path\"}"})", "a.b", "path"},
        Lookup{"Kubernetes: not from the first dot", kKubernetes, R"({"":"{\"b\":1}"})", ".b", std::nullopt}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, TrapsLookup,
    testing::Values(Lookup{"AWS", kAws, kNumbers, "one", "1"}, Lookup{"AWS", kAws, kNumbers, "kilo", "1000"},
                    Lookup{"AWS", kAws, kNumbers, "long", "12345678901234567890123"},
                    Lookup{"AWS", kAws, kNumbers, "minus", "-0"}, Lookup{"AWS", kAws, kNumbers, "small", "0.0000001"},
                    Lookup{"AWS", kAws, kNumbers, "o", R"({"x":1.0})"}, Lookup{"Vault", kVault, kNumbers, "one", "1.0"},
                    Lookup{"Vault", kVault, kNumbers, "kilo", "1e3"},
                    Lookup{"Vault", kVault, kNumbers, "long", "12345678901234567890123"},
                    Lookup{"Vault", kVault, kNumbers, "o.x", "1"}));

INSTANTIATE_TEST_SUITE_P(Nulls, TrapsLookup,
                         testing::Values(Lookup{"AWS", kAws, kNumbers, "n", ""}, Lookup{"GCP", kGcp, kNumbers, "n", ""},
                                         Lookup{"Azure", kAzure, kNumbers, "n", ""},
                                         Lookup{"Vault", kVault, kNumbers, "n", ""},
                                         Lookup{"AWS: empty text", kAws, kNumbers, "e", ""},
                                         Lookup{"AWS: absent", kAws, kNumbers, "zz", std::nullopt},
                                         Lookup{"AWS: below null", kAws, kNumbers, "n.x", std::nullopt}));

TEST(TrapsExtract, KeepNumbersAsWrittenButInVault) {
  const auto raw = extract_members(SecretBytes(kNumbers));
  EXPECT_EQ(raw->at("one").reveal(), "1.0");
  EXPECT_EQ(raw->at("kilo").reveal(), "1e3");
  EXPECT_EQ(raw->at("n").reveal(), "");
  const auto vault = extract_decoded(SecretBytes(kNumbers));
  EXPECT_EQ(vault->at("one").reveal(), "1");
  EXPECT_EQ(vault->at("kilo").reveal(), "1000");
  EXPECT_EQ(vault->at("long").reveal(), "12345678901234568000000");
  EXPECT_EQ(vault->at("small").reveal(), "0.0000001");
  EXPECT_EQ(vault->at("o").reveal(), R"({"x":1})");
}

TEST(TrapsLookups, ThatCostTooMuchAreNotAbsent) {
  std::string doubling = "@this";
  for (int i = 0; i < 60; ++i) doubling += "|[@this,@this]";
  EXPECT_FALSE(find_property(kAzure, SecretBytes(R"({"a":1})"), doubling));
}

}  // namespace
}  // namespace rotor::tmpl
