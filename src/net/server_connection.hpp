// One connection of the server: requests one after the other, each with a watch on the peer. Internal to this room.
#pragma once

#include <memory>

#include "net/http1.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"

namespace rotor::net {

class ServerConnection {
 public:
  // `handler` must outlive the connection.
  ServerConnection(std::unique_ptr<Stream> stream, std::size_t max_body, const Handler& handler);

  Task<> run();

 private:
  class Answer;

  Task<std::unique_ptr<MessageParser>> read_request();
  Task<bool> read_more(std::chrono::milliseconds limit);
  Task<bool> exchange(MessageParser& parser);
  Task<> refuse(const Error& error);
  static Task<> run_handler(const Handler& handler, ServerRequest request, Answer& answer);
  Task<> watch_peer();

  std::unique_ptr<Stream> stream_;
  ReadBuffer in_;
  std::size_t max_body_;
  const Handler& handler_;
};

}  // namespace rotor::net
