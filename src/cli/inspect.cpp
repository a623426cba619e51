#include "cli/inspect.hpp"

#include <cstdio>
#include <exception>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "apiserver/http/yaml_text.hpp"
#include "base/log.hpp"
#include "cli/cli.hpp"
#include "cli/flags.hpp"
#include "cli/version.hpp"
#include "inspect/gather.hpp"
#include "inspect/graph.hpp"
#include "json/pretty.hpp"
#include "kube/client/config.hpp"

namespace rotor::cli {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kClearScreen = "\x1b[H\x1b[2J";

class Looks {
 public:
  Looks(const InspectFlags& flags, Show show) : flags_(flags), show_(std::move(show)) {}

  // Good: the exit code.
  Task<Result<int>> run(kube::Client* client, Clock* clock, std::string first_line, std::string server,
                        std::string ns) {
    for (;;) {
      auto cluster = co_await inspect::gather(*client, *clock, ns);
      if (!cluster) co_return std::unexpected(std::move(cluster).error());
      auto shown = show_(inspect::make_graph(*cluster));
      if (!shown) co_return std::unexpected(std::move(shown).error());
      shown->document["server"] = server;
      shown->document["serverFrom"] = first_line;
      print(*shown, fmt::format("{} ({})", server, first_line));
      if (!flags_.watch) co_return shown->well ? kOk : kNotWell;
      co_await clock->sleep_for(flags_.every);
    }
  }

 private:
  // For another program each change is a document; a person sees ages grow.
  void print(const Shown& shown, const std::string& first_line) {
    if (flags_.format == "text") {
      const bool screen = flags_.watch && isatty(STDOUT_FILENO) == 1;
      inspect::TerminalText head;
      head.line(first_line);
      head.line("");
      return write((screen ? std::string(kClearScreen) : std::string()) + head.str() + shown.text.str());
    }
    json::Object without_time = shown.document;
    without_time.erase("at");
    std::string now = json::serialize(without_time);
    if (now == said_) return;
    if (flags_.format == "yaml") {
      write((said_.empty() ? "" : "---\n") + std::string(apiserver::to_yaml(shown.document).reveal()));
    } else {
      write(json::pretty(shown.document));
    }
    said_ = std::move(now);
  }

  static void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  const InspectFlags& flags_;
  Show show_;
  std::string said_;
};

Result<int> inspect_with(const InspectFlags& flags, const std::string& ns, const Show& show) {
  TRY(const ServerChoice choice, find_server(flags.server));
  TRY(kube::ConnectionConfig connection,
      kube::find_connection(choice.kubeconfig.empty() ? std::nullopt : std::optional(choice.kubeconfig)));
  const std::string server = connection.server;
  asio::io_context io(1);
  SystemClock clock;
  TRY(auto client,
      kube::make_client(io.get_executor(), clock, std::move(connection), std::string("rotor/") + kVersion));
  Looks looks(flags, show);
  std::optional<Result<int>> done;
  asio::co_spawn(io, looks.run(client.get(), &clock, choice.said, server, ns),
                 [&done, &io](std::exception_ptr thrown, Result<int> result) {
                   done = thrown ? fail(Code::kInternal, "the look at the cluster ended early") : std::move(result);
                   io.stop();
                 });
  io.run();
  return done ? *std::move(done) : fail(Code::kInternal, "the look at the cluster did not end");
}

}  // namespace

std::string what_stopped(const Error& error) {
  std::string said = inspect::printable(error.message);
  if (error.code != Code::kUnauthenticated) return said;
  return fmt::format(
      "the API server does not accept the credentials of this kubeconfig ({}): log in again or renew its user's "
      "token or certificate, or name another with --kubeconfig; `kubectl auth whoami` shows whether they work",
      said);
}

void add_server_flags(CLI::App& command, ServerFlags& flags) {
  command.add_option("--kubeconfig", flags.kubeconfig, "The cluster to look at")
      ->default_str("$KUBECONFIG, the pod's ServiceAccount, ~/.kube/config; without any of them the `rotor run` here")
      ->type_name("FILE")
      ->group("Which server");
  command
      .add_option("-f,--filename", flags.manifests,
                  "Look at the `rotor run` of these manifests; as they were given there")
      ->allow_extra_args(false)
      ->default_str("none")
      ->type_name("DIR|FILE")
      ->group("Which server");
  command.add_option("--state-dir", flags.state_directory, "Look at the `rotor run` that has this folder")
      ->default_str("none")
      ->type_name("DIR")
      ->group("Which server");
}

void add_inspect_flags(CLI::App& command, InspectFlags& flags) {
  add_server_flags(command, flags.server);
  command.add_option("-n,--namespace", flags.ns, "Only objects of this namespace, and ClusterSecretStores")
      ->default_str("all")
      ->type_name("NAMESPACE");
  choice(command.add_option("-o,--output", flags.format, "How it is written; json and yaml are for other programs"),
         {"text", "json", "yaml"})
      ->capture_default_str();
  command.add_flag("-w,--watch", flags.watch, "Look again and again, until it is interrupted");
  const auto take = [&flags](const std::string& written) {
    if (const auto parsed = parse_duration(written)) flags.every = *parsed;
  };
  duration(command.add_option_function<std::string>("--every", take, "With --watch: how long between two looks"))
      ->default_str("2s");
}

int inspect_and_show(const char* command, const InspectFlags& flags, const std::string& ns, const Show& show) {
  log::configure(log::Level::kWarn, log::Format::kLogfmt);
  const auto done = inspect_with(flags, ns, show);
  if (done) return *done;
  std::fprintf(stderr, "rotor %s: %s\n", command, what_stopped(done.error()).c_str());
  return kFailed;
}

}  // namespace rotor::cli
