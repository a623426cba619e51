// Keys that wait for their turn: namespaces take turns, the keys of one are served as they came. Who makes thousands of
// objects in one namespace holds up nobody in another.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "kube/object/object.hpp"

namespace rotor::kube {

class FairLine {
 public:
  bool empty() const { return turns_.empty(); }

  void push(Key key) {
    std::deque<Key>& keys = by_namespace_[key.ns];
    if (keys.empty()) turns_.push_back(key.ns);
    keys.push_back(std::move(key));
  }

  // Of a line that is not empty.
  Key pop() {
    const auto it = by_namespace_.find(turns_.front());
    Key key = std::move(it->second.front());
    it->second.pop_front();
    if (it->second.empty()) {
      by_namespace_.erase(it);
    } else {
      turns_.push_back(std::move(turns_.front()));
    }
    turns_.pop_front();
    return key;
  }

 private:
  std::map<std::string, std::deque<Key>> by_namespace_;  // none is empty
  std::deque<std::string> turns_;                        // each of them once
};

}  // namespace rotor::kube
