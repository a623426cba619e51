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

struct ServeFlags {
  apiserver::EmbeddedConfig config{};
  std::string kubeconfig{};
  providers::PlainHttp plain_http = providers::PlainHttp::kNearby;
};

int serve(const ServeFlags& flags) {
  apiserver::EmbeddedConfig config = flags.config;
  const std::string& kubeconfig_path = flags.kubeconfig;
  config.admission = local::make_admission(make_providers, local::StoresAnswer::kThemselves, flags.plain_http);
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
  auto flags = std::make_shared<ServeFlags>();
  number(command->add_option("--port", flags->config.port, "Port to listen on"), "PORT", 0, 65535)
      ->default_str("any free one");
  command
      ->add_option("--kubeconfig-out", flags->kubeconfig,
                   "Where to write the kubeconfig (mode 0600; removed at the end)")
      ->required()
      ->type_name("FILE");
  add_plain_http_flag(*command, flags->plain_http);
  command->callback([&action, flags] { action = [flags] { return serve(*flags); }; });
}

}  // namespace rotor::cli
