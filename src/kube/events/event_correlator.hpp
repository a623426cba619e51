// Which events become an object of their own, which raise a count, and which are too many.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "kube/events/event.hpp"

namespace rotor::kube {

class EventCorrelator {
 public:
  struct Known {
    Event event;
    SteadyTime seen;
    std::uint64_t change = 0;  // counts up: who was seen last among those of one moment
  };
  explicit EventCorrelator(Clock& clock) : clock_(clock) {}

  // Good news is for who looks at one object. Where hundreds begin at once, each a write as dear as what it tells of,
  // the first have it, and afterwards two a second: of each reason, so that one that all have hides no rare one. Counts
  // as asked for.
  bool has_room_for_news(const std::string& reason);

  // The key of the Event object to write now, or nullopt when the object has had too many of late.
  // More than ten messages for one (object, type, reason) in ten minutes are folded into one Event.
  std::optional<std::string> add(Event event);

  Event* find(const std::string& key);
  void erase(const std::string& key) { known_.erase(key); }
  std::size_t size() const { return known_.size(); }

 private:
  struct Similar {
    std::set<std::string> messages;
    SteadyTime seen;
  };
  struct Rate {
    double burst;
    Duration one_more_every;
  };
  struct Allowance {
    double tokens;
    SteadyTime refilled;
  };
  static constexpr Rate kNews{128, std::chrono::milliseconds(500)};

  bool take(Allowance& allowance, const Rate& rate);
  bool allowed(const std::string& object);
  bool too_many_messages(const std::string& group, const std::string& message);
  // Now, and later than any before: a clock may show one time twice, and an event whose name is taken is lost.
  std::int64_t next_stamp();
  void forget_old();

  Clock& clock_;
  std::uint64_t changes_ = 0;
  std::int64_t last_stamp_ = 0;
  std::map<std::string, Known> known_;
  std::map<std::string, Similar> similar_;
  std::map<std::string, Allowance> allowances_;  // by object
  std::map<std::string, Allowance> news_;        // by reason
};

}  // namespace rotor::kube
