#include "cli/accepted_flags.hpp"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>

#include "base/log.hpp"

namespace rotor::cli {
namespace {

constexpr std::string_view kPaced = "calls are paced by the connections and by the API server's own answers";
constexpr std::string_view kSmallCache = "of Secrets that it writes Rotor keeps metadata and a digest, others it reads";
constexpr std::string_view kNoSuchKind = "Rotor has no controller for this kind yet";
constexpr std::string_view kTokensKept = "logins are kept as long as they are valid, one for each identity";
constexpr std::string_view kOneLogFormat = "the format of the log is --log-format's";
constexpr std::string_view kTlsOnly = "the webhook speaks TLS 1.2 and 1.3 with the ciphers of OpenSSL's default";
constexpr std::string_view kNoTraces = "Rotor sends no traces";

constexpr std::array kAccepted = {
    AcceptedFlag{"--client-qps", kPaced},
    AcceptedFlag{"--client-burst", kPaced},
    AcceptedFlag{"--enable-secrets-caching", kSmallCache},
    AcceptedFlag{"--enable-configmaps-caching", "ConfigMaps of templates are read when they are needed"},
    AcceptedFlag{"--enable-managed-secrets-caching", kSmallCache},
    AcceptedFlag{"--enable-secret-api-read-on-cache-mismatch", kSmallCache},
    AcceptedFlag{"--enable-cluster-push-secret-reconciler", kNoSuchKind},
    AcceptedFlag{"--enable-push-secret-reconciler", kNoSuchKind},
    AcceptedFlag{"--enable-http2", "Rotor serves HTTP/1.1"},
    AcceptedFlag{"--zap-time-encoding", kOneLogFormat},
    AcceptedFlag{"--zap-devel", kOneLogFormat},
    AcceptedFlag{"--zap-encoder", kOneLogFormat},
    AcceptedFlag{"--zap-stacktrace-level", kOneLogFormat},
    AcceptedFlag{"--enable-vault-token-cache", kTokensKept},
    AcceptedFlag{"--vault-token-cache-size", kTokensKept},
    AcceptedFlag{"--experimental-enable-vault-token-cache", kTokensKept},
    AcceptedFlag{"--experimental-vault-token-cache-size", kTokensKept},
    AcceptedFlag{"--experimental-enable-aws-session-cache", kTokensKept},
    AcceptedFlag{"--experimental-enable-doppler-oidc-cache", kTokensKept},
    AcceptedFlag{"--experimental-doppler-oidc-cache-size", kTokensKept},
    AcceptedFlag{"--tls-ciphers", kTlsOnly},
    AcceptedFlag{"--tls-min-version", kTlsOnly},
    AcceptedFlag{"--otlp-endpoint", kNoTraces},
    AcceptedFlag{"--otlp-insecure", kNoTraces},
};

}  // namespace

std::span<const AcceptedFlag> accepted_flags() { return kAccepted; }

void add_accepted_flags(CLI::App& command, std::vector<std::string>& given) {
  for (const AcceptedFlag& flag : kAccepted) {
    const auto note = [&given, name = flag.name](const std::string&) {
      if (std::ranges::find(given, name) == given.end()) given.emplace_back(name);
    };
    command.add_option_function<std::string>(std::string(flag.name), note, "")->expected(0, 1)->take_last()->group("");
  }
}

void tell_accepted_flags(const std::vector<std::string>& given) {
  for (const AcceptedFlag& flag : kAccepted) {
    if (std::ranges::find(given, flag.name) == given.end()) continue;
    log::info("a flag changes nothing here", {{"flag", flag.name}, {"why", flag.fate}});
  }
}

}  // namespace rotor::cli
