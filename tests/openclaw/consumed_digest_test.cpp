#include "openclaw/consumed_digest.hpp"

#include <gtest/gtest.h>

#include "openclaw/secret_references.hpp"

namespace rotor::openclaw {
namespace {

SecretMap data(std::initializer_list<std::pair<const char*, const char*>> pairs) {
  SecretMap out;
  for (const auto& [key, value] : pairs) out.emplace(key, SecretBytes(value));
  return out;
}

SecretReference whole(const std::string& prefix = "") {
  SecretReference r;
  r.required = true;
  r.prefixes.insert(prefix);
  return r;
}

SecretReference one(const std::string& key) {
  SecretReference r;
  r.required = true;
  r.keys.emplace(key, true);
  return r;
}

Digester under(std::string_view key) { return Digester(std::make_shared<const kube::DigestKey>(SecretBytes(key))); }

const Digester& digester() {
  static const Digester d = under("0123456789abcdef0123456789abcdef");
  return d;
}

// The values today's operator writes, so that what it left behind is recognised.
TEST(UnkeyedHash, GoldenVectors) {
  const SecretMap token = data({{"token", "0000000000000000000000000000000000000000000000000000000000000000"}});
  const SecretMap keys = data({{"ANTHROPIC_API_KEY", "sk-ant-1"}, {"OPENAI_API_KEY", "sk-oai-1"}});
  const SecretMap changed = data({{"ANTHROPIC_API_KEY", "sk-ant-2"}, {"OPENAI_API_KEY", "sk-oai-1"}});
  const SecretMap empty;
  const std::string a = "openclaw-api-keys", t = "my-agent-gateway-token";
  EXPECT_EQ(unkeyed_hash({{a, &keys}, {t, &token}}), "bfb2785805d6437c");
  EXPECT_EQ(unkeyed_hash({{a, &changed}, {t, &token}}), "b564744632ad3389");
  EXPECT_EQ(unkeyed_hash({{a, nullptr}, {t, &token}}), "478e1257da15b1b7");
  EXPECT_EQ(unkeyed_hash({{a, &empty}, {t, &token}}), "0b11db6716a39f01");
  EXPECT_EQ(unkeyed_hash({{t, &token}}), "0b11db6716a39f01");
  EXPECT_EQ(unkeyed_hash({{a, &keys}, {a, &keys}, {t, &token}}), "ea071a738fff66a3");
}

TEST(UnkeyedHash, Row23CollidesWhereOursDoesNot) {
  const SecretMap one_key = data({{"A", "1\nB=2"}});
  const SecretMap two_keys = data({{"A", "1"}, {"B", "2"}});
  EXPECT_EQ(unkeyed_hash({{"s", &one_key}}), unkeyed_hash({{"s", &two_keys}}));
  EXPECT_NE(digester().secret("s", whole(), one_key), digester().secret("s", whole(), two_keys));
}

TEST(Digest, IsStableAndNamesItsKey) {
  const std::string digest = digester().secret("s", whole(), data({{"A", "1"}}));
  EXPECT_EQ(digest, "0e2faa4b-3886f1971885a4046fe2d4f3b7245aeb");
}

TEST(Digest, Row3AKeyThatNobodyReadsDoesNotCount) {
  EXPECT_EQ(digester().secret("s", one("A"), data({{"A", "1"}})),
            digester().secret("s", one("A"), data({{"A", "1"}, {"B", "2"}})));
}

TEST(Digest, Row4EveryKeyOfAnEnvFromSecretCounts) {
  EXPECT_NE(digester().secret("s", whole(), data({{"A", "1"}})),
            digester().secret("s", whole(), data({{"A", "1"}, {"B", ""}})));
}

TEST(Digest, Row22TheSameKeyInAnotherSecretIsAnotherDigest) {
  EXPECT_NE(digester().secret("a", whole(), data({{"K", "1"}})), digester().secret("b", whole(), data({{"K", "1"}})));
}

TEST(Digest, AnAbsentKeyIsNotAnEmptyOne) {
  EXPECT_NE(digester().secret("s", one("A"), {}), digester().secret("s", one("A"), data({{"A", ""}})));
}

TEST(Digest, AnotherKeyGivesAnotherDigestAndAnotherName) {
  const Digester other = under("fedcba9876543210fedcba9876543210");
  EXPECT_NE(other.key_id(), digester().key_id());
  EXPECT_NE(other.secret("s", whole(), {}), digester().secret("s", whole(), {}));
}

TEST(TemplateHash, Is16HexDigitsAndNeverThePreviousOne) {
  SecretState state;
  state.secrets["s"] = {.digest = "k-1", .resource_version = "1", .usage = "u", .absent = false};
  const std::string first = digester().template_hash(state, "");
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(digester().template_hash(state, "other"), first);
  EXPECT_NE(digester().template_hash(state, first), first);
}

TEST(TemplateHash, DoesNotDependOnVersions) {
  SecretState a, b;
  a.secrets["s"] = {.digest = "k-1", .resource_version = "1", .usage = "u", .absent = false};
  b.secrets["s"] = {.digest = "k-1", .resource_version = "2", .usage = "u", .absent = false};
  EXPECT_EQ(digester().template_hash(a, ""), digester().template_hash(b, ""));
}

api::Container container(std::string_view text) { return *json::read<api::Container>(text); }

TEST(References, AreReadOffEveryContainer) {
  api::PodSpec pod;
  pod.init_containers.push_back(container(R"({"name":"i","envFrom":[{"secretRef":{"name":"init"}}]})"));
  pod.containers.push_back(
      container(R"({"name":"m","envFrom":[{"prefix":"P_","secretRef":{"name":"all","optional":true}}],
    "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"one","key":"k"}}},{"name":"B","value":"x"}]})"));
  pod.containers.push_back(container(
      R"({"name":"s","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"one","key":"o","optional":true}}}]})"));
  const References r = secret_references(pod);
  ASSERT_EQ(r.size(), 3U);
  EXPECT_TRUE(r.at("init").required);
  EXPECT_FALSE(r.at("all").required);
  EXPECT_EQ(r.at("all").prefixes, std::set<std::string>{"P_"});
  EXPECT_TRUE(r.at("one").required);
  EXPECT_TRUE(r.at("one").keys.at("k"));
  EXPECT_FALSE(r.at("one").keys.at("o"));
}

