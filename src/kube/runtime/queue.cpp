#include "kube/runtime/queue.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "base/log.hpp"
#include "kube/runtime/fair_line.hpp"
#include "kube/runtime/queue_meters.hpp"
#include "kube/runtime/signal.hpp"

namespace rotor::kube {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kLanes = 3;
// Reconciles that wait for nothing, one after the other, before sockets and timers have their turn.
constexpr int kInARow = 32;

std::size_t index(Lane lane) { return static_cast<std::size_t>(lane); }

void count(Lateness& late, Duration by) {
  if (by >= std::chrono::seconds(1)) ++late.count;
  late.greatest = std::max(late.greatest, by);
}

}  // namespace

int background_workers(int workers) { return workers < 2 ? workers : workers - std::max(1, workers / 4); }

struct Queue::Impl {
  struct Appointment {
    SteadyTime when;
    Lane lane;
  };
  struct Entry {
    std::optional<Lane> queued;
    std::optional<Lane> again;  // added while running
    std::optional<Appointment> appointment;
    std::optional<SteadyTime> due;  // since when it should have been worked on
    SteadyTime up{};                // since when that is for a worker to do: not while it waited for something else
    std::optional<Lane> running;
    int failures = 0;
    bool parked = false;
    SteadyTime since{};  // queued, or running

    bool idle() const { return !queued && !running && !appointment && !parked && failures == 0; }
  };
  using Entries = std::map<Key, Entry>;

  Clock& clock;
  std::string name;
  int workers;
  Reconcile reconcile;
  BackOff back_off;

  Entries entries{};
  // Ready keys by lane; one that has moved to a better lane is still here and is skipped.
  std::array<FairLine, kLanes> lanes{};
  SteadyTime started = SteadyTime::min();  // run(): what came before is not late because of it
  std::set<std::pair<SteadyTime, Key>> appointments{};
  std::size_t ready = 0;
  int in_background = 0;  // workers with a retry or a refresh
  std::optional<QueueMeters> meters{};
  // Only while run() runs.
  std::optional<Signal> work{};
  std::optional<Signal> sooner{};

  void enqueue(const Key& key, Entry& entry, Lane lane) { enqueue(key, entry, lane, clock.steady()); }

  void enqueue(const Key& key, Entry& entry, Lane lane, SteadyTime due) {
    if (entry.running) {
      entry.again = std::min(entry.again.value_or(lane), lane);
      return;
    }
    if (entry.queued && *entry.queued <= lane) return;
    if (!entry.due || entry.parked) entry.up = due;
    entry.parked = false;
    if (!entry.due) entry.due = due;
    if (!entry.queued) {
      ++ready;
      entry.since = clock.steady();
      if (meters) meters->added();
    }
    entry.queued = lane;
    lanes[index(lane)].push(key);
    if (work) work->notify_one();
  }

  void drop_appointment(const Key& key, Entry& entry) {
    if (!entry.appointment) return;
    appointments.erase({entry.appointment->when, key});
    entry.appointment.reset();
  }

  void appoint(const Key& key, Entry& entry, Duration delay, Lane lane) {
    const SteadyTime when = clock.steady() + std::chrono::duration_cast<SteadyTime::duration>(delay);
    if (entry.appointment && entry.appointment->when <= when) return;
    drop_appointment(key, entry);
    entry.appointment = Appointment{when, lane};
    appointments.emplace(when, key);
    if (appointments.begin()->second == key && sooner) sooner->notify_one();
  }

  bool may_take(std::size_t lane) const {
    return lane == index(Lane::kUser) || in_background < background_workers(workers);
  }

  std::optional<Key> take() {
    for (std::size_t lane = 0; lane < kLanes && may_take(lane); ++lane) {
      while (!lanes[lane].empty()) {
        Key key = lanes[lane].pop();
        Entry& entry = entries[key];
        if (entry.queued && index(*entry.queued) == lane) {
          entry.queued.reset();
          --ready;
          begin(key, entry, static_cast<Lane>(lane));
          return key;
        }
        tidy(key);
      }
    }
    return std::nullopt;
  }

  void tidy(const Key& key) {
    const auto it = entries.find(key);
    if (it != entries.end() && it->second.idle()) entries.erase(it);
  }

  Duration delay_after(int failures) const {
    Duration delay = back_off.first;
    for (int i = 1; i < failures && delay < back_off.most; ++i) delay *= 2;
    return std::min(delay, back_off.most);
  }

  void begin(const Key& key, Entry& entry, Lane lane) {
    entry.running = lane;
    if (lane != Lane::kUser) ++in_background;
    const SteadyTime now = clock.steady();
    if (meters) meters->began_after(now - entry.since);
    entry.since = now;
    drop_appointment(key, entry);  // what comes next is the outcome's to say
  }

  QueueMeters::Now now() const {
    QueueMeters::Now out{.depth = ready};
    for (const auto& [key, entry] : entries) {
      if (!entry.running) continue;
      const Duration lasts = clock.steady() - entry.since;
      ++out.active;
      out.unfinished += lasts;
      out.longest = std::max(out.longest, lasts);
    }
    return out;
  }

