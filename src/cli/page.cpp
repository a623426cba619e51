#include "cli/page.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rotor::cli {
namespace {

constexpr std::string_view kHelp = "Help";

// A type name in small letters is the list of values: `json|text`.
std::vector<std::string> choices_of(const std::string& type) {
  const bool listed = type.contains('|') && std::ranges::all_of(type, [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '|';
                      });
  return listed ? CLI::detail::split(type, '|') : std::vector<std::string>();
}

OptionEntry describe(const CLI::Option& option) {
  OptionEntry out;
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  out.value = option.get_type_name();
  out.choices = choices_of(out.value);
  out.value_optional = !out.value.empty() && option.get_expected_min() == 0 && option.nonpositional();
  out.text = option.get_description();
  out.standard = option.get_default_str();
  out.group = option.get_group();
  out.required = option.get_required();
  out.repeatable = option.get_expected_max() > 1;
  return out;
}

Page describe(const CLI::App& app, const std::string& parent) {
  Page page;
  page.word = app.get_name();
  page.name = parent.empty() ? page.word : parent + " " + page.word;
  page.summary = app.get_description();
  page.footer = parent.empty() ? app.get_footer() : "";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    const bool help = option == app.get_help_ptr() || option == app.get_version_ptr();
    (option->nonpositional() ? page.options : page.positionals).push_back(describe(*option));
    if (help) page.options.back().group = kHelp;
  }
  for (const CLI::App* child : app.get_subcommands({})) page.children.push_back(describe(*child, page.name));
  return page;
}

}  // namespace

Page describe(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return describe(app, parent == nullptr ? "" : describe(*parent).name);
}

std::string synopsis(const OptionEntry& option) {
  if (option.names.empty()) return option.value;
  std::string out = fmt::format("{}", fmt::join(option.names, ", "));
  if (option.value.empty()) return out;
  return out + (option.value_optional ? "[=" + option.value + "]" : " " + option.value);
}

std::string usage(const Page& page) {
  std::string out = page.name;
  for (const OptionEntry& option : page.options) {
    if (option.required) out += fmt::format(" {} {}", option.names.front(), option.value);
  }
  out += " [options]";
  for (const OptionEntry& positional : page.positionals) {
    out += positional.required ? " " + positional.value : " [" + positional.value + "]";
  }
  return page.children.empty() ? out : out + " [command]";
}

std::string explanation(const OptionEntry& option) {
  std::string out = option.text;
  if (option.required) out += " (required)";
  if (!option.standard.empty()) out += fmt::format(" (default: {})", option.standard);
  return out;
}

std::vector<std::string> groups(const Page& page) {
  std::vector<std::string> out;
  for (const OptionEntry& option : page.options) {
    if (std::ranges::find(out, option.group) == out.end()) out.push_back(option.group);
  }
  // --help is the first that CLI11 knows and the last that anybody looks for.
  std::ranges::stable_partition(out, [](const std::string& group) { return group != kHelp; });
  return out;
}

}  // namespace rotor::cli
