#include "cli/cli.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include "cli/version.hpp"

namespace rotor::cli {
namespace {

constexpr const char* kDescription =
    "Rotor carries a secret from the store where it lives to the process that needs it,\n"
    "and restarts that process when the secret rotates.";

constexpr const char* kHandleSecrets[] = {"run", "template", "operator", "apiserver"};

constexpr const char* kFooter =
    "Start here:\n"
    "  rotor run -f examples/quickstart --values examples/quickstart.values.yaml -- COMMAND\n"
    "Exit codes: 0 done, 1 failed (stderr says why), 2 wrong command line.";

void report_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::fprintf(stderr, "rotor: %s\n", error.what());
  const auto chosen = app.get_subcommands();
  std::fprintf(stderr, "see `rotor%s%s --help`\n", chosen.empty() ? "" : " ",
               chosen.empty() ? "" : chosen.front()->get_name().c_str());
}

bool is_sub_command(const CLI::App& app, const std::string& name) {
  return std::ranges::any_of(app.get_subcommands({}),
                             [&name](const CLI::App* command) { return command->get_name() == name; });
}

// crds does not.
bool handles_secrets(const CLI::App& app) {
  return std::ranges::any_of(app.get_subcommands(), [](const CLI::App* command) {
    return std::ranges::find(kHandleSecrets, command->get_name()) != std::end(kHandleSecrets);
  });
}

}  // namespace

std::vector<std::string> normalise(std::vector<std::string> arguments) {
  std::vector<std::string> out;
  const auto end = std::ranges::find(arguments, "--");
  for (auto it = arguments.begin(); it != arguments.end(); ++it) {
    const bool empty_value = it < end && it->starts_with("--") && it->size() > 3 && it->find('=') == it->size() - 1;
    if (empty_value) {
      out.push_back(it->substr(0, it->size() - 1));
      out.emplace_back();
    } else {
      out.push_back(std::move(*it));
    }
  }
  return out;
}

int run(std::vector<std::string> arguments, const std::function<void()>& before_secrets) {
  CLI::App app(kDescription, "rotor");
  app.set_version_flag("--version", std::string("rotor ") + kVersion);
  app.footer(kFooter);
  app.require_subcommand(1);
  Action action;
  add_run(app, action);
  add_template(app, action);
  add_operator(app, action);
  add_apiserver(app, action);
  add_crds(app, action);
  bool allow_debugger = false;
  for (const char* name : kHandleSecrets) {
    app.get_subcommand(name)->add_flag("--allow-debugger", allow_debugger,
                                       "Let debuggers attach and core dumps be written; both show every secret");
  }
  arguments = normalise(std::move(arguments));
  if (!arguments.empty() && !arguments[0].starts_with('-') && !is_sub_command(app, arguments[0])) {
    std::fprintf(stderr, "rotor: there is no sub-command `%s`\nsee `rotor --help`\n", arguments[0].c_str());
    return kUsage;
  }
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    report_usage(app, error);
    return kUsage;
  }
  if (before_secrets && handles_secrets(app) && !allow_debugger) before_secrets();
  try {
    return action();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rotor: %s\n", error.what());
    return kFailed;
  }
}

}  // namespace rotor::cli
