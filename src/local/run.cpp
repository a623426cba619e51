#include "local/run.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "api/crds.hpp"
#include "apiserver/embedded_server.hpp"
#include "base/activities.hpp"
#include "base/metrics.hpp"
#include "kube/config.hpp"
#include "local/data_directory.hpp"
#include "local/file_watch.hpp"
#include "local/guardian.hpp"
#include "local/log_book.hpp"
#include "local/manifests.hpp"
#include "local/node.hpp"
#include "local/output.hpp"
#include "local/pod_storage.hpp"
#include "local/sink.hpp"
#include "local/state_directory.hpp"
#include "local/timeline.hpp"
#include "local/values.hpp"
#include "local/values_provider.hpp"
#include "openclaw/controller.hpp"
#include "secrets/controllers.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

constexpr kube::Resource kNamespaces = {"", "v1", "namespaces", "Namespace", false};
constexpr kube::Resource kCrds = {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                                  false};
constexpr std::string_view kOperatorNamespace = "rotor-system";

// A call counter for providers: on a laptop nobody scrapes.
class NoCounter final : public providers::CallCounter {
 public:
  void count(std::string_view, std::string_view, bool) override {}
};

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<Values> read_values(const std::optional<std::string>& path) {
  if (!path) return Values{};
  TRY(const std::string text, read_text_file(*path));
  auto values = parse_values(text);
  if (!values) return std::unexpected(std::move(values).error().prefixed(*path));
  return values;
}

Result<std::unique_ptr<kube::Client>> connect(Executor executor, Clock& clock,
                                              const apiserver::EmbeddedServer& server) {
  const SecretBytes kubeconfig = server.kubeconfig();
  TRY(kube::ConnectionConfig config, kube::parse_kubeconfig(kubeconfig.reveal(), "the embedded server's kubeconfig"));
  return kube::make_client(std::move(executor), clock, std::move(config), "rotor");
}

// How many instances the manifests have: with several each line of output says whose it is.
std::size_t count_instances(const Manifests& manifests) {
  return static_cast<std::size_t>(std::ranges::count_if(manifests.good, [](const Manifest& manifest) {
    const auto* kind = manifest.object.if_contains("kind");
    return kind != nullptr && (*kind == "OpenClawInstance" || *kind == "StatefulSet");
  }));
}

OutputText output_text(const Manifests& manifests) {
  const bool colour =
      wants_colour(isatty(STDOUT_FILENO) == 1, environment("NO_COLOR").value_or(""), environment("TERM").value_or(""));
  return {colour, count_instances(manifests)};
}

// What the processes have on this machine.
struct Belongings {
  DataFolder data;
  std::shared_ptr<LogBook> book;
  std::shared_ptr<Sink> terminal;
  OutputText text;
};

// Everything that runs on the I/O thread, in the order in which it is torn down from the bottom.
class Run {
 public:
  Run(asio::io_context& io, RunOptions options, Values values, Guardian& guardian, apiserver::EmbeddedServer& server,
      std::unique_ptr<kube::Client> client, Clock& clock, Timeline& timeline, Belongings belongings,
      const MakeProviders& make_providers)
      : io_(io),
        options_(std::move(options)),
        values_(std::move(values)),
        timeline_(timeline),
        server_(server),
        client_(std::move(client)),
        http_(providers::make_http_clients(io.get_executor(), clock, "rotor")),
        registry_(make_providers({io.get_executor(), clock, *http_, counter_, environment})),
        secrets_(io.get_executor(), *client_, clock, registry_, metrics_, secrets_options()),
        openclaw_(io.get_executor(), *client_, clock, metrics_,
                  {.operator_namespace = std::string(kOperatorNamespace)}),
        storage_(*client_, clock, timeline, std::move(belongings.data)),
        output_(io.get_executor(), clock, std::move(belongings.book), std::move(belongings.terminal),
                std::move(belongings.text)),
        node_(io.get_executor(), *client_, clock, guardian, timeline,
              {options_.command, caller_environment(), &storage_, &output_}),
        activities_(io.get_executor(), [this](std::exception_ptr thrown) { fail_with(thrown); }) {
    if (options_.values) registry_.set_stand_in(make_values_provider(values_));
  }

  void start(Manifests manifests) {
    activities_.start(wait_for_signals());
    activities_.start(main(std::move(manifests)));
  }

  const Activities& activities() const { return activities_; }
  Result<void> result() const { return failure_ ? std::unexpected(*failure_) : Result<void>{}; }

 private:
  Task<> main(Manifests manifests) {
    auto prepared = co_await prepare(std::move(manifests));
    if (!prepared) {
      failure_ = std::move(prepared).error();
      activities_.cancel();
      co_return;
    }
    activities_.start(secrets_.run());
    activities_.start(openclaw_.run());
    activities_.start(storage_.run());
    activities_.start(node_.run());
    if (options_.values) activities_.start(follow_values());
  }

  static secrets::Options secrets_options() {
    secrets::Options options;
    options.no_tokens =
        "a ServiceAccount of `rotor run` is known to no cloud: run with --values FILE, or give the store static "
        "credentials";
    options.allow_controller_identity =
        true;  // the person at the terminal is the administrator, and the identity is theirs
    return options;
  }

