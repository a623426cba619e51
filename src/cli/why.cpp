#include "inspect/why.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/inspect.hpp"
#include "inspect/find.hpp"
#include "inspect/text.hpp"

namespace rotor::cli {
namespace {

using inspect::Graph;
using inspect::Wanted;

// As it would be asked for, so that it can be compared with what there is.
std::string asked_name(const Wanted& wanted) {
  return inspect::name_of({wanted.kind.value_or(inspect::Kind::kExternalSecret), wanted.ns, wanted.name});
}

std::unexpected<Error> not_there(const Graph& graph, const Wanted& wanted, const std::string& text) {
  const std::vector<std::string> names = inspect::names_of(graph, wanted.kind);
  std::string message = fmt::format("there is no {} on the way from a store to a process", text);
  const auto meant = nearest(asked_name(wanted), names);
  if (meant) {
    message += fmt::format("; did you mean {}?", *meant);
  } else {
    message += wanted.ns.empty() ? "" : fmt::format(" in namespace {}", wanted.ns);
    message += "; `rotor status` shows what there is";
  }
  return fail(Code::kNotFound, std::move(message));
}

Result<inspect::Id> one_of(const Graph& graph, const Wanted& wanted, const std::string& text) {
  const std::vector<inspect::Id> found = inspect::find_all(graph, wanted);
  if (found.empty()) return not_there(graph, wanted, text);
  if (found.size() == 1) return found.front();
  std::vector<std::string> names;
  for (const inspect::Id& id : found) names.push_back(inspect::name_of(id));
  return fail(Code::kInvalid, fmt::format("{} may be each of {}: say which", text, fmt::join(names, ", ")));
}

int answer(const InspectFlags& flags, const std::string& text, const Wanted& wanted) {
  const bool everywhere = wanted.kind && inspect::of_the_cluster(*wanted.kind);
  return inspect_and_show("why", flags, everywhere ? "" : wanted.ns, [&](const Graph& graph) -> Result<Shown> {
    TRY(const inspect::Id about, one_of(graph, wanted, text));
    const inspect::Answer found = inspect::explain(graph, about);
    return Shown{found.well, inspect::why_text(graph, found), inspect::why_document(graph, found)};
  });
}

}  // namespace

void add_why(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "why", "Say in one sentence why an object is as it is, and what shows it; ends with 2 when something is wrong");
  auto flags = std::make_shared<InspectFlags>();
  auto text = std::make_shared<std::string>();
  command
      ->add_option("object", *text,
                   "NAMESPACE/NAME of an ExternalSecret, or KIND/NAMESPACE/NAME, or KIND/NAME; kinds: store, "
                   "clusterstore, ces, es, secret, instance, pod")
      ->required()
      ->type_name("[KIND/]NAMESPACE/NAME");
  add_inspect_flags(*command, *flags);
  command->callback([&action, flags, text] {
    auto wanted = inspect::parse_wanted(*text, flags->ns);
    if (!wanted) throw CLI::ValidationError(wanted.error().message);
    action = [flags, text, wanted = *std::move(wanted)] { return answer(*flags, *text, wanted); };
  });
}

}  // namespace rotor::cli
