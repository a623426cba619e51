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
  auto home = std::make_shared<std::string>();
  auto verbose = std::make_shared<bool>(false);
  using Form = local::TimelineOptions::Form;
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
      ->add_option("--home", *home,
                   "Where the instances have their homes, volumes and claims; an empty or a new folder (default: in "
                   "the state folder)")
      ->type_name("DIR");
  command->add_flag("--fresh", options->fresh, "Begin without the claims that earlier runs of these manifests kept");
  command->add_flag("-q,--quiet", options->timeline.quiet, "Of the timeline on stderr, show failures only");
  command->add_option("-o,--output", options->timeline.form, "Form of the timeline on stderr: text or json")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Form>{{"text", Form::kText}, {"json", Form::kJson}},
                                          CLI::ignore_case))
      ->type_name("text|json");
  command->add_flag("--verbose", *verbose, "Show the controllers' own log on stderr");
  command
      ->add_option("command", options->command,
                   "Run for every instance, with its environment (default: its container's command)")
      ->type_name("-- COMMAND ARGS...");
  command->positionals_at_end();
  command->callback([&action, options, values, home, verbose] {
    if (!values->empty()) options->values = *values;
    if (!home->empty()) options->home = *home;
    action = [options, verbose] { return run_locally(*options, *verbose); };
  });
}

}  // namespace rotor::cli
