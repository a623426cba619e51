#include "local/run.hpp"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/process_flags.hpp"
#include "cli/providers.hpp"

namespace rotor::cli {
namespace {

int run_locally(const local::RunOptions& options, bool verbose) {
  log::configure(verbose ? log::Level::kInfo : log::Level::kOff, log::Format::kLogfmt);
  const auto done = local::run(options, make_providers);
  if (done) return done->code;
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
  command
      ->add_option(
          "-f,--filename", options->manifests,
          "A manifest or a folder of them, followed while it runs; - is standard input; may be given more than once")
      ->required()
      ->type_name("DIR|FILE|-");
  command
      ->add_option("--values", *values,
                   "Answers for every store: remote key -> value or document; saving it is a rotation")
      ->default_str("the stores themselves are asked")
      ->type_name("FILE");
  add_credentials_flag(*command, options->use_my_credentials);
  add_plain_http_flag(*command, options->plain_http);
  number(command->add_option("--port", options->port, "Port of the API server on 127.0.0.1"), "PORT", 0, 65535)
      ->default_str("any free one")
      ->group("API server");
  command
      ->add_option("--home", *home,
                   "Where the instances have their homes, volumes and claims: an empty or a new folder")
      ->default_str("in the state folder")
      ->type_name("DIR")
      ->group("Processes");
  command->add_flag("--fresh", options->fresh, "Begin without the claims that earlier runs of these manifests kept")
      ->group("Processes");
  command->add_flag("-q,--quiet", options->timeline.quiet, "Of the timeline on stderr, show failures only")
      ->group("Output");
  auto form = std::make_shared<std::string>("text");
  choice(command->add_option("-o,--output", *form, "Form of the timeline on stderr"), {"text", "json"})
      ->capture_default_str()
      ->group("Output");
  command
      ->add_option(
          "--state-dir", options->state_directory,
          "Where this run keeps its kubeconfig: an empty or a new folder, removed at the end. With another one "
          "the same manifests run twice")
      ->default_str("one for these manifests under $XDG_STATE_HOME/rotor or ~/.local/state/rotor")
      ->type_name("DIR")
      ->group("API server");
  add_inherit_flag(*command, options->inherit);
  auto* const proof =
      command
          ->add_option("--proof", options->proof.command,
                       "Before a process is stopped because a secret has another value, run this in a shell with the "
                       "new environment: exit code 0 is good, 1 is bad and the process goes on with the old value; "
                       "anything else decides nothing. What it prints is thrown away")
          ->default_str("new values are taken over untried")
          ->type_name("COMMAND")
          ->group("Processes");
  checked(proof, [](const std::string& command) -> Result<void> {
    if (command.find_first_not_of(" \t\r\n") != std::string::npos) return {};
    return fail(Code::kInvalid, "an empty command tries nothing: name one, or leave the flag out");
  });
  const auto take_deadline = [options](const std::string& written) {
    if (const auto parsed = parse_duration(written)) options->proof.deadline = *parsed;
  };
  duration(command->add_option_function<std::string>("--proof-timeout", take_deadline,
                                                     "How long --proof may take; then it decides nothing"))
      ->default_str("2m")
      ->needs(proof)
      ->group("Processes");
  auto once = std::make_shared<bool>(false);
  command
      ->add_flag("--once", *once,
                 "Run each command once and end with the first exit code that is not 0, in the order of the manifests "
                 "(128 + signal); 1 when one could not start")
      ->excludes(proof)
      ->group("Processes");
  add_wait_flag(*command, options->wait, "With --once: what has not started by then counts as one that could not");
  command->add_flag("--verbose", *verbose, "Show the controllers' own log on stderr")->group("Output");
  command->add_option("command", options->command, "What to run for every instance, with its environment")
      ->default_str("its container's command")
      ->type_name("-- COMMAND ARGS...");
  command->positionals_at_end();
  command->callback([&action, options, values, home, verbose, once, form] {
    if (*once) options->mode = local::PodMode::kOnce;
    if (*form == "json") options->timeline.form = local::TimelineOptions::Form::kJson;
    if (!values->empty()) options->values = *values;
    if (!home->empty()) options->home = *home;
    action = [options, verbose] { return run_locally(*options, *verbose); };
  });
}

}  // namespace rotor::cli
