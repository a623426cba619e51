// The archive, in the program that reads it.
#include "cli/archive.hpp"

#include <array>
#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/rotor_process.hpp"

namespace rotor::cli {
namespace {

using testing::HasSubstr;

constexpr WallTime kTime = std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + std::chrono::hours(12);

std::string tar(const std::string& arguments) {
  std::string out;
  std::FILE* pipe = popen(("TZ=UTC tar " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "";
  std::array<char, 4096> block{};
  for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) out.append(block.data(), n);
  return pclose(pipe) == 0 ? out : "tar: " + out;
}

std::string written(const Folder& folder, const std::string& archive) {
  std::ofstream(folder.path("a.tar.gz"), std::ios::binary) << archive;
  return folder.path("a.tar.gz");
}

TEST(Archive, IsReadByTarWithNamesTimesModesAndContent) {
  const std::string block(512, 'x'), long_name = "rotor/logs/" + std::string(95, 'p') + ".log";
  const auto made =
      tar_gz("folder", {{"README.txt", "read me\n"}, {"empty", ""}, {"block", block}, {long_name, "l"}}, kTime);
  ASSERT_TRUE(made) << made.error().message;
  const Folder folder;
  const std::string file = written(folder, *made);
  const std::string list = tar("-tzvf " + file);
  EXPECT_THAT(list, testing::ContainsRegex("-rw------- 0/0 +8 2026-05-01 12:00 folder/README.txt\n"));
  EXPECT_THAT(list, testing::ContainsRegex("512 2026-05-01 12:00 folder/block\n"));
  EXPECT_THAT(list, HasSubstr("folder/" + long_name + "\n"));
  EXPECT_EQ(tar("-xzOf " + file + " folder/README.txt"), "read me\n");
  EXPECT_EQ(tar("-xzOf " + file + " folder/block folder/empty"), block);
  EXPECT_EQ(tar("-xzOf " + file + " folder/" + long_name), "l");
}

TEST(Archive, OfTheSameFilesIsTheSame) {
  EXPECT_EQ(tar_gz("f", {{"a", "1"}}, kTime).value(), tar_gz("f", {{"a", "1"}}, kTime).value());
  EXPECT_NE(tar_gz("f", {{"a", "1"}}, kTime).value(), tar_gz("f", {{"a", "2"}}, kTime).value());
}

TEST(Archive, RefusesANameThatTarCannotHold) {
  for (const std::string& name : {std::string(101, 'n'), std::string(200, 'd') + "/n"}) {
    const auto made = tar_gz("f", {{name, ""}}, kTime);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Code::kInvalid);
  }
}

}  // namespace
}  // namespace rotor::cli
