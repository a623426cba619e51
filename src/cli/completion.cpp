// `rotor completion`: what a shell offers after `rotor` and TAB. Each script is written out of the pages and calls
// nothing while it completes.
#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/page.hpp"

namespace rotor::cli {
namespace {

bool is_path(const OptionEntry& option) { return option.value.contains("FILE") || option.value.contains("DIR"); }

// What follows `--` is a command line of its own.
bool runs_a_command(const Page& page) {
  return std::ranges::any_of(page.positionals, [](const OptionEntry& p) { return p.value.starts_with("--"); });
}

std::string replace(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// Inside '…' of bash and zsh.
std::string quoted(std::string text) { return "'" + replace(std::move(text), "'", "'\\''") + "'"; }

std::vector<std::string> words_of(const Page& page) {
  std::vector<std::string> out;
  for (const Page& child : page.children) out.push_back(child.word);
  for (const OptionEntry& positional : page.positionals) {
    out.insert(out.end(), positional.choices.begin(), positional.choices.end());
  }
  for (const OptionEntry& option : page.options) out.insert(out.end(), option.names.begin(), option.names.end());
  return out;
}

// `run:-f|run:--filename=) … ;;`: a value may stand in the next word, or after `=`.
std::string bash_value(const Page& page, const OptionEntry& option) {
  if (option.value.empty()) return {};
  std::vector<std::string> patterns;
  for (const std::string& name : option.names) {
    if (!option.value_optional) patterns.push_back(page.word + ":" + name);
    patterns.push_back(page.word + ":" + name + "=");
  }
  const std::string values = is_path(option) ? "_rotor_offer -f"
                             : option.choices.empty()
                                 ? ":"
                                 : fmt::format("_rotor_offer -W '{}'", fmt::join(option.choices, " "));
  return fmt::format("    {}) {}; return ;;\n", fmt::join(patterns, "|"), values);
}

// A description inside an option of zsh's _arguments.
std::string zsh_text(std::string text) {
  for (const std::string_view special : {"\\", "[", "]", ":"})
    text = replace(text, special, "\\" + std::string(special));
  return text;
}

std::string zsh_value(const OptionEntry& option) {
  if (option.value.empty()) return {};
  const std::string action = is_path(option)          ? "_files"
                             : option.choices.empty() ? " "
                                                      : fmt::format("({})", fmt::join(option.choices, " "));
  return fmt::format("{}{}:{}", option.value_optional ? "::" : ":", zsh_text(option.value), action);
}

std::string zsh_option(const OptionEntry& option) {
  std::string out;
  for (const std::string& name : option.names) {
    const std::string before = option.repeatable ? "*" : fmt::format("({})", fmt::join(option.names, " "));
    const bool is_long = name.starts_with("--");
    const char* equals = option.value.empty() || !is_long ? "" : option.value_optional ? "=-" : "=";
    out += "    " +
           quoted(fmt::format("{}{}{}[{}]{}", before, name, equals, zsh_text(explanation(option)), zsh_value(option))) +
           " \\\n";
  }
  return out;
}

std::string zsh_arguments(const Page& page) {
  std::string out = "  _arguments \\\n";
  for (const OptionEntry& option : page.options) out += zsh_option(option);
  for (const OptionEntry& positional : page.positionals) {
    if (!positional.choices.empty()) {
      out += "    " + quoted(fmt::format("1:what:({})", fmt::join(positional.choices, " "))) + " \\\n";
    }
  }
  return out + (runs_a_command(page) ? "    '*::command:_normal'\n" : "    && return\n");
}

std::string fish_quoted(std::string text) {
  return "'" + replace(replace(std::move(text), "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_option(const std::string& condition, const OptionEntry& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty() && !option.value_optional) out += is_path(option) ? " -r -F" : " -x";
  if (!option.choices.empty()) out += " -a " + fish_quoted(fmt::format("{}", fmt::join(option.choices, " ")));
  return fmt::format("complete -c rotor -n {}{} -d {}\n", fish_quoted(condition), out,
                     fish_quoted(explanation(option)));
}

}  // namespace

std::string bash_completion(const Page& page) {
  std::string values, words;
  for (const Page& child : page.children) {
    for (const OptionEntry& option : child.options) values += bash_value(child, option);
    words +=
        fmt::format("    {}) words={} ;;\n", child.word, quoted(fmt::format("{}", fmt::join(words_of(child), " "))));
  }
  std::string commands;
  for (const Page& child : page.children) {
    if (runs_a_command(child)) commands += (commands.empty() ? "" : "|") + child.word;
  }
  return fmt::format(R"(# Completion of rotor for bash:  source <(rotor completion bash)
_rotor_offer() {{
  [[ $1 == -f ]] && compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
}}

_rotor() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command= words= i
  COMPREPLY=()
  # bash makes three words of --name=VALUE
  if [[ $cur == = ]]; then
    cur= prev+==
  elif [[ $prev == = ]]; then
    prev=${{COMP_WORDS[COMP_CWORD-2]}}=
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ -z $command && ${{COMP_WORDS[i]}} != -* ]]; then
      command=${{COMP_WORDS[i]}}
    elif [[ ${{COMP_WORDS[i]}} == -- && $command == @({2}) ]]; then
      if ((i + 1 == COMP_CWORD)); then _rotor_offer -c; else _rotor_offer -f; fi
      return
    fi
  done
  case $command:$prev in
{0}  esac
  case $command in
    '') words={3} ;;
{1}  esac
  _rotor_offer -W "$words"
}}
complete -F _rotor rotor
)",
                     values, words, commands, quoted(fmt::format("{}", fmt::join(words_of(page), " "))));
}

