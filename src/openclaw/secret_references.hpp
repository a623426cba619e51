// Which Secrets a pod reads only when it starts, read off the rendered pod spec: what the kubelet will look at.
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
  std::map<std::string, bool> keys;  // secretKeyRef, files: true when some container cannot start without this key
  bool every_file = false;           // mounted whole

  // Of `keys`: those that pods read again while they run, and in no other way. A change of them needs no restart.
  std::set<std::string> in_place;

  // By prefix: keys that no process sees, because an entry of env sets the same variable in every container.
  std::map<std::string, std::set<std::string>> hidden;
  std::map<std::string, std::set<std::string>> variables;  // secretKeyRef: the names that each key goes by

  bool takes_every_key() const { return !prefixes.empty(); }
  // The variables that hold the value of `key`; none when no process sees it.
  std::set<std::string> variables_of(const std::string& key) const;
  bool takes_all() const { return takes_every_key() || every_file; }
  // What is read only when a pod starts.
  SecretReference at_start() const;
  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

// By Secret name; the namespace is the pod's own.
using References = std::map<std::string, SecretReference, std::less<>>;

// `whole_volumes`: also those mounted whole, which the kubelet brings up to date in a running pod.
References secret_references(const api::PodSpec& pod, bool whole_volumes = false);

// How one ConfigMap is consumed by all containers together.
struct ConfigMapReference {
  bool required = false;                  // some container cannot start without it
  std::set<std::string> keys;             // none: all of it
  std::set<std::string> required_keys{};  // without which some container cannot start
};

// The ConfigMaps that a pod reads only when it starts, by name.
using ConfigMapReferences = std::map<std::string, ConfigMapReference, std::less<>>;
ConfigMapReferences config_map_references(const api::PodSpec& pod, bool whole_volumes = false);

// 8 hexadecimal digits that change when the manner of consumption does: digests compare only under the same.
std::string usage_id(const SecretReference& reference);

}  // namespace rotor::openclaw
