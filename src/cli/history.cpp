#include "inspect/history.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/inspect.hpp"
#include "inspect/find.hpp"

namespace rotor::cli {
namespace {

using inspect::Kind;

Result<inspect::Wanted> wanted_instance(const std::string& text, const std::string& ns) {
  TRY(inspect::Wanted wanted, inspect::parse_wanted(text, ns));
  if (wanted.kind.value_or(Kind::kInstance) == Kind::kInstance) {
    wanted.kind = Kind::kInstance;
    return wanted;
  }
  return fail(Code::kInvalid, fmt::format("{}: only instances have a history", text));
}

Result<Shown> instance_history(const inspect::Graph& graph, const inspect::Wanted& wanted) {
  const std::vector<inspect::Id> found = inspect::find_all(graph, wanted);
  if (found.size() > 1) {
    return fail(Code::kInvalid,
                fmt::format("{} instances are called {}: say which with NAMESPACE/NAME", found.size(), wanted.name));
  }
  if (found.empty()) {
    return fail(Code::kNotFound, inspect::no_instance(graph, wanted.ns, wanted.name));
  }
  return Shown{true, inspect::history_text(graph, found.front()), inspect::history_document(graph, found.front())};
}

}  // namespace

void add_history(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("history", "List the restarts of an instance that Rotor began, and for which Secrets");
  auto flags = std::make_shared<InspectFlags>();
  auto text = std::make_shared<std::string>();
  command->add_option("instance", *text, "The OpenClawInstance")->required()->type_name("NAMESPACE/NAME");
  add_inspect_flags(*command, *flags);
  command->callback([&action, flags, text] {
    auto wanted = wanted_instance(*text, flags->ns);
    if (!wanted) throw CLI::ValidationError(wanted.error().message);
    action = [flags, wanted = *std::move(wanted)] {
      return inspect_and_show("history", *flags, wanted.ns,
                              [&wanted](const inspect::Graph& graph) { return instance_history(graph, wanted); });
    };
  });
}

}  // namespace rotor::cli
