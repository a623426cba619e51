// `rotor env`: the environment of a process, for people and for other programs. Values are printed only when they are
// asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "local/node/command.hpp"
#include "local/preview/preview_text.hpp"

namespace rotor::local {

struct ShownEnvironment {
  std::string workload;  // NAMESPACE/NAME
  Environment variables;
};

enum class EnvironmentFormat : std::uint8_t { kTable, kDotenv, kJson };

struct EnvironmentText {
  std::string text;
  std::vector<std::string> left_out;  // what the format cannot hold, and why; never a value
};

EnvironmentText describe_environments(const std::vector<ShownEnvironment>& environments, EnvironmentFormat format,
                                      ShowValues show);

// A value as a POSIX shell and the readers of dotenv files take it.
std::string dotenv_quote(std::string_view value);

}  // namespace rotor::local
