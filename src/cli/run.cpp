#include "local/run.hpp"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/quote.hpp"
#include "cli/cli.hpp"
#include "cli/flags.hpp"
#include "cli/providers.hpp"
#include "local/environment.hpp"

namespace rotor::cli {
namespace {

int run_locally(const local::RunOptions& options, bool verbose) {
  log::configure(verbose ? log::Level::kInfo : log::Level::kOff, log::Format::kLogfmt);
  const auto done = local::run(options, make_providers);
  if (done) return kOk;
  std::fprintf(stderr, "rotor run: %s\n", done.error().message.c_str());
  return kFailed;
}

Result<void> check_name(const std::string& name) {
  const std::size_t star = name.find('*');
  if (!name.empty() && !name.contains('=') && (star == std::string::npos || star == name.size() - 1)) return {};
  return fail(Code::kInvalid,
              go_quote(name) + " is not a name: write AWS_PROFILE,MY_*; a value belongs into a manifest");
}

// Bare it means every name; what its value is can only follow `=`, so that it never takes the next word.
void add_inherit_flag(CLI::App& command, std::vector<std::string>& names) {
  const std::string text = fmt::format(
      "Of this shell's environment, pass these variables too, or without a value all of them; a * ends a name that "
      "stands for several; may be given more than once. Always passed: {}",
      fmt::join(local::kInherited, ", "));
  checked(command.add_flag("--inherit-env{*}", names, text), check_name)
      ->delimiter(',')
      ->type_name("NAME,...")
      ->default_str("no others")
      ->group("Processes");
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("run", "Run manifests on this machine: no cluster, one process per OpenClawInstance");
  auto options = std::make_shared<local::RunOptions>();
  auto values = std::make_shared<std::string>();
  auto verbose = std::make_shared<bool>(false);
  command
      ->add_option("-f,--filename", options->manifests, "A manifest or a folder of them; may be given more than once")
      ->required()
      ->type_name("DIR|FILE");
  command
      ->add_option("--values", *values,
                   "Answers for every store: remote key -> value or document; saving it is a rotation")
      ->default_str("the stores themselves are asked")
      ->type_name("FILE");
  number(command->add_option("--port", options->port, "Port of the API server on 127.0.0.1"), "PORT", 0, 65535)
      ->default_str("any free one")
      ->group("API server");
  add_inherit_flag(*command, options->inherit);
  command->add_flag("--verbose", *verbose, "Show the controllers' own log on stderr")->group("Output");
  command->add_option("command", options->command, "What to run for every instance, with its environment")
      ->default_str("its container's command")
      ->type_name("-- COMMAND ARGS...");
  command->positionals_at_end();
  command->callback([&action, options, values, verbose] {
    if (!values->empty()) options->values = *values;
    action = [options, verbose] { return run_locally(*options, *verbose); };
  });
}

}  // namespace rotor::cli
