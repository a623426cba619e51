// The command line: `rotor SUB-COMMAND …`, and what its exit codes mean.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rotor::cli {

// Exit codes, the same for every sub-command.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;  // it could not do, or go on doing, what was asked; stderr says why
inline constexpr int kUsage = 2;   // the command line is wrong; stderr says how it is right

// What a sub-command decides to do while the command line is parsed; runs after that and returns the exit code.
using Action = std::function<int()>;

// All sub-commands (commands.hpp), and what `rotor` itself knows.
void add_commands(CLI::App& app, Action& action);

// `--name=` (an explicitly empty value, legal for the flags people use today) becomes `--name ""`;
// what follows `--` is left alone.
std::vector<std::string> normalise(std::vector<std::string> arguments);

// argv without the program's name. `before_secrets` is called before a sub-command that handles secrets begins, unless
// --allow-debugger was given.
int run(std::vector<std::string> arguments, const std::function<void()>& before_secrets = {});

}  // namespace rotor::cli
