#include "openclaw/program_version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/source_dir.hpp"

namespace rotor::openclaw {
namespace {

TEST(ProgramVersions, AreReadOffTagsOfTheProgramsOwnForm) {
  constexpr ProgramVersion kSome{2026, 9, 6};
  for (const char* tag : {"2026.9.6", "v2026.9.6", "2026.9.6-slim", "2026.9.6-beta.1"}) {
    EXPECT_EQ(read_program_version(tag), kSome) << tag;
  }
  for (const char* tag : {"latest", "", "1.2.3", "2026.9", "2026.13.1", "2026.9.6x", "2026.9.", "v", "2026.-9.1",
                          "99999999999999.1.1", "2026.9.6.1"}) {
    EXPECT_FALSE(read_program_version(tag)) << tag;
  }
}

api::InstanceSpec with_image(std::optional<std::string> tag, std::string digest = "") {
  api::InstanceSpec spec;
  spec.image.emplace();
  spec.image->tag = std::move(tag);
  spec.image->digest = std::move(digest);
  return spec;
}

TEST(ProgramVersions, ADigestWinsOverTheTagAndTellsNothing) {
  EXPECT_EQ(program_version(with_image("v2026.2.1")), (ProgramVersion{2026, 2, 1}));
  EXPECT_FALSE(program_version(with_image("v2026.2.1", "sha256:abc")));
  EXPECT_FALSE(program_version(with_image(std::nullopt)));
  EXPECT_FALSE(program_version({}));
}

TEST(VersionRules, HoldFromTheirVersionUpToTheNext) {
  const auto origins = [](std::string_view tag) { return rules_of(read_program_version(tag)).allowed_origins; };
  EXPECT_FALSE(origins("2026.1.29"));
  EXPECT_FALSE(origins("2026.2.1"));
  EXPECT_TRUE(origins("2026.2.2"));
  EXPECT_TRUE(origins("2026.9.6"));
  EXPECT_TRUE(origins("2030.1.1")) << "a version to come gets the newest rules";
  EXPECT_TRUE(origins("latest")) << "so does one that nobody knows";
}

TEST(VersionRules, AnUntriedNewVersionIsNoted) {
  EXPECT_EQ(version_note(std::nullopt), "");
  EXPECT_EQ(version_note(kNewestTried), "");
  EXPECT_EQ(version_note(ProgramVersion{2026, 2, 1}), "");
  EXPECT_THAT(version_note(ProgramVersion{2026, 10, 1}),
              testing::AllOf(testing::HasSubstr("2026.10.1"), testing::HasSubstr("2026.9.6")));
}

// The page that users read has a row a rule, and names the newest version tried.
TEST(VersionRules, StandInTheDocumentation) {
  const std::string page = rotor::test::read_file(rotor::test::source_path("docs/openclaw-versions.md"));
  EXPECT_THAT(page, testing::HasSubstr("| 2026.2.2"));
  EXPECT_THAT(page, testing::HasSubstr("tried with " + kNewestTried.text()));
}

}  // namespace
}  // namespace rotor::openclaw
