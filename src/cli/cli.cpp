#include "cli/cli.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/page.hpp"
#include "cli/usage.hpp"
#include "cli/version.hpp"

namespace rotor::cli {
namespace {

constexpr const char* kDescription =
    "Rotor carries a secret from the store where it lives to the process that needs it, "
    "and restarts that process when the secret rotates.";

constexpr const char* kAllowDebugger = "--allow-debugger";

constexpr const char* kFooter =
    "Start here:\n"
    "  rotor run -f examples/quickstart --values examples/quickstart.values.yaml -- COMMAND\n"
    "Exit codes: 0 done, 1 failed (stderr says why), 2 wrong command line\n"
    "(and of status and why: not all is well).";

// An empty list, of a script's empty variable: no names, where the flag without a value means all of them.
constexpr std::string_view kInheritNothing = "--inherit-env=";

class PageFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    return help_text(describe(*app));
  }
};

int show_help(const CLI::App& app) {
  std::fputs(app.help().c_str(), stdout);
  return kOk;
}

// Its memory will hold secrets, and nobody asked for a debugger.
bool wants_privacy(const CLI::App& app) {
  return std::ranges::any_of(commands(), [&app](const Command& command) {
    return command.handles_secrets && app.got_subcommand(std::string(command.name)) &&
           app.get_subcommand(std::string(command.name))->count(kAllowDebugger) == 0;
  });
}

}  // namespace

std::vector<std::string> normalise(std::vector<std::string> arguments) {
  std::vector<std::string> out;
  const auto end = std::ranges::find(arguments, "--");
  for (auto it = arguments.begin(); it != arguments.end(); ++it) {
    if (it < end && *it == kInheritNothing) continue;
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

void add_commands(CLI::App& app, Action& action) {
  app.description(kDescription);
  app.name("rotor");
  app.formatter(std::make_shared<PageFormatter>());
  app.set_help_flag("-h,--help", "Print help and end");
  app.set_version_flag("--version", std::string("rotor ") + kVersion, "Print the version and end");
  app.footer(kFooter);
  app.require_subcommand(0, 1);
  for (const Command& command : commands()) {
    command.add(app, action);
    if (!command.handles_secrets) continue;
    app.get_subcommand(std::string(command.name))
        ->add_flag(kAllowDebugger)
        ->description("Let debuggers attach and core dumps be written; both show every secret")
        ->group("Process");
  }
}

int run(std::vector<std::string> arguments, const std::function<void()>& before_secrets) {
  CLI::App app;
  Action action = [&app] { return show_help(app); };  // bare `rotor`
  add_commands(app, action);
  arguments = normalise(std::move(arguments));
  if (auto wrong = wrong_command(describe(app), arguments)) {
    std::fputs(wrong->c_str(), stderr);
    return kUsage;
  }
  std::ranges::reverse(arguments);  // as CLI11 wants a vector
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    std::fputs(wrong_usage(app, error).c_str(), stderr);
    return kUsage;
  }
  if (before_secrets && wants_privacy(app)) before_secrets();
  try {
    const int code = action();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    std::fprintf(stderr, "rotor: standard output cannot be written: %s\n", std::strerror(errno));
    return kFailed;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "rotor: %s\n", error.what());
    return kFailed;
  }
}

}  // namespace rotor::cli
