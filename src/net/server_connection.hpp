// One connection of the server: requests one after the other, each with a watch on the peer. Internal to this room.
#pragma once

#include <memory>

#include "base/clock.hpp"
#include "net/http1.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"

namespace rotor::net {

class ServerConnection {
 public:
  // What is referred to must outlive the connection.
  ServerConnection(std::unique_ptr<Stream> stream, const ServerConfig& config, Clock& clock, const Handler& handler);

  Task<> run();

 private:
  class Answer;

  Task<std::unique_ptr<MessageParser>> read_request();
  Task<bool> read_more(SteadyTime until);
  Task<bool> invite_body(const MessageParser& parser);
  ServerRequest head_of(const MessageParser& parser) const;
  Task<bool> exchange(MessageParser& parser);
  Task<> refuse(const Error& error);
  Task<> drain();
  static Task<> run_handler(const Handler& handler, ServerRequest request, Answer& answer);
  Task<> watch_peer();

  std::unique_ptr<Stream> stream_;
  ReadBuffer in_;
  const ServerConfig& config_;
  Clock& clock_;
  const Handler& handler_;
  bool served_ = false;    // a request before this one
  bool unwanted_ = false;  // the rest of this one is not read
};

}  // namespace rotor::net
