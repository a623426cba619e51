// A connected byte stream, plain or TLS: what HTTP/1.1 (and later HTTP/2) runs on. Internal to this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "base/task.hpp"

namespace rotor::net {

struct Io {
  boost::system::error_code error{};
  std::size_t size = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;

  // `data` and `bytes` must stay alive until the Task is done. The end of the stream is asio::error::eof.
  virtual Task<Io> read_some(char* data, std::size_t size) = 0;
  virtual Task<Io> write(std::string_view bytes) = 0;  // all of it

  // For a connection that waits in the pool: the peer has closed it, or said something nobody asked for.
  virtual bool unusable() = 0;

  // Every pending operation ends with operation_aborted.
  virtual void close() noexcept = 0;

  // Of the client certificate that the server checked; empty without one.
  virtual std::string peer_common_name() const { return {}; }
};

std::unique_ptr<Stream> make_plain_stream(boost::asio::ip::tcp::socket socket);

// TCP_NODELAY, and keep-alive probes so that a peer that vanished ends a watch.
void tune(boost::asio::ip::tcp::socket& socket);
bool has_input(boost::asio::ip::tcp::socket& socket);  // readable or closed, without waiting

}  // namespace rotor::net
