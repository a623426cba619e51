#include "local/node/data_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "local/node/private_folder.hpp"
#include "tests/local/scratch.hpp"

namespace rotor::local {
namespace {

namespace fs = std::filesystem;
using test::content;
using test::put;
using test::Scratch;
using testing::HasSubstr;

unsigned mode(const std::string& path) {
  struct stat facts{};
  return lstat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0U;
}

TEST(DataDirectory, StandsBesideTheFolderOfTheRun) {
  EXPECT_EQ(data_directory("/s/rotor/run-0a1b"), "/s/rotor/data-0a1b");
  EXPECT_EQ(data_directory("/s/rotor/mine"), "/s/rotor/data-mine");
}

TEST(DataFolder, IsForTheUserAlone) {
  const Scratch scratch;
  const auto data = DataFolder::open({scratch.path("a/data")});
  ASSERT_TRUE(data.has_value()) << data.error().message;
  const std::string pod = data->pod("ns", "app-0").value();
  for (const std::string& folder : {scratch.path("a"), scratch.path("a/data"), scratch.path("a/data/ns"), pod}) {
    EXPECT_EQ(mode(folder), 0700U) << folder;
  }
}

TEST(DataFolder, KeepsClaimsBetweenRunsAndNothingElse) {
  const Scratch scratch;
  {
    const auto data = DataFolder::open({scratch.path("data")});
    put(data->claim("ns", "mine").value() + "/file", "kept");
    put(data->pod("ns", "app-0").value() + "/file", "gone");
  }
  EXPECT_FALSE(fs::exists(scratch.path("data/ns/pods")));
  const auto again = DataFolder::open({scratch.path("data")});
  EXPECT_EQ(content(again->claim("ns", "mine").value() + "/file"), "kept");
}

TEST(DataFolder, StartsAnewOnDemand) {
  const Scratch scratch;
  {
    put(DataFolder::open({scratch.path("data")})->claim("ns", "mine").value() + "/file", "kept");
  }
  const auto fresh = DataFolder::open({scratch.path("data"), true});
  EXPECT_FALSE(fs::exists(scratch.path("data/ns")));
}

TEST(DataFolder, OfALookKeepsNoClaims) {
  const Scratch scratch;
  {
    const auto data = DataFolder::open({.path = scratch.path("data"), .passing = true});
    put(data->claim("ns", "mine").value() + "/file", "gone");
  }
  EXPECT_FALSE(fs::exists(scratch.path("data")));
}

TEST(DataFolder, IsGoneWhenNothingIsKept) {
  const Scratch scratch;
  {
    const auto data = DataFolder::open({scratch.path("data")});
    ASSERT_TRUE(data->pod("ns", "app-0").has_value());
  }
  EXPECT_FALSE(fs::exists(scratch.path("data")));
}

TEST(DataFolder, ClearsAwayThePodsOfARunThatWasKilled) {
  const Scratch scratch;
  {
    put(DataFolder::open({scratch.path("data")})->claim("ns", "mine").value() + "/file", "kept");
  }
  fs::create_directories(scratch.path("data/ns/pods/app-0"));
  const auto again = DataFolder::open({scratch.path("data")});
  EXPECT_FALSE(fs::exists(scratch.path("data/ns/pods")));
}

TEST(DataFolder, TakesNoFolderWithOtherThings) {
  const Scratch scratch;
  put(scratch.path("thesis.txt"), "precious");
  const auto refused = DataFolder::open({scratch.path(), true});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("empty or a new folder"));
  EXPECT_EQ(content(scratch.path("thesis.txt")), "precious");
}

TEST(DataFolder, IsOneRunsAtATime) {
  const Scratch scratch;
  const auto first = DataFolder::open({scratch.path("data")});
  const auto second = DataFolder::open({scratch.path("data")});
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr("--home"));
}

TEST(DataFolder, FollowsNoLink) {
  const Scratch scratch;
  fs::create_directories(scratch.path("elsewhere"));
  fs::create_directory_symlink(scratch.path("elsewhere"), scratch.path("data"));
  EXPECT_EQ(DataFolder::open({scratch.path("data")}).error().code, Code::kDenied);
  const auto data = DataFolder::open({scratch.path("good")});
  fs::create_directory_symlink(scratch.path("elsewhere"), scratch.path("good/ns"));
  EXPECT_EQ(data->pod("ns", "app-0").error().code, Code::kDenied);
  EXPECT_TRUE(fs::is_empty(scratch.path("elsewhere")));
}

TEST(DataFolder, NamesDoNotLeadOutOfIt) {
  const Scratch scratch;
  const auto data = DataFolder::open({scratch.path("data")});
  for (const char* name : {"..", ".", "", "a/b", "/etc"}) {
    EXPECT_EQ(data->pod("ns", name).error().code, Code::kInvalid) << name;
    EXPECT_EQ(data->claim(name, "a").error().code, Code::kInvalid) << name;
    EXPECT_FALSE(data->remove_pod("ns", name).has_value()) << name;
  }
}

TEST(RemoveTree, RemovesFoldersWithoutAWriteBitAndFollowsNoLink) {
  const Scratch scratch;
  put(scratch.path("outside"), "stays");
  fs::create_directories(scratch.path("tree/locked/deep"));
  put(scratch.path("tree/locked/deep/file"), "x");
  fs::create_symlink(scratch.path("outside"), scratch.path("tree/locked/link"));
  fs::create_directory_symlink(scratch.path(), scratch.path("tree/up"));
  chmod(scratch.path("tree/locked/deep").c_str(), 0500);
  chmod(scratch.path("tree/locked").c_str(), 0500);
  ASSERT_TRUE(remove_tree(scratch.path("tree")).has_value());
  EXPECT_FALSE(fs::exists(scratch.path("tree")));
  EXPECT_EQ(content(scratch.path("outside")), "stays");
}

}  // namespace
}  // namespace rotor::local
