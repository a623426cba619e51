// What may be stored as an OpenClawInstance, by the rows of the behaviour table.
#include "admission/openclaw_instance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admission/instance_findings.hpp"
#include "tests/admission/rules.hpp"

namespace rotor::admission {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kKeys = R"("env":[{"name":"OPENAI_API_KEY","value":"x"}],"image":{"tag":"v1"})";

// An instance with which nothing is wrong but what `members` of its spec bring.
std::string instance_text(std::string_view members, std::string_view name = "foo") {
  return fmt::format(R"({{"metadata":{{"name":"{}","namespace":"ns"}},"spec":{{{}{}{}}}}})", name, kKeys,
                     members.empty() ? "" : ",", members);
}

Verdict judge_new(std::string_view members) {
  static const Rules kRules;
  return judge_openclaw_instance({instance_text(members)}, kRules.registry);
}
Verdict judge_change(std::string_view before, std::string_view after) {
  static const Rules kRules;
  const std::string old = instance_text(before);
  return judge_openclaw_instance({instance_text(after), old}, kRules.registry);
}

struct DenialCase {
  const char* row;
  const char* members;
  const char* says;
};
class Denied : public testing::TestWithParam<DenialCase> {};
TEST_P(Denied, WithTheFieldAndWhatIsWrong) {
  const Verdict created = judge_new(GetParam().members);
  EXPECT_THAT(created.violations, ElementsAre(HasSubstr(GetParam().says)));
  EXPECT_THAT(judge_change("", GetParam().members).violations, ElementsAre(HasSubstr(GetParam().says)));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Denied,
    testing::Values(
        DenialCase{"B304", R"("security":{"podSecurityContext":{"runAsUser":0}})",
                   "running as root (UID 0) is not allowed"},
        DenialCase{"B305", R"("resources":{"limits":{"memory":"1Gi"}})", "spec.resources.limits.cpu"},
        DenialCase{"B305Memory", R"("resources":{"limits":{"cpu":"1"}})", "spec.resources.limits.memory"},
        DenialCase{"B307", R"("storage":{"persistence":{"size":"10 gigs"}})",
                   R"(spec.storage.persistence.size "10 gigs" is not a valid Kubernetes quantity)"},
        DenialCase{"B307Chromium", R"("chromium":{"resources":{"limits":{"cpu":"fast"}}})",
                   "spec.chromium.resources.limits.cpu"},
        DenialCase{"B307Ollama", R"("ollama":{"storage":{"sizeLimit":"x"}})", "spec.ollama.storage.sizeLimit"},
        DenialCase{"B308Both", R"("security":{"caBundle":{"configMapName":"a","secretName":"b"}})", "both set"},
        DenialCase{"B308None", R"("security":{"caBundle":{"key":"k"}})", "no source is set"},
        DenialCase{"B309Raw", R"("config":{"format":"json5","raw":{}})", "spec.config.raw"},
        DenialCase{"B309Merge", R"("config":{"format":"json5","mergeMode":"merge"})", "cannot be merged"},
        DenialCase{"B310Overwrite", R"("config":{"mergeMode":"overwrite","forcePaths":["a.b"]})",
                   "spec.config.forcePaths[0]"},
        DenialCase{"B310Dot", R"("config":{"mergeMode":"merge","forcePaths":["ok",".a"]})",
                   "spec.config.forcePaths[1]"},
        DenialCase{"B310Dots", R"("config":{"mergeMode":"merge","forcePaths":["a..b"]})", "spec.config.forcePaths[0]"},
        DenialCase{"B310Blank", R"("config":{"mergeMode":"merge","forcePaths":["a b"]})", "spec.config.forcePaths[0]"},
        DenialCase{"B310Empty", R"("config":{"mergeMode":"merge","forcePaths":[""]})", "spec.config.forcePaths[0]"},
        DenialCase{"B311", R"("initContainers":[{"name":"mine"},{"name":"init-config"}])",
                   R"(spec.initContainers[1].name "init-config" is reserved)"},
        DenialCase{"B311Uv", R"("initContainers":[{"name":"init-uv"}])", "is reserved"},
        DenialCase{"B311Empty", R"("initContainers":[{}])", "spec.initContainers[0].name is empty"},
        DenialCase{"B311Sidecar", R"("sidecars":[{"name":"gateway-proxy"}])", "spec.sidecars[0].name"},
        DenialCase{"B311Reload", R"("sidecars":[{"name":"secret-reload"}])", "is reserved"},
        DenialCase{"B312Up", R"("workspace":{"initialFiles":{"../x":""}})", "spec.workspace.initialFiles"},
        DenialCase{"B312Hidden", R"("workspace":{"initialFiles":{".hidden":""}})", "begins with a dot"},
        DenialCase{"B312HiddenBelow", R"("workspace":{"initialFiles":{"a/.b":""}})", "begins with a dot"},
        DenialCase{"B312Config", R"("workspace":{"initialFiles":{"openclaw.json":""}})", "is the configuration"},
        DenialCase{"B312Slash", R"("workspace":{"initialFiles":{"a/":""}})", "empty part"},
        DenialCase{"B312Absolute", R"("workspace":{"initialFiles":{"/a":""}})", "is absolute"},
        DenialCase{"B312Backslash", R"("workspace":{"initialFiles":{"a\\b":""}})", "has a backslash"},
        DenialCase{"B312Directory", R"("workspace":{"initialDirectories":["a/../b"]})", "initialDirectories"},
        DenialCase{"B312Reference", R"("workspace":{"configMapRef":{"name":""}})", "configMapRef.name is empty"},
        DenialCase{"B313Dashes", R"("workspace":{"additionalWorkspaces":[{"name":"a--b"}]})",
                   "spec.workspace.additionalWorkspaces[0].name"},
        DenialCase{"B313Capital", R"("workspace":{"additionalWorkspaces":[{"name":"A"}]})",
                   "is no name of a workspace"},
        DenialCase{"B313Empty", R"("workspace":{"additionalWorkspaces":[{"name":""}]})", "is no name of a workspace"},
        DenialCase{"B313Twice", R"("workspace":{"additionalWorkspaces":[{"name":"a"},{"name":"a"}]})",
                   "is there twice"},
        DenialCase{"B313File", R"("workspace":{"additionalWorkspaces":[{"name":"a","initialFiles":{"../x":""}}]})",
                   "spec.workspace.additionalWorkspaces[0].initialFiles"},
        DenialCase{"B314Npm", R"("skills":["npm:"])", "spec.skills[0]"},
        DenialCase{"B314Pack", R"("skills":["pack:"])", "nothing after its prefix"},
        DenialCase{"B314Colon", R"("skills":["ok","a:b"])", "spec.skills[1]"},
        DenialCase{"B314Plugin", R"("plugins":["pack:o/r/p"])", "a skill and no plugin"},
        DenialCase{"B317", R"("suspended":true,"availability":{"autoScaling":{"enabled":true}})", "mutually exclusive"},
        DenialCase{"B318Short", R"("autoUpdate":{"checkInterval":"30m"})", "spec.autoUpdate.checkInterval"},
        DenialCase{"B318Long", R"("autoUpdate":{"checkInterval":"200h"})", "from 1h0m0s to 168h0m0s"},
        DenialCase{"B318Text", R"("autoUpdate":{"checkInterval":"abc"})", "is no duration"},
        DenialCase{"B318Health", R"("autoUpdate":{"healthCheckTimeout":"1m"})", "spec.autoUpdate.healthCheckTimeout"}),
    [](const auto& c) { return std::string(c.param.row); });

TEST(Denied, B314ASkillOf129Characters) {
  EXPECT_THAT(judge_new(R"("skills":[")" + std::string(129, 'a') + "\"]").violations,
              ElementsAre(HasSubstr("1 to 128 characters")));
  EXPECT_THAT(judge_new(R"("skills":[")" + std::string(128, 'a') + "\"]").violations, IsEmpty());
}

