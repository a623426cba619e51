// The completion scripts and the man page, in the programs that read them.
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <unistd.h>

#include "cli/page.hpp"
#include "tests/cli/command.hpp"

namespace rotor::cli {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct Output {
  int status;
  std::string text;
};

Output shell(const std::string& command) {
  Output out{-1, ""};
  std::FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> block{};
  for (std::size_t n = 0; (n = std::fread(block.data(), 1, block.size(), pipe)) > 0;) out.text.append(block.data(), n);
  out.status = pclose(pipe);
  return out;
}

bool is_installed(const std::string& program) { return shell("command -v " + program).status == 0; }

class Script {
 public:
  explicit Script(const std::string& shell_name) {
    path_ = (std::filesystem::temp_directory_path() / ("rotor-completion-" + shell_name + std::to_string(getpid())))
                .string();
    std::ofstream(path_) << run_command({"completion", shell_name}).out;
  }
  ~Script() { std::filesystem::remove(path_); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string& line : CLI::detail::split(text, '\n')) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

// What bash offers for these words, the last of which is being typed.
std::vector<std::string> bash_offers(const Script& script, const std::string& words) {
  return lines(shell("cd " + std::filesystem::path(script.path()).parent_path().string() +
                     " && bash --norc -c 'source " + script.path() + "; COMP_WORDS=(" + words +
                     "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _rotor; printf \"%s\\n\" \"${COMPREPLY[@]}\"'")
                   .text);
}

TEST(BashCompletion, IsAcceptedByBash) {
  const Script script("bash");
  const Output checked = shell("bash -n " + script.path());
  EXPECT_EQ(checked.status, 0) << checked.text;
  EXPECT_EQ(checked.text, "");
}

TEST(BashCompletion, OffersSubCommandsFlagsAndValues) {
  const Script script("bash");
  EXPECT_EQ(bash_offers(script, "rotor ru"), std::vector<std::string>{"run"});
  EXPECT_THAT(bash_offers(script, "rotor \"\""), Contains("operator"));
  EXPECT_EQ(bash_offers(script, "rotor run --val"), std::vector<std::string>{"--values"});
  EXPECT_THAT(bash_offers(script, "rotor operator --val"), Not(Contains("--values")));
  EXPECT_EQ(bash_offers(script, "rotor operator --log-format js"), std::vector<std::string>{"json"});
  EXPECT_EQ(bash_offers(script, "rotor operator --log-format = te"), std::vector<std::string>{"text"});
  EXPECT_EQ(bash_offers(script, "rotor operator --enable-flood-gate = f"), std::vector<std::string>{"false"});
  EXPECT_EQ(bash_offers(script, "rotor completion z"), std::vector<std::string>{"zsh"});
  EXPECT_THAT(bash_offers(script, "rotor run --port \"\""), testing::IsEmpty());
}

TEST(BashCompletion, OffersFilesWhereAFileIsMeant) {
  const Script script("bash");
  const std::string name = std::filesystem::path(script.path()).filename().string();
  EXPECT_EQ(bash_offers(script, "rotor run -f " + name), std::vector<std::string>{name});
  EXPECT_EQ(bash_offers(script, "rotor run --values = " + name), std::vector<std::string>{name});
}

TEST(BashCompletion, OffersProgramsAfterTheDashes) {
  const Script script("bash");
  EXPECT_THAT(bash_offers(script, "rotor run -f x -- prin"), Contains("printf"));
  EXPECT_THAT(bash_offers(script, "rotor run -f x -- sh --val"), Not(Contains("--values")));
}

TEST(ZshCompletion, IsAcceptedByZsh) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed: tools/packages.sh test";
  const Script script("zsh");
  const Output checked = shell("zsh -f -c 'autoload -U compinit; compinit -D -u; source " + script.path() +
                               " && whence -w _rotor _rotor_run'");
  EXPECT_EQ(checked.text, "_rotor: function\n_rotor_run: function\n");
}

TEST(FishCompletion, OffersSubCommandsFlagsAndValues) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed: tools/packages.sh test";
  const Script script("fish");
  const auto offers = [&script](const std::string& typed) {
    return shell("HOME=/tmp fish --no-config -c 'source " + script.path() + "; complete -C \"" + typed + "\"'").text;
  };
  EXPECT_THAT(offers("rotor ru"), testing::StartsWith("run\t"));
  EXPECT_THAT(offers("rotor run --val"), HasSubstr("--values\t"));
  EXPECT_THAT(offers("rotor operator --log-format js"), HasSubstr("json"));
  EXPECT_THAT(offers("rotor completion z"), HasSubstr("zsh"));
}

