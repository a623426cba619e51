// `rotor support-bundle`: what somebody else needs to help, in one file, and no value of a secret.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "apiserver/server/run_directory.hpp"
#include "base/activities.hpp"
#include "base/log.hpp"
#include "base/time.hpp"
#include "cli/archive.hpp"
#include "cli/choose_server.hpp"
#include "cli/commands.hpp"
#include "cli/inspect.hpp"
#include "cli/providers.hpp"
#include "cli/version.hpp"
#include "inspect/bundle_look.hpp"
#include "kube/client/config.hpp"

namespace rotor::cli {
namespace {

namespace asio = boost::asio;

struct BundleFlags {
  ServerFlags server{};
  std::string file{};
  std::string metrics_url{};
  inspect::DoctorOptions options{};
};

using Found = std::optional<Result<inspect::BundleContent>>;

Task<> look_for_bundle(inspect::BundleSources sources, inspect::BundleOptions options, Found* found) {
  *found = co_await inspect::gather_bundle(sources, std::move(options));
}

Result<inspect::BundleContent> gather_with(const BundleFlags& flags, SystemClock& clock) {
  TRY(const ServerChoice choice, find_server(flags.server));
  TRY(kube::ConnectionConfig connection,
      kube::find_connection(choice.kubeconfig.empty() ? std::nullopt : std::optional(choice.kubeconfig)));
  const std::string agent = std::string("rotor/") + kVersion;
  asio::io_context io(1);
  inspect::BundleOptions options{.version = kVersion, .server = connection.server, .doctor = flags.options};
  options.doctor.now = clock.now();
  options.doctor.providers = provider_names(io.get_executor(), clock);
  TRY(const auto texts, kube::make_text_reader(io.get_executor(), clock, connection, agent));
  TRY(const auto client, kube::make_client(io.get_executor(), clock, std::move(connection), agent));
  std::unique_ptr<kube::TextReader> metrics;
  if (!flags.metrics_url.empty()) {
    TRY(metrics, kube::make_text_reader(io.get_executor(), clock, {.server = flags.metrics_url}, agent));
  }
  Found found;
  run_to_end(io, look_for_bundle({*client, *texts, metrics.get(), clock}, std::move(options), &found),
             std::chrono::minutes(10));
  return found ? *std::move(found) : fail(Code::kTimeout, "the cluster was not looked at within ten minutes");
}

// "20260102T030405Z": a time that a file's name can hold.
std::string compact(WallTime time) {
  std::string text = format_time(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

void tell_missing(const std::vector<std::string>& missing) {
  if (missing.empty()) return;
  std::fprintf(stdout, "could not be had:\n");
  for (const std::string& what : missing) std::fprintf(stdout, "  %s\n", what.c_str());
}

Result<void> gather_and_write(const BundleFlags& flags) {
  SystemClock clock;
  const WallTime now = clock.now();
  const std::string folder = "rotor-support-" + compact(now);
  const std::string path = flags.file.empty() ? folder + ".tar.gz" : flags.file;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(Code::kInvalid, fmt::format("-o {}: is a folder; name a file in it", path));
  }
  TRY(inspect::BundleContent content, gather_with(flags, clock));
  std::vector<ArchivedFile> files;
  for (inspect::BundleFile& file : content.files) files.push_back({std::move(file.name), std::move(file.content)});
  TRY(std::string archive, tar_gz(folder, files, now));
  const std::size_t size = archive.size();
  TRY_VOID(apiserver::write_private(path, SecretBytes(archive)));
  std::fprintf(stdout, "%s: %zu files, %zu KiB; look before you pass it on, README.txt says what was left out\n",
               path.c_str(), files.size(), (size + 1023) / 1024);
  tell_missing(content.missing);
  return {};
}

int bundle_and_say(const BundleFlags& flags) {
  log::configure(log::Level::kWarn, log::Format::kLogfmt);
  const auto done = gather_and_write(flags);
  if (done) return kOk;
  std::fprintf(stderr, "rotor support-bundle: %s\n", what_stopped(done.error()).c_str());
  return kFailed;
}

}  // namespace

void add_support_bundle(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("support-bundle",
                                         "Gather what somebody else needs to help into one archive: versions, state, "
                                         "events, log, metrics and manifests without any value");
  auto flags = std::make_shared<BundleFlags>();
  flags->options.features = {"secrets", "cluster", "openclaw", "leader"};
  flags->options.operator_namespace = "rotor-system";
  add_server_flags(*command, flags->server);
  command->add_option("-o,--output", flags->file, "Where to write it (mode 0600)")
      ->default_str("rotor-support-TIME.tar.gz here")
      ->type_name("FILE");
  command->add_option("-n,--namespace", flags->options.ns, "Only objects of this namespace, and those of the cluster")
      ->default_str("all")
      ->type_name("NAMESPACE");
  command->add_option("--operator-namespace", flags->options.operator_namespace, "Where Rotor is")
      ->capture_default_str()
      ->type_name("NAMESPACE");
  command
      ->add_option("--metrics-url", flags->metrics_url, "Where its metrics are, when not behind the API server's proxy")
      ->default_str("of each pod, by the proxy")
      ->type_name("URL");
  command->callback([&action, flags] { action = [flags] { return bundle_and_say(*flags); }; });
}

}  // namespace rotor::cli