TEST(Denied, ANameThatNoStatefulSetCanHave) {
  static const Rules kRules;
  const std::string longer = instance_text("", std::string(53, 'a'));
  EXPECT_THAT(judge_openclaw_instance({longer}, kRules.registry).violations, ElementsAre(HasSubstr("metadata.name")));
  EXPECT_THAT(judge_openclaw_instance({instance_text("", "a.b")}, kRules.registry).violations,
              ElementsAre(HasSubstr("has a dot")));
  const std::string edited = instance_text(R"("suspended":true)", std::string(53, 'a'));
  EXPECT_TRUE(judge_openclaw_instance({edited, longer}, kRules.registry).allowed()) << "a name cannot be edited";
}

class Admitted : public testing::TestWithParam<const char*> {};
TEST_P(Admitted, WithoutAWord) {
  const Verdict verdict = judge_new(GetParam());
  EXPECT_THAT(verdict.violations, IsEmpty());
  EXPECT_THAT(verdict.warnings, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Admitted,
    testing::Values("", R"("resources":{"limits":{"cpu":"1","memory":"1Gi"}})",
                    R"("resources":{"requests":{"cpu":"1"}})",
                    R"("config":{"format":"json5","configMapRef":{"name":"c"}})",
                    R"("config":{"mergeMode":"merge","forcePaths":["gateway.port","a_b-c"]})",
                    R"("config":{"raw":{"agents":{},"gateway":{},"channels":{}}})",
                    R"("workspace":{"initialFiles":{"agents/AGENT.md":"x"},"initialDirectories":[".cache/x"]})",
                    R"("skills":["npm:@openclaw/matrix","pack:o/r/p@v1"],"plugins":["npm:a"])",
                    R"("workspace":{"additionalWorkspaces":[{"name":"a-b"},{"name":"a"}]})",
                    R"("security":{"caBundle":{"secretName":"s"}})", R"("autoUpdate":{"checkInterval":"1h"})",
                    R"("initContainers":[{"name":"mine"}],"sidecars":[{"name":"mine-too"}])",
                    R"("security":{"networkPolicy":{"allowedEgressCIDRs":["10.0.0.0/8","fd00::/8"]}})"));

TEST(StorageClass, B306IsNotChangedButMayBeSetAndTakenOut) {
  constexpr std::string_view kA = R"("storage":{"persistence":{"storageClass":"a"}})";
  constexpr std::string_view kB = R"("storage":{"persistence":{"storageClass":"b"}})";
  EXPECT_THAT(judge_change(kA, kB).violations, ElementsAre(HasSubstr("storage class is immutable after creation")));
  EXPECT_TRUE(judge_change("", kB).allowed());
  EXPECT_TRUE(judge_change(kA, "").allowed());
  EXPECT_TRUE(judge_change(kA, kA).allowed());
}

TEST(StoredBefore, AnInstanceKeepsItsSpecWithAWarningUntilTheNextChange) {
  constexpr std::string_view kRoot = R"("security":{"podSecurityContext":{"runAsUser":0}})";
  const Verdict kept = judge_change(kRoot, kRoot);
  EXPECT_TRUE(kept.allowed());
  EXPECT_THAT(kept.warnings, ElementsAre(HasSubstr("UID 0")));
  EXPECT_FALSE(judge_change(kRoot, std::string(kRoot) + R"(,"suspended":true)").allowed());
}

struct WarningCase {
  const char* name;
  const char* members;
  const char* says;
};
class Warned : public testing::TestWithParam<WarningCase> {};
TEST_P(Warned, AndAdmitted) {
  const Verdict verdict = judge_new(GetParam().members);
  EXPECT_TRUE(verdict.allowed()) << verdict.message();
  EXPECT_THAT(verdict.warnings, ElementsAre(HasSubstr(GetParam().says)));
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Warned,
    testing::Values(
        WarningCase{"MayBeRoot", R"("security":{"podSecurityContext":{"runAsNonRoot":false}})", "may run as root"},
        WarningCase{"NoPolicy", R"("security":{"networkPolicy":{"enabled":false}})", "unrestricted"},
        WarningCase{"NoTls", R"("networking":{"ingress":{"enabled":true}})", "has no tls"},
        WarningCase{"Chromium", R"("chromium":{"enabled":true})", "spec.chromium.image has no digest"},
        WarningCase{"WebTerminal", R"("webTerminal":{"enabled":true})", "spec.webTerminal.image has no digest"},
        WarningCase{"Ollama", R"("ollama":{"enabled":true,"image":{"digest":"sha256:a"}})", "runs as root"},
        WarningCase{"Escalation", R"("security":{"containerSecurityContext":{"allowPrivilegeEscalation":true}})",
                    "allowPrivilegeEscalation"},
        WarningCase{"Writable", R"("security":{"containerSecurityContext":{"readOnlyRootFilesystem":false}})",
                    "readOnlyRootFilesystem"},
        WarningCase{"B316", R"("config":{"raw":{"foo":1,"agents":{}}})", "spec.config.raw.foo"},
        WarningCase{"Cidr", R"("security":{"networkPolicy":{"allowedIngressCIDRs":["10.0.0.0/8","10.0.0.1"]}})",
                    "allowedIngressCIDRs[1]"},
        WarningCase{"Volumes", R"("extraVolumes":[{"name":"v"}],"sidecarVolumes":[{"name":"v"}])", "is there twice"}),
    [](const auto& c) { return std::string(c.param.name); });

std::vector<std::string> warnings_of(std::string_view spec) { return examine_instance(*json::parse(spec)).warnings; }

TEST(Warned, B315WithoutAKeyOfAProvider) {
  constexpr std::string_view kNone = "no provider keys";
  EXPECT_THAT(warnings_of(R"({"image":{"tag":"v1"}})"), ElementsAre(HasSubstr(kNone)));
  EXPECT_THAT(warnings_of(R"({"image":{"tag":"v1"},"env":[{"name":"OTHER","value":"x"}]})"),
              ElementsAre(HasSubstr(kNone)));
  for (const char* given : {R"({"image":{"tag":"v1"},"env":[{"name":"ANTHROPIC_API_KEY","value":"x"}]})",
                            R"({"image":{"tag":"v1"},"env":[{"name":"X","valueFrom":{"secretKeyRef":{"name":"s"}}}]})",
                            R"({"image":{"tag":"v1"},"envFrom":[{"secretRef":{"name":"s"}}]})"}) {
    EXPECT_THAT(warnings_of(given), IsEmpty()) << given;
  }
}

TEST(Warned, B320OfEverythingAtOnceInTheOrderOfTheRules) {
  EXPECT_THAT(
      warnings_of(R"({"security":{"networkPolicy":{"enabled":false},"podSecurityContext":{"runAsNonRoot":false}},
                              "chromium":{"enabled":true},"image":{"tag":"latest"}})"),
      ElementsAre(HasSubstr("runAsNonRoot"), HasSubstr("networkPolicy"), HasSubstr("chromium"),
                  HasSubstr("no provider keys"), HasSubstr("latest")));
  EXPECT_THAT(warnings_of("{}"), Contains(HasSubstr("latest"))) << "a tag that is left out is latest";
  EXPECT_THAT(warnings_of(R"({"image":{"tag":"latest","digest":"sha256:a"},"envFrom":[{}]})"), IsEmpty());
}

