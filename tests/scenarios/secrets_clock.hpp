// The External Secrets controllers on a clock that the test moves, and an API server that knows nothing of that clock.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>
#include <gtest/gtest.h>

#include "secrets/controllers.hpp"
#include "tests/fakes/around_client.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/scenarios/secrets_world.hpp"
#include "tests/scenarios/store_double.hpp"

namespace rotor::test {

// How many answers are awaited: the clock stands still until they are there, since deadlines go by it, too.
struct HoldWhileAwaited {
  struct Calls {
    int awaited = 0;
    int ended = 0;
  };
  std::shared_ptr<Calls> calls = std::make_shared<Calls>();  // a call that is cancelled may end after its client

  struct Hold {
    std::shared_ptr<Calls> calls;
    explicit Hold(std::shared_ptr<Calls> of) : calls(std::move(of)) { ++calls->awaited; }
    ~Hold() {
      --calls->awaited;
      ++calls->ended;
    }
    Hold(const Hold&) = delete;
  };
  template <class T>
  static Task<Result<T>> held(std::shared_ptr<Calls> calls, Task<Result<T>> call) {
    const Hold hold(std::move(calls));
    co_return co_await std::move(call);
  }
  template <class T>
  Task<Result<T>> operator()(std::string_view, std::string_view, Task<Result<T>> call) const {
    return held(calls, std::move(call));
  }
};

class SecretsOnAClock : public testing::Test {
 protected:
  static constexpr std::chrono::seconds kStep{5};
  // Where nobody answers there is nothing to wait for.
  static constexpr int kNobodyAnswers = 4;
  static constexpr int kEverybodyAnswers = 50;

  // `loose`: as of SecretsWorld.
  explicit SecretsOnAClock(secrets::Options options = {}, bool loose = false);
  ~SecretsOnAClock() override;

  // The controllers begin to work; what is there before then is there at their start.
  void begin();
  // So long on the controllers' clock, by steps; what comes of each is over before the next.
  void pass(Duration time, int turns_at_most = kEverybodyAnswers, Duration step = kStep);
  // Gives up after five minutes of that clock and ten seconds of the machine's.
  void pass_until(std::string_view what, const std::function<bool()>& is_so, Duration step = kStep);
  void until_ready(const std::string& name, std::string_view expected);

  // An ExternalSecret that reads `key` of the store "store".
  void make(const std::string& name, std::string_view key, std::string_view interval = "5m");
  std::string refresh_time(const std::string& name);
  // By the names of ExternalSecrets, of a family such as externalsecret_sync_calls_total.
  std::map<std::string, int> counts(std::string_view family) const;
  int count(std::string_view family, const std::string& name) const;
  // How often it was told, events that stand for several included.
  std::int64_t told(std::string_view reason);

  FakeClock clock{SystemClock().now()};
  SecretsWorld world;
  MetricsRegistry metrics;
  std::shared_ptr<StoreDouble> back_end = std::make_shared<StoreDouble>(clock);  // of spec.provider.double

 private:
  std::unique_ptr<AroundClient<HoldWhileAwaited>> client_;
  std::unique_ptr<providers::HttpClients> http_ = providers::make_http_clients(world.executor(), clock, "test");
  std::unique_ptr<providers::CallCounter> calls_ = providers::make_call_counter(metrics);
  providers::Services services_{world.executor(), clock, *http_, *calls_,
                                [](std::string_view) { return std::nullopt; }};
  providers::ProviderRegistry registry_;
  generators::Generators generators_{services_};
  std::unique_ptr<secrets::Controllers> controllers_;
  boost::asio::cancellation_signal stop_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace rotor::test
