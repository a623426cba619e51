// Acting: what a decision says is written, with one field manager, and what the API server answers is kept.
#pragma once

#include <string>

#include "kube/client/client.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class Applier {
 public:
  Applier(kube::Client& client, View& view) : client_(client), view_(view) {}

  // What is there: from the cache, else asked for once (an object without our label is not in the cache). Null when
  // there is none.
  Task<Result<LivePtr>> find(kube::Resource resource, kube::Key key);

  // By server-side apply. `live` may be null: the object is made. Else it is changed, never made again: its uid goes
  // along, so that one that was deleted meanwhile is a conflict. Returns what is there afterwards.
  Task<Result<LivePtr>> apply(kube::Resource resource, kube::Key key, LivePtr live, std::string desired);

  // By a merge patch, which names the uid of what it is meant for. Returns what is there afterwards.
  Task<Result<LivePtr>> patch(kube::Resource resource, kube::Key key, std::string patch);

  // What an apply would make of the object, without storing it.
  Task<Result<std::string>> rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired);

  // Was it us who made it? false: somebody else was faster, and theirs is what is there.
  Task<Result<bool>> make(kube::Resource resource, kube::Key key, SecretBytes document);

  // This very object; one that is gone already is no error.
  Task<Result<void>> remove(kube::Resource resource, LivePtr live);

 private:
  kube::Client& client_;
  View& view_;
};

}  // namespace rotor::openclaw
