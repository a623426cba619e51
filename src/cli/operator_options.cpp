#include "cli/operator_options.hpp"

#include <array>
#include <charconv>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rotor::cli {
namespace {

// Flags of today's operators that change nothing here: accepted, so that a manifest with them still starts.
constexpr std::array kAccepted = {"--enable-leader-election",
                                  "--leader-elect",
                                  "--leader-election-id",
                                  "--leader-election-lease-duration",
                                  "--leader-election-renew-deadline",
                                  "--leader-election-retry-period",
                                  "--client-qps",
                                  "--client-burst",
                                  "--enable-secrets-caching",
                                  "--enable-configmaps-caching",
                                  "--enable-managed-secrets-caching",
                                  "--enable-secret-api-read-on-cache-mismatch",
                                  "--enable-generator-state",
                                  "--generator-gc-grace-period",
                                  "--enable-cluster-external-secret-reconciler",
                                  "--enable-cluster-push-secret-reconciler",
                                  "--enable-push-secret-reconciler",
                                  "--enable-extended-metric-labels",
                                  "--enable-http2",
                                  "--zap-time-encoding",
                                  "--experimental-enable-aws-session-cache",
                                  "--experimental-enable-vault-token-cache",
                                  "--experimental-vault-token-cache-size",
                                  "--enable-vault-token-cache",
                                  "--vault-token-cache-size",
                                  "--metrics-secure",
                                  "--otlp-endpoint",
                                  "--otlp-insecure",
                                  "--zap-devel",
                                  "--zap-encoder",
                                  "--zap-stacktrace-level"};

void accept_the_rest(CLI::App& command) {
  for (const char* name : kAccepted) {
    command.add_option_function<std::string>(name, [](const std::string&) {}, "")->expected(0, 1)->group("");
  }
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
  command
      .add_option("--kubeconfig", flags.kubeconfig, "Where the API server is (default: $KUBECONFIG, then in-cluster)")
      ->type_name("FILE");
  command.add_option(
      "--operator-namespace", flags.operator_namespace,
      "Rotor's own namespace (default: $POD_NAMESPACE, the ServiceAccount, the kubeconfig context, `default`)");
  command.add_option("--namespace,--watch-namespaces", flags.secrets.watch_namespace,
                     "Watch only this namespace (default: all)");
  command
      .add_option("--metrics-addr,--metrics-bind-address", flags.metrics_address,
                  "/metrics, /healthz and /readyz; 0 for none")
      ->capture_default_str();
  command
      .add_option("--live-addr,--health-probe-bind-address", flags.live_address,
                  "The same on a second address; 0 for none")
      ->capture_default_str();
  command.add_option("--controller-class", flags.secrets.controller_class, "Stores of another class are left alone")
      ->capture_default_str();
  command.add_option("--concurrent", flags.secrets.workers, "ExternalSecrets worked on at once")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command.add_option("--store-requeue-interval", flags.store_interval, "How often stores are validated again")
      ->capture_default_str();
  command
      .add_option("--min-refresh-interval", flags.least_interval,
                  "A shorter refreshInterval of an ExternalSecret or a store is raised to this")
      ->capture_default_str();
  command.add_option("--enable-cluster-store-reconciler", flags.secrets.cluster_stores, "")
      ->expected(0, 1)
      ->capture_default_str();
  command.add_option("--enable-secret-store-reconciler", flags.secrets.namespaced_stores, "")
      ->expected(0, 1)
      ->capture_default_str();
  command.add_option("--enable-flood-gate", flags.secrets.flood_gate, "A store that is not Ready is not asked")
      ->expected(0, 1)
      ->capture_default_str();
  command.add_flag("--allow-controller-identity", flags.secrets.allow_controller_identity,
                   "Namespaced stores may use the controller's own cloud identity");
  add_delimiter_flags(command, flags.secrets.delimiters);
  command.add_option("--rotation-quiet-period", flags.quiet_period, "A burst of Secret changes is one restart")
      ->capture_default_str();
  command.add_option("--rotation-quiet-period-max", flags.quiet_period_at_most, "…but waits no longer than this")
      ->capture_default_str();
  command.add_option("--loglevel,--zap-log-level", flags.log_level, "debug, info, warn, error")->capture_default_str();
  command.add_option("--log-format", flags.log_format, "json, text, or auto: text on a terminal")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "json", "text"}));
  accept_the_rest(command);
}

void add_delimiter_flags(CLI::App& command, tmpl::Delimiters& delimiters) {
  const auto add = [&command](const std::string& name, std::string& delimiter, const char* what) {
    const auto set = [&delimiter, standard = delimiter](const std::string& text) {
      delimiter = text.empty() ? standard : text;
    };
    command.add_option_function<std::string>(name, set, what)->default_str(delimiter);
  };
  add("--template-left-delimiter", delimiters.left, "Opens an action of a template");
  add("--template-right-delimiter", delimiters.right, "Closes an action of a template");
}

Result<void> finish(OperatorFlags& flags) {
  TRY_VOID(set_duration("--store-requeue-interval", flags.store_interval, flags.secrets.store_interval));
  TRY_VOID(set_duration("--min-refresh-interval", flags.least_interval, flags.secrets.least_interval));
  TRY_VOID(set_duration("--rotation-quiet-period", flags.quiet_period, flags.openclaw.quiet));
  TRY_VOID(set_duration("--rotation-quiet-period-max", flags.quiet_period_at_most, flags.openclaw.quiet_at_most));
  TRY_VOID(parse_level(flags.log_level));
  flags.openclaw.watched_namespace = flags.secrets.watch_namespace;
  if (flags.secrets.watch_namespace.find(',') != std::string::npos) {
    return fail(Code::kInvalid, "--namespace: one namespace, or none for all");
  }
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
    return fail(Code::kInvalid, fmt::format("address {}: write it like :8080 or 127.0.0.1:8080", text));
  };
  if (colon == std::string_view::npos) return wrong();
  Address out{std::string(text.substr(0, colon))};
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty()) out.host = "0.0.0.0";
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong();
  return out;
}

}  // namespace rotor::cli
