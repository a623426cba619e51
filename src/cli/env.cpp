#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/process_flags.hpp"
#include "cli/providers.hpp"
#include "local/environment_text.hpp"
#include "local/run.hpp"

namespace rotor::cli {
namespace {

using local::EnvironmentFormat;
using local::ShowValues;

struct EnvFlags {
  local::RunOptions run{};
  std::string values{};
  std::string format = "table";
  std::string instance{};
  bool show_values = false;
};

EnvironmentFormat format_of(const std::string& word) {
  return word == "json"     ? EnvironmentFormat::kJson
         : word == "dotenv" ? EnvironmentFormat::kDotenv
                            : EnvironmentFormat::kTable;
}

int complain(const std::string& message) {
  std::fprintf(stderr, "rotor env: %s\n", message.c_str());
  return kFailed;
}

int show(const EnvFlags& flags, std::vector<local::ShownEnvironment> environments) {
  if (!flags.instance.empty()) {
    std::erase_if(environments, [&flags](const auto& shown) {
      return shown.workload != flags.instance && !shown.workload.ends_with("/" + flags.instance);
    });
    if (environments.empty()) return complain("--instance " + flags.instance + ": no manifest makes such a process");
  }
  const EnvironmentFormat format = format_of(flags.format);
  if (format == EnvironmentFormat::kDotenv && environments.size() > 1) {
    return complain("a dotenv file holds one environment and these manifests make several: choose one with --instance");
  }
  const auto shown =
      local::describe_environments(environments, format, flags.show_values ? ShowValues::kYes : ShowValues::kNo);
  std::fputs(shown.text.c_str(), stdout);
  for (const std::string& line : shown.left_out) complain(line);
  return shown.left_out.empty() ? kOk : kFailed;
}

int resolve(EnvFlags flags) {
  log::configure(log::Level::kOff, log::Format::kLogfmt);
  if (!flags.values.empty()) flags.run.values = flags.values;
  flags.run.mode = local::PodMode::kResolveOnly;
  auto done = local::run(flags.run, make_providers);
  if (!done) return complain(done.error().message);
  const int shown = show(flags, std::move(done->environments));
  return done->code == kOk ? shown : done->code;
}

}  // namespace

void add_env(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "env", "Show what environment `rotor run` would give each process: names, sources and sizes; nothing is started");
  auto flags = std::make_shared<EnvFlags>();
  command
      ->add_option("-f,--filename", flags->run.manifests, "A manifest or a folder of them; may be given more than once")
      ->required()
      ->type_name("DIR|FILE");
  command->add_option("--values", flags->values, "Answers for every store, as for `rotor run`")
      ->default_str("the stores themselves are asked")
      ->type_name("FILE");
  add_credentials_flag(*command, flags->run.use_my_credentials);
  add_plain_http_flag(*command, flags->run.plain_http);
  command->add_option("--instance", flags->instance, "Only this instance")
      ->default_str("all")
      ->type_name("[NAMESPACE/]NAME");
  choice(command->add_option("-o,--output", flags->format, "How it is written; json and dotenv are for other programs"),
         {"table", "json", "dotenv"})
      ->capture_default_str();
  command->add_flag("--show-values", flags->show_values,
                    "Print the values too: whoever sees the output has the secrets");
  add_inherit_flag(*command, flags->run.inherit);
  add_wait_flag(*command, flags->run.wait, "What cannot be resolved by then is an error");
  command->callback([&action, flags] { action = [flags] { return resolve(*flags); }; });
}

}  // namespace rotor::cli
