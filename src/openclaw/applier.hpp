// Acting: server-side apply with one field manager, only when the object would change.
#pragma once

#include <string>

#include "kube/client/client.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class Applier {
 public:
  explicit Applier(kube::Client& client) : client_(client) {}

  // What is there: from the cache, else asked for once (an object without our label is not in the cache). Null when
  // there is none. kInvalid when somebody else's controller owns it.
  Task<Result<LivePtr>> look_up(Live& cache, kube::Resource resource, kube::Key key, std::string owner_uid);

  // `live` may be null: the object is made. Else it is changed, never made again: its uid goes along, so that one
  // that was deleted meanwhile is a conflict. Returns what is there afterwards.
  Task<Result<LivePtr>> apply(Live& cache, kube::Resource resource, kube::Key key, LivePtr live, std::string desired);

  // What an apply would make of the object, without storing it.
  Task<Result<std::string>> rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired);

 private:
  kube::Client& client_;
};

}  // namespace rotor::openclaw
