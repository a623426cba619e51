// What can be said of an OpenClawInstance by its spec alone.
#pragma once

#include <string>
#include <vector>

#include "json/document.hpp"

namespace rotor::admission {

struct InstanceFindings {
  std::vector<std::string> violations{};  // it is refused
  std::vector<std::string> warnings{};    // it is accepted, and somebody ought to know
  // Those of the violations that matter where the instance is stored all the same:
  std::vector<std::string> obstacles{};  // no pod may or can be made with them
  std::vector<std::string> ignored{};    // what is wrong has no effect

  void deny(std::string text) {
    ignored.push_back(text);
    violations.push_back(std::move(text));
  }
  void deny_new(std::string text) { violations.push_back(std::move(text)); }  // that and no more
  void warn(std::string text) { warnings.push_back(std::move(text)); }
  void stop(std::string text) {
    obstacles.push_back(text);
    violations.push_back(std::move(text));
  }
};

// All findings, in the order in which the rules are documented. Pure.
InstanceFindings examine_instance(const json::Value& spec);

}  // namespace rotor::admission