TEST(References, EntriesWithoutANameAndConfigMapsAreNone) {
  api::PodSpec pod;
  pod.containers.push_back(
      container(R"({"name":"m","envFrom":[{"secretRef":{"name":""}},{"configMapRef":{"name":"c"}}]})"));
  EXPECT_TRUE(secret_references(pod).empty());
}

struct SeenCase {
  const char* what;
  const char* container;
  std::set<std::string> variables;  // that hold key A of Secret s
};
class SeenKey : public testing::TestWithParam<SeenCase> {};

TEST_P(SeenKey, GoesByTheseVariables) {
  api::PodSpec pod;
  pod.containers.push_back(container(GetParam().container));
  EXPECT_EQ(secret_references(pod).at("s").variables_of("A"), GetParam().variables) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SeenKey,
    testing::Values(
        SeenCase{"envFrom", R"j({"envFrom":[{"secretRef":{"name":"s"}}]})j", {"A"}},
        SeenCase{"two prefixes",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}},{"prefix":"P_","secretRef":{"name":"s"}}]})j",
                 {"A", "P_A"}},
        SeenCase{"a value in env wins",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A","value":"1"}]})j",
                 {}},
        SeenCase{"an empty value wins too", R"j({"envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A"}]})j", {}},
        SeenCase{"under its prefix only",
                 R"j({"envFrom":[{"prefix":"P_","secretRef":{"name":"s"}}],"env":[{"name":"A","value":"1"}]})j",
                 {"P_A"}},
        SeenCase{"one prefix of two",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}},{"prefix":"P_","secretRef":{"name":"s"}}],
                     "env":[{"name":"P_A","value":"1"}]})j",
                 {"A"}},
        SeenCase{"a required key elsewhere wins",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"t","key":"k"}}}]})j",
                 {}},
        SeenCase{"an optional one may not",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"t","key":"k","optional":true}}}]})j",
                 {"A"}},
        SeenCase{"a field of the pod wins",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]})j",
                 {}},
        SeenCase{"read by an earlier entry",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"B","value":"x$(A)"},{"name":"A","value":"1"}]
})j",
                 {"A"}},
        SeenCase{"read by the entry itself",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A","value":"$(A):more"}]})j",
                 {"A"}},
        SeenCase{"read by a later entry, which sees env's",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","value":"1"},{"name":"B","value":"$(A)"}]
})j",
                 {}},
        SeenCase{"env takes that very key",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"A"}}}]})j",
                 {"A"}},
        SeenCase{"and under another name",
                 R"j({"envFrom":[{"secretRef":{"name":"s"}}],
                     "env":[{"name":"A","value":"1"},{"name":"Z","valueFrom":{"secretKeyRef":{"name":"s","key":"A"}}}]})j",
                 {"Z"}}));

