#include "local/run.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "api/crds.hpp"
#include "apiserver/server/embedded_server.hpp"
#include "base/activities.hpp"
#include "base/metrics.hpp"
#include "kube/client/config.hpp"
#include "local/admission_hook.hpp"
#include "local/manifests/file_watch.hpp"
#include "local/manifests/manifest_sync.hpp"
#include "local/manifests/manifests.hpp"
#include "local/news.hpp"
#include "local/node/data_directory.hpp"
#include "local/node/guardian.hpp"
#include "local/node/log_book.hpp"
#include "local/node/node.hpp"
#include "local/node/output.hpp"
#include "local/node/pod_storage.hpp"
#include "local/node/sink.hpp"
#include "local/one_shot.hpp"
#include "local/state_directory.hpp"
#include "local/stopping.hpp"
#include "local/timeline.hpp"
#include "local/unready.hpp"
#include "local/values/values.hpp"
#include "local/values/values_provider.hpp"
#include "openclaw/controller.hpp"
#include "secrets/controllers.hpp"

namespace rotor::local {
namespace {

namespace asio = boost::asio;

constexpr kube::Resource kNamespaces = {"", "v1", "namespaces", "Namespace", false};
constexpr kube::Resource kCrds = {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                                  false};
constexpr std::string_view kOperatorNamespace = "rotor-system";
constexpr std::chrono::seconds kLookAtFilesEvery{5};
constexpr std::chrono::seconds kLookAtFailuresEvery{1};
constexpr int kLooksThatDecide = 3;  // alike, one after another: what fails only until something else is there is over

// A call counter for providers: on a laptop nobody scrapes.
class NoCounter final : public providers::CallCounter {
 public:
  void count(std::string_view, std::string_view, bool) override {}
};

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<Values> read_values(const std::string& path, Pipes pipes, const Values& before) {
  const auto text = read_text_file(path, pipes);
  if (!text) return std::unexpected(Error(text.error()).prefixed("--values"));
  auto values = parse_saved_values(*text, before);
  if (!values) return std::unexpected(std::move(values).error().prefixed(path));
  return values;
}

Result<std::unique_ptr<kube::Client>> connect(Executor executor, Clock& clock,
                                              const apiserver::EmbeddedServer& server) {
  const SecretBytes kubeconfig = server.kubeconfig();
  TRY(kube::ConnectionConfig config, kube::parse_kubeconfig(kubeconfig.reveal(), "the embedded server's kubeconfig"));
  return kube::make_client(std::move(executor), clock, std::move(config), "rotor");
}

// The kubeconfig and the lock go however the run ends.
class FilesRemovedAtEnd {
 public:
  explicit FilesRemovedAtEnd(apiserver::EmbeddedServer& server) : server_(server) {}
  ~FilesRemovedAtEnd() { server_.remove_files(); }
  FilesRemovedAtEnd(const FilesRemovedAtEnd&) = delete;
  FilesRemovedAtEnd& operator=(const FilesRemovedAtEnd&) = delete;

