// Coroutines that wait for somebody to be done, and are all woken then; and things that one has at a time.
#pragma once

#include <list>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "base/task.hpp"

namespace rotor {

class Line {
 public:
  using Ptr = std::shared_ptr<Line>;

  // Returns when woken; throws when cancelled. Look again at what was waited for: it may be taken already.
  static Task<> wait(Ptr line);
  void wake_all();

 private:
  class Place;
  std::list<boost::asio::steady_timer*> waiting_;
};

// Something that one coroutine has at a time: taken() until it is destroyed, however the coroutine ends.
class Turn {
 public:
  struct Object {
    bool busy = false;
    Line::Ptr line = std::make_shared<Line>();
  };
  using ObjectPtr = std::shared_ptr<Object>;

  static Task<std::unique_ptr<Turn>> take(ObjectPtr object);
  explicit Turn(ObjectPtr object) : object_(std::move(object)) { object_->busy = true; }
  ~Turn() {
    object_->busy = false;
    object_->line->wake_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  ObjectPtr object_;
};

}  // namespace rotor
