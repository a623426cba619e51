#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/operator_options.hpp"
#include "local/preview/preview.hpp"
#include "local/preview/preview_text.hpp"

namespace rotor::cli {
namespace {

int show(const local::PreviewOptions& options, local::ShowValues values) {
  const auto previews = local::preview(options);
  if (!previews) {
    std::fprintf(stderr, "rotor template: %s\n", previews.error().message.c_str());
    return kFailed;
  }
  bool failed = !previews->broken.empty();
  bool first = true;
  for (const local::Preview& preview : previews->shown) {
    for (const std::string& note : preview.notes) {
      std::fprintf(stderr, "rotor template: %s: note: %s\n", preview.origin.c_str(), note.c_str());
    }
    if (preview.outcome) {
      const char* separator = values == local::ShowValues::kYes ? "---\n" : "\n";
      std::printf("%s%s", first ? "" : separator, local::describe_secret(preview, values).c_str());
      first = false;
    } else {
      failed = true;
      std::fprintf(stderr, "rotor template: %s", local::describe_failure(preview).c_str());
    }
  }
  for (const std::string& note : previews->notes) std::fprintf(stderr, "rotor template: %s\n", note.c_str());
  for (const Error& error : previews->broken) std::fprintf(stderr, "rotor template: %s\n", error.message.c_str());
  return failed ? kFailed : kOk;
}

}  // namespace

void add_template(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("template", "Show what the Secrets of ExternalSecrets would be: no cluster, no store");
  auto options = std::make_shared<local::PreviewOptions>();
  auto data = std::make_shared<std::string>();
  auto values = std::make_shared<std::string>();
  auto show_values = std::make_shared<bool>(false);
  command
      ->add_option("-f,--filename", options->manifests,
                   "A file or folder of ExternalSecrets and of the generators, ConfigMaps and Secrets that they "
                   "name; - is standard input; may be given more than once")
      ->required()
      ->type_name("DIR|FILE|-");
  command->add_option("--data", *data, "What would have been fetched: secretKey -> value or document")
      ->default_str("what --values gives")
      ->type_name("FILE");
  command
      ->add_option(
          "--values", *values,
          "What the stores hold, as for `rotor run`: spec.data and spec.dataFrom are read from it; with --data "
          "as well, that comes last and wins")
      ->default_str("none; what reads a store needs one of --data and --values")
      ->type_name("FILE");
  command->add_flag("--show-values", *show_values,
                    "Print each Secret as YAML, values included, instead of keys and sizes");
  add_delimiter_flags(*command, options->delimiters);
  command->callback([&action, options, data, values, show_values] {
    if (!data->empty()) options->data = *data;
    if (!values->empty()) options->values = *values;
    action = [options, show_values] {
      return show(*options, *show_values ? local::ShowValues::kYes : local::ShowValues::kNo);
    };
  });
}

}  // namespace rotor::cli
