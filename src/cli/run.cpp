#include "local/run.hpp"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/cli.hpp"
#include "cli/providers.hpp"

namespace rotor::cli {
namespace {

int run_locally(const local::RunOptions& options, bool verbose) {
  log::configure(verbose ? log::Level::kInfo : log::Level::kOff, log::Format::kLogfmt);
  const auto done = local::run(options, make_providers);
  if (done) return kOk;
  std::fprintf(stderr, "rotor run: %s\n", done.error().message.c_str());
  return kFailed;
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
      ->type_name("FILE");
  command->add_option("--port", options->port, "Port of the API server on 127.0.0.1 (default: any free one)");
  command
      ->add_option(
          "--state-dir", options->state_directory,
          "Where this run keeps its kubeconfig: an empty or a new folder, removed at the end (default: one for "
          "these manifests under $XDG_STATE_HOME/rotor or ~/.local/state/rotor). With another one the same "
          "manifests run twice")
      ->type_name("DIR");
  command->add_flag("--verbose", *verbose, "Show the controllers' own log on stderr");
  command
      ->add_option("command", options->command,
                   "Run for every instance, with its environment (default: its container's command)")
      ->type_name("-- COMMAND ARGS...");
  command->positionals_at_end();
  command->callback([&action, options, values, verbose] {
    if (!values->empty()) options->values = *values;
    action = [options, verbose] { return run_locally(*options, *verbose); };
  });
}

}  // namespace rotor::cli