TEST(ManPage, IsAcceptedByGroff) {
  if (!is_installed("groff")) GTEST_SKIP() << "groff is not installed: tools/packages.sh test";
  const auto path = std::filesystem::temp_directory_path() / ("rotor-man-" + std::to_string(getpid()));
  std::ofstream(path) << run_command({"man"}).out;
  const Output checked = shell("groff -man -ww -z -Tutf8 " + path.string());
  std::filesystem::remove(path);
  EXPECT_EQ(checked.status, 0);
  EXPECT_EQ(checked.text, "");
}

TEST(ManPage, HasTheSectionsOfAManPageAndNoStrayRequest) {
  const std::string page = run_command({"man"}).out;
  EXPECT_TRUE(page.starts_with(".TH ROTOR 1 "));
  for (const char* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "NOTES"}) {
    EXPECT_THAT(page, HasSubstr(std::string("\n.SH ") + section + "\n"));
  }
  for (const std::string& line : CLI::detail::split(page, '\n')) {
    if (!line.starts_with('.')) continue;
    EXPECT_THAT((std::vector<std::string>{".TH", ".SH", ".SS", ".TP", ".B", ".br", ".nf", ".fi"}),
                Contains(line.substr(0, line.find(' '))));
  }
}

// `--name` as each of them writes it.
TEST(EveryFlag, IsInTheHelpTheScriptsAndTheManPage) {
  CLI::App app;
  Action action;
  add_commands(app, action);
  const std::string bash = run_command({"completion", "bash"}).out, zsh = run_command({"completion", "zsh"}).out,
                    fish = run_command({"completion", "fish"}).out, man = run_command({"man"}).out;
  const auto roff = [](std::string name) {
    for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) name.insert(at, "\\");
    return name;
  };
  int seen = 0;
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string word = command->get_name(), help = run_command({word, "--help"}).out;
    EXPECT_THAT(bash, HasSubstr("\n    " + word + ") words="));
    EXPECT_THAT(zsh, HasSubstr("_rotor_" + word + "() {"));
    EXPECT_THAT(fish, HasSubstr(" -a " + word + " "));
    EXPECT_THAT(man, HasSubstr("\n.SS rotor " + roff(word) + "\n"));
    const auto part = [](const std::string& text, const std::string& begin, const std::string& end) {
      const std::size_t at = text.find(begin);
      return text.substr(at, text.find(end, at + begin.size()) - at);
    };
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_group().empty()) continue;
      for (const std::string& name : option->get_lnames()) {
        ++seen;
        EXPECT_THAT(help, HasSubstr("--" + name));
        EXPECT_THAT(part(bash, "\n    " + word + ") words=", ";;"), testing::ContainsRegex("[ ']--" + name + "[ ']"));
        EXPECT_THAT(part(zsh, "_rotor_" + word + "() {", "\n}"), testing::ContainsRegex("--" + name + "[=[]"));
        EXPECT_THAT(fish, testing::ContainsRegex("from " + word + "'[^\n]* -l " + name + " "));
        EXPECT_THAT(part(man, ".SS rotor " + roff(word) + "\n", "\n.S"), HasSubstr(roff("--" + name)));
      }
    }
  }
  EXPECT_GT(seen, 25);
}

}  // namespace
}  // namespace rotor::cli
