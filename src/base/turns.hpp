// Things of which each is had by one coroutine at a time, by their names.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/line.hpp"

namespace rotor {

class Turns {
 public:
  Task<std::unique_ptr<Turn>> take(const std::string& name) {
    Turn::ObjectPtr& object = objects_[name];
    if (!object) object = std::make_shared<Turn::Object>();
    return Turn::take(object);
  }

 private:
  std::map<std::string, Turn::ObjectPtr> objects_;
};

}  // namespace rotor
