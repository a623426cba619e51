// Sockets that no started process inherits: Asio opens and accepts them without close-on-exec, and a descriptor marked
// afterwards can be caught by a fork in between. Internal to this room.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "base/task.hpp"

namespace rotor::net {

boost::system::error_code open_socket(boost::asio::ip::tcp::socket& socket, const boost::asio::ip::tcp& protocol);
boost::system::error_code open_acceptor(boost::asio::ip::tcp::acceptor& acceptor, const boost::asio::ip::tcp& protocol);

struct Accepted {
  boost::system::error_code error{};
  boost::asio::ip::tcp::socket socket;
  boost::asio::ip::address peer{};
};
// Waits before each one, so that a flood of connections leaves room for everybody else on the loop.
Task<Accepted> accept(boost::asio::ip::tcp::acceptor& acceptor);

}  // namespace rotor::net
