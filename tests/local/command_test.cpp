#include "local/node/command.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rotor::local {
namespace {

constexpr KernelLimits kLimits{.one = 131072, .all = 2 << 20};

Variable from_secret(std::string name, std::string_view value) {
  return {std::move(name), SecretBytes(value), "key K of secret s"};
}

std::string said(Command command, KernelLimits limits = kLimits) {
  const auto checked = check(command, limits);
  return checked ? "fine" : checked.error().message;
}

std::string said_of(std::vector<Variable> variables) { return said({{"run"}, std::move(variables)}); }

TEST(ACommand, IsRefusedWhenAValueHoldsANulByte) {
  EXPECT_EQ(said_of({from_secret("MID", std::string_view("ab\0cd", 5))}),
            "MID holds a NUL byte at position 2, which no environment can carry (key K of secret s)");
}

TEST(ACommand, IsRefusedWhenANameIsNone) {
  EXPECT_EQ(said_of({from_secret("A=B", "x")}),
            "the name A… holds a `=` at position 1, which no environment can carry (key K of secret s)");
  EXPECT_EQ(said_of({from_secret(std::string("A\0B", 3), "x")}),
            "the name A… holds a NUL byte at position 1, which no environment can carry (key K of secret s)");
  EXPECT_EQ(said_of({from_secret("", "x")}), "a variable has no name (key K of secret s)");
}

TEST(ACommand, IsRefusedWhenAVariableIsLargerThanTheKernelTakes) {
  EXPECT_EQ(said_of({from_secret("BIG", std::string(200000, 'x'))}),
            "BIG is 200000 bytes: one variable may hold 131071 with its name (key K of secret s)");
  EXPECT_EQ(said_of({from_secret("BIG", std::string(131071 - 4, 'x'))}), "fine");
  EXPECT_NE(said_of({from_secret("BIG", std::string(131071 - 3, 'x'))}), "fine");
}

TEST(ACommand, IsRefusedWhenAWordIsLargerOrHoldsANulByte) {
  EXPECT_EQ(said({{"run", std::string(131072, 'x')}, {}}),
            "word 2 of the command is 131072 bytes: one may hold 131071");
  EXPECT_EQ(said({{"run", std::string("a\0b", 3)}, {}}), "word 2 of the command holds a NUL byte at position 1");
}

TEST(ACommand, IsRefusedWhenTheSumIsLargerAndTheLargestAreNamed) {
  EXPECT_EQ(
      said({{"run"}, {from_secret("A", "1"), from_secret("B", "22"), from_secret("C", "333"), from_secret("D", "")}},
           {.one = 100, .all = 60}),
      "command and environment are 78 bytes: the kernel takes 60; the largest: C 3 bytes (key K of secret s), "
      "B 2 bytes (key K of secret s), A 1 bytes (key K of secret s)");
}

TEST(ACommand, NamesFourFaultsAndCountsTheRest) {
  std::vector<Variable> many;
  for (const char* name : {"A", "B", "C", "D", "E", "F"})
    many.push_back({name, SecretBytes(std::string_view("\0", 1))});
  const std::string message = said_of(many);
  EXPECT_NE(message.find("D holds"), std::string::npos) << message;
  EXPECT_EQ(message.find("E holds"), std::string::npos) << message;
  EXPECT_TRUE(message.ends_with("; and 2 more")) << message;
}

// The figures are the kernel's: what the check lets through runs, one byte more does not.
bool kernel_takes(std::size_t bytes) {
  const pid_t child = fork();
  if (child == 0) {
    std::string line = "B=" + std::string(bytes - 3, 'x');
    char* environment[] = {line.data(), nullptr};
    char name[] = "true";
    char* argv[] = {name, nullptr};
    execve("/bin/true", argv, environment);
    _exit(9);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(TheKernelsLimits, AreWhatTheKernelSays) {
  EXPECT_TRUE(kernel_takes(kernel_limits().one));
  EXPECT_FALSE(kernel_takes(kernel_limits().one + 1));
}

}  // namespace
}  // namespace rotor::local
