#include "net/resolve.hpp"

#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <netdb.h>

namespace rotor::net {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kThreads = 4;

// What the coroutine waits on; touched on the I/O thread only.
struct Wait {
  explicit Wait(const Executor& executor) : done(executor, std::chrono::steady_clock::time_point::max()) {}
  asio::steady_timer done;
  std::optional<Result<Endpoints>> answer;
};

struct Job {
  std::string host;
  std::uint16_t port;
  Executor executor;
  std::weak_ptr<Wait> wait;
};

Result<Endpoints> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); error != 0) {
    return fail(Code::kUnavailable, fmt::format("cannot resolve \"{}\": {}", host, ::gai_strerror(error)));
  }
  Endpoints endpoints;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    endpoint.port(port);
    endpoints.push_back(endpoint);
  }
  ::freeaddrinfo(list);
  if (endpoints.empty()) return fail(Code::kUnavailable, fmt::format("cannot resolve \"{}\": no address", host));
  return endpoints;
}

}  // namespace

struct Resolver::State {
  std::mutex mutex;
  std::deque<Job> jobs;
  std::size_t threads = 0;
  bool closed = false;

  static void add(const std::shared_ptr<State>& self, Job job) {
    const std::scoped_lock lock(self->mutex);
    self->jobs.push_back(std::move(job));
    if (self->threads >= kThreads) return;
    ++self->threads;
    std::thread([self] { self->work(); }).detach();
  }

  void work() {
    std::unique_lock lock(mutex);
    while (!closed && !jobs.empty()) {
      Job job = std::move(jobs.front());
      jobs.pop_front();
      if (job.wait.expired()) continue;
      lock.unlock();
      Result<Endpoints> answer = look_up(job.host, job.port);
      lock.lock();
      // Under the lock: once `closed` is set, the executor may be gone.
      if (!closed) deliver(std::move(job), std::move(answer));
    }
    --threads;
  }

  static void deliver(Job job, Result<Endpoints> answer) {
    asio::post(job.executor, [wait = std::move(job.wait), answer = std::move(answer)]() mutable {
      if (const auto target = wait.lock()) {
        target->answer = std::move(answer);
        target->done.cancel();
      }
    });
  }
};

Resolver::Resolver() : state_(std::make_shared<State>()) {}

Resolver::~Resolver() {
  const std::scoped_lock lock(state_->mutex);
  state_->closed = true;
  state_->jobs.clear();
}

Task<Result<Endpoints>> Resolver::resolve(std::string host, std::uint16_t port) {
  boost::system::error_code not_an_address;
  const asio::ip::address address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return Endpoints{{address, port}};

  const Executor executor = co_await asio::this_coro::executor;
  const auto wait = std::make_shared<Wait>(executor);
  State::add(state_, Job{std::move(host), port, executor, wait});
  co_await wait->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!wait->answer) co_return fail(Code::kCancelled, "cancelled while resolving a name");
  co_return *std::move(wait->answer);
}

}  // namespace rotor::net
