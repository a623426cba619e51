// Acting: what a decision says is written, with one field manager, and what the API server answers is kept.
#pragma once

#include <functional>
#include <string>

#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class Applier {
 public:
  // `came_lately`: of an instance, whose watches may be a moment behind what its owner before wrote.
  Applier(kube::Client& client, View& view, std::function<bool(const kube::Key&)> came_lately = nullptr)
      : client_(client), view_(view), came_lately_(std::move(came_lately)) {}

  // What is there: from the cache, else asked for once (an object without our label is not in the cache). Null when
  // there is none.
  Task<Result<LivePtr>> find(kube::Resource resource, kube::Key key);

  // By server-side apply. `live` may be null: the object is made. Else it is changed, never made again: its uid goes
  // along, so that one that was deleted meanwhile is a conflict. Returns what is there afterwards.
  // Of an `instance` that came lately neither it nor the object may have changed since it was decided on: kConflict.
  Task<Result<LivePtr>> apply(kube::Resource resource, kube::Key key, LivePtr live, std::string desired,
                              InstancePtr instance = nullptr);

  // The same of an object that is there, by a merge patch.
  Task<Result<LivePtr>> patch(kube::Resource resource, kube::Key key, LivePtr live, json::Value patch,
                              InstancePtr instance = nullptr);

  // Before the first apply: what the operator before ours wrote becomes ours. `live` itself where there is nothing of
  // it, or where another than that instance controls the object.
  Task<Result<LivePtr>> take_over(kube::Resource resource, LivePtr live, std::string instance_uid);

  // What an apply would make of the object, without storing it.
  Task<Result<std::string>> rehearse(kube::Resource resource, kube::Key key, LivePtr live, std::string desired);

  // Was it us who made it? false: somebody else was faster, and theirs is what is there.
  Task<Result<bool>> make(kube::Resource resource, kube::Key key, SecretBytes document);

  // This very object; one that is gone already is no error. `instance` as above.
  Task<Result<void>> remove(kube::Resource resource, LivePtr live, InstancePtr instance = nullptr);

 private:
  Task<Result<LivePtr>> write(kube::Resource resource, kube::Key key, LivePtr live, json::Value document,
                              kube::PatchType type, InstancePtr instance);
  bool looks_again(const InstancePtr& instance) const;
  Task<Result<void>> is_as_seen(InstancePtr instance);
  Task<> take_in(kube::Resource resource, kube::Key key);

  kube::Client& client_;
  View& view_;
  std::function<bool(const kube::Key&)> came_lately_;
};

}  // namespace rotor::openclaw
