// When what a generator left behind may be taken back, over days.
#include "secrets/generator_states.hpp"

#include <deque>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/metrics.hpp"
#include "kube/runtime/signal.hpp"
#include "providers/services.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/loop.hpp"
#include "tests/fakes/strict_client.hpp"

namespace rotor::secrets {
namespace {

using namespace std::chrono_literals;

// Whose deadline was over long ago by the clock of the replica that wrote it.
std::string ended_state(int i) {
  return fmt::format(R"({{"apiVersion":"generators.external-secrets.io/v1alpha1","kind":"GeneratorState","metadata":
    {{"name":"s-{0}","namespace":"ns","uid":"u-{0}","resourceVersion":"{0}","finalizers":["{1}"]}},
    "spec":{{"garbageCollectionDeadline":"2001-01-01T00:00:00Z","resource":{{"kind":"Fake"}},"state":{{}}}}}})",
                     i, kStateFinalizer);
}

class ManyStates final : public test::StrictClient {
 public:
  explicit ManyStates(const Executor& executor) : come_(executor) {}

  void add(int from, int to) {
    for (int i = from; i < to; ++i) events_.push_back(ended_state(i));
    come_.notify_one();
  }
  const std::set<std::string>& removed() const { return removed_; }

  Task<Result<kube::ListPage>> list_page(kube::Resource, std::string, kube::ListOptions, std::string) override {
    kube::ListPage page;
    page.body = SecretBytes(R"({"metadata":{"resourceVersion":"1"},"items":[]})");
    page.resource_version = "1";
    co_return page;
  }
  Task<Result<std::unique_ptr<kube::WatchStream>>> watch(kube::Resource, std::string, kube::ListOptions,
                                                         std::string) override {
    co_return std::make_unique<Stream>(*this);
  }
  Task<Result<void>> remove(kube::Resource, kube::Key key, kube::DeleteOptions) override {
    removed_.insert(key.name);
    co_return Result<void>();
  }

 private:
  struct Stream final : kube::WatchStream {
    explicit Stream(ManyStates& of) : all(of) {}
    Task<Result<std::optional<kube::WatchEvent>>> next() override {
      while (all.events_.empty()) co_await all.come_.wait();
      kube::WatchEvent event{.type = kube::WatchEvent::Type::kAdded, .object = SecretBytes(all.events_.front())};
      all.events_.pop_front();
      co_return event;
    }
    ManyStates& all;
  };

  kube::Signal come_;
  std::deque<std::string> events_;
  std::set<std::string> removed_;
};

class GeneratorStatesOverDays : public testing::Test {
 protected:
  GeneratorStatesOverDays() { options_.generator_grace = 72h; }
  ~GeneratorStatesOverDays() override { loop.stop(); }
  void hours_pass(int hours) { clock.advance(loop.io(), std::chrono::hours(hours)); }

  test::Loop loop;
  test::FakeClock clock;
  ManyStates client{loop.executor()};

 private:
  MetricsRegistry metrics_;
  std::unique_ptr<providers::HttpClients> http_ = providers::make_http_clients(loop.executor(), clock, "test");
  std::unique_ptr<providers::CallCounter> calls_ = providers::make_call_counter(metrics_);
  providers::Services services_{loop.executor(), clock, *http_, *calls_, [](std::string_view) { return std::nullopt; }};
  generators::Generators generators_{services_};
  std::unique_ptr<providers::ReferenceGate> gate_ = providers::make_reference_gate(client);
  Options options_;
  kube::Ownership everything_;

 protected:
  GeneratorStates states{client, clock, generators_, *gate_, options_, metrics_, everything_};
};

TEST_F(GeneratorStatesOverDays, AGraceOfDaysEndsInTimeHoweverManyStatesWaitForTheirs) {
  loop.start(states.run());
  client.add(0, 1500);
  loop.settle();
  hours_pass(36);
  client.add(1500, 3500);
  loop.settle();
  hours_pass(35);
  EXPECT_TRUE(client.removed().empty());
  hours_pass(2);
  EXPECT_EQ(client.removed().size(), 1500U);
  EXPECT_TRUE(client.removed().contains("s-0") && !client.removed().contains("s-1500"));
  hours_pass(36);
  EXPECT_EQ(client.removed().size(), 3500U);
}

}  // namespace
}  // namespace rotor::secrets
