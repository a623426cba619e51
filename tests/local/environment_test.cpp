#include "local/node/environment.hpp"

#include <gtest/gtest.h>

namespace rotor::local {
namespace {

api::Container container(std::string_view json) {
  auto parsed = json::read<api::Container>(json);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *std::move(parsed);
}

EnvironmentSources sources() {
  EnvironmentSources out;
  out.secrets["keys"] = {{"A", SecretBytes("a")}, {"B", SecretBytes("b")}};
  out.secrets["more"] = {{"B", SecretBytes("later")}, {"my.key-1", SecretBytes("x")}};
  out.config_maps["config"] = {{"C", "c"}};
  out.pod.name = "agent-0";
  out.pod.labels["app"] = "agent";
  return out;
}

std::string text(const Result<Environment>& environment) {
  if (!environment) return "error: " + environment.error().message;
  std::string out;
  for (const Variable& v : *environment) out += v.name + "=" + std::string(v.value.reveal()) + ";";
  return out;
}

struct EnvironmentCase {
  const char* name;
  const char* container;
  const char* expected;
};

class KubeletEnvironment : public testing::TestWithParam<EnvironmentCase> {};

TEST_P(KubeletEnvironment, IsBuilt) {
  EXPECT_EQ(text(build_environment(container(GetParam().container), sources())), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, KubeletEnvironment,
    testing::Values(
        EnvironmentCase{"AllKeysOfASecret", R"({"envFrom":[{"secretRef":{"name":"keys"}}]})", "A=a;B=b;"},
        EnvironmentCase{"Prefix", R"({"envFrom":[{"prefix":"P_","secretRef":{"name":"keys"}}]})", "P_A=a;P_B=b;"},
        EnvironmentCase{"ALaterSourceWinsAndAnyKeyIsAName",
                        R"({"envFrom":[{"secretRef":{"name":"keys"}},{"secretRef":{"name":"more"}}]})",
                        "A=a;B=later;my.key-1=x;"},
        EnvironmentCase{"EnvWinsOverEnvFrom",
                        R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"A","value":"own"}]})",
                        "A=own;B=b;"},
        EnvironmentCase{
            "ExpandsWhatCameBefore",
            R"({"envFrom":[{"secretRef":{"name":"keys"}}],"env":[{"name":"X","value":"$(A)-$$(A)-$(NOPE)-$5"}]})",
            "A=a;B=b;X=a-$(A)-$(NOPE)-$5;"},
        EnvironmentCase{"OneKey", R"({"env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"B"}}}]})",
                        "X=b;"},
        EnvironmentCase{"ConfigMapKey",
                        R"({"env":[{"name":"X","valueFrom":{"configMapKeyRef":{"name":"config","key":"C"}}}]})",
                        "X=c;"},
        EnvironmentCase{"OptionalMissing",
                        R"({"envFrom":[{"secretRef":{"name":"no","optional":true}}],
                            "env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"no","optional":true}}}]})",
                        ""},
        EnvironmentCase{"RequiredSecretMissing", R"({"envFrom":[{"secretRef":{"name":"no"}}]})",
                        "error: secret \"no\" not found"},
        EnvironmentCase{"RequiredConfigMapMissing", R"({"envFrom":[{"configMapRef":{"name":"no"}}]})",
                        "error: configmap \"no\" not found"},
        EnvironmentCase{"RequiredKeyMissing",
                        R"({"env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"keys","key":"no"}}}]})",
                        "error: couldn't find key no in secret keys"},
        EnvironmentCase{"PodFields",
                        R"({"env":[{"name":"X","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
                                   {"name":"Y","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}}]})",
                        "X=agent-0;Y=agent;"},
        EnvironmentCase{"WhatALaptopCannotKnow",
                        R"({"env":[{"name":"X","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]})",
                        "error: env X: this kind of valueFrom cannot be had outside a cluster; give it a value"}),
    [](const auto& test) { return std::string(test.param.name); });

