#include "net/stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <poll.h>

namespace rotor::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

  Task<Io> read_some(char* data, std::size_t size) override {
    const auto [error, n] =
        co_await socket_.async_read_some(asio::buffer(data, size), asio::as_tuple(asio::use_awaitable));
    co_return Io{error, n};
  }

  Task<Io> write(std::string_view bytes) override {
    const auto [error, n] = co_await asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                                                       asio::as_tuple(asio::use_awaitable));
    co_return Io{error, n};
  }

  bool unusable() override { return has_input(socket_); }

  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

void tune(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  using Idle = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>;
  using Interval = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPINTVL>;
  socket.set_option(Idle(30), ignored);
  socket.set_option(Interval(10), ignored);
}

bool has_input(tcp::socket& socket) {
  if (!socket.is_open()) return true;
  pollfd poll_fd{.fd = socket.native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
  return ::poll(&poll_fd, 1, 0) != 0;
}

}  // namespace rotor::net
