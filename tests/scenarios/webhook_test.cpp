// The webhook's endpoint and its certificates, with the API server that keeps them.
#include "admission/webhook/webhook.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "admission/webhook/certificate_secret.hpp"
#include "base/encoding.hpp"
#include "net/certificate_facts.hpp"
#include "net/certificates.hpp"
#include "providers/fake/fake.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/local/scratch_folder.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;
using admission::Webhook;

constexpr std::chrono::hours kDay{24};
constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition",
                               false};
constexpr kube::Resource kConfigurations{"admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations",
                                         "ValidatingWebhookConfiguration", false};
// The embedded server has no webhooks: what names them is an object like any other.
constexpr std::string_view kConfigurationCrd =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":
    "validatingwebhookconfigurations.admissionregistration.k8s.io","annotations":{"api-approved.kubernetes.io":
    "unapproved, a test"}},"spec":{"group":"admissionregistration.k8s.io","scope":"Cluster","names":{"kind":
    "ValidatingWebhookConfiguration","listKind":"ValidatingWebhookConfigurationList","plural":
    "validatingwebhookconfigurations","singular":"validatingwebhookconfiguration"},"versions":[{"name":"v1","served":true,
    "storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})";

WallTime real_now() { return std::chrono::system_clock::now(); }

class WebhookRun : public testing::Test {
 protected:
  template <class T>
  T take(Task<T> task) {
    std::optional<T> out;
    world.start([](Task<T> inner, std::optional<T>& into) -> Task<> { into.emplace(co_await std::move(inner)); }(
                                                              std::move(task), out));
    world.until("an answer", [&] { return out.has_value(); });
    return *std::move(out);
  }

  void configuration(const std::string& name, std::string_view label) {
    if (!take(world.person().serves(kConfigurations)).value_or(false)) {
      ASSERT_TRUE(take(world.person().create(kCrds, "", SecretBytes(kConfigurationCrd))));
    }
    const std::string object = fmt::format(
        R"({{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{{"name":"{}",)"
        R"("labels":{{"app.kubernetes.io/name":"{}"}}}},"webhooks":[{{"name":"validate.externalsecret.external-secrets.io",)"
        R"("clientConfig":{{"url":"https://x/"}}}}]}})",
        name, label);
    ASSERT_TRUE(take(world.person().create(kConfigurations, "", SecretBytes(object))));
  }
  std::string bundle_of(const std::string& name) {
    const auto body = take(world.person().get(kConfigurations, {"", name}));
    if (!body) return "";
    const json::Value object = *json::parse(body->reveal());
    const json::Value& webhook = json::find(object, "webhooks")->as_array()[0];
    return *base64_decode(json::find_string(webhook, "clientConfig.caBundle"));
  }

  // A webhook, its run and the end of it.
  struct Replica {
    std::unique_ptr<Webhook> webhook;
    boost::asio::cancellation_signal stop;
    bool ended = false;
  };
  Webhook& start(admission::WebhookOptions options = {}) {
    options.address = "127.0.0.1";
    options.host = "127.0.0.1";
    options.operator_namespace = "ns";
    options.port = 0;
    Replica& replica = *replicas.emplace_back(std::make_unique<Replica>());
    replica.webhook = std::make_unique<Webhook>(world.executor(), world.person(), clock, registry, std::move(options));
    EXPECT_TRUE(replica.webhook->start());
    boost::asio::co_spawn(world.executor(), replica.webhook->run(),
                          boost::asio::bind_cancellation_slot(
                              replica.stop.slot(), [&replica](std::exception_ptr) { replica.ended = true; }));
    return *replica.webhook;
  }
  // Before the loop that they run on.
  void TearDown() override {
    for (const auto& replica : replicas) {
      replica->stop.emit(boost::asio::cancellation_type::terminal);
      world.until("the end of a webhook", [&] { return replica->ended; });
      replica->webhook->stop();
    }
    world.settle();
    replicas.clear();
  }
  std::string kept(std::string_view key) { return world.value(std::string(admission::CertificateSecret::kName), key); }
  // Every replica looks, then sleeps until its next look.
  void until_looked() {
    world.until("a look",
                [this] { return clock.sleepers() == replicas.size() && clock.next_deadline() > clock.steady(); });
  }
  void pass(std::chrono::nanoseconds time) {
    until_looked();
    clock.advance(time);
    until_looked();
  }
  // Does somebody who trusts this bundle get an answer?
  bool reached(const Webhook& webhook, const std::string& bundle) {
    net::ClientConfig config;
    config.tls.ca_pem = bundle;
    auto client = net::make_http_client(world.executor(), world.clock(), std::move(config));
    const auto answer =
        take((*client)->send({.method = "GET", .url = fmt::format("https://127.0.0.1:{}/", webhook.port())}));
    return answer.has_value();
  }

  FakeClock clock{real_now()};
  boost::asio::io_context idle;
  std::unique_ptr<providers::HttpClients> http = providers::make_http_clients(idle.get_executor(), clock, "test");
  MetricsRegistry metrics;
  std::unique_ptr<providers::CallCounter> calls = providers::make_call_counter(metrics);
  providers::ProviderRegistry registry{
      {{"fake", providers::make_fake_provider}},
      {idle.get_executor(), clock, *http, *calls, [](std::string_view) { return std::nullopt; }}};
  SecretsWorld world;
  std::vector<std::unique_ptr<Replica>> replicas;
};

TEST_F(WebhookRun, MakesItsCertificateAndIsReadyOnlyThen) {
  Webhook& webhook = start();
  EXPECT_FALSE(webhook.ready());
  world.until("the certificate", [&] { return webhook.ready(); });
  EXPECT_TRUE(reached(webhook, kept("ca.crt")));
}

TEST_F(WebhookRun, GivesTheApiServerTheBundleInOurConfigurationsAlone) {
  configuration("externalsecret-validate", "rotor");
  configuration("secretstore-validate", "external-secrets-webhook");
  const Webhook& webhook = start();
  world.until("the bundle", [this] { return !bundle_of("externalsecret-validate").empty(); });
  EXPECT_EQ(bundle_of("externalsecret-validate"), kept("ca.crt"));
  EXPECT_TRUE(reached(webhook, bundle_of("externalsecret-validate")));
  EXPECT_EQ(bundle_of("secretstore-validate"), "");
}

TEST_F(WebhookRun, OfTwoReplicasBothServeTheSame) {
  const Webhook& first = start();
  const Webhook& second = start();
  world.until("both", [&] { return first.ready() && second.ready(); });
  const std::string bundle = kept("ca.crt");
  EXPECT_TRUE(reached(first, bundle));
  EXPECT_TRUE(reached(second, bundle));
}

// 7.9-195, without the process that has to end for it.
TEST_F(WebhookRun, RenewsACertificateThatIsAboutToExpireWhileItServes_Row195) {
  clock.set_wall(real_now() - 300 * kDay);
  const Webhook& webhook = start();
  world.until("the certificate", [&] { return webhook.ready(); });
  const std::string first = kept("tls.crt"), bundle = kept("ca.crt");
  EXPECT_TRUE(reached(webhook, bundle));
  pass(300 * kDay);
  EXPECT_NE(kept("tls.crt"), first);
  EXPECT_EQ(kept("ca.crt"), bundle);
  EXPECT_TRUE(reached(webhook, bundle));
  EXPECT_TRUE(webhook.ready());
}

TEST_F(WebhookRun, AfterAYearOffReplacesTheExpiredCertificateBeforeItIsReady) {
  clock.set_wall(real_now() - 400 * kDay);
  const Webhook& before = start();
  world.until("the certificate", [&] { return before.ready(); });
  const std::string expired = kept("tls.crt");
  clock.set_wall(real_now());
  EXPECT_FALSE(before.ready()) << "it serves what nobody accepts";
  const Webhook& after = start();
  EXPECT_FALSE(after.ready());
  world.until("another certificate", [&] { return after.ready(); });
  EXPECT_NE(kept("tls.crt"), expired);
  EXPECT_GT(*after.good_until(), real_now() + 90 * kDay);
  EXPECT_TRUE(reached(after, kept("ca.crt")));
}

TEST_F(WebhookRun, ChangesItsCaWithoutAnybodyLosingIt) {
  configuration("externalsecret-validate", "rotor");
  clock.set_wall(real_now() - 3600 * kDay);
  const Webhook& webhook = start();
  world.until("the bundle", [this] { return !bundle_of("externalsecret-validate").empty(); });
  const std::string old_ca = kept("ca.crt");
  pass(3600 * kDay - 2h);
  pass(5min);
  ASSERT_EQ(net::split_bundle(bundle_of("externalsecret-validate")).size(), 2U);
  EXPECT_TRUE(reached(webhook, old_ca)) << "an API server that has not heard of the new one";
  EXPECT_TRUE(reached(webhook, bundle_of("externalsecret-validate")));
  const std::string by_the_old = kept("tls.crt");
  pass(50min);
  EXPECT_EQ(kept("tls.crt"), by_the_old) << "not everybody may have heard of the new one";
  pass(11min);
  EXPECT_NE(kept("tls.crt"), by_the_old);
  EXPECT_TRUE(reached(webhook, bundle_of("externalsecret-validate")));
  EXPECT_TRUE(reached(webhook, net::split_bundle(kept("ca.crt")).front()));
  EXPECT_FALSE(reached(webhook, old_ca));
}

TEST_F(WebhookRun, RepairsItsSecret) {
  const Webhook& webhook = start();
  world.until("the certificate", [&] { return webhook.ready(); });
  world.merge("secret", std::string(admission::CertificateSecret::kName), R"({"data":{"tls.crt":"Y2FuYXJ5"}})");
  pass(5min);
  EXPECT_TRUE(kept("tls.crt").starts_with("-----BEGIN"));
  EXPECT_TRUE(reached(webhook, kept("ca.crt")));
  world.remove("secret", std::string(admission::CertificateSecret::kName));
  pass(5min);
  EXPECT_FALSE(kept("tls.crt").empty());
  EXPECT_TRUE(reached(webhook, kept("ca.crt")));
}

TEST_F(WebhookRun, FollowsAFolderThatSomebodyElseRenews) {
  ScratchFolder folder;
  const auto put = [&folder](const net::KeyPair& ca) {
    const net::KeyPair pair = net::issue_certificate(ca, "w", {"127.0.0.1"}, real_now(), 24h);
    folder.write("tls.crt", pair.certificate_pem);
    folder.write("tls.key", std::string(pair.key_pem.reveal()));
  };
  const net::KeyPair first = net::make_ca("first", real_now(), 48h), second = net::make_ca("second", real_now(), 48h);
  put(first);
  admission::WebhookOptions options;
  options.certificate_folder = folder.path();
  const Webhook& webhook = start(options);
  world.until("the certificate", [&] { return webhook.ready(); });
  EXPECT_TRUE(reached(webhook, first.certificate_pem));
  put(second);
  pass(10s);
  EXPECT_TRUE(reached(webhook, second.certificate_pem));
  folder.write("tls.crt", "canary");  // half of a renewal
  pass(10s);
  EXPECT_TRUE(reached(webhook, second.certificate_pem)) << "the good one stays";
  EXPECT_EQ(kept("tls.crt"), "") << "no Secret is made beside it";
}

TEST_F(WebhookRun, SaysThatItsPortIsTaken) {
  const Webhook& first = start();
  admission::WebhookOptions options;
  options.address = "127.0.0.1";
  options.host = "w";
  options.port = first.port();
  Webhook second(world.executor(), world.person(), clock, registry, options);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().message.contains("the port is taken")) << started.error().message;
}

}  // namespace
}  // namespace rotor::test