 private:
  apiserver::EmbeddedServer& server_;
};

// With several workloads each line of output says whose it is.
OutputText output_text(std::size_t workloads) {
  const bool colour =
      wants_colour(isatty(STDOUT_FILENO) == 1, environment("NO_COLOR").value_or(""), environment("TERM").value_or(""));
  return {colour, workloads};
}

// Where a run of these manifests that nobody told otherwise has the instances' folders; empty: nobody knows before.
std::string folders_of_run(const std::vector<std::string>& manifests) {
  const auto home = state_home();
  if (!home || home->path.empty()) return {};
  const auto directory = state_directory(manifests, "");
  return directory ? data_directory(directory->path) : std::string();
}

// What the processes have on this machine.
struct Belongings {
  DataFolder data;
  FolderNames folders;
  std::shared_ptr<LogBook> book;
  std::shared_ptr<Sink> terminal;
  OutputText text;
};

// Everything that runs on the I/O thread, in the order in which it is torn down from the bottom.
class Run {
 public:
  Run(asio::io_context& io, asio::signal_set& signals, RunOptions options, Values values, Guardian& guardian,
      apiserver::EmbeddedServer& server, std::unique_ptr<kube::Client> client, Clock& clock, Timeline& timeline,
      Belongings belongings, const MakeProviders& make_providers, std::vector<std::string> workloads)
      : io_(io),
        signals_(signals),
        clock_(clock),
        options_(std::move(options)),
        values_(std::move(values)),
        timeline_(timeline),
        one_shot_(std::move(workloads), [this] { activities_.start(end()); }),
        server_(server),
        client_(std::move(client)),
        http_(providers::make_http_clients(io.get_executor(), clock, "rotor")),
        registry_(make_providers(services(io.get_executor()))),
        generators_(services(io.get_executor())),
        secrets_(io.get_executor(), *client_, clock, registry_, generators_, metrics_, secrets_options()),
        openclaw_(io.get_executor(), *client_, clock, metrics_,
                  {.operator_namespace = std::string(kOperatorNamespace),
                   .node_refuses_unusable = true,
                   .node_runs_jobs = false,
                   .node_tries_values = !options_.proof.command.empty()}),
        storage_(*client_, clock, timeline, std::move(belongings.data)),
        output_(io.get_executor(), clock, std::move(belongings.book), std::move(belongings.terminal),
                std::move(belongings.text)),
        node_(io.get_executor(), *client_, clock, guardian, timeline,
              {.command = options_.command,
               .base = inherit(caller_environment(), options_.inherit),
               .mode = options_.mode,
               .observer = options_.mode == PodMode::kKeepRunning ? nullptr : &one_shot_,
               .storage = &storage_,
               .output = &output_,
               .proof = options_.proof,
               .folders = std::move(belongings.folders)}),
        manifests_(*client_, timeline, {.paths = options_.manifests}),
        news_(*client_, clock, timeline, {}),
        activities_(io.get_executor(), [this](std::exception_ptr thrown) { fail_with(thrown); }) {
    if (options_.values) registry_.set_stand_in(make_values_provider(values_));
  }

  void start(Manifests manifests) {
    activities_.start(wait_for_signals());
    activities_.start(main(std::move(manifests)));
  }

  const Activities& activities() const { return activities_; }
  Task<> give_back() { return registry_.close(); }
  Result<RunResult> result() const {
    if (failure_) return std::unexpected(*failure_);
    if (options_.mode == PodMode::kKeepRunning) return RunResult{};
    const int interrupted = signal_ == 0 ? 1 : 128 + signal_;
    return RunResult{signal_ == 0 ? one_shot_.exit_code().value_or(interrupted) : interrupted,
                     one_shot_.environments()};
  }

 private:
  Task<> main(Manifests manifests) {
    auto prepared = co_await prepare(std::move(manifests));
    if (activities_.cancelled()) co_return;  // by a signal: what then failed is no failure
    if (!prepared) {
      failure_ = std::move(prepared).error();
      activities_.cancel();
      co_return;
    }
    activities_.start(secrets_.run());
    activities_.start(openclaw_.run());
    activities_.start(storage_.run());
    activities_.start(node_.run());
    activities_.start(news_.run());
    activities_.start(keep_files());
    if (options_.mode == PodMode::kKeepRunning) {
      activities_.start(manifests_.follow(io_.get_executor(), clock_));
      if (options_.values) activities_.start(follow_values());
    } else {
      activities_.start(give_up());
    }
  }

  providers::Services services(Executor executor) {
    const auto personal =
        options_.use_my_credentials ? providers::PersonalLogins::kPreferred : providers::PersonalLogins::kRefused;
    return {.executor = std::move(executor),
            .clock = clock_,
            .http = *http_,
            .calls = counter_,
            .environment = environment,
            .personal = personal,
            .plain_http = options_.plain_http};
  }