TEST(Denied, EveryViolationIsSaidAtOnceTheFirstRuleFirst) {
  const Verdict verdict = judge_new(
      R"("suspended":true,"availability":{"autoScaling":{"enabled":true}},"skills":["npm:"],
         "security":{"podSecurityContext":{"runAsUser":0}})");
  EXPECT_THAT(verdict.violations, ElementsAre(HasSubstr("UID 0"), HasSubstr("spec.skills[0]"), HasSubstr("mutually")));
}

TEST(Findings, TellApartWhatNoPodCanBeMadeOfAndWhatHasNoEffect) {
  const auto found = examine_instance(*json::parse(
      R"({"security":{"podSecurityContext":{"runAsUser":0}},"storage":{"persistence":{"size":"much"}},
          "resources":{"limits":{"cpu":"1"}}})"));
  EXPECT_THAT(found.obstacles, ElementsAre(HasSubstr("UID 0")));
  EXPECT_THAT(found.ignored, ElementsAre(HasSubstr("spec.storage.persistence.size")));
  EXPECT_EQ(found.violations.size(), 3U);
}

TEST(Findings, AFieldOfAWrongTypeIsTheSchemasBusiness) {
  const auto found = examine_instance(*json::parse(
      R"({"security":7,"env":{},"skills":"x","workspace":[1],"config":{"raw":[1],"forcePaths":{}},"image":"x",
          "initContainers":"x","resources":{"limits":null}})"));
  EXPECT_THAT(found.violations, IsEmpty());
}

