#include "net/pool.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rotor::net {

namespace asio = boost::asio;

Pool::Waiter::Waiter(const Executor& executor) : wake(executor, asio::steady_timer::time_point::max()) {}

// Leaves the queue when the wait ends, however it ends; a slot granted to nobody goes to the next in line.
class Pool::Place {
 public:
  Place(Pool& pool, Host& host, Waiter& waiter) : pool_(pool), host_(host), waiter_(waiter) {
    host_.waiters.push_back(&waiter_);
  }
  ~Place() {
    if (!waiter_.granted) {
      host_.waiters.remove(&waiter_);
    } else if (!taken_) {
      pool_.release(host_);
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  void take() { taken_ = true; }

 private:
  Pool& pool_;
  Host& host_;
  Waiter& waiter_;
  bool taken_ = false;
};

Pool::Lease::~Lease() {
  if (pool_ == nullptr) return;
  connection.reset();
  pool_->release(*host_);
}

void Pool::Lease::keep() {
  if (pool_ == nullptr) return;
  const std::shared_ptr<Pool> pool = std::exchange(pool_, nullptr);
  pool->give_back(*host_, std::move(connection));
}

Pool::Pool(Executor executor, Clock& clock, std::chrono::milliseconds idle_timeout, std::size_t limit)
    : executor_(std::move(executor)),
      clock_(clock),
      idle_timeout_(idle_timeout),
      limit_(std::max<std::size_t>(limit, 1)) {}

Pool::~Pool() {
  if (reaper_) cancel(reaper_);
}

std::optional<Pool::Lease> Pool::acquire_at_once(const std::string& origin, bool fresh) {
  Host& host = hosts_[origin];  // entries stay: there are as many as origins
  if (host.used >= limit_) return std::nullopt;
  ++host.used;
  return Lease(shared_from_this(), host, fresh ? nullptr : take_idle(host));
}

Task<Result<Pool::Lease>> Pool::acquire(std::string origin, bool fresh) {
  const std::shared_ptr<Pool> self = shared_from_this();
  if (std::optional<Lease> lease = acquire_at_once(origin, fresh)) co_return *std::move(lease);
  Host& host = hosts_[origin];
  Waiter waiter(executor_);
  Place place(*this, host, waiter);
  co_await waiter.wake.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto state = co_await asio::this_coro::cancellation_state;
  if (!waiter.granted || state.cancelled() != asio::cancellation_type::none) {
    co_return fail(Code::kCancelled, "cancelled while waiting for a connection");
  }
  place.take();
  std::unique_ptr<Connection> connection = fresh ? nullptr : take_idle(host);
  co_return Lease(self, host, std::move(connection));
}

std::unique_ptr<Connection> Pool::take_idle(Host& host) {
  while (!host.idle.empty()) {
    Idle idle = std::move(host.idle.back());
    host.idle.pop_back();
    if (clock_.steady() - idle.since >= idle_timeout_ || idle.connection->stream->unusable()) continue;
    idle.connection->reused = true;
    return std::move(idle.connection);
  }
  return nullptr;
}

void Pool::give_back(Host& host, std::unique_ptr<Connection> connection) {
  if (connection) {
    host.idle.push_back({std::move(connection), clock_.steady()});
    if (host.idle.size() > limit_) host.idle.erase(host.idle.begin());
    start_reaper();
  }
  release(host);
}

// The slot passes to the first waiter, or becomes free.
void Pool::release(Host& host) {
  if (host.waiters.empty()) {
    --host.used;
    return;
  }
  Waiter* next = host.waiters.front();
  host.waiters.pop_front();
  next->granted = true;
  next->wake.cancel();
}

std::size_t Pool::idle_count() const {
  std::size_t count = 0;
  for (const auto& [origin, host] : hosts_) count += host.idle.size();
  return count;
}

void Pool::drop_expired() {
  const SteadyTime now = clock_.steady();
  for (auto& [origin, host] : hosts_) {
    std::erase_if(host.idle, [&](const Idle& idle) { return now - idle.since >= idle_timeout_; });
  }
}

// Runs only while something is idle.
void Pool::start_reaper() {
  if (reaper_) return;
  reaper_ = spawn(executor_, reap(weak_from_this(), clock_, idle_timeout_), [](const BackgroundPtr&) {});
}

Task<> Pool::reap(std::weak_ptr<Pool> weak, Clock& clock, std::chrono::milliseconds idle_timeout) {
  while (true) {
    co_await clock.sleep_for(idle_timeout);
    const std::shared_ptr<Pool> pool = weak.lock();
    if (!pool) co_return;
    pool->drop_expired();
    if (pool->idle_count() > 0) continue;
    pool->reaper_.reset();
    co_return;
  }
}

}  // namespace rotor::net