  static secrets::Options secrets_options() {
    secrets::Options options;
    options.operator_namespace = kOperatorNamespace;
    options.no_tokens =
        "a ServiceAccount of `rotor run` is known to no cloud: start with --use-my-credentials to log in as yourself "
        "where that is possible, or with --values FILE, or give the store static credentials";
    options.allow_controller_identity =
        true;  // the person at the terminal is the administrator, and the identity is theirs
    options.generic_targets =
        true;  // so is the API server: it holds nothing but their manifests, and ends with the run
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
    for (const std::string& name : not_set(caller_environment(), options_.inherit)) {
      timeline_.say("environment", fmt::format("--inherit-env: {} is not set here", name));
    }
    const bool broken = !manifests.broken.empty();
    co_await manifests_.apply(std::move(manifests));
    if (activities_.cancelled()) co_return fail(Code::kCancelled, "stopped while manifests were applied");
    if (options_.mode != PodMode::kKeepRunning && (broken || manifests_.refused())) {
      co_return fail(Code::kInvalid, "not all manifests could be applied: see above");
    }
    co_return Result<void>{};
  }

  // Somebody may clean up under a running Rotor. What cannot be made good is said once.
  Task<> keep_files() {
    std::string said;
    for (;;) {
      co_await clock_.sleep_for(kLookAtFilesEvery);
      std::string found = server_.keep_files();
      if (!found.empty() && found != said) timeline_.fail("state", found);
      said = std::move(found);
    }
  }

  // A saved file is a rotation; a broken one keeps the last good values in force.
  Task<> follow_values() {
    std::error_code error;
    if (!std::filesystem::is_regular_file(*options_.values, error)) {
      timeline_.say("values", "read once: it is not a file that can be followed");
      co_return;
    }
    const auto watch = watch_paths(io_.get_executor(), clock_, {*options_.values});
    if (watch->limit()) timeline_.say("values", fmt::format("edits show after two seconds: {}", *watch->limit()));
    for (;;) {
      // Before the first change as well: one may have come since the start.
      take(read_values(*options_.values, Pipes::kRefused, values_));
      co_await watch->changed();
    }
  }

  void take(Result<Values> fresh) {
    const std::string problem = fresh ? "" : fresh.error().message;
    if (problem != values_problem_ && !problem.empty()) {
      timeline_.fail("values", problem + "; the last good values stay in force");
    }
    const bool mended = fresh && !values_problem_.empty();
    values_problem_ = problem;
    if (!fresh) return;
    const std::vector<std::string> keys = changed_keys(values_, *fresh);
    if (keys.empty()) {
      if (mended) timeline_.say("values", "can be read again; nothing changed");
      return;
    }
    values_ = *std::move(fresh);
    timeline_.say("values", fmt::format("changed: {}", fmt::join(keys, ", ")));
    secrets_.values_changed();
  }

  Task<> wait_for_signals() {
    signal_ = co_await signals_.async_wait(asio::use_awaitable);
    timeline_.say("rotor", stopping_text(node_.running()));
    news_.end();
    activities_.start(wait_for_hurry(clock_.steady()));
    co_await node_.stop();
    activities_.cancel();
  }

  // What has not started by then never will; what runs may take its time. A values file is read once and answers
  // the same to every question: what it makes fail needs another file, and no more time.
  Task<> give_up() {
    const SteadyTime end = clock_.steady() + std::chrono::duration_cast<SteadyTime::duration>(options_.wait);
    Unready before;
    for (int same = 0; clock_.steady() < end;) {
      co_await clock_.sleep_for(std::min<Duration>(kLookAtFailuresEvery, end - clock_.steady()));
      if (!options_.values) continue;
      Unready now = co_await unready(*client_);
      same = now == before ? same + 1 : 0;
      before = std::move(now);
      if (same >= kLooksThatDecide && before.settled && before.failing) one_shot_.no_use_waiting();
    }
    one_shot_.out_of_time();
  }

  // Called out of the node's own coroutines, which are cancelled from outside of them.
  Task<> end() {
    co_await asio::post(io_, asio::use_awaitable);
    const std::vector<std::string> reasons = one_shot_.reasons();
    for (const std::string& reason : reasons) timeline_.fail("rotor", reason);
    if (!reasons.empty()) {
      const Unready causes = co_await unready(*client_);
      for (const std::string& cause : causes.reasons) timeline_.fail("rotor", cause);
    }
    activities_.cancel();
  }