json::Value defaulted(std::string_view members) {
  return *json::parse(openclaw_instance_with_defaults(instance_text(members)));
}

TEST(Defaults, B305CompleteTheLimitsSoThatTheInstanceIsAdmitted) {
  static const Rules kRules;
  const std::string filled =
      openclaw_instance_with_defaults(instance_text(R"("resources":{"limits":{"memory":"1Gi"}})"));
  EXPECT_EQ(json::find_string(*json::parse(filled), "spec.resources.limits.cpu"), "2000m");
  EXPECT_EQ(json::find_string(*json::parse(filled), "spec.resources.limits.memory"), "1Gi");
  EXPECT_TRUE(judge_openclaw_instance({filled}, kRules.registry).allowed());
}

TEST(Defaults, FillOnlyWhatIsUnset) {
  const json::Value filled = defaulted(
      R"("storage":{"persistence":{"enabled":false,"size":""}},"security":{"podSecurityContext":{"runAsUser":7}})");
  EXPECT_EQ(json::find(filled, "spec.storage.persistence.enabled")->as_bool(), false);
  EXPECT_EQ(json::find_string(filled, "spec.storage.persistence.size"), "10Gi");
  EXPECT_EQ(json::serialize(*json::find(filled, "spec.security.podSecurityContext")), R"({"runAsUser":7})");
  EXPECT_EQ(json::find_string(filled, "spec.autoUpdate.checkInterval"), "24h");
  EXPECT_EQ(json::find_string(filled, "spec.image.tag"), "v1");
}

TEST(Defaults, ADigestNeedsNoTag) {
  const auto filled = *json::parse(openclaw_instance_with_defaults(R"({"spec":{"image":{"digest":"sha256:a"}}})"));
  EXPECT_EQ(json::find(filled, "spec.image.tag"), nullptr);
  EXPECT_EQ(json::find_string(*json::parse(openclaw_instance_with_defaults("{}")), "spec.image.tag"), "latest");
}

TEST(Defaults, LeaveTextThatIsNoObjectAsItIs) {
  for (const char* text : {"", "[]", R"({"spec":7})"}) EXPECT_EQ(openclaw_instance_with_defaults(text), text);
}

}  // namespace
}  // namespace rotor::admission