  void finish(const Key& key, const Outcome& outcome) {
    Entry& entry = entries[key];
    if (std::exchange(entry.running, std::nullopt) != Lane::kUser) --in_background;
    entry.parked = outcome.kind == Outcome::Kind::kParked;
    if (entry.parked) {
      if (outcome.after > Duration::zero()) appoint(key, entry, outcome.after, outcome.lane);
      if (const auto again = std::exchange(entry.again, std::nullopt)) enqueue(key, entry, *again);
      return;
    }
    entry.due.reset();
    if (meters) {
      meters->ended(outcome.kind, clock.steady() - entry.since);
      if (outcome.kind == Outcome::Kind::kFailed) meters->retried();
    }
    if (outcome.kind == Outcome::Kind::kFailed) {
      ++entry.failures;
      appoint(key, entry, delay_after(entry.failures), Lane::kRetry);
    } else {
      entry.failures = 0;
      if (outcome.kind == Outcome::Kind::kAfter) appoint(key, entry, outcome.after, outcome.lane);
    }
    if (const auto again = std::exchange(entry.again, std::nullopt)) enqueue(key, entry, *again);
    tidy(key);
  }

  Task<Outcome> guarded(Key key) {
    try {
      co_return co_await reconcile(key);
    } catch (const boost::system::system_error& e) {
      // Cancelled with the queue: the next await of the worker ends it.
      if (e.code() != asio::error::operation_aborted) report(key, e.what());
    } catch (const std::exception& e) {
      report(key, e.what());
    }
    co_return Outcome::failed();
  }

  void report(const Key& key, std::string_view what) const {
    log::error("a reconcile ended with an exception", {{"queue", name}, {"object", key.text()}, {"error", what}});
  }

  Task<> work_on() {
    const Executor executor = co_await asio::this_coro::executor;
    for (int n = 1;; ++n) {
      if (n % kInARow == 0) co_await asio::post(executor, asio::use_awaitable);
      std::optional<Key> key = take();
      if (!key) {
        co_await work->wait();
        // Awaiting again is what notices a cancellation, even when there is work.
        continue;
      }
      const Outcome outcome = co_await guarded(*key);
      finish(*key, outcome);
    }
  }

  void move_due() {
    const SteadyTime now = clock.steady();
    while (!appointments.empty() && appointments.begin()->first <= now) {
      const Key key = appointments.begin()->second;
      Entry& entry = entries[key];
      const Appointment due = *entry.appointment;
      drop_appointment(key, entry);
      enqueue(key, entry, due.lane, due.when);
    }
  }

  Task<> keep_appointments() {
    using namespace asio::experimental::awaitable_operators;
    for (;;) {
      move_due();
      // A sooner appointment cuts the nap short. With none, it lasts a day at most.
      const SteadyTime next =
          appointments.empty() ? clock.steady() + std::chrono::hours(24) : appointments.begin()->first;
      co_await (clock.sleep_until(next) || sooner->wait());
    }
  }
};

Queue::Queue(Clock& clock, std::string name, int workers, Reconcile reconcile, BackOff back_off)
    : impl_(new Impl{clock, std::move(name), workers, std::move(reconcile), back_off}) {}
Queue::~Queue() = default;

void Queue::measure(MetricsRegistry& registry) {
  impl_->meters.emplace(registry, impl_->name, impl_->workers, [this] { return impl_->now(); });
}

void Queue::add(const Key& key, Lane lane) { impl_->enqueue(key, impl_->entries[key], lane); }

void Queue::add_after(const Key& key, Duration delay, Lane lane) {
  impl_->appoint(key, impl_->entries[key], delay, lane);
}

void Queue::forget(const Key& key) {
  const auto it = impl_->entries.find(key);
  if (it == impl_->entries.end()) return;
  impl_->drop_appointment(key, it->second);
  it->second.failures = 0;
  it->second.parked = false;
  if (!it->second.queued && !it->second.running) it->second.due.reset();
  impl_->tidy(key);
}

Task<> Queue::run() {
  const Executor executor = co_await asio::this_coro::executor;
  impl_->started = impl_->clock.steady();
  impl_->work.emplace(executor);
  impl_->sooner.emplace(executor);
  const auto start = [&](Task<> task) { return asio::co_spawn(executor, std::move(task), asio::deferred); };
  std::vector<decltype(start(std::declval<Task<>>()))> parts;
  parts.push_back(start(impl_->keep_appointments()));
  for (int i = 0; i < impl_->workers; ++i) parts.push_back(start(impl_->work_on()));
  auto all = asio::experimental::make_parallel_group(std::move(parts));
  // None of them ends by itself: this waits until the queue is cancelled, or one dies of a bug.
  auto [order, errors] = co_await all.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
  impl_->work.reset();
  impl_->sooner.reset();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

std::size_t Queue::depth() const { return impl_->ready; }

int Queue::failures(const Key& key) const {
  const auto it = impl_->entries.find(key);
  return it == impl_->entries.end() ? 0 : it->second.failures;
}

Lane Queue::lane(const Key& key) const {
  const auto it = impl_->entries.find(key);
  return it == impl_->entries.end() ? Lane::kUser : it->second.running.value_or(Lane::kUser);
}

QueueLateness Queue::lateness() const {
  QueueLateness all{impl_->name};
  const SteadyTime now = impl_->clock.steady();
  for (const auto& [key, entry] : impl_->entries) {
    const auto for_workers = [&](SteadyTime since) { count(all.workers, now - std::max(since, impl_->started)); };
    if (entry.due && entry.parked) {
      count(all.parked, now - *entry.due);
    } else if (entry.due) {
      for_workers(entry.up);
    } else if (entry.appointment && entry.appointment->when < now) {
      for_workers(entry.appointment->when);
    }
  }
  return all;
}

}  // namespace rotor::kube
