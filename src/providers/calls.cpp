#include "base/metrics.hpp"
#include "providers/services.hpp"

namespace rotor::providers {
namespace {

class MetricsCallCounter final : public CallCounter {
 public:
  explicit MetricsCallCounter(MetricsRegistry& registry)
      : calls_(registry.counter("externalsecret_provider_api_calls_count", "Calls of providers' APIs.",
                                {"provider", "call", "status"})) {}

  void count(std::string_view provider, std::string_view call, bool success) override {
    calls_.with({std::string(provider), std::string(call), success ? "success" : "error"}).add();
  }

 private:
  Family<Counter>& calls_;
};

}  // namespace

std::unique_ptr<CallCounter> make_call_counter(MetricsRegistry& registry) {
  return std::make_unique<MetricsCallCounter>(registry);
}

}  // namespace rotor::providers