TEST(References, AKeyThatOneContainerHidesIsSeenByAnother) {
  const char* const hides = R"({"envFrom":[{"secretRef":{"name":"s"}}],"env":[{"name":"A","value":"1"}]})";
  const char* const sees = R"({"envFrom":[{"secretRef":{"name":"s"}}]})";
  for (const auto& [first, second] : {std::pair(hides, sees), std::pair(sees, hides)}) {
    api::PodSpec pod;
    pod.containers = {container(first), container(second)};
    EXPECT_EQ(secret_references(pod).at("s").variables_of("A"), std::set<std::string>{"A"});
  }
  api::PodSpec both;
  both.containers = {container(hides), container(hides)};
  EXPECT_TRUE(secret_references(both).at("s").variables_of("A").empty());
}

TEST(Digest, AKeyThatEnvReplacesDoesNotCount) {
  SecretReference r = whole();
  r.hidden[""] = {"A"};
  EXPECT_EQ(digester().secret("s", r, data({{"A", "1"}, {"B", "2"}})),
            digester().secret("s", r, data({{"A", "other"}, {"B", "2"}})));
  EXPECT_EQ(digester().secret("s", r, data({{"A", "1"}})), digester().secret("s", r, {}));
  EXPECT_NE(digester().secret("s", r, data({{"B", "1"}})), digester().secret("s", r, data({{"B", "2"}})));
}

// Digests of values that pods run with must come out the same after an upgrade: whoever changes one restarts them all.
TEST(Digest, StaysWhatItWas) {
  EXPECT_EQ(digester().secret("s", one("A"), data({{"A", "1"}, {"B", "2"}})),
            "0e2faa4b-26431da7644ba139ce76c11f76e0356d");
  SecretReference prefixed = whole("P_");
  prefixed.hidden["P_"] = {"HOME"};
  EXPECT_EQ(digester().secret("s", prefixed, data({{"A", "1"}, {"B", "2"}})),
            "0e2faa4b-5d99d2e43073872fb278bf3ea9196a42");
}

TEST(References, TheUsageChangesWithPrefixKeysAndNeed) {
  SecretReference optional = one("A");
  optional.keys["A"] = false;
  EXPECT_NE(usage_id(whole("")), usage_id(whole("P_")));
  EXPECT_NE(usage_id(one("A")), usage_id(one("B")));
  EXPECT_NE(usage_id(one("A")), usage_id(optional));
  EXPECT_EQ(usage_id(one("A")), usage_id(one("A")));
}

}  // namespace
}  // namespace rotor::openclaw
