#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unistd.h>

#include "base/activities.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "cli/accepted_flags.hpp"
#include "cli/commands.hpp"
#include "cli/loop_watch.hpp"
#include "cli/metrics_access.hpp"
#include "cli/operator_options.hpp"
#include "cli/providers.hpp"
#include "cli/readiness.hpp"
#include "cli/status_server.hpp"
#include "cli/version.hpp"
#include "cli/watchdog.hpp"
#include "kube/client/config.hpp"
#include "kube/client/fence.hpp"
#include "kube/leader/elector.hpp"
#include "kube/leader/neighbours.hpp"
#include "kube/runtime/gate.hpp"
#include "kube/shards/shard_keeper.hpp"
#include "local/manifests/file_watch.hpp"
#include "openclaw/controller.hpp"
#include "secrets/controllers.hpp"

namespace rotor::cli {
namespace {

namespace asio = boost::asio;

constexpr const char* kNamespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string user_agent() { return std::string("rotor/") + kVersion; }

// What every replica may write (the Lease, the webhook's certificate), and what only the leader or a member may.
struct Clients {
  std::unique_ptr<kube::Client> own;
  std::unique_ptr<kube::Client> fenced;
};

// The chart names the Deployment, which is one of its namespace: replicas of it know each other, whatever they work on.
std::string installation_of(const OperatorFlags& flags) {
  const std::string name = environment("ROTOR_INSTALLATION").value_or("");
  return name.empty() ? "" : flags.openclaw.operator_namespace + "/" + name;
}

kube::Work work_of(const OperatorFlags& flags) {
  return {.controller_class = flags.secrets.controller_class,
          .namespaces = flags.secrets.watched,
          .instances = flags.openclaw_instances,
          .installation = installation_of(flags)};
}

kube::Key lease_of(const OperatorFlags& flags) {
  return {flags.leader.ns.empty() ? flags.openclaw.operator_namespace : flags.leader.ns, flags.leader.id};
}

kube::ElectorOptions elector_options(const OperatorFlags& flags) {
  return {.lease = lease_of(flags),
          .identity = replica_identity(),
          .timings = flags.leader.timings,
          .work = work_of(flags)};
}

// Who works on one namespace has no rights elsewhere.
kube::NeighbourOptions neighbour_options(const OperatorFlags& flags) {
  return {.lease = lease_of(flags),
          .work = work_of(flags),
          .look_in = flags.secrets.watched,
          .timings = flags.leader.timings};
}

kube::ShardOptions shard_options(const OperatorFlags& flags) {
  kube::ElectorOptions options = elector_options(flags);
  return {.lease = std::move(options.lease),
          .identity = std::move(options.identity),
          .work = work_of(flags),
          .timings = options.timings};
}

Result<Clients> make_clients(asio::io_context& io, Clock& clock, const kube::ConnectionConfig& connection,
                             MetricsRegistry& metrics, const kube::Fence* fence) {
  Clients clients;
  TRY(clients.own, kube::make_client(io.get_executor(), clock, connection, user_agent(), &metrics));
  if (fence == nullptr) return clients;
  TRY(clients.fenced, kube::make_client(io.get_executor(), clock, connection, user_agent(), &metrics, fence));
  return clients;
}

LoopWatch::Options loop_watch_options(const OperatorFlags& flags) {
  LoopWatch::Options options;
  options.end = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(flags.stuck_limit) / options.tick);
  return options;
}

double unix_seconds(WallTime when) { return std::chrono::duration<double>(when.time_since_epoch()).count(); }

// The object graph of the operator, built from the bottom up.
class Operator {
 public:
  Operator(asio::io_context& io, OperatorFlags flags, Clients clients, kube::Fence& fence, MetricsRegistry& metrics,
           Clock& clock)
      : io_(io),
        signals_(io, SIGINT, SIGTERM),
        flags_(std::move(flags)),
        clock_(clock),
        metrics_(metrics),
        clients_(std::move(clients)),
        client_(clients_.fenced ? *clients_.fenced : *clients_.own),
        elector_(io.get_executor(), *clients_.own, clock, fence, elector_options(flags_)),
        ownership_(flags_.leader.shards, &clock),
        shards_(io.get_executor(), *clients_.own, clock, fence, ownership_, shard_options(flags_)),
        neighbours_(*clients_.own, clock, neighbour_options(flags_)),
        leading_(io.get_executor()),
        calls_(providers::make_call_counter(metrics_)),
        http_(providers::make_http_clients(io.get_executor(), clock, user_agent())),
        registry_(make_providers_within(flags_.provider_limits, services())),
        generators_(services()),
        secrets_(io.get_executor(), client_, clock, registry_, generators_, metrics_, flags_.secrets, &ownership_),
        openclaw_(io.get_executor(), client_, clock, metrics_, flags_.openclaw, openclaw::managed_kinds(), &ownership_),
        webhook_(io.get_executor(), *clients_.own, clock, registry_, flags_.webhook),
        metrics_access_(*clients_.own, clock),
        activities_(io.get_executor(), [this](std::exception_ptr thrown) { fail_with(thrown); }),
        loop_watch_(clock, loop_watch_options(flags_), tell_of_the_loop) {}

