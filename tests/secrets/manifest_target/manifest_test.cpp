#include "secrets/manifest_target/manifest.hpp"

#include <gtest/gtest.h>

#include "tests/secrets/manifest_target/generic.hpp"

namespace rotor::secrets {
namespace {

struct FaultCase {
  const char* api_version;
  const char* kind;
  const char* fault;  // "": none
};

TEST(Manifest, SaysWhatIsMissingOrNoVersion) {
  for (const FaultCase& c :
       {FaultCase{"v1", "ConfigMap", ""}, FaultCase{"apps/v1", "Deployment", ""},
        FaultCase{"argoproj.io/v1alpha1", "Application", ""},
        FaultCase{"", "X", "target.manifest.apiVersion is required"},
        FaultCase{"v1", "", "target.manifest.kind is required"},
        FaultCase{"a/b/c", "X",
                  "spec.target.manifest.apiVersion \"a/b/c\" is none: write a version, such as v1, or GROUP/VERSION, "
                  "such as apps/v1"},
        FaultCase{"../v1", "X",
                  "spec.target.manifest.apiVersion \"../v1\" is none: write a version, such as v1, or GROUP/VERSION, "
                  "such as apps/v1"}}) {
    EXPECT_EQ(manifest_fault(test::generic_es(c.api_version, c.kind), true).value_or(""), c.fault);
  }
  EXPECT_FALSE(manifest_fault(test::sample_es(), false)) << "a Secret needs nobody's leave";
  EXPECT_EQ(manifest_fault(test::generic_es("v1", "ConfigMap"), false),
            "generic targets are disabled. Enable with --unsafe-allow-generic-targets flag");
}

struct PathCase {
  const char* path;
  const char* error;  // "": it may be written; else what the message begins with
};

TEST(Manifest, LeavesWhatAnObjectIsAndWhoseItIsToItself) {
  constexpr const char* kNotAllowed = "templateFrom target=";
  for (const PathCase& c :
       {PathCase{"", ""},
        PathCase{"Data", ""},
        PathCase{"SPEC", ""},
        PathCase{"annotations", ""},
        PathCase{"rules", ""},
        PathCase{"spec.rules[0].from[0].source.notRemoteIpBlocks", ""},
        PathCase{"status.phase", ""},
        PathCase{"metadata.labels", ""},
        PathCase{"metadata.annotations.note", ""},
        PathCase{"kind", kNotAllowed},
        PathCase{"apiVersion", kNotAllowed},
        PathCase{"metadata", kNotAllowed},
        PathCase{"metadata.name", kNotAllowed},
        PathCase{"metadata.namespace", kNotAllowed},
        PathCase{"metadata.ownerReferences[0].uid", kNotAllowed},
        PathCase{"metadata.finalizers", kNotAllowed},
        PathCase{"spec..a", "invalid path \"spec..a\": empty segment"},
        PathCase{"spec[1", "invalid path \"spec[1\": unterminated '['"},
        PathCase{"spec[x]", "invalid path \"spec[x]\": bad index \"x\""},
        PathCase{"spec[-1]", "invalid path \"spec[-1]\": negative index -1"},
        PathCase{"spec[10001]", "invalid path \"spec[10001]\": index 10001 exceeds maximum (10000)"},
        PathCase{"[0]", "invalid path \"[0]\": path must start with a key"},
        PathCase{"spec[0]x", "invalid path \"spec[0]x\": expected '[' near \"x\""}}) {
    api::es::Template tmpl;
    tmpl.template_from.emplace_back().target = c.path;
    const auto allowed = check_target_paths(tmpl);
    const std::string message = allowed ? "" : allowed.error().message;
    EXPECT_TRUE(*c.error == '\0' ? message.empty() : message.starts_with(c.error)) << c.path << ": " << message;
  }
}

}  // namespace
}  // namespace rotor::secrets
