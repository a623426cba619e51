// A command line, run in the test's own process, with what it wrote.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/cli.hpp"

namespace rotor::cli {

struct Ran {
  int code;
  std::string out, err;
};

inline Ran run_command(std::vector<std::string> arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = run(std::move(arguments));
  return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

}  // namespace rotor::cli
