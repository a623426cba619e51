#include "local/node/pod_folders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/local/scratch.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::put;
using test::Scratch;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = PlannedVolume::Kind;

VolumeFiles two(const char* a, const char* b) {
  return {{"a", {SecretBytes(a), 0400}}, {"sub/b", {SecretBytes(b), 0400}}};
}

TEST(ProjectedFolder, SwapsAllFilesAtOnceThroughOneLink) {
  const Scratch scratch;
  ASSERT_TRUE(write_projected(scratch.path(), two("1", "2")).value());
  EXPECT_EQ(content(scratch.path("a")), "1");
  EXPECT_EQ(content(scratch.path("sub/b")), "2");
  EXPECT_EQ(fs::read_symlink(scratch.path("a")), "..data/a");
  const fs::path before = fs::read_symlink(scratch.path("..data"));
  ASSERT_TRUE(write_projected(scratch.path(), two("3", "4")).value());
  EXPECT_NE(fs::read_symlink(scratch.path("..data")), before);
  EXPECT_FALSE(fs::exists(scratch.path() + "/" + before.string())) << "the old values are gone from the disk";
  EXPECT_EQ(content(scratch.path("a")), "3");
  EXPECT_EQ(content(scratch.path("sub/b")), "4");
}

TEST(ProjectedFolder, IsLeftAloneWhenNothingChanged) {
  const Scratch scratch;
  ASSERT_TRUE(write_projected(scratch.path(), two("1", "2")).value());
  const fs::path before = fs::read_symlink(scratch.path("..data"));
  EXPECT_FALSE(write_projected(scratch.path(), two("1", "2")).value());
  EXPECT_EQ(fs::read_symlink(scratch.path("..data")), before);
}

TEST(ProjectedFolder, LosesTheKeysThatAreGone) {
  const Scratch scratch;
  ASSERT_TRUE(write_projected(scratch.path(), two("1", "2")).value());
  ASSERT_TRUE(write_projected(scratch.path(), {{"c", {SecretBytes("3"), 0400}}}).value());
  EXPECT_FALSE(fs::is_symlink(fs::symlink_status(scratch.path("a"))));
  EXPECT_EQ(content(scratch.path("c")), "3");
  ASSERT_TRUE(write_projected(scratch.path(), {}).value());
  EXPECT_EQ(content(scratch.path("c")), "(none)");
}