  Result<void> start() {
    const Health health{[this] { return why_not_ready(); },
                        [this] { return stuck_reason(lateness(), flags_.overdue_limit); }};
    std::optional<net::KeyPair> pair;
    if (flags_.metrics_secure) {
      TRY(pair, metrics_certificate(flags_.metrics_cert_dir, flags_.metrics_cert_name, flags_.metrics_key_name,
                                    clock_.now()));
    }
    if (flags_.webhook.port) {
      auto started = webhook_.start();
      if (!started) return std::unexpected(std::move(started).error().prefixed("--webhook-addr"));
      activities_.start(webhook_.run());
    }
    MetricsGuard guard, elsewhere;
    if (flags_.metrics_auth) {
      elsewhere = [](std::string, std::string) -> Task<std::optional<Refusal>> {
        co_return Refusal{403, "metrics are shown on --metrics-addr, over TLS, to whoever may read them"};
      };
      guard = [this](std::string authorization, std::string path) {
        return metrics_access_.refuses(std::move(authorization), std::move(path));
      };
    }
    TRY(metrics_server_, serve_status("--metrics-addr", flags_.metrics_address, health, std::move(pair), guard));
    TRY(live_server_, serve_status("--live-addr", flags_.live_address, health, std::nullopt, elsewhere));
    add_own_metrics();
    activities_.start(loop_watch_.beat());
    activities_.start(stop_on_signal());
    start_agreement();
    activities_.start(secrets_.run(&leading_));
    if (flags_.openclaw_instances) activities_.start(openclaw_.run(&leading_));
    return {};
  }

  const Activities& activities() const { return activities_; }
  Task<> give_back() {
    co_await elector_.give_back();
    co_await shards_.leave();
  }
  // The last of it. The Lease is another's by now; API servers call here until every node has heard that this pod goes.
  Task<> end() {
    if (flags_.webhook.port && signalled_) co_await answer_until(*signalled_ + flags_.webhook_shutdown_delay);
    if (metrics_server_) metrics_server_->stop();
    if (live_server_) live_server_->stop();
    webhook_.stop();
    co_await registry_.close();
  }
  bool failed() const { return failed_; }

 private:
  providers::Services services() {
    return {.executor = io_.get_executor(),
            .clock = clock_,
            .http = *http_,
            .calls = *calls_,
            .environment = environment,
            .plain_http = flags_.plain_http};
  }

  Result<std::unique_ptr<net::HttpServer>> serve_status(const char* flag, const std::string& address, Health health,
                                                        std::optional<net::KeyPair> pair, MetricsGuard guard) {
    auto server = start_status_server(io_.get_executor(), address, std::move(health), metrics_, std::move(pair),
                                      std::move(guard));
    if (!server) return std::unexpected(std::move(server).error().prefixed(flag));
    return server;
  }

  void add_own_metrics() {
    add_overdue_metrics(metrics_, [this] { return lateness(); });
    loop_watch_.measure(metrics_);
    metrics_.gauge("rotor_build_info", "1: this version runs.", {"version"}).with({kVersion}).set(1);
    if (!flags_.webhook.port) return;
    metrics_.callback(MetricsRegistry::Kind::kGauge, "rotor_webhook_certificate_expires_timestamp_seconds",
                      "When the certificate that the webhook serves ends.", {}, [this](const auto& emit) {
                        if (const auto ends = webhook_.good_until()) emit({}, unix_seconds(*ends));
                      });
  }

