// The API server is away for ten minutes, on a clock that the test moves.
#include <map>
#include <set>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apiserver/server/faults.hpp"
#include "base/time.hpp"
#include "generators/generators.hpp"
#include "kube/client/config.hpp"
#include "providers/fake/fake.hpp"
#include "secrets/controllers.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/scenarios/secrets_world.hpp"

namespace rotor::test {
namespace {

using namespace std::chrono_literals;

constexpr int kObjects = 24;
constexpr auto kStep = 5s;
constexpr auto kLongestBackOff = 7min;
constexpr int kNobodyAnswers = 4;
constexpr std::string_view kSynced = "True/SecretSynced/secret synced";

std::string name_of(int i) { return fmt::format("es-{}", i); }
// Each reads something else: what reads the same is refreshed together.
std::string key_of(int i) { return fmt::format("k-{}", i); }
std::string entries() {
  std::string out = R"([{"key":"k2","value":"2"})";
  for (int i = 0; i < kObjects; ++i) out += fmt::format(R"(,{{"key":"{}","value":"1"}})", key_of(i));
  return out + "]";
}

// Knows how many answers are awaited: the clock stands still until they are there, since deadlines go by it, too.
class CountedClient final : public kube::Client {
 public:
  explicit CountedClient(std::unique_ptr<kube::Client> inner) : inner_(std::move(inner)) {}
  int awaited() const { return *awaited_; }

  Task<Result<SecretBytes>> get(kube::Resource resource, kube::Key key) override {
    return count(inner_->get(resource, std::move(key)));
  }
  Task<Result<kube::ListPage>> list_page(kube::Resource resource, std::string ns, kube::ListOptions options,
                                         std::string token) override {
    return count(inner_->list_page(resource, std::move(ns), std::move(options), std::move(token)));
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource resource, std::string ns,
                                                         kube::ListOptions options, std::string version) override {
    return count(inner_->watch(resource, std::move(ns), std::move(options), std::move(version)));
  }
  Task<Result<SecretBytes>> create(kube::Resource resource, std::string ns, SecretBytes object,
                                   kube::WriteOptions options) override {
    return count(inner_->create(resource, std::move(ns), std::move(object), std::move(options)));
  }
  Task<Result<SecretBytes>> update(kube::Resource resource, kube::Key key, SecretBytes object,
                                   kube::WriteOptions options) override {
    return count(inner_->update(resource, std::move(key), std::move(object), std::move(options)));
  }
  Task<Result<SecretBytes>> patch(kube::Resource resource, kube::Key key, kube::PatchType type, SecretBytes patch,
                                  kube::WriteOptions options) override {
    return count(inner_->patch(resource, std::move(key), type, std::move(patch), std::move(options)));
  }
  Task<Result<void>> remove(kube::Resource resource, kube::Key key, kube::DeleteOptions options) override {
    return count(inner_->remove(resource, std::move(key), std::move(options)));
  }
  Task<Result<kube::IssuedToken>> request_token(kube::Key account, kube::TokenRequest request) override {
    return count(inner_->request_token(std::move(account), std::move(request)));
  }
  Task<Result<bool>> serves(kube::Resource resource) override { return count(inner_->serves(resource)); }
  Task<Result<std::vector<kube::ServedKind>>> kinds_of(std::string version) override {
    return count(inner_->kinds_of(std::move(version)));
  }

 private:
  struct Awaited {
    std::shared_ptr<int> n;  // a call that is cancelled may end after its client
    explicit Awaited(std::shared_ptr<int> count) : n(std::move(count)) { ++*n; }
    ~Awaited() { --*n; }
    Awaited(const Awaited&) = delete;
  };
  template <class T>
  Task<Result<T>> count(Task<Result<T>> call) {
    const Awaited awaited(awaited_);
    co_return co_await std::move(call);
  }

  std::unique_ptr<kube::Client> inner_;
  std::shared_ptr<int> awaited_ = std::make_shared<int>(0);
};

class Outage : public testing::Test {
 protected:
  Outage() {
    auto made = kube::make_client(world.executor(), clock, connection(), "outage-under-test");
    if (!made) throw std::runtime_error(made.error().message);
    client = std::make_unique<CountedClient>(*std::move(made));
    controllers = std::make_unique<secrets::Controllers>(world.executor(), *client, clock, registry, generators,
                                                         metrics, secrets::Options());
    world.store(entries());
    for (int i = 0; i < kObjects; ++i) make(name_of(i), key_of(i));
    boost::asio::co_spawn(
        world.executor(), controllers->run(),
        boost::asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr) { ended = true; }));
  }
  ~Outage() override {
    stop.emit(boost::asio::cancellation_type::terminal);
    world.until("the controllers to end", [this] { return ended; });
  }

