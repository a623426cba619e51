// What is written in an instance, which belongs to its user: its finalizer and its status, by merge patches.
#pragma once

#include <string>

#include "kube/client/client.hpp"
#include "openclaw/view.hpp"

namespace rotor::openclaw {

class InstanceWriter {
 public:
  InstanceWriter(kube::Client& client, View& view) : client_(client), view_(view) {}

  // What is there afterwards.
  Task<Result<InstancePtr>> patch(InstancePtr instance, std::string patch, std::string subresource = {});
  // No request when nothing differs.
  Task<Result<InstancePtr>> status(InstancePtr instance, api::InstanceStatus after);

 private:
  kube::Client& client_;
  View& view_;
};

}  // namespace rotor::openclaw
