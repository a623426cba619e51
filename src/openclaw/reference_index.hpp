// From a Secret, or a ConfigMap, to the instances that consume it, so that an event costs a look-up and not a walk.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kube/object/object.hpp"

namespace rotor::openclaw {

class ReferenceIndex {
 public:
  // The Secrets (in the instance's namespace) that `instance` consumes now; replaces what was known of it.
  void set(const kube::Key& instance, const std::set<std::string>& secret_names);
  void erase(const kube::Key& instance);

  const std::set<kube::Key>& instances_of(const kube::Key& secret) const;

 private:
  std::map<kube::Key, std::set<kube::Key>> by_secret_;
  std::map<kube::Key, std::set<std::string>> by_instance_;
};

}  // namespace rotor::openclaw