  kube::ConnectionConfig connection() const {
    kube::ConnectionConfig out{.server = world.url(), .token = SecretBytes(world.token())};
    out.tls.ca_pem = world.ca_pem();
    return out;
  }
  void make(const std::string& name, const std::string& key) {
    world.create("es", name,
                 fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"refreshInterval":"5m",
      "data":[{{"secretKey":"a","remoteRef":{{"key":"{}"}}}}]}}}})",
                             key));
  }
  // So long on the controllers' clock, by steps; what comes of each is over before the next.
  void pass(Duration time, int turns_at_most = 50) {
    for (Duration done{}; done < time; done += kStep) {
      clock.advance(kStep);
      int turns = 0;
      // A client that tries again sleeps on the clock: so long and no longer.
      world.until("a step to be over",
                  [&] { return ++turns > 3 && (client->awaited() == 0 || turns > turns_at_most); });
    }
  }
  void until_synced(const std::string& name) {
    for (int i = 0; i < 60 && world.ready("es", name) != kSynced; ++i) pass(kStep);
    ASSERT_EQ(world.ready("es", name), kSynced) << name;
  }
  std::vector<std::string> refresh_times() {
    std::vector<std::string> out;
    for (int i = 0; i < kObjects; ++i) {
      out.emplace_back(json::find_string(world.get("es", name_of(i)), "status.refreshTime"));
    }
    return out;
  }

  FakeClock clock{SystemClock().now()};
  SecretsWorld world;
  MetricsRegistry metrics;
  std::unique_ptr<CountedClient> client;
  std::unique_ptr<providers::HttpClients> http = providers::make_http_clients(world.executor(), clock, "test");
  std::unique_ptr<providers::CallCounter> calls = providers::make_call_counter(metrics);
  providers::Services services{world.executor(), clock, *http, *calls, [](std::string_view) { return std::nullopt; }};
  providers::ProviderRegistry registry{{{"fake", providers::make_fake_provider}}, services};
  generators::Generators generators{services};
  std::unique_ptr<secrets::Controllers> controllers;
  boost::asio::cancellation_signal stop;
  bool ended = false;
};

TEST_F(Outage, OfTenMinutesIsFollowedByEachRefreshSpreadAndNoTurnIsMadeUpFor) {
  for (int i = 0; i < kObjects; ++i) until_synced(name_of(i));
  pass(10s);
  const auto before = refresh_times();
  world.faults().add({.times = -1, .kind = apiserver::Fault::Kind::kDrop});
  world.faults().end_watches("");
  pass(10min, kNobodyAnswers);
  EXPECT_GT(world.faults().hits(), static_cast<std::uint64_t>(kObjects)) << "it was tried";
  world.faults().clear();
  std::vector<std::set<std::string>> seen(kObjects);
  for (Duration since{}; since < kLongestBackOff + 1min; since += 30s) {
    pass(30s);
    const auto now = refresh_times();
    for (std::size_t i = 0; i < kObjects; ++i) seen[i].insert(now[i]);
  }
  std::map<std::string, int> first_by_moment;
  for (std::size_t i = 0; i < kObjects; ++i) {
    seen[i].erase(before[i]);
    ASSERT_FALSE(seen[i].empty()) << i;
    ++first_by_moment[*seen[i].begin()];
    // What it missed, and its own turn of each interval since.
    EXPECT_LE(seen[i].size(), 3U) << i;
  }
  for (const auto& [moment, together] : first_by_moment) EXPECT_LE(together, kObjects / 2) << moment;
}

TEST_F(Outage, LeavesNoWatchBehindThatDoesNotGoOn) {
  until_synced(name_of(0));
  world.faults().add({.times = -1, .kind = apiserver::Fault::Kind::kDrop});
  world.faults().end_watches("");
  pass(10min, kNobodyAnswers);
  world.faults().clear();
  make("later", key_of(0));
  until_synced("later");
  world.merge("es", "later", R"({"spec":{"data":[{"secretKey":"b","remoteRef":{"key":"k2"}}]}})");
  for (int i = 0; i < 60 && world.value("later", "b") != "2"; ++i) pass(kStep);
  EXPECT_EQ(world.value("later", "b"), "2");
}

}  // namespace
}  // namespace rotor::test