  Task<> wait_for_hurry(SteadyTime since) {
    while (!asks_to_hurry(co_await signals_.async_wait(asio::use_awaitable), clock_.steady() - since)) {
    }
    timeline_.say("rotor", "stopping at once: SIGKILL to every process");
    node_.hurry();
  }

  asio::io_context& io_;
  asio::signal_set& signals_;
  Clock& clock_;
  RunOptions options_;
  Values values_;
  std::string values_problem_;  // said already
  Timeline& timeline_;
  OneShot one_shot_;
  apiserver::EmbeddedServer& server_;
  std::unique_ptr<kube::Client> client_;
  NoCounter counter_;
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_;
  providers::ProviderRegistry registry_;
  generators::Generators generators_;
  secrets::Controllers secrets_;
  openclaw::Controller openclaw_;
  PodStorage storage_;
  Output output_;
  Node node_;
  ManifestSync manifests_;
  News news_;
  std::optional<Error> failure_;
  int signal_ = 0;  // that ended it
  Activities activities_;
};

}  // namespace

Result<RunResult> run(RunOptions options, MakeProviders make_providers) {
  TRY(Manifests manifests, read_manifests({.paths = options.manifests}));
  Values values;
  if (options.values) {
    TRY(values, read_values(*options.values, Pipes::kRead, {}));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a reader of our output that is gone is no reason to end
  Guardian guardian;              // forks: before the embedded server starts its thread
  SystemClock clock;
  const auto notes = std::make_shared<Sink>(STDERR_FILENO);
  Timeline timeline(clock, [notes](std::string line) { notes->put(std::move(line)); }, options.timeline);
  std::vector<std::string> workloads = workloads_of(manifests);
  if (options.mode != PodMode::kKeepRunning && workloads.empty()) {
    if (!manifests.broken.empty()) return std::unexpected(manifests.broken.front().error);
    return fail(Code::kInvalid, "-f: there is no OpenClawInstance or StatefulSet in it, so there is nothing to run");
  }
  asio::io_context io;
  // From before the first file until after the last: a signal is a wish that is granted in order, never an end midway.
  asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  TRY(const StateDirectory directory, options.mode == PodMode::kResolveOnly
                                          ? private_directory()
                                          : state_directory(options.manifests, options.state_directory));
  if (!directory.notice.empty()) timeline.say("state", directory.notice);
  const auto book = std::make_shared<LogBook>();
  const auto stores = options.values ? StoresAnswer::kFromValues : StoresAnswer::kThemselves;
  auto server =
      apiserver::EmbeddedServer::start({.port = options.port,
                                        .directory = directory.path,
                                        .logs = book,
                                        .admission = make_admission(make_providers, stores, options.plain_http)});
  if (!server) {
    if (server.error().message.contains(directory.path))
      server.error().message += "; name another folder with --state-dir DIR";
    server.error().message += options.port == 0 ? "" : " (--port; without it any free port is taken)";
    return std::unexpected(std::move(server).error());
  }
  const FilesRemovedAtEnd removed(**server);
  const bool looks = options.mode == PodMode::kResolveOnly;
  const std::string beside = data_directory(directory.path);
  TRY(DataFolder data, looks ? DataFolder::open({.path = beside, .passing = true})
                             : DataFolder::open({.path = options.home.value_or(beside), .fresh = options.fresh}));
  FolderNames folders = looks ? FolderNames{data.path(), folders_of_run(options.manifests)} : FolderNames{};
  Belongings belongings{std::move(data), std::move(folders), book, std::make_shared<Sink>(STDOUT_FILENO),
                        output_text(workloads.size())};
  TRY(auto client, connect(io.get_executor(), clock, **server));
  Result<RunResult> result;
  {
    Run graph(io, signals, std::move(options), std::move(values), guardian, **server, std::move(client), clock,
              timeline, std::move(belongings), make_providers, std::move(workloads));
    graph.start(std::move(manifests));
    run_until_ended(io, graph.activities(), std::chrono::seconds(5));
    run_to_end(io, graph.give_back(), std::chrono::seconds(3));
    result = graph.result();
  }
  return result;
}

}  // namespace rotor::local
