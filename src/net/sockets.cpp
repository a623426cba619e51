#include "net/sockets.hpp"

#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

error_code last_error() { return {errno, boost::system::system_category()}; }

template <class Socket>
error_code open(Socket& socket, const tcp& protocol) {
  const int fd = ::socket(protocol.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol.protocol());
  if (fd < 0) return last_error();
  error_code error;
  socket.assign(protocol, fd, error);
  if (error) ::close(fd);
  return error;
}

// The peer may be gone again by now; then there is nothing to take, and nothing went wrong.
bool nothing_to_take(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED;
}

}  // namespace

error_code open_socket(tcp::socket& socket, const tcp& protocol) { return open(socket, protocol); }

error_code open_acceptor(tcp::acceptor& acceptor, const tcp& protocol) { return open(acceptor, protocol); }

Task<Accepted> accept(tcp::acceptor& acceptor) {
  Accepted out{.socket = tcp::socket(acceptor.get_executor())};
  for (;;) {
    std::tie(out.error) =
        co_await acceptor.async_wait(asio::socket_base::wait_read, asio::as_tuple(asio::use_awaitable));
    if (out.error) co_return out;
    tcp::endpoint peer;
    socklen_t size = static_cast<socklen_t>(peer.capacity());
    const int fd = ::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && nothing_to_take(errno)) continue;
    if (fd < 0) {
      out.error = last_error();
      co_return out;
    }
    peer.resize(size);
    out.peer = peer.address();
    out.socket.assign(peer.protocol(), fd, out.error);
    if (out.error) ::close(fd);
    co_return out;
  }
}

}  // namespace rotor::net
