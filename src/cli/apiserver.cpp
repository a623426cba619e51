#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include "apiserver/server/embedded_server.hpp"
#include "apiserver/server/run_directory.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/providers.hpp"
#include "local/admission_hook.hpp"

namespace rotor::cli {
namespace {

int serve(apiserver::EmbeddedConfig config, const std::string& kubeconfig_path) {
  config.admission = local::make_admission(make_providers, local::StoresAnswer::kThemselves);
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);  // before there is a file to remove
  auto server = apiserver::EmbeddedServer::start(config);
  if (!server) {
    std::fprintf(stderr, "rotor apiserver: %s%s\n", server.error().message.c_str(),
                 config.port == 0 ? "" : " (--port; without it any free one is taken)");
    return kFailed;
  }
  if (const auto written = apiserver::write_private(kubeconfig_path, (*server)->kubeconfig()); !written) {
    std::fprintf(stderr, "rotor apiserver: --kubeconfig-out: %s\n", written.error().message.c_str());
    return kFailed;
  }
  std::printf("%s  KUBECONFIG=%s\n", (*server)->url().c_str(), kubeconfig_path.c_str());
  std::fflush(stdout);
  signals.async_wait([](const boost::system::error_code&, int) {});
  io.run();
  unlink(kubeconfig_path.c_str());
  return kOk;
}

}  // namespace

void add_apiserver(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("apiserver", "Run the embedded API server alone, in memory, on 127.0.0.1");
  auto config = std::make_shared<apiserver::EmbeddedConfig>();
  auto kubeconfig = std::make_shared<std::string>();
  number(command->add_option("--port", config->port, "Port to listen on"), "PORT", 0, 65535)
      ->default_str("any free one");
  command->add_option("--kubeconfig-out", *kubeconfig, "Where to write the kubeconfig (mode 0600; removed at the end)")
      ->required()
      ->type_name("FILE");
  command->callback(
      [&action, config, kubeconfig] { action = [config, kubeconfig] { return serve(*config, *kubeconfig); }; });
}

}  // namespace rotor::cli
