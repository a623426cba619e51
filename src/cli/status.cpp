#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/inspect.hpp"
#include "inspect/text.hpp"

namespace rotor::cli {

void add_status(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "status",
      "Show the way of every secret, from its store to the pods, and how it is; ends with 2 when not all is well");
  auto flags = std::make_shared<InspectFlags>();
  add_inspect_flags(*command, *flags);
  command->callback([&action, flags] {
    action = [flags] {
      return inspect_and_show("status", *flags, flags->ns, [](const inspect::Graph& graph) -> Result<Shown> {
        return Shown{graph.well(), inspect::status_text(graph), inspect::status_document(graph)};
      });
    };
  });
}

}  // namespace rotor::cli
