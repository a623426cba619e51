// What the conditions of an object come to, and whether that is worth a line to the person at the terminal. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/object/object.hpp"

namespace rotor::local {

struct Health {
  enum class State : std::uint8_t { kUnknown, kGood, kFailing } state = State::kUnknown;
  std::string message{};       // of the condition that counts
  std::string event_reason{};  // of the Warning that says why; empty: the condition says it all
  bool remark = false;         // good, but the message says more than that
  std::string since{};         // RFC 3339: as long as that holds; empty: not known
};

// A store or an ExternalSecret is what its Ready says. An OpenClawInstance that is on its way up does not fail: what
// keeps it from getting there does. A store or an ExternalSecret that is Ready and has more to say than that is
// remarked on: a search without a hit leaves whoever waits for its Secret waiting.
Health health_of(std::string_view kind, const std::vector<kube::Condition>& conditions);

// Of what is good the same with what its controller remarks on.
Health remarked(Health health, std::string_view remarks);

// What was said last of one object.
struct Told {
  std::string failure{};  // empty: it works
  std::string remark{};   // of what is good
  bool failing() const { return !failure.empty(); }
};

// The line that is due, noted in `told`; nullopt when there is nothing new. `detail` is the event's text, if there is
// one: of what fails it stands for the condition's, of what is good it follows it.
std::optional<std::string> next_line(Told& told, std::string_view kind, const Health& health, std::string_view detail);

}  // namespace rotor::local
