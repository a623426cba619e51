#include <algorithm>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "cli/accepted_flags.hpp"
#include "cli/cli.hpp"
#include "cli/operator_options.hpp"
#include "cli/status_server.hpp"
#include "tests/fakes/source_dir.hpp"

namespace rotor::cli {
namespace {

TEST(CommandLine, GivesAnEmptyValueAWordOfItsOwn) {
  EXPECT_EQ(normalise({"operator", "--namespace=", "--metrics-addr=0", "--", "sh", "--x="}),
            (std::vector<std::string>{"operator", "--namespace", "", "--metrics-addr=0", "--", "sh", "--x="}));
}

TEST(CommandLine, TakesAnEmptyListOfInheritedNamesForNone) {
  EXPECT_EQ(normalise({"run", "--inherit-env=", "--", "sh", "--inherit-env="}),
            (std::vector<std::string>{"run", "--", "sh", "--inherit-env="}));
}

int asked_for_privacy(std::vector<std::string> arguments) {
  int times = 0;
  run(std::move(arguments), [&times] { ++times; });
  return times;
}

TEST(CommandLine, ClosesTheMemoryBeforeSecretsAreHandledUnlessADebuggerIsAllowed) {
  const std::vector<std::string> preview = {"template", "-f", "/no/such/file", "--data", "/no/such/file"};
  EXPECT_EQ(asked_for_privacy(preview), 1);
  std::vector<std::string> debugged = preview;
  debugged.emplace_back("--allow-debugger");
  EXPECT_EQ(asked_for_privacy(debugged), 0);
  EXPECT_EQ(asked_for_privacy({"crds"}), 0);
  EXPECT_EQ(asked_for_privacy({"template"}), 0) << "the command line is wrong: nothing begins";
}

TEST(OperatorNamespace, IsTheFirstThatIsGiven) {
  EXPECT_EQ(choose_namespace({"a", "b", "c", "d"}), "a");
  EXPECT_EQ(choose_namespace({"", "b", "c", "d"}), "b");
  EXPECT_EQ(choose_namespace({"", "", "c\n", "d"}), "c");
  EXPECT_EQ(choose_namespace({"", "", "", "d"}), "d");
  EXPECT_EQ(choose_namespace({}), "default");
}

// B250
TEST(WatchedNamespaces, AreTrimmedAndNamedOnce) {
  OperatorFlags flags;
  flags.namespaces = " a, b,,a";
  ASSERT_TRUE(finish(flags));
  EXPECT_EQ(flags.secrets.watched.scopes(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(flags.openclaw.watched.text(), "a,b");
  flags.namespaces = " , ";
  ASSERT_TRUE(finish(flags));
  EXPECT_TRUE(flags.secrets.watched.all());
}

struct AddressCase {
  const char* text;
  const char* expected;
};

class ListenAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(ListenAddress, IsRead) {
  const auto address = parse_address(GetParam().text);
  std::string got = "invalid";
  if (address) got = *address ? (*address)->host + " " + std::to_string((*address)->port) : "off";
  EXPECT_EQ(got, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, ListenAddress,
                         testing::Values(AddressCase{":8080", " 8080"}, AddressCase{"127.0.0.1:0", "127.0.0.1 0"},
                                         AddressCase{"[::1]:80", "::1 80"}, AddressCase{"0", "off"},
                                         AddressCase{"", "off"}, AddressCase{"8080", "invalid"},
                                         AddressCase{":http", "invalid"}, AddressCase{":70000", "invalid"}));

TEST(OperatorFlags, NameTheFlagOfAWrongDuration) {
  OperatorFlags flags;
  flags.quiet_period = "1d";
  const auto done = finish(flags);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("--rotation-quiet-period"), std::string::npos);
}

// As the command line is read, without what it starts.
OperatorFlags read_flags(std::vector<std::string> arguments) {
  CLI::App app;
  OperatorFlags flags;
  add_operator_flags(app, flags);
  std::ranges::reverse(arguments);
  app.parse(std::move(arguments));
  return flags;
}

TEST(OperatorFlags, MeanWhatTheySay) {
  const OperatorFlags none = read_flags({});
  EXPECT_FALSE(none.secrets.generic_targets);
  EXPECT_FALSE(none.secrets.extended_metric_labels);
  EXPECT_TRUE(none.secrets.cluster_stores && none.secrets.namespaced_stores && none.secrets.flood_gate);
  const OperatorFlags all = read_flags(
      {"--unsafe-allow-generic-targets", "--enable-extended-metric-labels", "--enable-cluster-store-reconciler=false",
       "--enable-secret-store-reconciler=false", "--enable-flood-gate=false", "--controller-class=mine",
       "--namespace=a", "--metrics-secure", "--metrics-cert-dir=/certs", "--concurrent=3"});
  EXPECT_TRUE(all.secrets.generic_targets && all.secrets.extended_metric_labels && all.metrics_secure);
  EXPECT_FALSE(all.secrets.cluster_stores || all.secrets.namespaced_stores || all.secrets.flood_gate);
  EXPECT_EQ(all.secrets.controller_class + all.namespaces + all.metrics_cert_dir, "minea/certs");
  EXPECT_EQ(all.secrets.workers, 3);
  EXPECT_TRUE(read_flags({}).openclaw_instances);
  EXPECT_FALSE(read_flags({"--enable-openclaw-reconciler=false"}).openclaw_instances);
  EXPECT_FALSE(read_flags({"--unsafe-allow-generic-targets=false"}).secrets.generic_targets);
}

TEST(OperatorFlags, SayHowALeaderIsElected) {
  EXPECT_FALSE(read_flags({}).leader.elect);
  EXPECT_EQ(read_flags({}).leader.id, "external-secrets-controller");
  for (const char* flag : {"--leader-elect", "--enable-leader-election", "--enable-leader-election=true"}) {
    EXPECT_TRUE(read_flags({flag}).leader.elect) << flag;
  }
  EXPECT_FALSE(read_flags({"--enable-leader-election=false"}).leader.elect);
  EXPECT_EQ(read_flags({}).leader.shards, 0);
  OperatorFlags divided = read_flags({"--shards=60"});
  ASSERT_TRUE(finish(divided));
  EXPECT_EQ(divided.leader.shards, 60);
  OperatorFlags both = read_flags({"--shards=60", "--leader-elect"});
  const auto neither = finish(both);
  ASSERT_FALSE(neither);
  EXPECT_TRUE(neither.error().message.starts_with("--leader-elect and --shards: one of them"))
      << neither.error().message;
  OperatorFlags flags =
      read_flags({"--leader-election-id=x", "--leader-election-namespace=n", "--leader-election-lease-duration=1m",
                  "--leader-election-renew-deadline=30s", "--leader-election-retry-period=500ms"});
  ASSERT_TRUE(finish(flags));
  EXPECT_EQ(flags.leader.id + flags.leader.ns, "xn");
  EXPECT_EQ(flags.leader.timings.lease, std::chrono::minutes(1));
  EXPECT_EQ(flags.leader.timings.renew, std::chrono::seconds(30));
  EXPECT_EQ(flags.leader.timings.retry, std::chrono::milliseconds(500));
  flags.leader.renew = "1m";
  const auto refused = finish(flags);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "--leader-election-renew-deadline 1m0s: shorter than the lease duration, 1m0s");
  EXPECT_NE(replica_identity(), replica_identity());
}

TEST(OperatorFlags, AreKnownAllThatTodaysOperatorTakes) {
  for (const char* flag : {"--metrics-addr",
                           "--metrics-secure",
                           "--metrics-auth",
                           "--metrics-cert-dir",
                           "--metrics-cert-name",
                           "--metrics-key-name",
                           "--live-addr",
                           "--controller-class",
                           "--enable-leader-election",
                           "--leader-election-id",
                           "--leader-election-lease-duration",
                           "--leader-election-renew-deadline",
                           "--leader-election-retry-period",
                           "--concurrent",
                           "--client-qps",
                           "--client-burst",
                           "--loglevel",
                           "--zap-time-encoding",
                           "--namespace",
                           "--enable-cluster-store-reconciler",
                           "--enable-secret-store-reconciler",
                           "--enable-cluster-external-secret-reconciler",
                           "--enable-cluster-push-secret-reconciler",
                           "--enable-push-secret-reconciler",
                           "--enable-secrets-caching",
                           "--enable-configmaps-caching",
                           "--enable-managed-secrets-caching",
                           "--enable-secret-api-read-on-cache-mismatch",
                           "--store-requeue-interval",
                           "--enable-flood-gate",
                           "--enable-generator-state",
                           "--enable-extended-metric-labels",
                           "--enable-http2",
                           "--unsafe-allow-generic-targets",
                           "--generator-gc-grace-period",
                           "--template-left-delimiter",
                           "--template-right-delimiter",
                           "--enable-vault-token-cache",
                           "--vault-token-cache-size",
                           "--experimental-enable-vault-token-cache",
                           "--experimental-vault-token-cache-size",
                           "--experimental-enable-doppler-oidc-cache",
                           "--experimental-doppler-oidc-cache-size",
                           "--doppler-etag-cache-size",
                           "--experimental-enable-aws-session-cache"}) {
    CLI::App app;
    OperatorFlags flags;
    add_operator_flags(app, flags);
    EXPECT_NE(app.get_option_no_throw(flag), nullptr) << flag;
  }
}

TEST(OperatorFlags, SayHowManyAnswersOfDopplerAreKept) {
  EXPECT_EQ(read_flags({}).provider_limits.doppler_answers, 16'384U);
  EXPECT_EQ(read_flags({"--doppler-etag-cache-size=0"}).provider_limits.doppler_answers, 0U);
}

TEST(OperatorFlags, SayOfEachThatChangesNothingWhatBecameOfIt) {
  EXPECT_EQ(read_flags({"--client-qps=50", "--enable-http2", "--client-qps", "7"}).without_effect,
            (std::vector<std::string>{"--client-qps", "--enable-http2"}));
  for (const AcceptedFlag& flag : accepted_flags()) {
    EXPECT_FALSE(flag.fate.empty()) << flag.name;
    EXPECT_EQ(read_flags({std::string(flag.name)}).without_effect.size(), 1U) << flag.name;
  }
  testing::internal::CaptureStderr();
  tell_accepted_flags({"--client-qps"});
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("--client-qps"), std::string::npos) << told;
  EXPECT_EQ(std::ranges::count(told, '\n'), 1) << told;
}

TEST(OperatorFlags, StandOnTheirPageWithWhatBecameOfThem) {
  const std::string page = test::read_file(test::source_path("docs/operator.md"));
  for (const AcceptedFlag& flag : accepted_flags()) {
    EXPECT_NE(page.find("`" + std::string(flag.name) + "`"), std::string::npos) << flag.name;
  }
}

TEST(OperatorFlags, OfRestartsReachTheController) {
  OperatorFlags flags = read_flags({"--max-concurrent-rollouts=7", "--max-concurrent-rollouts-per-namespace=2",
                                    "--rollout-canaries=3", "--rollout-deadline=3m"});
  ASSERT_TRUE(finish(flags));
  const openclaw::RolloutLimits& limits = flags.openclaw.rollouts;
  EXPECT_EQ(limits.at_once, 7);
  EXPECT_EQ(limits.at_once_in_namespace, 2);
  EXPECT_EQ(limits.canaries, 3);
  EXPECT_EQ(limits.deadline, std::chrono::minutes(3));
  EXPECT_EQ(flags.openclaw.progress_deadline, std::chrono::minutes(3)) << "an instance that goes back has no more time";
  flags.rollout_deadline = "0s";
  const auto refused = finish(flags);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--rollout-deadline"), std::string::npos);
}

TEST(OperatorFlags, OfRestartsStandOnTheirPageWithTheirDefaults) {
  const std::string page = test::read_file(test::source_path("docs/rotation.md"));
  const OperatorFlags standard = read_flags({});
  const openclaw::RolloutLimits& limits = standard.openclaw.rollouts;
  for (const auto& [flag, value] : std::map<std::string, std::string>{
           {"--rotation-quiet-period", standard.quiet_period},
           {"--rotation-quiet-period-max", standard.quiet_period_at_most},
           {"--max-concurrent-rollouts", std::to_string(limits.at_once)},
           {"--max-concurrent-rollouts-per-namespace", std::to_string(limits.at_once_in_namespace)},
           {"--rollout-canaries", std::to_string(limits.canaries)},
           {"--rollout-deadline", standard.rollout_deadline}}) {
    EXPECT_NE(page.find("| `" + flag + "` | " + value + " |"), std::string::npos) << flag;
  }
}

TEST(OperatorFlags, ServeNoMetricsToAllThatWereMeantForFew) {
  OperatorFlags flags = read_flags({"--metrics-auth"});
  const auto done = finish(flags);
  ASSERT_FALSE(done) << "a token that anybody on the way could read";
  EXPECT_NE(done.error().message.find("--metrics-secure"), std::string::npos);
  OperatorFlags secure = read_flags({"--metrics-auth", "--metrics-secure"});
  EXPECT_TRUE(finish(secure));
}

TEST(MetricsCertificate, ComesOutOfItsFolderOrIsMadeAtStart) {
  const WallTime now = std::chrono::system_clock::now();
  const auto made = metrics_certificate("", "tls.crt", "tls.key", now);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->certificate_pem.starts_with("-----BEGIN CERTIFICATE-----"));
  const auto missing = metrics_certificate("/nowhere", "tls.crt", "tls.key", now);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "--metrics-cert-name: cannot read /nowhere/tls.crt: No such file or directory");
  const auto folder = metrics_certificate("/", "etc", "tls.key", now);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "--metrics-cert-name: cannot read /etc: it is not a file");
}

