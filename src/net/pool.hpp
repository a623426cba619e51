// Connections that are kept between exchanges, by origin, and the limit on how many one origin gets. Internal to this
// room; one thread.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/task.hpp"
#include "net/http1.hpp"
#include "net/spawn.hpp"
#include "net/stream.hpp"

namespace rotor::net {

struct Connection {
  std::unique_ptr<Stream> stream;
  ReadBuffer in;
  bool reused = false;
  bool through_http_proxy = false;    // requests name the whole URL
  std::string proxy_authorization{};  // for those requests
};

class Pool : public std::enable_shared_from_this<Pool> {
  struct Host;

 public:
  // The right to hold one connection to an origin. Without keep() its end closes the connection.
  class Lease {
   public:
    Lease() = default;
    Lease(std::shared_ptr<Pool> pool, Host& host, std::unique_ptr<Connection> connection)
        : connection(std::move(connection)), pool_(std::move(pool)), host_(&host) {}
    Lease(Lease&& other) noexcept { swap(other); }
    Lease& operator=(Lease&& other) noexcept {
      Lease(std::move(other)).swap(*this);
      return *this;
    }
    ~Lease();

    void keep();  // the exchange ended cleanly: the connection may serve another one

    std::unique_ptr<Connection> connection;  // null: the holder dials

   private:
    void swap(Lease& other) noexcept {
      std::swap(connection, other.connection);
      std::swap(pool_, other.pool_);
      std::swap(host_, other.host_);
    }
    std::shared_ptr<Pool> pool_;
    Host* host_ = nullptr;
  };

  Pool(Executor executor, Clock& clock, std::chrono::milliseconds idle_timeout, std::size_t limit);
  ~Pool();

  // `fresh`: never an idle connection. nullopt: the origin has all the connections it may have.
  std::optional<Lease> acquire_at_once(const std::string& origin, bool fresh);
  // Waits for one.
  Task<Result<Lease>> acquire(std::string origin, bool fresh);

  std::size_t idle_count() const;

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    SteadyTime since;
  };
  struct Waiter {
    explicit Waiter(const Executor& executor);
    boost::asio::steady_timer wake;
    bool granted = false;
  };
  struct Host {
    std::vector<Idle> idle;  // the last one was used last
    std::size_t used = 0;
    std::list<Waiter*> waiters;
  };
  class Place;  // in the queue of a host

  std::unique_ptr<Connection> take_idle(Host& host);
  void give_back(Host& host, std::unique_ptr<Connection> connection);
  void release(Host& host);
  void drop_expired();
  void start_reaper();
  static Task<> reap(std::weak_ptr<Pool> weak, Clock& clock, std::chrono::milliseconds idle_timeout);

  Executor executor_;
  Clock& clock_;
  std::chrono::milliseconds idle_timeout_;
  std::size_t limit_;
  std::map<std::string, Host> hosts_;
  BackgroundPtr reaper_;
};

}  // namespace rotor::net
