// Name look-ups on threads of our own: getaddrinfo blocks, and Asio's resolver would queue all of them on one hidden
// thread. Threads live only while there is something to look up. Internal to this room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/error.hpp"
#include "base/task.hpp"

namespace rotor::net {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

class Resolver {
 public:
  Resolver();
  ~Resolver();  // does not wait for a look-up under way; its answer is dropped
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // At least one endpoint; an IP address is answered at once. Cancelling returns at once with kCancelled.
  Task<Result<Endpoints>> resolve(std::string host, std::uint16_t port);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace rotor::net
