#include "tests/scenarios/secrets_clock.hpp"

#include <sstream>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include "kube/client/config.hpp"
#include "providers/fake/fake.hpp"

namespace rotor::test {

namespace {

kube::ConnectionConfig connection_to(const SecretsWorld& world) {
  kube::ConnectionConfig out{.server = world.url(), .token = SecretBytes(world.token())};
  out.tls.ca_pem = world.ca_pem();
  return out;
}

}  // namespace

SecretsOnAClock::SecretsOnAClock(secrets::Options options, bool loose) : world(loose) {
  auto made = kube::make_client(world.executor(), clock, connection_to(world), "on-a-clock");
  if (!made) throw std::runtime_error(made.error().message);
  client_ = std::make_unique<AroundClient<HoldWhileAwaited>>(*std::move(made), HoldWhileAwaited());
  registry_.add("fake", providers::make_fake_provider(services_));
  registry_.add("double", std::make_unique<StoreDoubleProvider>(back_end));
  controllers_ = std::make_unique<secrets::Controllers>(world.executor(), *client_, clock, registry_, generators_,
                                                        metrics, std::move(options));
}

SecretsOnAClock::~SecretsOnAClock() {
  if (!begun_) return;
  stop_.emit(boost::asio::cancellation_type::terminal);
  world.until("the controllers to end", [this] { return ended_; });
}

void SecretsOnAClock::begin() {
  begun_ = true;
  boost::asio::co_spawn(
      world.executor(), controllers_->run(),
      boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr) { ended_ = true; }));
}

void SecretsOnAClock::pass(Duration time, int turns_at_most, Duration step) {
  for (Duration done{}; done < time; done += step) {
    clock.advance(step);
    int turns = 0;
    int ended = client_->around().calls->ended;
    // A client that tries again sleeps on the clock: so many turns in which no call ends, and no more.
    world.until("a step to be over", [&] {
      const auto& calls = *client_->around().calls;
      turns = std::exchange(ended, calls.ended) == calls.ended ? turns + 1 : 1;
      return turns > 3 && (calls.awaited == 0 || turns > turns_at_most);
    });
  }
}

void SecretsOnAClock::pass_until(std::string_view what, const std::function<bool()>& is_so, Duration step) {
  constexpr auto kMost = std::chrono::minutes(5);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (Duration done{}; !is_so(); done += step) {
    // An event may take its time on the way, whatever the clock says.
    if (done >= kMost && std::chrono::steady_clock::now() > patience)
      throw std::runtime_error(fmt::format("waited too long for {}", what));
    pass(step, kEverybodyAnswers, step);
  }
}

void SecretsOnAClock::until_ready(const std::string& name, std::string_view expected) {
  pass_until(fmt::format("{} to be {}", name, expected), [&] { return world.ready("es", name) == expected; });
}

void SecretsOnAClock::make(const std::string& name, std::string_view key, std::string_view interval) {
  world.create("es", name,
               fmt::format(R"({{"spec":{{"secretStoreRef":{{"name":"store"}},"refreshInterval":"{}",
      "data":[{{"secretKey":"a","remoteRef":{{"key":"{}"}}}}]}}}})",
                           interval, key));
}

std::string SecretsOnAClock::refresh_time(const std::string& name) {
  return std::string(json::find_string(world.get("es", name), "status.refreshTime"));
}

std::map<std::string, int> SecretsOnAClock::counts(std::string_view family) const {
  constexpr std::string_view kName = "{name=\"";
  std::map<std::string, int> out;
  std::istringstream lines(metrics.render());
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(fmt::format("{}{}", family, kName))) continue;
    const std::size_t at = family.size() + kName.size();
    out[line.substr(at, line.find('"', at) - at)] = std::stoi(line.substr(line.rfind(' ') + 1));
  }
  return out;
}

int SecretsOnAClock::count(std::string_view family, const std::string& name) const {
  const auto all = counts(family);
  const auto it = all.find(name);
  return it == all.end() ? 0 : it->second;
}

std::int64_t SecretsOnAClock::told(std::string_view reason) {
  std::int64_t times = 0;
  for (const auto& event : world.events(reason)) {
    const auto* many = event.as_object().if_contains("count");
    times += many == nullptr ? 1 : many->to_number<std::int64_t>();
  }
  return times;
}

}  // namespace rotor::test
