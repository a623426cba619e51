#include "kube/events/events.hpp"

#include <deque>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/repeated.hpp"
#include "kube/events/event_correlator.hpp"
#include "kube/runtime/signal.hpp"

namespace rotor::kube {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxMessage = 1024;
constexpr std::size_t kMaxWaiting = 1000;
constexpr int kAttempts = 3;
constexpr auto kBetweenAttempts = 5s;
constexpr auto kTellDropsEvery = 60s;

// Cuts at a character, not inside one.
std::string shortened(std::string message) {
  if (message.size() <= kMaxMessage) return message;
  std::size_t end = kMaxMessage - 3;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return message.substr(0, end) + "...";
}

std::string count_patch(const Event& event) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  writer.key("count");
  writer.integer(event.count);
  writer.key("lastTimestamp");
  writer.string(event.last_timestamp);
  writer.key("message");
  writer.string(event.message);
  writer.end_object();
  return body;
}

bool worth_another_try(Code code) {
  return code == Code::kUnavailable || code == Code::kTimeout || code == Code::kThrottled;
}

struct State {
  State(const Executor& executor, Client& c, Clock& k) : client(c), clock(k), correlator(k), work(executor) {}

  Client& client;
  Clock& clock;
  EventCorrelator correlator;
  Signal work;
  // Keys of events whose object is behind; several changes before it is written are one write.
  std::deque<std::string> waiting{};
  std::set<std::string> is_waiting{};
  std::set<std::string> created{};
  // Events that found no room: told in one line when the others are written, or after a while.
  std::uint64_t dropped = 0;
  SteadyTime dropped_since{};
  Repeated not_written{kTellDropsEvery};
  Repeated left_out{kTellDropsEvery};
};

void drop_oldest(State& state) {
  if (state.dropped++ == 0) state.dropped_since = state.clock.steady();
  state.is_waiting.erase(state.waiting.front());
  state.waiting.pop_front();
}

void leave_out(State& state) {
  const auto times = state.left_out.due(state.clock.steady());
  if (times) log::info("much happens at once: not everything that went well gets an event", {{"events", *times}});
}

void tell_drops(State& state) {
  const bool due = state.waiting.empty() || state.clock.steady() >= state.dropped_since + kTellDropsEvery;
  if (state.dropped == 0 || !due) return;
  log::warn("more events than could be written: the oldest were dropped",
            {{"events", std::exchange(state.dropped, 0)}, {"waiting", state.waiting.size()}});
}

Task<Result<void>> write_once(State& state, Event event) {
  const Key name{event.metadata.ns, event.metadata.name};
  if (event.count > 1 && state.created.contains(event.metadata.name)) {
    SecretBytes patch(count_patch(event));
    auto done = co_await state.client.patch(kResource<Event>, name, PatchType::kMerge, std::move(patch));
    if (done) co_return Result<void>();
    if (done.error().code != Code::kNotFound) co_return std::unexpected(std::move(done).error());
    // Events live an hour on the server: this one has expired there.
  }
  SecretBytes body = json::write_secret(event);
  auto made = co_await state.client.create(kResource<Event>, name.ns, std::move(body));
  if (!made && made.error().code != Code::kAlreadyExists) co_return std::unexpected(std::move(made).error());
  state.created.insert(event.metadata.name);
  co_return Result<void>();
}

Task<> write_with_retries(State& state, std::string key) {
  for (int attempt = 1;; ++attempt) {
    const Event* event = state.correlator.find(key);
    if (event == nullptr) co_return;
    Event copy = *event;
    const auto done = co_await write_once(state, std::move(copy));
    // In a namespace that is going nobody reads events, and one line for each would be a storm.
    if (done || done.error().code == Code::kCancelled || done.error().code == Code::kGone) co_return;
    if (!worth_another_try(done.error().code) || attempt == kAttempts) {
      event = state.correlator.find(key);
      if (const auto times = state.not_written.due(state.clock.steady())) {
        log::warn("an event could not be written", {{"object", event == nullptr ? "" : event->involved_object.name},
                                                    {"reason", event == nullptr ? "" : event->reason},
                                                    {"error", done.error().message},
                                                    {"times", *times}});
      }
      co_return;
    }
    co_await state.clock.sleep_for(kBetweenAttempts);
  }
}

Task<> write_events(State& state) {
  for (;;) {
    tell_drops(state);
    if (state.waiting.empty()) {
      co_await state.work.wait();
      continue;
    }
    const std::string key = std::move(state.waiting.front());
    state.waiting.pop_front();
    state.is_waiting.erase(key);
    if (state.created.size() > 8 * kMaxWaiting) state.created.clear();
    co_await write_with_retries(state, key);
  }
}

class Recorder final : public EventRecorder {
 public:
  Recorder(const Executor& executor, Client& client, Clock& clock, std::string component)
      : state_(executor, client, clock), component_(std::move(component)) {}

  Task<> run() override { return write_events(state_); }

  void record(ObjectReference about, Type type, std::string reason, std::string message) override {
    if (type == Type::kNormal && !state_.correlator.has_room_for_news(reason)) return leave_out(state_);
    Event event;
    event.metadata.ns = about.ns.empty() ? "default" : about.ns;
    event.involved_object = std::move(about);
    event.type = type == Type::kWarning ? "Warning" : "Normal";
    event.reason = std::move(reason);
    event.message = shortened(std::move(message));
    event.source.component = component_;
    event.reporting_component = component_;
    const std::optional<std::string> key = state_.correlator.add(std::move(event));
    if (!key) return;
    if (state_.is_waiting.contains(*key)) return;
    if (state_.waiting.size() >= kMaxWaiting) drop_oldest(state_);
    if (state_.is_waiting.insert(*key).second) state_.waiting.push_back(*key);
    state_.work.notify_one();
  }

 private:
  State state_;
  std::string component_;
};

}  // namespace

std::unique_ptr<EventRecorder> make_event_recorder(Executor executor, Client& client, Clock& clock,
                                                   std::string component) {
  return std::make_unique<Recorder>(executor, client, clock, std::move(component));
}

ObjectReference reference_to(const Resource& kind, const ObjectMeta& metadata) {
  return {.api_version = kind.api_version(),
          .kind = std::string(kind.kind),
          .ns = metadata.ns,
          .name = metadata.name,
          .uid = metadata.uid,
          .resource_version = metadata.resource_version};
}

}  // namespace rotor::kube
