#include "cli/operator_options.hpp"

#include <array>
#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/quote.hpp"
#include "cli/accepted_flags.hpp"
#include "cli/flags.hpp"

namespace rotor::cli {
namespace {

constexpr const char* kConnection = "API server";
constexpr const char* kSecrets = "Stores and ExternalSecrets";
constexpr const char* kRotation = "Rotation";
constexpr const char* kAdmission = "Admission webhook";
constexpr const char* kObserving = "Logs, metrics and health";

Result<void> check_address(const std::string& text) {
  const auto address = parse_address(text);
  return address ? Result<void>{} : std::unexpected(address.error());
}

void add_connection_flags(CLI::App& command, OperatorFlags& flags) {
  command.add_option("--kubeconfig", flags.kubeconfig, "How to reach the API server")
      ->default_str("$KUBECONFIG, then the pod's ServiceAccount, then ~/.kube/config")
      ->type_name("FILE")
      ->group(kConnection);
  command.add_option("--operator-namespace", flags.operator_namespace, "Rotor's own namespace")
      ->default_str("$POD_NAMESPACE, the ServiceAccount's, the kubeconfig context's, `default`")
      ->type_name("NAMESPACE")
      ->group(kConnection);
  command.add_option("--namespace,--watch-namespaces", flags.namespaces, "Watch only these, with commas between them")
      ->default_str("all")
      ->type_name("NAMESPACES")
      ->group(kConnection);
  const auto add_address = [&command](const char* name, std::string& address, const char* what) {
    checked(command.add_option(name, address, what), check_address)
        ->capture_default_str()
        ->type_name("ADDRESS")
        ->group(kObserving);
  };
  add_address("--metrics-addr,--metrics-bind-address", flags.metrics_address,
              "HOST:PORT of /metrics, /healthz and /readyz; 0 for none");
  add_address("--live-addr,--health-probe-bind-address", flags.live_address,
              "The same on a second HOST:PORT; 0 for none");
  command.add_flag("--metrics-secure", flags.metrics_secure, "Serve --metrics-addr over TLS")->group(kObserving);
  const auto add_text = [&command](const char* name, std::string& text, const char* type, const char* what) {
    CLI::Option* option = command.add_option(name, text, what)->capture_default_str()->type_name(type);
    if (text.empty()) option->default_str("none");
    option->group(kObserving);
  };
  add_text("--metrics-cert-dir", flags.metrics_cert_dir, "DIR",
           "Holds its certificate and key; without it one is made at start");
  add_text("--metrics-cert-name", flags.metrics_cert_name, "FILE", "The certificate's file there");
  add_text("--metrics-key-name", flags.metrics_key_name, "FILE", "The key's file there");
  command
      .add_flag("--metrics-auth", flags.metrics_auth,
                "Metrics only for a bearer token whose owner may get /metrics (needs --metrics-secure)")
      ->group(kObserving);
  command
      .add_flag("--enable-extended-metric-labels", flags.secrets.extended_metric_labels,
                "Series of stores and ExternalSecrets show their app.kubernetes.io labels")
      ->group(kObserving);
}

void add_secrets_flags(CLI::App& command, OperatorFlags& flags) {
  secrets::Options& options = flags.secrets;
  command.add_option("--controller-class", options.controller_class, "Stores of another class are left alone")
      ->capture_default_str()
      ->type_name("NAME")
      ->group(kSecrets);
  number(command.add_option("--concurrent", options.workers, "ExternalSecrets worked on at once"), "COUNT", 1, 1000)
      ->capture_default_str()
      ->group(kSecrets);
  duration(command.add_option("--store-requeue-interval", flags.store_interval, "How often a store is validated again"))
      ->capture_default_str()
      ->group(kSecrets);
  duration(command.add_option("--min-refresh-interval", flags.least_interval,
                              "A shorter refreshInterval of an ExternalSecret or a store is raised to this"))
      ->capture_default_str()
      ->group(kSecrets);
  number(command.add_option("--store-calls-per-second", options.store_calls,
                            "What a store may be asked on average, for refreshes and retries; 0 for no bound"),
         "COUNT", 0, 1'000'000)
      ->default_str("what its vendor permits, see docs/refreshing.md")
      ->group(kSecrets);
  number(command.add_option("--doppler-etag-cache-size", flags.provider_limits.doppler_answers,
                            "Answers of Doppler that are kept, so that what is unchanged is not sent again; 0: none"),
         "COUNT", 0, 1'000'000)
      ->capture_default_str();
  duration(command.add_option(
               "--min-status-interval", flags.least_status_interval,
               "A refresh that found nothing new moves status.refreshTime at most this often; 0 for each time"))
      ->capture_default_str()
      ->group(kSecrets);
  const auto add_switch = [&command](const char* name, bool& on, const char* what) {
    on_or_off(command.add_option(name, on, what), on)->group(kSecrets);
  };
  add_switch("--enable-cluster-store-reconciler", options.cluster_stores,
             "Serve ClusterSecretStores, and ExternalSecrets that name one");
  add_switch("--enable-secret-store-reconciler", options.namespaced_stores,
             "Validate SecretStores; off, they are used as another controller judges them");
  add_switch("--enable-cluster-external-secret-reconciler", options.cluster_external_secrets,
             "Serve ClusterExternalSecrets; not with --namespace");
  add_switch("--enable-flood-gate", options.flood_gate, "A store that is not Ready is not asked");
  add_switch("--enable-generator-state", options.generator_state,
             "What generators leave behind at servers is kept on record and taken back");
  duration(command.add_option("--generator-gc-grace-period", flags.generator_grace,
                              "How long what a generator made stays good after it was replaced"))
      ->capture_default_str()
      ->group(kSecrets);
  command
      .add_flag("--unsafe-allow-generic-targets", options.generic_targets,
                "spec.target.manifest may name any kind that Rotor's own rights allow it to write")
      ->group(kSecrets);
  command
      .add_flag("--allow-controller-identity", options.allow_controller_identity,
                "SecretStores may use the controller's own cloud identity")
      ->group(kSecrets);
  add_plain_http_flag(command, flags.plain_http)->group(kSecrets);
  add_delimiter_flags(command, options.delimiters);
}

Result<void> check_host(const std::string& text) {
  if (text.empty() || text.find_first_of(", ") == std::string::npos) return {};
  return fail(Code::kInvalid, go_quote(text) + " is no name: give one DNS name or IP address");
}

void add_webhook_flags(CLI::App& command, OperatorFlags& flags) {
  admission::WebhookOptions& options = flags.webhook;
  checked(
      command.add_option("--webhook-addr", flags.webhook_address,
                         "HOST:PORT where the API server asks whether stores and ExternalSecrets are good; 0 for none"),
      check_address)
      ->capture_default_str()
      ->type_name("ADDRESS")
      ->group(kAdmission);
  number(command.add_option("--port", flags.webhook_port, "Short for --webhook-addr :PORT"), "PORT", 1, 65535)
      ->default_str("none")
      ->group(kAdmission);
  checked(command.add_option("--dns-name", options.host, "The name or IP address that the API server calls it by"),
          check_host)
      ->default_str("rotor-webhook.NAMESPACE.svc")
      ->type_name("NAME")
      ->group(kAdmission);
  command
      .add_option("--cert-dir", options.certificate_folder,
                  "tls.crt and tls.key, followed; the CA is then given to the API server by whoever makes them")
      ->default_str("made and renewed by itself, in the Secret rotor-webhook-certificate")
      ->type_name("DIR")
      ->group(kAdmission);
  duration(command.add_option("--check-interval", flags.webhook_check, "How often the certificate is looked at"))
      ->capture_default_str()
      ->group(kAdmission);
  duration(command.add_option("--lookahead-interval", flags.webhook_lookahead,
                              "A certificate that ends within this is renewed; at most 4380h"))
      ->capture_default_str()
      ->group(kAdmission);
  duration(command.add_option("--webhook-shutdown-delay", flags.webhook_delay,
                              "After SIGTERM the webhook answers for so long, while API servers still come here; "
                              "a second SIGTERM ends it. Less than the pod's grace period"))
      ->capture_default_str()
      ->group(kAdmission);
}

Result<void> set_duration(const std::string& flag, const std::string& text, Duration& out) {
  auto parsed = parse_duration(text);
  if (!parsed)
    return fail(Code::kInvalid, fmt::format("{}: {}; write it like 30s or 5m", flag, parsed.error().message));
  if (*parsed < Duration::zero()) return fail(Code::kInvalid, flag + " must not be negative");
  out = *parsed;
  return {};
}

}  // namespace

void add_operator_flags(CLI::App& command, OperatorFlags& flags) {
  add_connection_flags(command, flags);
  add_secrets_flags(command, flags);
  add_webhook_flags(command, flags);
  add_leader_flags(command, flags.leader);
  on_or_off(command.add_option("--enable-openclaw-reconciler", flags.openclaw_instances,
                               "Work on OpenClawInstances; off, it needs no rights for them and what they own"),
            true)
      ->group(kRotation);
  duration(command.add_option("--rotation-quiet-period", flags.quiet_period,
                              "A rotation waits until a Secret did not change for this long: a burst is one restart"))
      ->capture_default_str()
      ->group(kRotation);
  duration(command.add_option("--rotation-quiet-period-max", flags.quiet_period_at_most,
                              "...but not longer than this after the first change"))
      ->capture_default_str()
      ->group(kRotation);
  openclaw::RolloutLimits& rollouts = flags.openclaw.rollouts;
  const auto count = [&command](const char* name, int& value, const char* what) {
    number(command.add_option(name, value, what), "COUNT", 0, 100'000)->capture_default_str()->group(kRotation);
  };
  count("--max-concurrent-rollouts", rollouts.at_once,
        "So many instances restart at once without having been edited; 0 for no limit and no canaries");
  count("--max-concurrent-rollouts-per-namespace", rollouts.at_once_in_namespace,
        "...and in one namespace; 0 for no limit");
  count("--rollout-canaries", rollouts.canaries,
        "Of a Secret that more instances share, so many restart first and have to run well; 0 for none");
  duration(command.add_option("--rollout-deadline", flags.rollout_deadline,
                              "Pods that are not new and ready by then have failed: no more restart onto that value"))
      ->capture_default_str()
      ->group(kRotation);
  duration(
      command.add_option("--overdue-limit", flags.overdue,
                         "/readyz fails when an object has been due for longer and no worker has done it, and /livez "
                         "past twice as long; 0 for never"))
      ->capture_default_str()
      ->group(kObserving);
  duration(command.add_option("--stuck-limit", flags.stuck,
                              "The process ends, to be started anew, when its event loop has not turned for so long; 0 "
                              "for never"))
      ->capture_default_str()
      ->group(kObserving);
  choice(command.add_option("--loglevel,--zap-log-level", flags.log_level, "The least that is logged"),
         {"debug", "info", "warn", "error"}, {"dpanic", "panic", "fatal"})
      ->capture_default_str()
      ->group(kObserving);
  choice(command.add_option("--log-format", flags.log_format, "How it is logged; auto is text on a terminal"),
         {"auto", "json", "text"})
      ->capture_default_str()
      ->group(kObserving);
  add_accepted_flags(command, flags.without_effect);
}

void add_delimiter_flags(CLI::App& command, tmpl::Delimiters& delimiters) {
  const auto add = [&command](const std::string& name, std::string& delimiter, const char* what) {
    const auto set = [&delimiter, standard = delimiter](const std::string& text) {
      delimiter = text.empty() ? standard : text;
    };
    command.add_option_function<std::string>(name, set, what)
        ->default_str(delimiter)
        ->type_name("TEXT")
        ->group("Templates");
  };
  add("--template-left-delimiter", delimiters.left, "Opens an action of a template");
  add("--template-right-delimiter", delimiters.right, "Closes an action of a template");
}

Result<void> finish(OperatorFlags& flags) {
  TRY_VOID(set_duration("--store-requeue-interval", flags.store_interval, flags.secrets.store_interval));
  TRY_VOID(set_duration("--min-refresh-interval", flags.least_interval, flags.secrets.least_interval));
  TRY_VOID(set_duration("--overdue-limit", flags.overdue, flags.overdue_limit));
  TRY_VOID(set_duration("--stuck-limit", flags.stuck, flags.stuck_limit));
  TRY_VOID(set_duration("--generator-gc-grace-period", flags.generator_grace, flags.secrets.generator_grace));
  TRY_VOID(set_duration("--min-status-interval", flags.least_status_interval, flags.secrets.least_status_interval));
  TRY_VOID(set_duration("--rotation-quiet-period", flags.quiet_period, flags.openclaw.quiet));
  TRY_VOID(set_duration("--rotation-quiet-period-max", flags.quiet_period_at_most, flags.openclaw.quiet_at_most));
  TRY_VOID(set_duration("--rollout-deadline", flags.rollout_deadline, flags.openclaw.rollouts.deadline));
  if (flags.openclaw.rollouts.deadline < std::chrono::seconds(1)) {
    return fail(Code::kInvalid, "--rollout-deadline: at least 1s, or every restart has failed at once");
  }
  flags.openclaw.progress_deadline = flags.openclaw.rollouts.deadline;
  TRY_VOID(set_duration("--check-interval", flags.webhook_check, flags.webhook.check));
  TRY_VOID(set_duration("--lookahead-interval", flags.webhook_lookahead, flags.webhook.lookahead));
  TRY_VOID(set_duration("--webhook-shutdown-delay", flags.webhook_delay, flags.webhook_shutdown_delay));
  TRY_VOID(finish(flags.leader));
  if (flags.webhook.check < std::chrono::seconds(1)) return fail(Code::kInvalid, "--check-interval: at least 1s");
  if (flags.webhook.lookahead > admission::kMostLookahead) {
    return fail(Code::kInvalid, "--lookahead-interval: at most 4380h, half of what a certificate lives");
  }
  if (flags.webhook_port) flags.webhook_address = fmt::format(":{}", *flags.webhook_port);
  TRY_VOID(parse_level(flags.log_level));
  if (flags.metrics_auth && !flags.metrics_secure) {
    return fail(Code::kInvalid,
                "--metrics-auth: tokens are not to be read on the way; give --metrics-secure as well, which serves "
                "--metrics-addr over TLS");
  }
  flags.secrets.watched = flags.openclaw.watched = kube::Namespaces::listed(flags.namespaces);
  return {};
}

Result<log::Level> parse_level(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, log::Level>, 7> kLevels = {{{"debug", log::Level::kDebug},
                                                                                      {"info", log::Level::kInfo},
                                                                                      {"warn", log::Level::kWarn},
                                                                                      {"error", log::Level::kError},
                                                                                      {"dpanic", log::Level::kError},
                                                                                      {"panic", log::Level::kError},
                                                                                      {"fatal", log::Level::kError}}};
  for (const auto& [name, level] : kLevels) {
    if (name == text) return level;
  }
  return fail(Code::kInvalid, fmt::format("--loglevel {}: use debug, info, warn or error", text));
}

std::string choose_namespace(const NamespaceSources& sources) {
  for (const std::string* candidate :
       {&sources.flag, &sources.pod_namespace, &sources.service_account_file, &sources.context}) {
    std::string_view text = *candidate;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (!text.empty()) return std::string(text);
  }
  return "default";
}

Result<std::optional<Address>> parse_address(std::string_view text) {
  if (text.empty() || text == "0") return std::nullopt;
  const std::size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return fail(Code::kInvalid,
                fmt::format("{} is not an address: write it like :8080 or 127.0.0.1:8080", go_quote(text)));
  };
  if (colon == std::string_view::npos) return wrong();
  Address out{std::string(text.substr(0, colon))};
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong();
  return out;
}

}  // namespace rotor::cli
