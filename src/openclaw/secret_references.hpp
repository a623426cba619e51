// Which Secrets the environment of a pod is made of, read off the rendered pod spec: what the kubelet will look at.
#pragma once

#include <map>
#include <set>
#include <string>

#include "api/core/pod.hpp"

namespace rotor::openclaw {

// How one Secret is consumed by all containers together.
struct SecretReference {
  bool required = false;             // some container cannot start without the Secret
  std::set<std::string> prefixes;    // envFrom: every key, once under each prefix
  std::map<std::string, bool> keys;  // secretKeyRef: true when some container cannot start without this key

  // By prefix: keys that no process sees, because an entry of env sets the same variable in every container.
  std::map<std::string, std::set<std::string>> hidden;
  std::map<std::string, std::set<std::string>> variables;  // secretKeyRef: the names that each key goes by

  bool takes_every_key() const { return !prefixes.empty(); }
  // The variables that hold the value of `key`; none when no process sees it.
  std::set<std::string> variables_of(const std::string& key) const;
  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

// By Secret name; the namespace is the pod's own.
using References = std::map<std::string, SecretReference, std::less<>>;

References secret_references(const api::PodSpec& pod);

// 8 hexadecimal digits that change when the manner of consumption does: digests compare only under the same.
std::string usage_id(const SecretReference& reference);

}  // namespace rotor::openclaw