  void start_agreement() {
    if (flags_.leader.shards == 0 && !flags_.leader.elect) return leading_.open();
    metrics_.callback(MetricsRegistry::Kind::kGauge, "rotor_other_installation",
                      "1: the Lease is held for other work, or another installation works on the same objects.",
                      {"has"}, [this](const auto& emit) {
                        emit({"lease"}, kube::for_other_work(waiting().rival) ? 1 : 0);
                        emit({"objects"}, neighbours_.rival().empty() ? 0 : 1);
                      });
    if (flags_.leader.shards > 0) return start_shards();
    start_election();
  }

  void start_shards() {
    using Kind = MetricsRegistry::Kind;
    const auto gauge = [this](Kind kind, const char* name, const char* help, auto value) {
      metrics_.callback(kind, name, help, {}, [value](const auto& emit) { emit({}, static_cast<double>(value())); });
    };
    gauge(Kind::kGauge, "rotor_shards_owned", "Shards that this replica works on.",
          [this] { return ownership_.owned().size(); });
    gauge(Kind::kGauge, "rotor_shards", "Shards there are.", [this] { return ownership_.count(); });
    gauge(Kind::kGauge, "rotor_shard_members",
          "Replicas that divide the work, as this one sees it; 0: it is none of them.",
          [this] { return shards_.members(); });
    gauge(Kind::kCounter, "rotor_shards_taken_total", "Shards that this replica took.",
          [this] { return shards_.taken(); });
    gauge(Kind::kCounter, "rotor_shards_handed_over_total", "Shards that this replica gave up to others.",
          [this] { return shards_.handed_over(); });
    activities_.start(shards_.listen());
    activities_.start(be_member());
  }

  // The Lease is ours, and is kept meanwhile.
  Task<> begin() {
    if (!co_await neighbours_.may_begin()) {
      failed_ = true;
      log::error("another installation began at the same time: this one gives way and ends",
                 {{"lease", neighbours_.rival()}});
      co_return stop();
    }
    ownership_.took_over();
    leading_.open();
    co_await neighbours_.watch();
  }

  Task<> be_member() {
    co_await neighbours_.until_alone();
    co_await shards_.join();
    activities_.start(begin());
    const std::string why = co_await shards_.keep();
    failed_ = true;
    log::error("this replica is no member any more: it writes nothing from here on and ends", {{"why", why}});
    stop();
  }

  void start_election() {
    metrics_.callback(MetricsRegistry::Kind::kGauge, "leader_election_master_status", "1: this replica leads.",
                      {"name"}, [this](const auto& emit) { emit({flags_.leader.id}, elector_.leads() ? 1 : 0); });
    activities_.start(elector_.listen());
    activities_.start(lead());
  }

  Task<> lead() {
    co_await neighbours_.until_alone();
    co_await elector_.acquire();
    activities_.start(begin());
    const std::string why = co_await elector_.keep();
    failed_ = true;
    log::error("this replica leads no more: it writes nothing from here on and ends", {{"why", why}});
    stop();
  }

  // A standby has nothing to be late with.
  std::vector<kube::QueueLateness> lateness() const {
    if (!leading_.is_open()) return {};
    std::vector<kube::QueueLateness> all = secrets_.lateness();
    all.push_back(openclaw_.lateness());
    return all;
  }

  const kube::Waiting& waiting() const { return flags_.leader.shards > 0 ? shards_.waiting() : elector_.waiting(); }
  std::string refused() const { return flags_.leader.shards > 0 ? shards_.refused() : elector_.refused(); }

  std::string why_not_ready() const {
    if (std::string why = refused(); !why.empty()) return why;
    if (std::string why = kube::why_it_waits(waiting(), lease_of(flags_)); !why.empty()) return why;
    if (neighbours_.rival_elsewhere() && !leading_.is_open()) {
      return "another installation works on the same objects: Lease " + neighbours_.rival();
    }
    bool listed = secrets_.ready();
    std::vector<std::string> troubles = secrets_.troubles();
    if (flags_.openclaw_instances) {
      listed = listed && openclaw_.ready();
      std::ranges::move(openclaw_.troubles(), std::back_inserter(troubles));
    }
    if (std::string unseen = unseen_reason(listed, troubles); !unseen.empty()) return unseen;
    if (std::string why = flags_.webhook.port ? webhook_.why_not_ready() : ""; !why.empty()) return why;
    return overdue_reason(lateness(), flags_.overdue_limit);
  }

