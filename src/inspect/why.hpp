// Why one object is as it is: one sentence, from the object back to where it begins, and what that rests on. Pure.
#pragma once

#include <string>
#include <vector>

#include "inspect/object.hpp"

namespace rotor::inspect {

struct Answer {
  Id about{};
  bool well = true;  // it, what it is made of and what is made of it
  std::string sentence{};
  std::vector<Id> chain{};  // what the sentence speaks of, in its order
  struct Proof {
    Id of{};
    Evidence evidence{};
  };
  std::vector<Proof> evidence{};
  std::vector<std::string> also{};  // what else is not well on its way: a sentence each
};

Answer explain(const Graph& graph, const Id& about);

}  // namespace rotor::inspect