std::string origins(std::string_view json) {
  std::string out;
  for (const Variable& v : *build_environment(container(json), sources())) out += v.name + ": " + v.origin + "\n";
  return out;
}

TEST(Environment, SaysWhereEachValueCameFrom) {
  EXPECT_EQ(origins(R"j({"envFrom":[{"prefix":"P_","secretRef":{"name":"keys"}},{"configMapRef":{"name":"config"}}],
                        "env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"more","key":"B"}}},
                               {"name":"Y","value":"$(X)-$(C)-$(NOPE)"},{"name":"Z","value":"plain"}]
})j"),
            "P_A: key A of secret keys\nP_B: key B of secret keys\nC: key C of configmap config\n"
            "X: key B of secret more\n"
            "Y: $(X) from key B of secret more, $(C) from key C of configmap config\nZ: \n");
}

TEST(References, AreThoseOfEnvAndEnvFrom) {
  const References found = references_of(container(
      R"({"envFrom":[{"secretRef":{"name":"a"}},{"configMapRef":{"name":"b"}}],
          "env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"c","key":"k"}}}]})"));
  EXPECT_EQ(found.secrets, (std::set<std::string>{"a", "c"}));
  EXPECT_EQ(found.config_maps, (std::set<std::string>{"b"}));
}

constexpr std::string_view kCaller[] = {
    "PATH=/bin",         "TZ=UTC", "LC_ALL=C.UTF-8", "AWS_SECRET_ACCESS_KEY=k",
    "VAULT_TOKEN=t",     "MY_A=1", "MY_B=2=3",       "GOOGLE_APPLICATION_CREDENTIALS=f",
    "KUBECONFIG=/k",     "broken", "=odd",           "HTTPS_PROXY=http://u:p@h",
    "DOPPLER_TOKEN=dp.1"};

TEST(CallersEnvironment, ReachesAProcessByTheFixedListOnly) {
  EXPECT_EQ(text(inherit(kCaller, {})), "PATH=/bin;TZ=UTC;LC_ALL=C.UTF-8;");
}

TEST(CallersEnvironment, ReachesAProcessByNameAndByTheBeginningOfAName) {
  EXPECT_EQ(text(inherit(kCaller, {"VAULT_TOKEN", "MY_*"})),
            "PATH=/bin;TZ=UTC;LC_ALL=C.UTF-8;VAULT_TOKEN=t;MY_A=1;MY_B=2=3;");
  EXPECT_EQ(text(inherit(kCaller, {"MY", "my_a"})), text(inherit(kCaller, {}))) << "a name is the whole name";
}

TEST(CallersEnvironment, ReachesAProcessWholeWhenAskedTo) {
  EXPECT_EQ(inherit(kCaller, {"*"}).size(), std::size(kCaller) - 2) << "without what is no variable";
}

TEST(CallersEnvironment, KnowsWhichOfTheNamesThatWereAskedForItLacks) {
  EXPECT_EQ(not_set(kCaller, {"MY_*", "NOPE", "*", "NO_*", "TZ"}), (std::vector<std::string>{"NOPE", "NO_*"}));
}

TEST(CallersEnvironment, NeverPassesWhatCouldBeACredentialUnasked) {
  for (const std::string_view name : kInherited) {
    for (const char* part : {"TOKEN", "KEY", "SECRET", "PASS", "CREDENTIAL", "AWS", "VAULT", "PROXY", "KUBE"}) {
      EXPECT_FALSE(name.contains(part)) << name;
    }
    EXPECT_NE(name, "*");
  }
}

TEST(CallersEnvironment, IsUnderTheProcessesOwn) {
  Environment out =
      overlay({{"PATH", SecretBytes("/bin")}, {"HOME", SecretBytes("/root")}}, {{"HOME", SecretBytes("/home/x")}});
  EXPECT_EQ(text(std::move(out)), "PATH=/bin;HOME=/home/x;");
}

}  // namespace
}  // namespace rotor::local