  void fail_with(std::exception_ptr thrown) {
    failed_ = true;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      log::error("a controller ended", {{"error", error.what()}});
    }
    stop();
  }

  Task<> stop_on_signal() {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    signalled_ = clock_.steady();
    log::info("stopping", {{"signal", signal}});
    stop();
  }

  // Or until another signal, which may have come by now.
  Task<> answer_until(SteadyTime when) {
    using asio::experimental::awaitable_operators::operator||;
    log::info("the webhook goes on answering for a while", {{"for", format_duration(flags_.webhook_shutdown_delay)}});
    co_await (clock_.sleep_until(when) || signals_.async_wait(asio::use_awaitable));
  }

  // The work. What answers others goes on until end().
  void stop() {
    loop_watch_.stop();
    activities_.cancel();
  }

  asio::io_context& io_;
  asio::signal_set signals_;
  OperatorFlags flags_;
  Clock& clock_;
  MetricsRegistry& metrics_;
  Clients clients_;
  kube::Client& client_;
  kube::Elector elector_;
  kube::Ownership ownership_;
  kube::ShardKeeper shards_;
  kube::Neighbours neighbours_;
  kube::Gate leading_;
  std::unique_ptr<providers::CallCounter> calls_;
  std::unique_ptr<providers::HttpClients> http_;
  providers::ProviderRegistry registry_;
  generators::Generators generators_;
  secrets::Controllers secrets_;
  openclaw::Controller openclaw_;
  admission::Webhook webhook_;
  MetricsAccess metrics_access_;
  std::unique_ptr<net::HttpServer> metrics_server_;
  std::unique_ptr<net::HttpServer> live_server_;
  Activities activities_;
  LoopWatch loop_watch_;
  bool failed_ = false;
  std::optional<SteadyTime> signalled_;
};

Result<bool> operate(OperatorFlags flags) {
  TRY_VOID(finish(flags));
  TRY(const log::Level level, parse_level(flags.log_level));
  const bool text = flags.log_format == "text" || (flags.log_format == "auto" && isatty(STDERR_FILENO) == 1);
  log::configure(level, text ? log::Format::kLogfmt : log::Format::kJson);
  tell_accepted_flags(flags.without_effect);
  TRY(kube::ConnectionConfig connection, kube::find_connection(flags.kubeconfig));
  flags.openclaw.operator_namespace =
      choose_namespace({flags.operator_namespace, environment("POD_NAMESPACE").value_or(""),
                        local::read_text_file(kNamespaceFile).value_or(""), connection.ns});
  flags.secrets.operator_namespace = flags.openclaw.operator_namespace;
  flags.webhook.operator_namespace = flags.openclaw.operator_namespace;
  if (flags.webhook.host.empty()) {
    flags.webhook.host = "rotor-webhook." + flags.openclaw.operator_namespace + ".svc";
  }
  TRY(const auto webhook, parse_address(flags.webhook_address));
  if (webhook) {
    flags.webhook.address = webhook->host;
    flags.webhook.port = webhook->port;
  }
  log::info("starting",
            {{"version", kVersion}, {"server", connection.server}, {"namespace", flags.openclaw.operator_namespace}});
  asio::io_context io(1);
  SystemClock clock;
  MetricsRegistry metrics;
  kube::Fence fence(clock);
  const bool divided = flags.leader.elect || flags.leader.shards > 0;
  TRY(Clients clients, make_clients(io, clock, connection, metrics, divided ? &fence : nullptr));
  const Duration answers_for = flags.webhook_shutdown_delay;
  Operator graph(io, std::move(flags), std::move(clients), fence, metrics, clock);
  TRY_VOID(graph.start());
  run_until_ended(io, graph.activities(), std::chrono::seconds(5));
  run_to_end(io, graph.give_back(), std::chrono::seconds(3));
  run_to_end(io, graph.end(), std::chrono::ceil<std::chrono::milliseconds>(answers_for) + std::chrono::seconds(3));
  return !graph.failed();
}

}  // namespace

void add_operator(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("operator", "Run the controllers against a Kubernetes API server");
  auto flags = std::make_shared<OperatorFlags>();
  add_operator_flags(*command, *flags);
  command->callback([&action, flags] {
    action = [flags] {
      const auto done = operate(*flags);
      if (!done) std::fprintf(stderr, "rotor operator: %s\n", done.error().message.c_str());
      return done && *done ? kOk : kFailed;
    };
  });
}

}  // namespace rotor::cli
