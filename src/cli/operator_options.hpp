// What the flags of `rotor operator` say. Names are those people already pass to today's operators.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admission/webhook/webhook.hpp"
#include "base/log.hpp"
#include "cli/leader_flags.hpp"
#include "cli/providers.hpp"
#include "openclaw/options.hpp"
#include "providers/services.hpp"
#include "secrets/options.hpp"

namespace CLI {
class App;
}

namespace rotor::cli {

struct OperatorFlags {
  std::optional<std::string> kubeconfig{};
  std::string operator_namespace{};
  std::string namespaces{};               // with commas between them; empty: all
  std::string metrics_address = ":8080";  // "0": none
  std::string live_address = ":8082";
  bool metrics_secure = false;
  std::string metrics_cert_dir{};  // empty: a certificate of our own making
  std::string metrics_cert_name = "tls.crt";
  std::string metrics_key_name = "tls.key";
  bool metrics_auth = false;
  std::vector<std::string> without_effect{};  // names of flags that change nothing here
  std::string log_level = "info";
  std::string log_format = "auto";  // text on a terminal, JSON elsewhere
  std::string store_interval = "5m";
  std::string least_interval = "1s";
  std::string overdue = "15m";
  Duration overdue_limit{};
  std::string stuck = "1m";
  Duration stuck_limit{};
  std::string generator_grace = "2m";
  std::string least_status_interval = "0s";
  std::string quiet_period = "1s";
  std::string quiet_period_at_most = "10s";
  std::string rollout_deadline = "10m";
  std::string webhook_address = "0";
  std::optional<std::uint16_t> webhook_port{};  // short for the address
  std::string webhook_check = "5m";
  std::string webhook_lookahead = "2160h";
  std::string webhook_delay = "5s";
  Duration webhook_shutdown_delay{};  // after SIGTERM, for API servers that have not heard of it
  LeaderFlags leader{};
  admission::WebhookOptions webhook{};
  providers::PlainHttp plain_http = providers::PlainHttp::kNearby;
  ProviderLimits provider_limits{};
  secrets::Options secrets{};
  bool openclaw_instances = true;
  openclaw::ControllerOptions openclaw{};
};

void add_operator_flags(CLI::App& command, OperatorFlags& flags);

// --template-left-delimiter and --template-right-delimiter, shared with `rotor template`. Empty means the default.
void add_delimiter_flags(CLI::App& command, tmpl::Delimiters& delimiters);

// Durations and levels, checked: kInvalid names the flag.
Result<void> finish(OperatorFlags& flags);
Result<log::Level> parse_level(std::string_view text);

// The operator's own namespace: the flag, $POD_NAMESPACE, the ServiceAccount's file, the kubeconfig context, `default`.
struct NamespaceSources {
  std::string flag{};
  std::string pod_namespace{};
  std::string service_account_file{};  // its content
  std::string context{};
};
std::string choose_namespace(const NamespaceSources& sources);

// `:8080`, `127.0.0.1:0`, `[::1]:80`; nullopt for "0" and "" (off). kInvalid otherwise.
struct Address {
  std::string host;  // empty: every one of this host
  std::uint16_t port = 0;
};
Result<std::optional<Address>> parse_address(std::string_view text);

}  // namespace rotor::cli
