#include "local/node/free_port.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/descriptor.hpp"

namespace rotor::local {
namespace {

// The port that a socket got; 0, with errno, when it got none.
std::uint16_t bind_to(std::uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  (void)setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);  // as the program's own socket will have
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!socket || bind(socket.get(), generic, size) != 0 || getsockname(socket.get(), generic, &size) != 0) return 0;
  return ntohs(address.sin_port);
}

}  // namespace

Result<std::uint16_t> free_port(std::uint16_t before) {
  if (before != 0 && bind_to(before) == before) return before;
  const std::uint16_t port = bind_to(0);
  if (port == 0) return fail(Code::kUnavailable, fmt::format("no port of 127.0.0.1 can be had: {}", strerror(errno)));
  return port;
}

}  // namespace rotor::local
