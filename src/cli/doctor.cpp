// `rotor doctor`: is this cluster ready for Rotor?
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apiserver/http/yaml_text.hpp"
#include "base/activities.hpp"
#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/inspect.hpp"
#include "cli/providers.hpp"
#include "cli/version.hpp"
#include "inspect/doctor_look.hpp"
#include "json/pretty.hpp"
#include "kube/client/config.hpp"

namespace rotor::cli {
namespace {

namespace asio = boost::asio;

struct DoctorFlags {
  ServerFlags server{};
  std::string format = "text";
  std::string account{};
  inspect::DoctorOptions options{};
};

Task<> look_at(kube::Client* client, inspect::DoctorOptions options, std::optional<Result<inspect::Diagnoses>>* found) {
  *found = co_await inspect::examine_cluster(*client, std::move(options));
}

Result<inspect::Diagnoses> examine(const DoctorFlags& flags, std::string& looked_at) {
  TRY(const ServerChoice choice, find_server(flags.server));
  TRY(kube::ConnectionConfig connection,
      kube::find_connection(choice.kubeconfig.empty() ? std::nullopt : std::optional(choice.kubeconfig)));
  looked_at = fmt::format("{} ({})", connection.server, choice.said);
  asio::io_context io(1);
  SystemClock clock;
  inspect::DoctorOptions options = flags.options;
  options.now = clock.now();
  options.providers = provider_names(io.get_executor(), clock);
  TRY(const auto client,
      kube::make_client(io.get_executor(), clock, std::move(connection), std::string("rotor/") + kVersion));
  std::optional<Result<inspect::Diagnoses>> found;
  run_to_end(io, look_at(client.get(), std::move(options), &found), std::chrono::minutes(5));
  return found ? *std::move(found) : fail(Code::kTimeout, "the cluster was not looked at within five minutes");
}

int examine_and_show(const DoctorFlags& flags) {
  log::configure(log::Level::kWarn, log::Format::kLogfmt);
  std::string looked_at;
  const auto found = examine(flags, looked_at);
  if (!found) {
    std::fprintf(stderr, "rotor doctor: %s\n", what_stopped(found.error()).c_str());
    return kFailed;
  }
  std::string text;
  if (flags.format == "json") text = json::pretty(inspect::doctor_document(*found));
  if (flags.format == "yaml") text = apiserver::to_yaml(inspect::doctor_document(*found)).reveal();
  if (flags.format == "text") text = inspect::doctor_text(*found);
  if (flags.server.kubeconfig.empty()) std::fprintf(stderr, "%s\n", looked_at.c_str());  // nobody named it
  std::fwrite(text.data(), 1, text.size(), stdout);
  return found->empty() ? kOk : kNotWell;
}

Result<void> is_feature(const std::string& word) {
  const auto all = inspect::doctor_features();
  if (std::ranges::find(all, word) != all.end()) return {};
  return fail(Code::kInvalid, fmt::format("{}: no such feature; there are {}", word, fmt::join(all, ", ")));
}

Result<kube::Key> read_account(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    return fail(Code::kInvalid, fmt::format("--service-account: {} is no NAMESPACE/NAME", text));
  }
  return kube::Key{text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "doctor",
      "Look for what in a cluster stands in the way of Rotor: CRDs, objects, other operators, rights; ends "
      "with 2 when there is something");
  auto flags = std::make_shared<DoctorFlags>();
  flags->options.features = {"secrets", "cluster", "openclaw", "leader"};
  add_server_flags(*command, flags->server);
  command->add_option("-n,--namespace", flags->options.ns, "The only namespace that Rotor is to work in")
      ->default_str("all")
      ->type_name("NAMESPACE");
  checked(command->add_option("--features", flags->options.features, "For what the rights are asked for"), is_feature)
      ->delimiter(',')
      ->default_str("secrets,cluster,openclaw,leader")
      ->type_name("NAME,...");
  command->add_option("--service-account", flags->account, "Whose rights are asked for")
      ->default_str("your own")
      ->type_name("NAMESPACE/NAME");
  command
      ->add_option("--operator-namespace", flags->options.operator_namespace,
                   "Where Rotor is, with its Lease and its key")
      ->default_str("rotor-system, or that of --service-account")
      ->type_name("NAMESPACE");
  command->add_option("--leader-election-id", flags->options.lease, "The Lease that replicas agree by")
      ->default_str("as Rotor's Deployment says, external-secrets-controller")
      ->type_name("NAME");
  choice(command->add_option("-o,--output", flags->format, "How it is written; json and yaml are for other programs"),
         {"text", "json", "yaml"})
      ->capture_default_str();
  command->callback([&action, flags] {
    if (!flags->account.empty()) {
      auto account = read_account(flags->account);
      if (!account) throw CLI::ValidationError(account.error().message);
      flags->options.account = *std::move(account);
    }
    std::string& own = flags->options.operator_namespace;
    if (own.empty()) own = flags->options.account ? flags->options.account->ns : "rotor-system";
    action = [flags] { return examine_and_show(*flags); };
  });
}

}  // namespace rotor::cli