std::string zsh_completion(const Page& page) {
  std::string out =
      "#compdef rotor\n# Completion of rotor for zsh:  rotor completion zsh > DIR/_rotor, DIR in $fpath\n";
  std::string commands, cases;
  for (const Page& child : page.children) {
    out += fmt::format("_rotor_{}() {{\n{}}}\n", child.word, zsh_arguments(child));
    commands += "    " + quoted(child.word + ":" + replace(child.summary, ":", "\\:")) + "\n";
    cases += fmt::format("    {0}) _rotor_{0} ;;\n", child.word);
  }
  out += fmt::format(R"(_rotor() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
{}    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
{}  esac
}}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _rotor "$@"; else compdef _rotor rotor; fi
)",
                     commands, "  " + zsh_arguments(page), cases);
  return out;
}

std::string fish_completion(const Page& page) {
  std::string out = "# Completion of rotor for fish:  rotor completion fish | source\ncomplete -c rotor -f\n";
  const std::string none = "__fish_use_subcommand";
  for (const Page& child : page.children) {
    out += fmt::format("complete -c rotor -n {} -a {} -d {}\n", none, child.word, fish_quoted(child.summary));
  }
  for (const OptionEntry& option : page.options) out += fish_option(none, option);
  for (const Page& child : page.children) {
    const std::string chosen = "__fish_seen_subcommand_from " + child.word;
    for (const OptionEntry& option : child.options) out += fish_option(chosen, option);
    for (const OptionEntry& positional : child.positionals) {
      if (positional.choices.empty()) continue;
      out += fmt::format("complete -c rotor -n {} -a {}\n", fish_quoted(chosen),
                         fish_quoted(fmt::format("{}", fmt::join(positional.choices, " "))));
    }
  }
  return out;
}

namespace {

struct Shell {
  std::string_view name;
  std::string (*script)(const Page&);
};
constexpr std::array<Shell, 3> kShells = {
    {{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}}};

}  // namespace

void add_completion(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("completion", "Print a script that completes rotor's command line in a shell");
  auto wanted = std::make_shared<std::string>();
  choice(command->add_option("shell", *wanted, "The shell to write it for"), {"bash", "zsh", "fish"})->required();
  command->callback([&app, &action, wanted] {
    action = [&app, wanted] {
      const auto shell = std::ranges::find(kShells, *wanted, &Shell::name);
      std::fputs(shell->script(describe(app)).c_str(), stdout);
      return kOk;
    };
  });
}

}  // namespace rotor::cli
