#include <cstdio>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "admission/external_secret.hpp"
#include "apiserver/http/yaml_text.hpp"
#include "base/log.hpp"
#include "cli/choose_server.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/inspect.hpp"
#include "cli/providers.hpp"
#include "cli/version.hpp"
#include "inspect/change_plan.hpp"
#include "inspect/gather.hpp"
#include "json/object_hash.hpp"
#include "json/pretty.hpp"
#include "kube/client/config.hpp"
#include "local/admission_hook.hpp"
#include "local/manifests/manifests.hpp"
#include "local/preview/preview.hpp"
#include "secrets/items.hpp"

namespace rotor::cli {
namespace {

namespace asio = boost::asio;
using inspect::Change;
using inspect::Effect;

struct PlanFlags {
  std::vector<std::string> manifests{};
  std::string values{};
  ServerFlags server{};
  bool no_cluster = false;
  providers::PlainHttp plain_http = providers::PlainHttp::kNearby;
  std::string format = "text";
};

// What is planned on, and its name for the first line.
struct Ground {
  inspect::Cluster cluster{};
  std::string said{};
};

Result<Ground> look_at(const ServerChoice& choice) {
  TRY(kube::ConnectionConfig connection,
      kube::find_connection(choice.kubeconfig.empty() ? std::nullopt : std::optional(choice.kubeconfig)));
  Ground out{{}, fmt::format("{} ({})", connection.server, choice.said)};
  asio::io_context io(1);
  SystemClock clock;
  TRY(auto client,
      kube::make_client(io.get_executor(), clock, std::move(connection), std::string("rotor/") + kVersion));
  std::optional<Result<inspect::Cluster>> looked;
  asio::co_spawn(io, inspect::gather(*client, clock, ""),
                 [&looked, &io](std::exception_ptr thrown, Result<inspect::Cluster> result) {
                   looked = thrown ? fail(Code::kInternal, "the look at the cluster ended early") : std::move(result);
                   io.stop();
                 });
  io.run();
  if (!looked) return fail(Code::kInternal, "the look at the cluster did not end");
  TRY(out.cluster, *std::move(looked));
  return out;
}

// Where nothing is configured and nothing was asked for, everything is new.
Result<Ground> ground_of(const PlanFlags& flags) {
  if (flags.no_cluster) return Ground{{}, "without a cluster: everything is new"};
  const auto choice = find_server(flags.server);
  if (choice) return look_at(*choice);
  const bool named = !flags.server.kubeconfig.empty() || !flags.server.state_directory.empty();
  if (named || choice.error().code != Code::kNotFound) return std::unexpected(choice.error());
  return Ground{{}, "no cluster is configured and no `rotor run` is running: everything is new"};
}

inspect::Proposal proposal_of(const local::Preview& preview) {
  inspect::Proposal out{.origin = preview.origin, .es = preview.es};
  out.es.metadata.ns = local::namespace_of(preview.es.metadata);
  const admission::Verdict verdict = admission::judge_external_secret(preview.es);
  if (!verdict.allowed()) out.refusal = verdict.message();
  if (std::ranges::any_of(preview.es.spec.data_from, secrets::generates)) {
    out.unknown = "its generators make other values at every refresh";
  } else if (!preview.outcome) {
    out.unknown = preview.outcome.error().error.message;
  } else {
    inspect::Proposal::Content content{.hash = json::object_hash(preview.outcome->data)};
    for (const auto& [key, value] : preview.outcome->data) content.keys.push_back(key);
    out.content = std::move(content);
  }
  return out;
}

struct Planned {
  std::vector<Change> changes{};
  std::vector<std::string> broken{};    // what cannot be read, or is refused and is no ExternalSecret
  std::vector<std::string> warnings{};  // what admission would say and let pass
  std::vector<std::string> not_compared{};
};

// Stores are judged as a cluster's webhook would; what they hold is not compared.
void judge_stores(const local::Manifests& manifests, const PlanFlags& flags, Planned& out) {
  const auto stores = flags.values.empty() ? local::StoresAnswer::kThemselves : local::StoresAnswer::kFromValues;
  const apiserver::Admission judge = local::make_admission(make_providers, stores, flags.plain_http);
  for (const local::Manifest& manifest : manifests.good) {
    const std::string_view kind = json::find_string(manifest.object, "kind");
    if (!json::find_string(manifest.object, "apiVersion").starts_with("external-secrets.io/")) continue;
    if (kind != "SecretStore" && kind != "ClusterSecretStore") continue;
    const auto answer = judge({.group = "external-secrets.io", .kind = kind, .object = manifest.object});
    if (answer.denial)
      out.broken.push_back(fmt::format("{}: {} is refused: {}", manifest.origin, kind, *answer.denial));
    for (const std::string& text : answer.warnings) {
      out.warnings.push_back(fmt::format("{}: {}: {}", manifest.origin, kind, text));
    }
  }
}

// Their values stand in the manifests, and nothing in the cluster says what was made of the ones before.
std::vector<std::string> fake_stores(const local::Manifests& manifests) {
  std::vector<std::string> out;
  for (const local::Manifest& manifest : manifests.good) {
    if (!json::find_string(manifest.object, "kind").ends_with("SecretStore")) continue;
    if (json::find(manifest.object, "spec.provider.fake") == nullptr) continue;
    out.push_back(
        fmt::format("{}: {} {}: the values that this fake store holds; give them with --values FILE to see "
                    "what changes with them",
                    manifest.origin, json::find_string(manifest.object, "kind"),
                    json::find_string(manifest.object, "metadata.name")));
  }
  return out;
}

Result<Planned> plan(const PlanFlags& flags, const Ground& ground) {
  const bool piped = std::ranges::find(flags.manifests, local::kStandardInput) != flags.manifests.end();
  const std::string input = piped ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : std::string();
  std::istringstream once(input), again(input);
  local::PreviewOptions options{.manifests = flags.manifests, .standard_input = &once};
  if (!flags.values.empty()) options.values = flags.values;
  TRY(const local::Previews previews, local::preview(options));
  TRY(const local::Manifests manifests,
      local::read_manifests({.paths = flags.manifests, .command = "plan", .standard_input = &again}));
  std::vector<inspect::Proposal> proposals;
  for (const local::Preview& preview : previews.shown) proposals.push_back(proposal_of(preview));
  Planned out{.changes = inspect::plan_changes(proposals, ground.cluster)};
  for (const Error& error : previews.broken) out.broken.push_back(error.message);
  judge_stores(manifests, flags, out);
  if (flags.values.empty()) out.not_compared = fake_stores(manifests);
  return out;
}

std::size_t count_of(const Planned& planned, bool refused) {
  return static_cast<std::size_t>(std::ranges::count_if(planned.changes, [refused](const Change& change) {
    return refused ? change.effect == Effect::kRefused
                   : change.effect != Effect::kNone && change.effect != Effect::kRefused;
  }));
}

std::string text_of(const Planned& planned, const Ground& ground) {
  std::string out = ground.said + "\n\n";
  for (const Change& change : planned.changes) {
    if (change.effect == Effect::kNone) continue;
    out += fmt::format("{:<11} {}: {}\n", inspect::effect_name(change.effect), change.id.text(), change.says);
  }
  for (const std::string& text : planned.broken) out += fmt::format("{:<11} {}\n", "cannot be", text);
  for (const std::string& text : planned.warnings) out += fmt::format("{:<11} {}\n", "warning", text);
  for (const std::string& text : ground.cluster.unread) out += fmt::format("not looked at: {}\n", text);
  for (const std::string& text : planned.not_compared) out += fmt::format("not compared: {}\n", text);
  const std::size_t changes = count_of(planned, false), refused = count_of(planned, true) + planned.broken.size();
  if (changes + refused == 0)
    return out + (planned.not_compared.empty() ? "nothing changes\n" : "nothing else changes\n");
  out += fmt::format("\n{} change{}", changes, changes == 1 ? "" : "s");
  return out + (refused == 0 ? "\n" : fmt::format(", {} that cannot be\n", refused));
}

json::Object document_of(const Planned& planned, const Ground& ground) {
  json::Array changes;
  for (const Change& change : planned.changes) {
    changes.push_back(json::Object{{"effect", inspect::effect_name(change.effect)},
                                   {"kind", inspect::kind_name(change.id.kind)},
                                   {"namespace", change.id.ns},
                                   {"name", change.id.name},
                                   {"says", change.says}});
  }
  return {{"server", ground.said},
          {"changes", std::move(changes)},
          {"cannotBe", json::Array(planned.broken.begin(), planned.broken.end())},
          {"warnings", json::Array(planned.warnings.begin(), planned.warnings.end())},
          {"notCompared", json::Array(planned.not_compared.begin(), planned.not_compared.end())},
          {"unread", json::Array(ground.cluster.unread.begin(), ground.cluster.unread.end())}};
}

int show(const PlanFlags& flags) {
  log::configure(log::Level::kWarn, log::Format::kLogfmt);
  const auto ground = ground_of(flags);
  const auto planned = ground ? plan(flags, *ground) : Result<Planned>(std::unexpected(ground.error()));
  if (!planned) {
    std::fprintf(stderr, "rotor plan: %s\n", what_stopped(planned.error()).c_str());
    return kFailed;
  }
  std::string text;
  if (flags.format == "text") text = text_of(*planned, *ground);
  if (flags.format == "json") text = json::pretty(document_of(*planned, *ground));
  if (flags.format == "yaml") text = apiserver::to_yaml(document_of(*planned, *ground)).reveal();
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!planned->broken.empty() || count_of(*planned, true) > 0 || !ground->cluster.unread.empty()) return kFailed;
  return count_of(*planned, false) == 0 ? kOk : kNotWell;
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "plan", "Say what applying manifests would change, and write nothing; ends with 2 when something changes");
  auto flags = std::make_shared<PlanFlags>();
  command
      ->add_option("-f,--filename", flags->manifests,
                   "A file or folder of manifests; - is standard input; may be given more than once")
      ->required()
      ->type_name("DIR|FILE|-");
  command
      ->add_option("--values", flags->values,
                   "What the stores hold, as for `rotor run`; without it hashes are not compared")
      ->default_str("none")
      ->type_name("FILE");
  command->add_option("--kubeconfig", flags->server.kubeconfig, "The cluster to compare with")
      ->default_str("as for `rotor status`")
      ->type_name("FILE");
  command->add_option("--state-dir", flags->server.state_directory, "Compare with the `rotor run` that has this folder")
      ->default_str("none")
      ->type_name("DIR");
  command->add_flag("--no-cluster", flags->no_cluster, "Compare with nothing: everything is new");
  add_plain_http_flag(*command, flags->plain_http);
  choice(command->add_option("-o,--output", flags->format, "How it is written; json and yaml are for other programs"),
         {"text", "json", "yaml"})
      ->capture_default_str();
  command->callback([&action, flags] { action = [flags] { return show(*flags); }; });
}

}  // namespace rotor::cli
