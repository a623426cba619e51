// Gathering: what of the cluster goes into an instance's objects. ConfigMaps are watched as marks; the data of those
// that some instance refers to is read when a mark shows another version, once for all instances.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "openclaw/memory.hpp"
#include "openclaw/secret_reader.hpp"

namespace rotor::openclaw {

// The ConfigMaps that the configuration and the workspaces of an instance come from.
std::set<std::string> named_config_maps(const api::InstanceSpec& spec);

class SurroundingsReader {
 public:
  SurroundingsReader(kube::Client& client, View& view) : client_(client), view_(view), secrets_(client, view) {}

  // kInvalid when the user's own Secret for the gateway is not as it should be, with what to do.
  Task<Result<SurroundingsPtr>> gather(InstancePtr instance, std::shared_ptr<Memory> memory);

 private:
  using Texts = std::shared_ptr<const api::StringMap>;  // null: there is no such ConfigMap

  struct Known {
    std::string version;
    std::weak_ptr<const api::StringMap> texts;  // as long as some instance has them
  };

  Task<Result<Texts>> config_map(kube::Key key);

  kube::Client& client_;
  View& view_;
  SecretReader secrets_;
  std::map<kube::Key, Known> known_;
};

}  // namespace rotor::openclaw
