// `rotor man`: one page of section 1, every sub-command in it.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/page.hpp"
#include "cli/version.hpp"

namespace rotor::cli {
namespace {

// Text as roff wants it: no escape of its own, a hyphen that can be copied, no line that begins with a control
// character.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string entry(const std::string& term, const std::string& text) {
  return fmt::format(".TP\n.B {}\n{}\n", escape(term), escape(text));
}

std::string options_of(const Page& page) {
  std::string out;
  for (const OptionEntry& positional : page.positionals) out += entry(synopsis(positional), explanation(positional));
  for (const std::string& group : groups(page)) {
    for (const OptionEntry& option : page.options) {
      if (option.group == group) out += entry(synopsis(option), explanation(option));
    }
  }
  return out;
}

std::string literal(std::string_view text) { return fmt::format(".nf\n{}\n.fi\n", escape(text)); }

}  // namespace

std::string man_page(const Page& page, const std::string& version) {
  std::string out = fmt::format(".TH ROTOR 1 \"\" \"{}\" \"User Commands\"\n", escape(version));
  out += ".SH NAME\nrotor \\- secrets from where they live to the process that needs them\n.SH SYNOPSIS\n";
  for (const Page& child : page.children) out += fmt::format(".B {}\n.br\n", escape(usage(child)));
  out += fmt::format(".SH DESCRIPTION\n{}\n.SH OPTIONS\n{}.SH COMMANDS\n", escape(page.summary), options_of(page));
  for (const Page& child : page.children) {
    out += fmt::format(".SS {}\n{}\n{}", escape(child.name), escape(child.summary), options_of(child));
  }
  return out + ".SH NOTES\n" + literal(page.footer);
}

void add_man(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("man", "Print the manual page (for `man -l -`, or man1/rotor.1)");
  command->callback([&app, &action] {
    action = [&app] {
      std::fputs(man_page(describe(app), std::string("rotor ") + kVersion).c_str(), stdout);
      return kOk;
    };
  });
}

}  // namespace rotor::cli