TEST(ProjectedFolder, FilesHaveTheirModeWhateverTheUmaskSays) {
  const Scratch scratch;
  const mode_t before = umask(0177);
  const bool written = write_projected(scratch.path(), {{"a", {SecretBytes("1"), 0500}}}).has_value();
  umask(before);
  ASSERT_TRUE(written);
  struct stat facts{};
  ASSERT_EQ(stat(scratch.path("a").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0500U);
}

class Folders : public testing::Test {
 protected:
  Folders() : data(DataFolder::open({scratch.path("data")}).value()) {
    objects.secrets["s"] = {{"key", SecretBytes("value")}};
    plan.pod = {"ns", "app-0"};
    plan.home = "/home/app";
  }
  void volume(const std::string& name, Kind kind = Kind::kFolder) {
    plan.volumes.push_back({.name = name, .kind = kind, .claim = kind == Kind::kClaim ? name + "-claim" : ""});
    if (kind == Kind::kFiles) plan.volumes.back().sources = {{.name = "s"}};
  }
  Result<PodFolders> make() { return make_pod_folders(data, plan, objects); }

  Scratch scratch;
  DataFolder data;
  PodPlan plan;
  VolumeObjects objects;
};

TEST_F(Folders, HomeIsAFolderOfThePodsOwn) {
  const PodFolders made = make().value();
  EXPECT_TRUE(fs::is_directory(made.home));
  EXPECT_EQ(made.mounts.local("/home/app/x"), made.home + "/x");
  plan.home.clear();
  EXPECT_TRUE(fs::is_directory(make().value().home));
}

TEST_F(Folders, HomeIsInTheMountThatCoversIt) {
  volume("data", Kind::kClaim);
  plan.mounts = {{"data", "/home"}};
  const PodFolders made = make().value();
  EXPECT_EQ(made.home, data.claim("ns", "data-claim").value() + "/app");
  EXPECT_TRUE(fs::is_directory(made.home));
}

TEST_F(Folders, MountsBelowHomeAreReachedThroughIt) {
  volume("data", Kind::kClaim);
  volume("files", Kind::kFiles);
  plan.mounts = {{"data", "/home/app/.openclaw"}, {"data", "/home/app/.local", ".local"}, {"files", "/home/app/etc/f"}};
  const PodFolders made = make().value();
  put(made.home + "/.openclaw/state", "1");
  EXPECT_EQ(content(data.claim("ns", "data-claim").value() + "/state"), "1");
  EXPECT_EQ(made.mounts.local("/home/app/.local"), data.claim("ns", "data-claim").value() + "/.local");
  EXPECT_TRUE(fs::is_directory(made.home + "/.local"));
  EXPECT_EQ(content(made.home + "/etc/f/key"), "value");
}

TEST_F(Folders, AMountInAnotherDoesNotReplaceWhatAPersonPutThere) {
  volume("outer", Kind::kClaim);
  volume("inner");
  plan.mounts = {{"outer", "/o"}, {"inner", "/o/i"}};
  const std::string outer = data.claim("ns", "outer-claim").value();
  put(outer + "/i", "precious");
  ASSERT_TRUE(make().has_value());
  EXPECT_EQ(content(outer + "/i"), "precious");
  fs::remove(outer + "/i");
  ASSERT_TRUE(make().has_value());
  EXPECT_TRUE(fs::is_symlink(fs::symlink_status(outer + "/i")));
}

TEST_F(Folders, ASubPathOfFilesStaysAsItWas) {
  volume("files", Kind::kFiles);
  plan.mounts = {{"files", "/etc/one.txt", "key"}, {"files", "/etc/all"}};
  const PodFolders made = make().value();
  objects.secrets["s"]["key"] = SecretBytes("new");
  std::vector<Error> kept;
  EXPECT_THAT(refresh_volumes(data, plan, objects, kept), ElementsAre("files"));
  EXPECT_TRUE(kept.empty());
  EXPECT_EQ(content(made.mounts.local("/etc/one.txt").value()), "value");
  EXPECT_EQ(content(made.mounts.local("/etc/all/key").value()), "new");
}

TEST_F(Folders, ASubPathStaysInItsVolume) {
  volume("data", Kind::kClaim);
  for (const char* sub : {"../x", "/etc", "a/../../b"}) {
    plan.mounts = {{"data", "/d", sub}};
    const auto refused = make();
    ASSERT_FALSE(refused.has_value()) << sub;
    EXPECT_THAT(refused.error().message, HasSubstr("data at /d"));
  }
  fs::create_directory_symlink("/", data.claim("ns", "data-claim").value() + "/out");
  plan.mounts = {{"data", "/d", "out/tmp"}};
  EXPECT_EQ(make().error().code, Code::kDenied);
}

TEST_F(Folders, ASubPathThatIsNoKeyIsNamed) {
  volume("files", Kind::kFiles);
  plan.mounts = {{"files", "/etc/x", "nokey"}};
  const auto refused = make();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  EXPECT_THAT(refused.error().message, HasSubstr("nokey"));
}

TEST_F(Folders, ARequiredSecretThatIsGoneLeavesItsFilesToTheRunningProcess) {
  volume("files", Kind::kFiles);
  plan.mounts = {{"files", "/etc/all"}};
  const PodFolders made = make().value();
  objects.secrets.clear();
  std::vector<Error> kept;
  EXPECT_TRUE(refresh_volumes(data, plan, objects, kept).empty());
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_THAT(kept.front().message, HasSubstr("secret \"s\" not found"));
  EXPECT_EQ(content(made.mounts.local("/etc/all/key").value()), "value");
  plan.volumes.front().sources.front().optional = true;
  EXPECT_THAT(refresh_volumes(data, plan, objects, kept), ElementsAre("files"));
  EXPECT_EQ(content(made.mounts.local("/etc/all/key").value()), "(none)");
}

}  // namespace
}  // namespace rotor::local
