#include "api/crds.hpp"

#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "json/document.hpp"
#include "json/pretty.hpp"

namespace rotor::cli {

void add_crds(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("crds", "Print the CustomResourceDefinitions (for `kubectl apply --server-side -f -`)");
  command->callback([&action] {
    action = [] {
      for (const std::string& crd : api::crds()) {
        const auto document = json::parse(crd);
        if (!document) return kFailed;
        std::fputs(json::pretty(*document).c_str(), stdout);
      }
      return kOk;
    };
  });
}

}  // namespace rotor::cli
