// The command line as data, read from CLI11's own objects: --help, the completion scripts and the man page are three
// ways to write the same pages, so that none of them can forget a flag.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rotor::cli {

struct OptionEntry {
  std::vector<std::string> names{};    // -f, --filename; none: a positional
  std::string value{};                 // FILE; empty: takes none
  std::vector<std::string> choices{};  // the only values there are; empty: any
  bool value_optional = false;         // --name or --name=VALUE
  std::string text{};
  std::string standard{};  // what holds without it
  std::string group{};
  bool required = false;
  bool repeatable = false;
};

struct Page {
  std::string name{};  // `rotor run`
  std::string word{};  // `run`
  std::string summary{};
  std::string footer{};
  std::vector<OptionEntry> options{};  // groups as they are first met; hidden ones are left out
  std::vector<OptionEntry> positionals{};
  std::vector<Page> children{};
};

Page describe(const CLI::App& app);

// `-f, --filename DIR|FILE`, `--inherit-env[=NAME,...]`
std::string synopsis(const OptionEntry& option);
// `rotor run -f DIR|FILE [options] [-- COMMAND ARGS...]`
std::string usage(const Page& page);
// What the option does, and what holds without it.
std::string explanation(const OptionEntry& option);
// The groups of a page's options, in order.
std::vector<std::string> groups(const Page& page);

std::string help_text(const Page& page);
std::string man_page(const Page& page, const std::string& version);  // roff, section 1

std::string bash_completion(const Page& page);
std::string zsh_completion(const Page& page);
std::string fish_completion(const Page& page);

}  // namespace rotor::cli
