// Between the HTTP server and the API: faults, the wire form of answers, and watches as they stream.
#pragma once

#include <set>

#include "apiserver/http/api.hpp"
#include "apiserver/server/faults.hpp"
#include "base/task.hpp"
#include "net/server.hpp"

namespace rotor::apiserver {

// What the handlers of one server share; lives on its thread.
struct Serving {
  Api& api;
  Faults& faults;
  Clock& clock;
  std::set<WatchFeed*> watches{};
  std::chrono::seconds bookmark_interval{60};

  // See Faults::end_watches().
  void end_watches(const std::string& resource, bool expired);
};

// A pod's log, until its end or, when it is followed, until the process's.
Task<> stream_log(std::unique_ptr<OpenLog> log, net::ServerResponse& response);

Task<> serve_request(Serving& serving, net::ServerRequest request, net::ServerResponse& response);

}  // namespace rotor::apiserver
