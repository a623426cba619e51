#include <algorithm>

#include <fmt/format.h>

#include "inspect/bundle.hpp"

namespace rotor::inspect {
namespace {

constexpr std::string_view kIntroduction =
    "What `rotor support-bundle` found. Text and JSON; nothing in here is needed to undo anything.\n"
    "\n"
    "LOOK BEFORE YOU PASS IT ON. No value of a secret was read for it, and of what people write into manifests only\n"
    "names and settings are kept. But names are in here: of namespaces, objects, hosts, images, and the keys of your\n"
    "stores.\n";

constexpr std::string_view kLeftOut =
    "\nWHAT WAS LEFT OUT, here and in every file, where \"(left out: a text of 12 bytes)\" stands in its place:\n"
    "\n"
    "- Secrets: their values were not asked for; the API server answered with metadata alone.\n"
    "- Manifests: values of `fake` stores, templates with the texts in them, values of environments, commands and\n"
    "  arguments, `config.raw`, files of workspaces, headers, bodies, logins and queries in addresses, and every "
    "field\n"
    "  that is not known to hold a name or a setting.\n"
    "- Annotations and labels, but for those that Rotor, Kubernetes and Helm give a meaning to; field owners.\n"
    "- Events: the text of one that neither Rotor nor a part of Kubernetes wrote, and of those that quote a process.\n"
    "- Pods of Rotor: environments by name, arguments of other containers, the last words of a process.\n"
    "- Logs: of Rotor's own container alone, its last 5000 lines and at most 4 MiB.\n";

constexpr std::string_view kQueues =
    "\nThe state of the queues is in the metrics: workqueue_depth, workqueue_unfinished_work_seconds,\n"
    "workqueue_longest_running_processor_seconds, and rotor_overdue_...\n";

}  // namespace

std::string bundle_readme(const std::vector<BundleFile>& files, const std::vector<std::string>& missing) {
  std::string out(kIntroduction);
  std::size_t width = 0;
  for (const BundleFile& file : files) width = std::max(width, file.name.size());
  out += "\nWHAT IS THERE\n\n";
  for (const BundleFile& file : files) out += fmt::format("{:<{}}  {}\n", file.name, width, file.about);
  const bool metrics = std::ranges::any_of(files, [](const auto& file) { return file.name.contains("metrics"); });
  if (metrics) out += kQueues;
  out += kLeftOut;
  if (missing.empty()) return out;
  out += "\nWHAT COULD NOT BE HAD\n\n";
  for (const std::string& what : missing) out += fmt::format("- {}\n", what);
  return out;
}

}  // namespace rotor::inspect