  void fail_with(std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      failure_ = Error{Code::kInternal, e.what()};
    }
    activities_.cancel();
  }

  Task<Result<void>> prepare(Manifests manifests) {
    for (const std::string& crd : api::crds()) {
      CO_TRY(const json::Value document, json::parse(crd));
      kube::Key key{"", std::string(json::find_string(document, "metadata.name"))};
      CO_TRY_VOID(
          co_await client_->patch(kCrds, std::move(key), kube::PatchType::kApply, SecretBytes(crd), {.force = true}));
    }
    SecretBytes own(
        fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})", kOperatorNamespace));
    CO_TRY_VOID(co_await client_->create(kNamespaces, "", std::move(own)));
    timeline_.say("api server", fmt::format("{}  KUBECONFIG={}", server_.url(), server_.kubeconfig_path()),
                  {{"url", server_.url()}, {"kubeconfig", server_.kubeconfig_path()}});
    for (const Error& error : manifests.broken) timeline_.fail("manifests", "left out: " + error.message);
    const Applied applied = co_await apply_manifests(*client_, std::move(manifests));
    for (const std::string& name : applied.created_namespaces) {
      timeline_.say("manifests", fmt::format("made the namespace {}, which no manifest defines", name));
    }
    for (const Error& error : applied.refused) timeline_.fail("manifests", "refused: " + error.message);
    timeline_.say("manifests", fmt::format("{} applied", applied.count));
    co_return Result<void>{};
  }

  // A saved file is a rotation; a broken one keeps the last good values in force.
  Task<> follow_values() {
    auto watch = watch_file(io_.get_executor(), *options_.values);
    if (!watch) {
      timeline_.fail("values", "changes are not followed: " + watch.error().message);
      co_return;
    }
    for (;;) {
      auto changed = co_await (*watch)->changed();
      if (!changed) co_return;
      take(read_values(options_.values));
    }
  }

  void take(Result<Values> fresh) {
    if (!fresh) {
      timeline_.fail("values", fmt::format("{}; the last good values stay in force", fresh.error().message));
      return;
    }
    const std::vector<std::string> keys = changed_keys(values_, *fresh);
    if (keys.empty()) return;
    values_ = *std::move(fresh);
    timeline_.say("values", fmt::format("changed: {}", fmt::join(keys, ", ")));
    secrets_.refresh_all();
  }

  Task<> wait_for_signals() {
    asio::signal_set signals(io_, SIGINT, SIGTERM, SIGHUP);
    co_await signals.async_wait(asio::use_awaitable);
    timeline_.say("rotor", "stopping; once more to give no grace");
    using asio::experimental::awaitable_operators::operator||;
    co_await (node_.stop() || hurry(signals));
    activities_.cancel();
  }

  // `signals` is the waiting caller's.
  Task<> hurry(asio::signal_set& signals) {
    for (;;) {
      co_await signals.async_wait(asio::use_awaitable);
      timeline_.say("rotor", "stopping at once");
      node_.hurry();
    }
  }

  asio::io_context& io_;
  RunOptions options_;
  Values values_;
  Timeline& timeline_;
  apiserver::EmbeddedServer& server_;
  std::unique_ptr<kube::Client> client_;
  NoCounter counter_;
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_;
  providers::ProviderRegistry registry_;
  secrets::Controllers secrets_;
  openclaw::Controller openclaw_;
  PodStorage storage_;
  Output output_;
  Node node_;
  std::optional<Error> failure_;
  Activities activities_;
};

}  // namespace

Result<void> run(RunOptions options, MakeProviders make_providers) {
  TRY(Manifests manifests, read_manifests(options.manifests));
  TRY(Values values, read_values(options.values));
  std::signal(SIGPIPE, SIG_IGN);  // a reader of our output that is gone is no reason to end
  Guardian guardian;              // forks: before the embedded server starts its thread
  const std::string directory = state_directory(options.manifests);
  SystemClock clock;
  const auto notes = std::make_shared<Sink>(STDERR_FILENO);
  Timeline timeline(clock, [notes](std::string line) { notes->put(std::move(line)); }, options.timeline);
  const auto book = std::make_shared<LogBook>();
  auto server = apiserver::EmbeddedServer::start({.port = options.port, .directory = directory, .logs = book});
  if (!server) {
    server.error().message += options.port == 0 ? "" : " (--port; without it any free port is taken)";
    return std::unexpected(std::move(server).error());
  }
  TRY(DataFolder data, DataFolder::open({options.home.value_or(data_directory(directory)), options.fresh}));
  Belongings belongings{std::move(data), book, std::make_shared<Sink>(STDOUT_FILENO), output_text(manifests)};
  asio::io_context io;
  TRY(auto client, connect(io.get_executor(), clock, **server));
  Result<void> result;
  {
    Run graph(io, std::move(options), std::move(values), guardian, **server, std::move(client), clock, timeline,
              std::move(belongings), make_providers);
    graph.start(std::move(manifests));
    run_until_ended(io, graph.activities(), std::chrono::seconds(5));
    result = graph.result();
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return result;
}

}  // namespace rotor::local
