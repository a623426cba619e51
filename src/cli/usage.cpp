#include "cli/usage.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/nearest.hpp"

namespace rotor::cli {
namespace {

std::string advice(const std::string& command, std::string_view problem, const std::optional<std::string>& meant) {
  return fmt::format("{}: {}{}\nsee `{} --help`\n", command, problem,
                     meant ? fmt::format("; did you mean `{}`?", *meant) : "", command);
}

std::vector<std::string> flags_of(const Page& page) {
  std::vector<std::string> out;
  for (const OptionEntry& option : page.options) out.insert(out.end(), option.names.begin(), option.names.end());
  return out;
}

// Arguments that nothing took. One that looks like a flag is the better explanation: what else is missing may be
// missing because of it.
std::optional<std::string> explain_extras(const CLI::App& app, const Page& page) {
  std::vector<std::string> extras = app.remaining(true);
  extras.erase(std::ranges::find(extras, "--"), extras.end());  // what follows is a command of its own
  if (extras.empty()) return std::nullopt;
  const auto flag = std::ranges::find_if(extras, [](const std::string& word) { return word.starts_with('-'); });
  if (flag == extras.end()) {
    return advice(page.name, fmt::format("`{}` is one argument too many", extras.front()), std::nullopt);
  }
  const std::string name = flag->substr(0, flag->find('='));
  return advice(page.name, fmt::format("there is no flag `{}`", name), nearest(name, flags_of(page)));
}

// The first option that has to be there and is not.
std::optional<std::string> explain_missing(const CLI::App& command, const Page& page) {
  const auto missing = [&command](const OptionEntry& entry, const std::string& name) {
    return entry.required && command.get_option(name)->count() == 0;
  };
  for (const OptionEntry& option : page.options) {
    if (!missing(option, option.names.back())) continue;
    return advice(page.name, fmt::format("{} {} is missing: {}", option.names.front(), option.value, option.text),
                  std::nullopt);
  }
  // Arguments without a flag come in order: the one that is missing is the first that CLI11 gave nothing.
  const auto options = command.get_options([](const CLI::Option* one) { return !one->nonpositional(); });
  for (std::size_t i = 0; i < page.positionals.size() && i < options.size(); ++i) {
    const OptionEntry& positional = page.positionals[i];
    if (!positional.required || options[i]->count() > 0) continue;
    return advice(page.name, fmt::format("{} is missing: {}", positional.value, positional.text), std::nullopt);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> wrong_command(const Page& page, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0].starts_with('-')) return std::nullopt;
  std::vector<std::string> known;
  for (const Page& child : page.children) known.push_back(child.word);
  if (std::ranges::find(known, arguments[0]) != known.end()) return std::nullopt;
  return advice(page.name, fmt::format("there is no sub-command `{}`", arguments[0]), nearest(arguments[0], known));
}

std::string wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  const Page page = describe(command);
  if (auto extras = explain_extras(app, page)) return *extras;
  if (auto missing = explain_missing(command, page)) return *missing;
  return advice(page.name, error.what(), std::nullopt);
}

}  // namespace rotor::cli
