// The sub-commands: a file each, which adds itself to the parser, and a row in commands.cpp.
#pragma once

#include <span>
#include <string_view>

#include "cli/cli.hpp"

namespace rotor::cli {

struct Command {
  std::string_view name;
  void (*add)(CLI::App& app, Action& action);
  bool handles_secrets;  // its memory is closed to debuggers unless --allow-debugger is given
};

std::span<const Command> commands();  // in the order of the help

void add_run(CLI::App& app, Action& action);
void add_env(CLI::App& app, Action& action);
void add_plan(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_why(CLI::App& app, Action& action);
void add_history(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_support_bundle(CLI::App& app, Action& action);
void add_operator(CLI::App& app, Action& action);
void add_apiserver(CLI::App& app, Action& action);
void add_template(CLI::App& app, Action& action);
void add_crds(CLI::App& app, Action& action);
void add_completion(CLI::App& app, Action& action);
void add_man(CLI::App& app, Action& action);

}  // namespace rotor::cli