TEST(OperatorFlags, RefuseALookaheadThatWouldRenewForEver) {
  OperatorFlags flags;
  flags.webhook_lookahead = "4381h";
  const auto done = finish(flags);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("--lookahead-interval"), std::string::npos);
  flags.webhook_lookahead = "4380h";
  EXPECT_TRUE(finish(flags));
  flags.webhook_check = "0";
  EXPECT_FALSE(finish(flags)) << "a look without a pause";
}

TEST(OperatorFlags, SayForHowLongTheWebhookAnswersAfterASignal) {
  OperatorFlags flags;
  ASSERT_TRUE(finish(flags));
  EXPECT_EQ(flags.webhook_shutdown_delay, std::chrono::seconds(5));
  flags.webhook_delay = "-1s";
  const auto done = finish(flags);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "--webhook-shutdown-delay must not be negative");
}

TEST(OperatorFlags, TakeThePortAloneForTheWebhooksAddress) {
  OperatorFlags flags;
  ASSERT_TRUE(finish(flags));
  EXPECT_EQ(flags.webhook_address, "0") << "off";
  flags.webhook_port = 10250;
  ASSERT_TRUE(finish(flags));
  EXPECT_EQ(flags.webhook_address, ":10250");
}

TEST(OperatorFlags, KnowTheLevelsPeopleUse) {
  EXPECT_EQ(parse_level("debug"), log::Level::kDebug);
  EXPECT_EQ(parse_level("fatal"), log::Level::kError);
  EXPECT_FALSE(parse_level("loud"));
}

}  // namespace
}  // namespace rotor::cli
