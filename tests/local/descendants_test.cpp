#include "local/node/descendants.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace rotor::local {
namespace {

TEST(StatLine, IsReadWhateverTheNameHolds) {
  const auto line = parse_stat("42 (a) b (c\n) d) S 7 42 42 0 -1");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->pid, 42);
  EXPECT_EQ(line->parent, 7);
  EXPECT_EQ(line->state, 'S');
  for (const char* broken : {"", "42", "42 (x", "42 (x) S", "x (y) S 1 2", "42 (y) S z 2"})
    EXPECT_FALSE(parse_stat(broken)) << broken;
}

std::vector<pid_t> pids(const std::vector<ProcessLine>& lines) {
  std::vector<pid_t> out;
  for (const ProcessLine& line : lines) out.push_back(line.pid);
  return out;
}

TEST(Descendants, AreChildrenAndTheirChildren) {
  const std::vector<ProcessLine> all = {{1, 0}, {20, 10}, {10, 1}, {30, 20}, {11, 1}, {31, 11}};
  EXPECT_EQ(pids(below(10, all)), (std::vector<pid_t>{20, 30}));
  EXPECT_EQ(pids(below(1, all)), (std::vector<pid_t>{10, 11, 20, 31, 30}));
  EXPECT_EQ(pids(below(1, all, {10})), (std::vector<pid_t>{11, 31}));
  EXPECT_TRUE(below(99, all).empty());
}

TEST(Descendants, EndEvenInACircle) { EXPECT_EQ(pids(below(1, {{2, 1}, {3, 2}, {2, 3}})), (std::vector<pid_t>{2, 3})); }

TEST(AllProcesses, HoldThisOne) {
  bool found = false;
  for (const ProcessLine& line : all_processes()) found = found || (line.pid == getpid() && line.parent == getppid());
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace rotor::local
